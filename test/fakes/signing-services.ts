/** A private sigstore instance of fakes on loopback: a certificate authority, a log and a timestamp authority, with their configuration documents. */
import type { TestContext } from "node:test";
import { decodeUtf8 } from "../../src/core/bytes.ts";
import type { Instant } from "../../src/core/instant.ts";
import { encodeTrustedRoot } from "../../src/trust/encode-trusted-root.ts";
import { testClock } from "./clock.ts";
import { fulcioFake, type FulcioOptions } from "./fulcio.ts";
import { rekorV1Fake, type RekorV1Options } from "./rekor-v1.ts";
import { rekorV2Fake } from "./rekor-v2.ts";
import { handlerOf, scriptedServer, type Handler, type Script, type ScriptedServer } from "./scripted-registry.ts";
import { tsaFake, type TsaOptions } from "./tsa.ts";

export interface SigningServicesOptions {
  /** The clock of each service without its own; `testClock` by default. */
  readonly clock?: () => Instant;
  /** The version of the log; 2 by default. */
  readonly rekor?: 1 | 2;
  readonly fulcio?: FulcioOptions;
  /** Of a log of version 1. */
  readonly log?: RekorV1Options;
  readonly stamps?: TsaOptions;
}

export interface SigningServices {
  readonly clock: () => Instant;
  readonly authority: ScriptedServer;
  /** The script lines of the certificate authority, for tests that replace them for a while. */
  readonly authorityScript: Script;
  readonly log: ScriptedServer;
  readonly stamps: ScriptedServer;
  /** The script lines of the log and of the timestamp authority, for tests that replace them for a while. */
  readonly keeping: Line;
  readonly stamping: Line;
  /** JSON. */
  readonly trustedRoot: string;
  readonly signingConfig: string;
}

export interface Line {
  readonly name: string;
  readonly usual: Handler;
}

const mediaType = "application/vnd.dev.sigstore.signingconfig.v0.2+json";

export async function signingServices(t: TestContext, options: SigningServicesOptions = {}): Promise<SigningServices> {
  const { clock = testClock, rekor = 2, fulcio, log: logOptions, stamps: stampsOptions } = options;
  const fakes = {
    authority: await fulcioFake({ clock, ...fulcio }),
    log: rekor === 1 ? await rekorV1Fake({ clock, ...logOptions }) : rekorV2Fake(),
    stamps: tsaFake({ clock, ...stampsOptions }),
  };
  const authority = await scriptedServer(t, fakes.authority.script);
  const log = await scriptedServer(t, fakes.log.script);
  const stamps = await scriptedServer(t, fakes.stamps.script);
  const root = { ...fakes.authority.trusted, logs: [fakes.log.authority], timestampAuthorities: [fakes.stamps.authority] };
  const services = { authority: authority.origin, log: log.origin, stamps: `${stamps.origin}/api/v1/timestamp` };
  const documents = { trustedRoot: decodeUtf8(encodeTrustedRoot(root)), signingConfig: signingConfigOf(services, rekor) };
  const keeping = lineOf(fakes.log.script, `POST /api/v${rekor}/log/entries`);
  return {
    clock,
    authority,
    authorityScript: fakes.authority.script,
    log,
    stamps,
    keeping,
    stamping: lineOf(fakes.stamps.script, "POST /api/v1/timestamp"),
    ...documents,
  };
}

function lineOf(script: Script, name: string): Line {
  return { name, usual: handlerOf(script, name) };
}

/** A signing config with one service of each kind, by URL. */
export function signingConfigOf(urls: Readonly<Record<"authority" | "log" | "stamps", string>>, rekor: 1 | 2): string {
  const service = (url: string, majorApiVersion: number) => [
    { url, majorApiVersion, validFor: { start: "2020-01-01T00:00:00Z" }, operator: "example" },
  ];
  return JSON.stringify({
    mediaType,
    caUrls: service(urls.authority, 1),
    rekorTlogUrls: service(urls.log, rekor),
    rekorTlogConfig: { selector: "ANY" },
    tsaUrls: service(urls.stamps, 1),
    tsaConfig: { selector: "ANY" },
  });
}
