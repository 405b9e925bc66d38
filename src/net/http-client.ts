/** The only way out of the house: bounded HTTP with redirects and retries, over connections that are kept. */
import { setTimeout as after } from "node:timers/promises";
import { TouchmarkError } from "../core/errors.ts";
import { backoff, maxDelay, retryAfter } from "./backoff.ts";
import { exchange, type Timeouts } from "./exchange.ts";
import { isReset } from "./failure.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "./http.ts";
import { interruption } from "./interruption.ts";
import { printableHost, printableUrl } from "./printable.ts";
import { createTransport } from "./transport.ts";

export interface HttpClientOptions {
  readonly timeouts?: Timeouts;
  /** Waits this many milliseconds, unless the signal is aborted. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const maxTries = 4;
const maxRedirects = 5;
const defaultTimeouts: Timeouts = { connect: 10_000, silence: 30_000 };
/** What may be sent again when the first answer was lost. */
const repeatable: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT"]);
const busy: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { timeouts = defaultTimeouts, sleep = pause } = options;
  const transport = createTransport();

  async function insist(request: HttpRequest): Promise<HttpResponse> {
    const tries = repeatable.has(request.method) ? maxTries : 1;
    for (let failures = 1; ; failures++) {
      let delay = backoff(failures);
      try {
        const response = await exchange(transport, request, timeouts);
        delay = retryAfter(response.headers.get("retry-after") ?? "", Date.now()) ?? delay;
        if (!busy.has(response.status) || failures === tries || delay > maxDelay) return response;
      } catch (error) {
        if (!isReset(error) || failures === tries) throw error;
      }
      await sleep(delay, request.signal);
    }
  }

  return {
    async request(request) {
      let current = request;
      for (let hops = 0; hops <= maxRedirects; hops++) {
        const response = await insist(current);
        const next = redirected(current, response);
        if (next === undefined) return response;
        current = next;
      }
      throw new TouchmarkError("LIMIT_EXCEEDED", `${printableUrl(request.url)} redirects more than ${maxRedirects} times`);
    },
  };
}

/** The request that the answer sends us on to, if it does. To another origin nothing goes along but what is accepted there. */
function redirected(request: HttpRequest, response: HttpResponse): HttpRequest | undefined {
  const location = response.headers.get("location");
  const follows = request.method === "GET" || request.method === "HEAD";
  if (!follows || location === undefined || !redirects.has(response.status)) return undefined;
  const url = URL.parse(location, request.url.href);
  if (url === null) throw new TouchmarkError("UNREACHABLE", `${printableHost(request.url)} redirects to what is not a URL`);
  if (request.url.protocol === "https:" && url.protocol !== "https:") {
    throw new TouchmarkError("INSECURE_REGISTRY", `${printableHost(request.url)} redirects to plain HTTP: ${printableUrl(url)}`);
  }
  const { accept } = request.headers ?? {};
  if (url.origin === request.url.origin) return { ...request, url };
  return { ...request, url, headers: accept === undefined ? {} : { accept } };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await after(ms, undefined, { signal });
  } catch {
    throw interruption(signal);
  }
}
