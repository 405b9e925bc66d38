/** The timestamps of an archive: one of each authority that is named, over its manifest. */
import { asTouchmarkError, type TouchmarkError } from "../../core/errors.ts";
import type { Instant } from "../../core/instant.ts";
import { usageError } from "../usage-error.ts";
import type { Io } from "../io.ts";
import { serviceHttp } from "../../setup/http.ts";

export interface TimestampArgs {
  readonly timestampUrl: readonly string[];
  readonly timestampRoot: readonly string[];
}

export interface ManifestTimestamp {
  /** The authority's URL. */
  readonly url: string;
  /** The RFC 3161 response, DER. */
  readonly timestamp: Uint8Array;
  readonly at: Instant;
}

export interface Timestamps {
  readonly given: readonly ManifestTimestamp[];
  /** Of the authorities that gave none. */
  readonly failures: readonly { readonly url: string; readonly error: TouchmarkError }[];
}

/** Asks all authorities at once. What it gives throws INTERRUPTED alone. */
export type ManifestTimestamper = (manifest: Uint8Array) => Promise<Timestamps>;

/** Reads what the answers are proven by. Throws USAGE, and what reading throws. */
export async function openTimestamping(args: TimestampArgs, io: Io): Promise<ManifestTimestamper> {
  const urls = [...new Set(args.timestampUrl)];
  const roots = args.timestampRoot;
  if (urls.length === 0 && roots.length === 0) return async () => ({ given: [], failures: [] });
  if (urls.length === 0) {
    throw usageError("--timestamp-root proves what an authority answers, and none is named", "Name it: --timestamp-url URL.");
  }
  if (roots.length === 0) {
    throw usageError("--timestamp-url needs --timestamp-root", "Name the root of its authority, so that its answers can be proven.");
  }
  const [{ readAuthorities }, { requestTimestamp }, { urlOf }] = await Promise.all([
    import("../../trust-sources/sigstore/authorities-file.ts"),
    import("../../signers/services/timestamp/request-timestamp.ts"),
    import("../../signers/services/ask.ts"),
  ]);
  for (const url of urls) urlOf(url); // a typo is told before anything is read
  const authorities = (await Promise.all(roots.map((path) => readAuthorities(path, { env: io.env, signal: io.signal })))).flat();
  const asker = { http: await serviceHttp(io), clock: io.now, signal: io.signal };
  return async (manifest) => {
    const answers = await Promise.all(
      urls.map(async (url) => {
        try {
          return { url, ...(await requestTimestamp({ service: url, stamped: manifest, authorities }, asker)) };
        } catch (thrown) {
          const error = asTouchmarkError(thrown);
          if (error.code === "INTERRUPTED") throw error;
          return { url, error };
        }
      }),
    );
    return {
      given: answers.filter((answer) => "timestamp" in answer),
      failures: answers.flatMap((answer) => ("timestamp" in answer ? [] : [answer])),
    };
  };
}
