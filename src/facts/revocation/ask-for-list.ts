/**
 * Getting a revocation list, from where it was kept or from its URL. One is kept until it is to be replaced, at most for a day, and
 * only if its issuer signed it: what came over plain HTTP from anybody must not stay. A list with deltas is not kept, for a delta
 * of today may not fit the list of yesterday.
 */
import { asTouchmarkError } from "../../core/errors.ts";
import type { CrlQuestion } from "../../core/facts/facts.ts";
import type { Instant } from "../../core/instant.ts";
import { parseCrl } from "../../core/x509/crl.ts";
import { isSignedBy } from "../../core/x509/is-signed-by.ts";
import { fetchRevocationData, parseUrl, type AskOptions } from "./ask.ts";
import { readKeptList, writeKeptList } from "./kept-list.ts";
import { factLimits } from "../limits.ts";
import { coreLimits } from "../../core/limits.ts";

export interface AskForListOptions extends AskOptions {
  readonly cache: string | undefined;
  readonly at: Instant;
}

/** The list, unread. Throws UNREACHABLE, TIMEOUT or LIMIT_EXCEEDED. */
export async function askForList(question: CrlQuestion, options: AskForListOptions): Promise<Uint8Array> {
  const url = parseUrl(question.url);
  const { cache, at } = options;
  const kept = cache === undefined ? undefined : await readKeptList(cache, question.url, at);
  if (kept && (await isWorthKeeping(kept, question, at))) return kept;
  const bytes = await fetchRevocationData({ method: "GET", url, maxBytes: coreLimits.crlBytes, within: factLimits.listTime }, options);
  if (cache !== undefined && (await isWorthKeeping(bytes, question, at))) await writeKeptList(cache, question.url, bytes);
  return bytes;
}

async function isWorthKeeping(bytes: Uint8Array, { issuer }: CrlQuestion, at: Instant): Promise<boolean> {
  try {
    const list = parseCrl(bytes);
    const isAlone = list.freshest === undefined && list.baseNumber === undefined;
    return isAlone && list.nextUpdate !== undefined && at <= list.nextUpdate && (await isSignedBy(list, issuer));
  } catch (thrown) {
    if (asTouchmarkError(thrown).code === "INTERNAL") throw thrown;
    return false;
  }
}
