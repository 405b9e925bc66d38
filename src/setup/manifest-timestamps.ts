/** The timestamps of an archive: one of each named authority, over its manifest. */
import { asTouchmarkError, type TouchmarkError } from "../core/errors.ts";
import type { Instant } from "../core/instant.ts";
import { serviceHttp } from "./http.ts";
import type { LocalSettings } from "./local-settings.ts";

export interface ManifestTimestampSettings {
  readonly urls: readonly string[];
  /** Certificates (PEM) that verify the responses: paths, or `env://VAR`. */
  readonly roots: readonly string[];
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
  /** The errors of the authorities that failed. */
  readonly failures: readonly { readonly url: string; readonly error: TouchmarkError }[];
}

/** Sends the requests to all authorities at once. The returned function throws only INTERRUPTED. */
export type ManifestTimestamper = (manifest: Uint8Array) => Promise<Timestamps>;

/** Reads the certificates. Throws USAGE for an invalid URL, and what reading throws. */
export async function openManifestTimestamps(
  { urls: named, roots }: ManifestTimestampSettings,
  { env, clock, signal }: LocalSettings & { readonly signal: AbortSignal },
): Promise<ManifestTimestamper> {
  const urls = [...new Set(named)];
  if (urls.length === 0) return async () => ({ given: [], failures: [] });
  const [{ readAuthorities }, { requestTimestamp }, { urlOf }] = await Promise.all([
    import("../trust-sources/sigstore/authorities-file.ts"),
    import("../signers/services/timestamp/request-timestamp.ts"),
    import("../signers/services/ask.ts"),
  ]);
  for (const url of urls) urlOf(url); // a typo is reported before anything is read
  const authorities = (await Promise.all(roots.map((path) => readAuthorities(path, { env, signal })))).flat();
  const client = { http: await serviceHttp({ env }), clock, signal };
  return async (manifest) => {
    const answers = await Promise.all(
      urls.map(async (url) => {
        try {
          return { url, ...(await requestTimestamp({ service: url, message: manifest, authorities }, client)) };
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
