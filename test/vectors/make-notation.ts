/**
 * Makes the signatures in notation/ anew: real ones, by notation 1.3.2 against crane's registry, with chains of the moment that hold
 * for a hundred years: `npm run peers && node test/vectors/make-notation.ts`.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePem } from "../../src/core/asn1/pem.ts";
import { extensions, makeDer, makeKey } from "../../src/core/x509/fixture.test.ts";
import { keyPairs } from "../../src/formats/notation/fixture.test.ts";
import { pushImage, serveRegistry } from "../interop/harness/crane.ts";
import { runWell } from "../interop/harness/run.ts";
import { startServer } from "../interop/harness/server.ts";
import { peerPath } from "../interop/peers/peer.ts";

const dates = { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2126, 0, 1) };
const names = { root: "C=US,ST=WA,O=acme,CN=root", middle: "C=US,ST=WA,O=acme,CN=issuing", leaf: "C=US,ST=WA,L=Seattle,O=acme,CN=release" };
const [rootKey, middleKey] = [makeKey(), makeKey()];
const authority = [extensions.authority(), extensions.keyCertSign];
const root = makeDer({ subject: names.root, key: rootKey, ...dates, extensions: authority });
const middle = makeDer({
  subject: names.middle,
  issuer: names.root,
  key: middleKey,
  signedBy: rootKey.privateKey,
  ...dates,
  extensions: authority,
});

const work = await mkdtemp(join(tmpdir(), "touchmark-vectors-"));
const registry = await serveRegistry();
const host = `127.0.0.1:${registry.said}`;
try {
  await writeFile(join(work, "signingkeys.json"), JSON.stringify({ keys: await Promise.all(Object.keys(keyPairs).map(makeSigner)) }));
  for (const format of ["jws", "cose"]) {
    for (const key of Object.keys(keyPairs)) await make(`${format}-${key.toLowerCase()}`, format, key, []);
    await make(`${format}-annotated`, format, "ES256", ["--user-metadata", "stage=production", "--user-metadata", "build=42"]);
    await make(`${format}-expiring`, format, "ES256", ["--expiry", "24h"]);
  }
  await makeTimestamped();
} finally {
  await registry.stop();
  await rm(work, { recursive: true });
}

/** A key with its chain, as notation's list of keys names them. */
async function makeSigner(name: string): Promise<object> {
  const pair = keyPairs[name]?.() ?? makeKey();
  const leaf = makeDer({
    subject: names.leaf,
    issuer: names.middle,
    key: pair,
    signedBy: middleKey.privateKey,
    ...dates,
    extensions: [extensions.digitalSignature, extensions.usage(["1.3.6.1.5.5.7.3.3"])],
  });
  const [keyPath, certPath] = [join(work, `${name}.key`), join(work, `${name}.crt`)];
  await writeFile(keyPath, pair.privateKey.export({ type: "pkcs8", format: "pem" }));
  await writeFile(certPath, [leaf, middle, root].map((der) => encodePem("CERTIFICATE", der)).join(""));
  return { name, keyPath, certPath };
}

/** Signatures with a timestamp by an authority of the moment, whose root is kept. */
async function makeTimestamped(): Promise<void> {
  const options = ["--timestamp-signer", "memory", "--disable-ntp-monitoring", "--include-chain-in-response", "--host", "127.0.0.1", "--port", "0"];
  const server = await startServer(peerPath("timestamp-authority"), ["serve", ...options], /Serving timestamp server at http:\/\/127\.0\.0\.1:(\d+)/);
  try {
    const url = `http://127.0.0.1:${server.said}/api/v1/timestamp`;
    const chain = await (await fetch(`${url}/certchain`, { signal: AbortSignal.timeout(10_000) })).text();
    const rootCertificate = join(work, "tsa.pem");
    await writeFile(rootCertificate, chain.slice(chain.lastIndexOf("-----BEGIN")));
    const stamped = ["--timestamp-url", url, "--timestamp-root-cert", rootCertificate];
    for (const format of ["jws", "cose"]) {
      const folder = await make(`${format}-timestamped`, format, "ES256", stamped);
      await writeFile(join(folder, "tsa.pem"), chain.slice(chain.lastIndexOf("-----BEGIN")));
    }
  } finally {
    await server.stop();
  }
}

/** Has one image signed in a repository of its own, and keeps what then lies in the registry. */
async function make(name: string, format: string, key: string, options: readonly string[]): Promise<string> {
  const repository = `vectors/notation/${name}`;
  const image = await pushImage(`${host}/${repository}:1`);
  const command = ["sign", "--insecure-registry", "--signature-format", format, "--key", key, ...options, image];
  await runWell(peerPath("notation"), command, { env: { NOTATION_CONFIG: work } });

  const digest = image.slice(image.indexOf("@") + 1);
  const manifest = await fetchBytes(`${repository}/manifests/${firstDigest(await fetchBytes(`${repository}/manifests/${digest.replace(":", "-")}`), "manifests")}`);
  const files = {
    "image.json": await fetchBytes(`${repository}/manifests/${digest}`),
    "manifest.json": manifest,
    [format === "jws" ? "envelope.json" : "envelope.cose"]: await fetchBytes(`${repository}/blobs/${firstDigest(manifest, "layers")}`),
    "root.pem": encodePem("CERTIFICATE", root),
  };
  const folder = join(import.meta.dirname, "notation", name);
  await mkdir(folder, { recursive: true });
  await Promise.all(Object.entries(files).map(([file, bytes]) => writeFile(join(folder, file), bytes)));
  return folder;
}

async function fetchBytes(path: string): Promise<Uint8Array> {
  const response = await fetch(`http://${host}/v2/${path}`, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`);
  return response.bytes();
}

function firstDigest(document: Uint8Array, list: "manifests" | "layers"): string {
  const [first] = JSON.parse(new TextDecoder().decode(document))[list];
  return first.digest;
}
