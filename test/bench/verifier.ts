/** A verifier for a long life: what strangers' attestations cost it, and what many questions about one image do. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import { encodeUtf8 } from "../../src/core/bytes.ts";
import { preAuthEncoding } from "../../src/core/envelopes/dsse.ts";
import { bundleHint, publicKeyOf } from "../../src/core/keys/public-key.ts";
import type { Descriptor } from "../../src/core/oci/manifest.ts";
import { statementPayloadType, statementType } from "../../src/core/statements/statement.ts";
import { encodeBundle } from "../../src/formats/bundle/sigstore-bundle.ts";
import { createVerifier, image as imageNamed, type SubjectVerifier } from "../../src/index.ts";
import { openKeyFile } from "../../src/signers/file/key-file.ts";
import { runMeasured, type Measured } from "./command.ts";
import { duration, mebibytes } from "./compare.ts";
import { pushImages, repository } from "./images.ts";
import { median } from "./measure.ts";
import type { Table } from "./report.ts";
import { pushBundles, pushSignatures, signature, type Pushed } from "./signatures.ts";
import { withProxy, withSite, type Site } from "./site.ts";

const MiB = 2 ** 20;
const rounds = 15;
const sizes = [...Array<number>(10).fill(4 * MiB), ...Array<number>(6).fill(22 * MiB)];
const predicateType = "https://example.com/bill-of-materials";

/** The command, for an image with one good signature, and for one on which a stranger hung 16 attestations besides. */
export function benchStrangers(): Promise<Table> {
  return withSite(async (site) => {
    const [plain, burdened] = await pushImages(site.registry.url, 2);
    if (!plain || !burdened) throw new Error("two images were pushed");
    const signer = openKeyFile({ reference: site.tools.privateKey, password: async () => "", env: {} });
    await pushSignatures(site.registry.url, plain, signer, 1);
    const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" });
    await pushBundles(site.registry.url, burdened, sizes.length + 1, async (i) => {
      const size = sizes[i];
      return size === undefined ? signature(burdened, signer) : attestation(burdened, stranger, size);
    });
    const verify = (image: Descriptor): Promise<Measured> => runMeasured(site.tools.touchmark.verify([referenceIn(site, image)]));
    const runs: { readonly plain: Measured; readonly burdened: Measured }[] = [];
    for (let i = -1; i < rounds; i++) {
      const round = { plain: await verify(plain), burdened: await verify(burdened) };
      if (i >= 0) runs.push(round);
    }
    const middle = (which: "plain" | "burdened", of: keyof Measured): number => median(runs.map((round) => round[which][of]));
    const [less, more] = [middle("plain", "seconds"), middle("burdened", "seconds")];
    const grown = middle("burdened", "peakMemory") - middle("plain", "peakMemory");
    return {
      columns: ["verify", "one signature", "and 16 attestations of strangers, 172 MiB", "", "wanted"],
      rows: [
        ["time", duration(less), duration(more), (more / less).toFixed(2), "at most 1.3"],
        [
          "peak memory",
          mebibytes(middle("plain", "peakMemory")),
          mebibytes(middle("burdened", "peakMemory")),
          `${(grown / MiB).toFixed(1)} MiB more`,
          "at most 30 MiB more",
        ],
      ],
    };
  });
}

/** Questions in one process, on one core. */
export function benchQuestions(): Promise<Table> {
  return withSite((site) =>
    withProxy({ upstream: site.registry.url, roundTrip: 0 }, async (proxy) => {
      const [image] = await pushImages(site.registry.url, 1);
      if (!image) throw new Error("an image was pushed");
      const signer = openKeyFile({ reference: site.tools.privateKey, password: async () => "", env: {} });
      await pushSignatures(site.registry.url, image, signer, 1);
      const key = site.tools.privateKey.replace(/key$/, "pub");
      const verifier = createVerifier({ expect: { keys: [key] }, env: {}, home: site.folder });
      const subject = imageNamed(`127.0.0.1:${proxy.port}/${repository}@${image.digest}`);
      await Promise.all(Array.from({ length: 50 }, () => allowed(verifier, subject)));
      const { requests } = await proxy.traffic();
      const cached = await cachedQuestions(verifier, subject);
      return {
        columns: ["a verifier", "", "wanted"],
        rows: [
          ["50 concurrent questions about one image, requests", String(requests), "at most 6"],
          ["cached questions a second, one after the other", String(Math.round(cached.perSecond)), ""],
          ["of which 99 % take at most", `${cached.p99.toFixed(2)} ms`, ""],
        ],
      };
    }),
  );
}

/** A software bill of materials of 100 MiB, wanted by the caller: how long it keeps everything else in the process from running. */
export function benchLargeAttestation(): Promise<Table> {
  return withSite(async (site) => {
    const rows: (readonly string[])[] = [];
    for (const [name, by] of [
      ["ECDSA P-256", generateKeyPairSync("ec", { namedCurve: "P-256" })],
      ["Ed25519", generateKeyPairSync("ed25519")],
    ] as const) {
      const [image] = await pushImages(site.registry.url, 1);
      if (!image) throw new Error("an image was pushed");
      await pushBundles(site.registry.url, image, 1, () => attestation(image, by, 100 * MiB * (16 / 9)));
      const key = join(site.folder, `${name}.pub`);
      await writeFile(key, by.publicKey.export({ format: "pem", type: "spki" }));
      const limits = { bundleBytes: 256 * MiB, contentBytes: 0 };
      const verifier = createVerifier({ expect: { keys: [key] }, env: {}, home: site.folder, limits });
      const subject = imageNamed(referenceIn(site, image));
      const wants = { kinds: ["attestation"], predicateTypes: [predicateType] } as const;
      collectGarbage(); // of making the bundle
      const pauses = monitorEventLoopDelay({ resolution: 1 });
      pauses.enable();
      const begun = performance.now();
      const [verdict] = await verifier.verify(subject, { wants });
      const took = performance.now() - begun;
      pauses.disable();
      const [finding] = verdict?.findings ?? [];
      if (finding?.claim?.kind !== "attestation" || finding.checks.some(({ outcome }) => outcome !== "passed"))
        throw new Error(`the attestation did not verify: ${JSON.stringify(verdict)}`);
      rows.push([
        `a statement of 100 MiB, ${name}`,
        `${(took / 1000).toFixed(2)} s`,
        `${(pauses.max / 1e6).toFixed(1)} ms`,
        "at most 20 ms",
      ]);
    }
    return { columns: ["a verifier", "time", "longest pause of the event loop", "wanted"], rows };
  });
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

/** For three seconds, less than listings are remembered for. */
async function cachedQuestions(
  verifier: SubjectVerifier,
  subject: ReturnType<typeof imageNamed>,
): Promise<{ readonly perSecond: number; readonly p99: number }> {
  const times: number[] = [];
  const begun = performance.now();
  while (performance.now() - begun < 3000) {
    const before = performance.now();
    await allowed(verifier, subject);
    times.push(performance.now() - before);
  }
  const sorted = times.toSorted((a, b) => a - b);
  return { perSecond: times.length / 3, p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0 };
}

async function allowed(verifier: SubjectVerifier, subject: ReturnType<typeof imageNamed>): Promise<void> {
  const [verdict] = await verifier.verify(subject);
  if (verdict?.decision !== "allow") throw new Error(`refused: ${JSON.stringify(verdict?.reason)}`);
}

function referenceIn({ registry }: Site, { digest }: Descriptor): string {
  return `${new URL(registry.url).host}/${repository}@${digest}`;
}

/** A good attestation, of so many bytes, by a key that nobody trusts. */
async function attestation(
  { digest }: Descriptor,
  by: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
  size: number,
): Promise<Pushed> {
  const hex = digest.slice("sha256:".length);
  const head = `{"_type":"${statementType}","subject":[{"name":"","digest":{"sha256":"${hex}"}}],"predicateType":"${predicateType}","predicate":{"a":"`;
  const filling = randomBytes((size * 9) / 16).toString("base64"); // which the bundle writes as base64 again
  const payload = encodeUtf8(`${head}${filling}"}}`);
  const key = publicKeyOf(by.publicKey, "the stranger's key");
  const signed = key.algorithm.signs.sign(by.privateKey, preAuthEncoding(statementPayloadType, payload));
  return { bundle: encodeBundle({ payload, payloadType: statementPayloadType }, signed, { hint: bundleHint(key) }), predicateType };
}
