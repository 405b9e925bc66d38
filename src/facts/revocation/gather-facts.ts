/**
 * Asks those who can tell whether a certificate was revoked: OCSP responders (RFC 6960, appendix A), and whoever hands out
 * revocation lists. Over HTTP, as signed answers need no TLS; for seconds, and never inside of our own network.
 */
import { mapBounded } from "../../core/async/map-bounded.ts";
import { asTouchmarkError } from "../../core/errors.ts";
import { factKey, type FactAnswer, type Facts, type GatherFacts, type StatusQuestion } from "../../core/facts/facts.ts";
import type { Instant } from "../../core/instant.ts";
import { createHttpClient } from "../../net/http-client.ts";
import type { Proxies } from "../../net/proxies.ts";
import { publicOnly } from "../../net/public-only.ts";
import { askForList } from "./ask-for-list.ts";
import { askResponder } from "./ask-responder.ts";
import { factLimits } from "../limits.ts";

export interface GatherOptions {
  /** Folder where revocation lists are kept between runs; without it, none are. */
  readonly cache?: string;
  readonly proxies?: Proxies | undefined;
  /** Whether hosts of our own network may be asked: for an authority of one's own. */
  readonly allowPrivate?: boolean;
  /** The time, by which what is kept grows old. */
  readonly clock: () => Instant;
}

/**
 * What it is given must come from chains that lead to a trusted root: that is for the caller to see to, for URLs in any other
 * certificate are a stranger's wish.
 */
export function factGatherer({ cache, proxies, allowPrivate = false, clock }: GatherOptions): GatherFacts<StatusQuestion> {
  const http = createHttpClient({ proxies, ...(!allowPrivate && { resolver: publicOnly() }) });

  async function ask(question: StatusQuestion, signal: AbortSignal): Promise<FactAnswer> {
    try {
      const bytes = await (question.kind === "ocsp"
        ? askResponder(question, { http, signal })
        : askForList(question, { http, signal, cache, at: clock() }));
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
