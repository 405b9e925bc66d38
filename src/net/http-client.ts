/** The only HTTP client: bounded, with redirects, retries and connection reuse. */
import { TouchmarkError } from "../core/errors.ts";
import { backoff, retryAfter } from "./backoff.ts";
import { exchange, type Timeouts } from "./exchange.ts";
import { isReset } from "./failure.ts";
import type { HttpClient, HttpRequest, HttpResponse, HttpStream } from "./http.ts";
import { netLimits, type NetLimits } from "./limits.ts";
import { pause } from "../core/async/pause.ts";
import { printableHost, printableUrl } from "../core/printable.ts";
import { createTransport, type TransportSettings } from "./transport/transport.ts";

export interface HttpClientOptions extends TransportSettings {
  readonly timeouts?: Timeouts;
  /** Defaults are in `netLimits`. */
  readonly limits?: Partial<Pick<NetLimits, "tries" | "redirects" | "retryDelay" | "sockets">>;
  /** Waits this many milliseconds, unless the signal is aborted. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const defaultTimeouts: Timeouts = { connect: netLimits.connectTime, silence: netLimits.silence };
/** Methods that may be retried when the first response was lost. */
const repeatable: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "DELETE"]);
/** Status that guarantees that nothing was done, so any request may be retried. */
const tooMany = 429;
const busy: ReadonlySet<number> = new Set([tooMany, 500, 502, 503, 504]);
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { timeouts = defaultTimeouts, sleep = pause } = options;
  const { tries, redirects: maxRedirects, retryDelay, sockets } = { ...netLimits, ...options.limits };
  const transport = createTransport(options, sockets);

  async function withRetries(request: HttpRequest, streamed: boolean): Promise<HttpStream> {
    const isRepeatable = request.repeatable === true || repeatable.has(request.method);
    for (let failures = 1; ; failures++) {
      let delay = backoff(failures, retryDelay);
      try {
        const response = await exchange(transport, request, { timeouts, streamed });
        delay = retryAfter(response.headers.get("retry-after") ?? "", Date.now()) ?? delay;
        const isPutOff = response.status === tooMany || (isRepeatable && busy.has(response.status));
        if (!isPutOff || failures >= tries || delay > retryDelay) return response;
      } catch (error) {
        if (!isReset(error) || !isRepeatable || isStreamed(request) || failures >= tries) throw error;
      }
      await sleep(delay, request.signal);
    }
  }

  async function follow(request: HttpRequest, streamed: boolean): Promise<HttpStream> {
    let current = request;
    for (let hops = 0; hops <= maxRedirects; hops++) {
      const response = await withRetries(current, streamed);
      const next = redirected(current, response);
      if (next === undefined) return response;
      current = next;
    }
    throw new TouchmarkError("LIMIT_EXCEEDED", `${printableUrl(request.url)} redirects more than ${maxRedirects} times`);
  }

  return {
    request: (request) => follow(request, false),
    open: (request) => follow(request, true),
  };
}

/** A streamed body may be partly accepted: only the caller knows where to resume. */
function isStreamed({ body }: HttpRequest): boolean {
  return body !== undefined && !(body instanceof Uint8Array);
}

/** Returns the redirected request, if the response redirects. To another origin, only permitted headers are sent. */
function redirected(request: HttpRequest, response: HttpResponse): HttpRequest | undefined {
  const location = response.headers.get("location");
  const follows = request.redirects !== false && (request.method === "GET" || request.method === "HEAD");
  if (!follows || location === undefined || !redirects.has(response.status)) return undefined;
  const url = URL.parse(location, request.url.href);
  if (url === null) throw new TouchmarkError("UNREACHABLE", `${printableHost(request.url)} redirects to an invalid URL`);
  if (request.url.protocol === "https:" && url.protocol !== "https:") {
    throw new TouchmarkError("INSECURE_REGISTRY", `${printableHost(request.url)} redirects to plain HTTP: ${printableUrl(url)}`);
  }
  if (url.origin === request.url.origin) return { ...request, url };
  const { accept, range } = request.headers ?? {};
  return { ...request, url, headers: { ...(accept !== undefined && { accept }), ...(range !== undefined && { range }) } };
}
