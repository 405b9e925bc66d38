/**
 * Fetches revocation facts: OCSP responses (RFC 6960, appendix A) and revocation lists.
 * It uses HTTP, since the answers are signed, with timeouts of seconds, and never connects to private networks.
 */
import { mapBounded } from "../../core/async/map-bounded.ts";
import { asTouchmarkError } from "../../core/errors.ts";
import { factKey, type FactAnswer, type Facts, type GatherFacts, type StatusQuestion } from "../../core/facts/facts.ts";
import type { Instant } from "../../core/instant.ts";
import { createHttpClient } from "../../net/http-client.ts";
import type { Proxies } from "../../net/proxies.ts";
import { publicOnly } from "../../net/public-only.ts";
import { fetchRevocationList } from "./fetch-revocation-list.ts";
import { fetchOcspResponse } from "./fetch-ocsp-response.ts";
import { factLimits } from "../limits.ts";

export interface GatherOptions {
  /** Cache folder of revocation lists; without it, none are cached. */
  readonly cache?: string;
  readonly proxies?: Proxies | undefined;
  /** Whether private addresses are allowed: for a private certificate authority. */
  readonly allowPrivate?: boolean;
  /** The current time, by which cached lists expire. */
  readonly clock: () => Instant;
}

/**
 * The questions must come from chains that lead to a trusted root, which the caller ensures: URLs in any other
 * certificate are untrusted.
 */
export function factGatherer({ cache, proxies, allowPrivate = false, clock }: GatherOptions): GatherFacts<StatusQuestion> {
  const http = createHttpClient({ proxies, ...(!allowPrivate && { resolver: publicOnly() }) });

  async function ask(question: StatusQuestion, signal: AbortSignal): Promise<FactAnswer> {
    try {
      const bytes = await (question.kind === "ocsp"
        ? fetchOcspResponse(question, { http, signal })
        : fetchRevocationList(question, { http, signal, cache, at: clock() }));
      return { bytes };
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      const { code, message } = asTouchmarkError(thrown);
      if (code === "INTERNAL") throw thrown;
      return { code, message };
    }
  }

  return async (questions, signal) => {
    const each = [...new Map(questions.map((question) => [factKey(question), question])).values()];
    const answers = await mapBounded(
      each,
      factLimits.requests,
      async (question) => [factKey(question), await ask(question, signal)] as const,
    );
    return new Map(answers) satisfies Facts;
  };
}
