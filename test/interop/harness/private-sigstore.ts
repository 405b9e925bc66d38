/** A whole private sigstore on loopback: a provider of identities, Fulcio, logs and a timestamp authority, and the files that name them. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseSigningConfig } from "../../../src/trust/parse-signing-config.ts";
import { parseTrustedRoot } from "../../../src/trust/parse-trusted-root.ts";
import type { SigningConfig } from "../../../src/trust/signing-config.ts";
import type { TrustedRoot } from "../../../src/trust/trusted-root.ts";
import { startFulcio } from "./fulcio.ts";
import { startIdentityProvider, type IdentityProvider } from "./identity-provider.ts";
import { startRekorTiles } from "./rekor-tiles.ts";
import { startRekorV1 } from "./rekor-v1.ts";
import { startTimestampAuthority } from "./timestamp-authority.ts";
import * as touchmark from "./touchmark.ts";

export interface PrivateSigstore {
  readonly identities: IdentityProvider;
  readonly urls: Urls;
  readonly files: SigstoreFiles;
  /** As they are read here. */
  readonly root: TrustedRoot;
  readonly config: SigningConfig;
  stop(): Promise<void>;
}

export interface SigstoreFiles {
  /** Made by `touchmark trust create` of what the services say of themselves. */
  readonly trustedRoot: string;
  /** Names the log of tiles. */
  readonly signingConfig: string;
  /** Names the log of version 1, which gives promises. */
  readonly promisingConfig: string;
}

export type Urls = Readonly<Record<"ca" | "log" | "promisingLog" | "tsa" | "oidc", string>>;

/** Starts all of it; `folder` is to hold what it writes. */
export async function startPrivateSigstore(folder: string): Promise<PrivateSigstore> {
  await mkdir(folder, { recursive: true });
  const identities = await startIdentityProvider();
  const [fulcio, log, promisingLog, timestamps] = await startAll(
    startFulcio(folder, identities.origin),
    startRekorTiles(folder),
    startRekorV1(),
    startTimestampAuthority(),
  ).catch(async (error: unknown) => {
    await identities.stop();
    throw error;
  });
  const urls = {
    ca: `http://127.0.0.1:${fulcio.said}`,
    log: log.origin,
    promisingLog: promisingLog.origin,
    tsa: `http://127.0.0.1:${timestamps.said}/api/v1/timestamp`,
    oidc: identities.origin,
  };
  const { chains }: { readonly chains: readonly { readonly certificates: readonly string[] }[] } = JSON.parse(
    await textOf(`${urls.ca}/api/v2/trustBundle`),
  );
  const material = {
    ca: join(folder, "ca.pem"),
    tsa: join(folder, "tsa.pem"),
    log: join(folder, "log.pub"),
    promisingLog: join(folder, "promising-log.pub"),
  };
  await writeFile(material.ca, chains.flatMap(({ certificates }) => certificates).join("\n"));
  await writeFile(material.tsa, await textOf(`${urls.tsa}/certchain`));
  await writeFile(material.log, log.publicKey.export({ type: "spki", format: "pem" }));
  await writeFile(material.promisingLog, promisingLog.publicKey);

  const files = {
    trustedRoot: join(folder, "trusted_root.json"),
    signingConfig: join(folder, "signing_config.json"),
    promisingConfig: join(folder, "promising_config.json"),
  };
  const start = "start-time=2020-01-01T00:00:00Z";
  await touchmark.createTrust(files.trustedRoot, [
    ["--fulcio", `url=${urls.ca},certificate-chain=${material.ca},${start}`],
    ["--tsa", `url=${urls.tsa},certificate-chain=${material.tsa},${start}`],
    ["--rekor", `url=${urls.log},public-key=${material.log},${start},origin=${new URL(urls.log).hostname}`],
    ["--rekor", `url=${urls.promisingLog},public-key=${material.promisingLog},${start}`],
  ]);
  await writeFile(files.signingConfig, JSON.stringify(signingConfigOf(urls, { url: urls.log, version: 2 })));
  await writeFile(files.promisingConfig, JSON.stringify(signingConfigOf(urls, { url: urls.promisingLog, version: 1 })));
  return {
    identities,
    urls,
    files,
    root: parseTrustedRoot(await readFile(files.trustedRoot), "trusted_root.json"),
    config: parseSigningConfig(await readFile(files.signingConfig), "signing_config.json"),
    stop: async () => {
      await Promise.all([identities, fulcio, log, promisingLog, timestamps].map((one) => one.stop()));
    },
  };
}

/** Leaves none running if one does not start. */
async function startAll<A extends Stoppable, B extends Stoppable, C extends Stoppable, D extends Stoppable>(
  ...starting: [Promise<A>, Promise<B>, Promise<C>, Promise<D>]
): Promise<[A, B, C, D]> {
  try {
    return await Promise.all(starting);
  } catch (error) {
    const started = await Promise.allSettled<Stoppable>(starting);
    await Promise.all(started.map(async (one) => one.status === "fulfilled" && one.value.stop()));
    throw error;
  }
}

interface Stoppable {
  stop(): Promise<void>;
}

function signingConfigOf(urls: Urls, log: { readonly url: string; readonly version: 1 | 2 }): unknown {
  const validFor = { start: "2020-01-01T00:00:00Z" };
  const service = (url: string, majorApiVersion: number) => [{ url, majorApiVersion, validFor, operator: "private.example" }];
  return {
    mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
    caUrls: service(urls.ca, 1),
    oidcUrls: service(urls.oidc, 1),
    rekorTlogUrls: service(log.url, log.version),
    rekorTlogConfig: { selector: "ANY" },
    tsaUrls: service(urls.tsa, 1),
    tsaConfig: { selector: "ANY" },
  };
}

/** What a service answers, which may say that it is ready a moment before it is. */
async function textOf(url: string): Promise<string> {
  for (let tries = 1; ; tries++) {
    try {
      return await (await fetch(url)).text();
    } catch (error) {
      if (tries === 50) throw error;
      await setTimeout(100);
    }
  }
}
