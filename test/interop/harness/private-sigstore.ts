/** A whole private sigstore on loopback: a provider of identities, Fulcio, Rekor 2 and a timestamp authority, and the files that name them. */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parsePem } from "../../../src/core/pem.ts";
import { parseSigningConfig } from "../../../src/trust/parse-signing-config.ts";
import { parseTrustedRoot } from "../../../src/trust/parse-trusted-root.ts";
import type { SigningConfig } from "../../../src/trust/signing-config.ts";
import type { TrustedRoot } from "../../../src/trust/trusted-root.ts";
import { startFulcio } from "./fulcio.ts";
import { startIdentityProvider, type IdentityProvider } from "./identity-provider.ts";
import { logOrigin, startRekorTiles, type RekorTiles } from "./rekor-tiles.ts";
import { startTimestampAuthority } from "./timestamp-authority.ts";

export interface PrivateSigstore {
  readonly identities: IdentityProvider;
  /** As files, for commands, and as they are read here. */
  readonly files: { readonly trustedRoot: string; readonly signingConfig: string };
  readonly root: TrustedRoot;
  readonly config: SigningConfig;
  stop(): Promise<void>;
}

/** Starts all of it; `folder` is to hold what it writes. */
export async function startPrivateSigstore(folder: string): Promise<PrivateSigstore> {
  await mkdir(folder, { recursive: true });
  const identities = await startIdentityProvider();
  const [fulcio, log, timestamps] = await startAll(
    startFulcio(folder, identities.origin),
    startRekorTiles(folder),
    startTimestampAuthority(),
  ).catch(async (error: unknown) => {
    await identities.stop();
    throw error;
  });
  const urls = {
    ca: `http://127.0.0.1:${fulcio.said}`,
    log: log.origin,
    tsa: `http://127.0.0.1:${timestamps.said}/api/v1/timestamp`,
    oidc: identities.origin,
  };
  const trustedRoot = Buffer.from(JSON.stringify(await trustedRootOf(urls, log)));
  const signingConfig = Buffer.from(JSON.stringify(signingConfigOf(urls)));
  const files = { trustedRoot: join(folder, "trusted_root.json"), signingConfig: join(folder, "signing_config.json") };
  await Promise.all([writeFile(files.trustedRoot, trustedRoot), writeFile(files.signingConfig, signingConfig)]);
  return {
    identities,
    files,
    root: parseTrustedRoot(trustedRoot, "trusted_root.json"),
    config: parseSigningConfig(signingConfig, "signing_config.json"),
    stop: async () => {
      await Promise.all([identities, fulcio, log, timestamps].map((one) => one.stop()));
    },
  };
}

/** Leaves none running if one does not start. */
async function startAll<A extends Stoppable, B extends Stoppable, C extends Stoppable>(
  ...starting: [Promise<A>, Promise<B>, Promise<C>]
): Promise<[A, B, C]> {
  try {
    return await Promise.all(starting);
  } catch (error) {
    const started = await Promise.allSettled<Stoppable>(starting);
    await Promise.all(started.map((one) => (one.status === "fulfilled" ? one.value.stop() : undefined)));
    throw error;
  }
}

interface Stoppable {
  stop(): Promise<void>;
}

type Urls = Readonly<Record<"ca" | "log" | "tsa" | "oidc", string>>;

const validFor = { start: "2020-01-01T00:00:00Z" };
const operator = "private.example";

function signingConfigOf(urls: Urls): unknown {
  const service = (url: string, majorApiVersion: number) => [{ url, majorApiVersion, validFor, operator }];
  return {
    mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
    caUrls: service(urls.ca, 1),
    oidcUrls: service(urls.oidc, 1),
    rekorTlogUrls: service(urls.log, 2),
    rekorTlogConfig: { selector: "ANY" },
    tsaUrls: service(urls.tsa, 1),
    tsaConfig: { selector: "ANY" },
  };
}

/** From what the services say of themselves, as whoever runs them would write it. */
async function trustedRootOf(urls: Urls, { publicKey }: RekorTiles): Promise<unknown> {
  const bundle = await (await fetch(`${urls.ca}/api/v2/trustBundle`)).text();
  const { chains }: { readonly chains: readonly { readonly certificates: readonly string[] }[] } = JSON.parse(bundle);
  const chain = await (await fetch(`${urls.tsa}/certchain`)).text();
  const spki = publicKey.export({ type: "spki", format: "der" });
  // The key id of a signed note (C2SP), of which checkpoints have the first four bytes.
  const keyId = createHash("sha256").update(`${logOrigin}\n\u0001`).update(spki.subarray(-32)).digest("base64");
  return {
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [
      {
        baseUrl: urls.log,
        hashAlgorithm: "SHA2_256",
        publicKey: { rawBytes: spki.toString("base64"), keyDetails: "PKIX_ED25519", validFor },
        logId: { keyId },
      },
    ],
    certificateAuthorities: chains.map(({ certificates }) => authority(urls.ca, certificates.join("\n"))),
    timestampAuthorities: [authority(urls.tsa, chain)],
  };
}

function authority(uri: string, pem: string): unknown {
  const certificates = parsePem(Buffer.from(pem), uri).map(({ bytes }) => ({ rawBytes: Buffer.from(bytes).toString("base64") }));
  return { subject: { organization: "private", commonName: "sigstore" }, uri, certChain: { certificates }, validFor };
}
