/** `touchmark verify` by identity beside `cosign verify`: a certificate, its log's promise, a log entry and a timestamp, with the root in a file. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createHttpClient } from "../../src/net/http-client.ts";
import { parseReference } from "../../src/core/oci/reference.ts";
import { createCredentials } from "../../src/registry/credentials/credentials.ts";
import { createRegistries } from "../../src/registry/registries.ts";
import { putReferrer } from "../fakes/signers.ts";
import { sigstoreInstance } from "../fakes/sigstore-instance.ts";
import { columns, compareMemory, compareTimes } from "./compare.ts";
import { pushImages, repository } from "./images.ts";
import type { Table } from "./report.ts";
import { withProxy, withSite, type Site } from "./site.ts";
import type { ExpectedIdentity } from "./tools.ts";

const distances = [
  { roundTrip: 0, rounds: 15, wanted: 1.7 },
  { roundTrip: 20, rounds: 9, wanted: 0.55 },
  { roundTrip: 80, rounds: 5, wanted: 0.42 },
] as const;
const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
const workflow = { identity: "https://ci.test/app/release.yml@refs/heads/main", issuer: "https://ci.test" };

export function benchIdentity(): Promise<Table> {
  return withSite(async (site) => {
    const { digest, expected } = await signedImage(site);
    const { tools, registry } = site;
    const rows: (readonly string[])[] = [];
    const commandsFor = (host: string) => {
      const reference = `${host}/${repository}@${digest}`;
      return {
        touchmark: () => tools.touchmark.verifyIdentity(reference, expected),
        theirs: () => tools.cosign.verifyIdentity(reference, expected),
      };
    };
    for (const { roundTrip, ...terms } of distances) {
      const row = await withProxy({ upstream: registry.url, roundTrip }, (proxy) =>
        compareTimes({ what: `verify by identity, ${roundTrip} ms`, ...terms, ...commandsFor(`127.0.0.1:${proxy.port}`) }, proxy),
      );
      rows.push(row);
    }
    const memory = { what: "verify by identity, peak memory", rounds: 5, wanted: 1.2 };
    rows.push(await compareMemory({ ...memory, ...commandsFor(new URL(registry.url).host) }));
    return { columns, rows };
  });
}

interface SignedImage {
  readonly digest: string;
  readonly expected: ExpectedIdentity;
}

async function signedImage({ registry, folder }: Site): Promise<SignedImage> {
  const [image] = await pushImages(registry.url, 1);
  if (!image) throw new Error("no image was pushed");
  const instance = sigstoreInstance(Date.now() - 60_000);
  const root = join(folder, "trusted_root.json");
  await writeFile(root, instance.trustedRoot);
  const registries = createRegistries({ http: createHttpClient(), credentials: createCredentials({ env: {}, home: folder }) });
  const layer = { mediaType: bundleType, bytes: instance.sign(image, workflow) };
  const { host } = new URL(registry.url);
  await putReferrer(registries.open(parseReference(`${host}/${repository}`)), { subject: image, artifactType: bundleType, layer });
  return { digest: image.digest, expected: { ...workflow, root } };
}
