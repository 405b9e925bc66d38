/**
 * Gets a revocation list from the cache or from its URL. A list is cached until its next update, at most for a day, and only
 * if its issuer signed it, because plain HTTP does not authenticate it. A list with deltas is not cached, because a current delta
 * may not apply to yesterday's list.
 */
import { asTouchmarkError } from "../../core/errors.ts";
import type { CrlQuestion } from "../../core/facts/crl.ts";
import type { Instant } from "../../core/instant.ts";
import { parseCrl } from "../../core/x509/crl.ts";
import { isSignedBy } from "../../core/x509/is-signed-by.ts";
import { fetchRevocationData, parseUrl, type FetchOptions } from "./fetch-revocation-data.ts";
import { readCachedList, writeCachedList } from "./cached-list.ts";
import { factLimits } from "../limits.ts";
import { coreLimits } from "../../core/limits.ts";

export interface FetchListOptions extends FetchOptions {
  readonly cache: string | undefined;
  readonly at: Instant;
}

/** Returns the list, unverified. Throws UNREACHABLE, TIMEOUT or LIMIT_EXCEEDED. */
export async function fetchRevocationList(question: CrlQuestion, options: FetchListOptions): Promise<Uint8Array> {
  const url = parseUrl(question.url);
  const { cache, at } = options;
  const cached = cache === undefined ? undefined : await readCachedList(cache, question.url, at);
  if (cached && (await isCacheable(cached, question, at))) return cached;
  const bytes = await fetchRevocationData({ method: "GET", url, maxBytes: coreLimits.crlBytes, within: factLimits.listTime }, options);
  if (cache !== undefined && (await isCacheable(bytes, question, at))) await writeCachedList(cache, question.url, bytes);
  return bytes;
}

async function isCacheable(bytes: Uint8Array, { issuer }: CrlQuestion, at: Instant): Promise<boolean> {
  try {
    const list = parseCrl(bytes);
    const isAlone = list.freshest === undefined && list.baseNumber === undefined;
    return isAlone && list.nextUpdate !== undefined && at <= list.nextUpdate && (await isSignedBy(list, issuer));
  } catch (thrown) {
    if (asTouchmarkError(thrown).code === "INTERNAL") throw thrown;
    return false;
  }
}
