/** Agents, which keep the connections of each origin apart and open for the next request: one for each way out. */
import type { ClientRequest } from "node:http";
import type { Duplex } from "node:stream";

export interface PoolOptions {
  readonly keepAlive: true;
  readonly maxSockets: number;
  readonly proxyEnv?: { readonly HTTP_PROXY: string; readonly HTTPS_PROXY: string };
}

/** What a request is opened with, beside what Node knows. */
export interface Opening {
  /** Told of the connection that is being opened for the request, if it gets one of its own, when that begins. */
  readonly connecting?: (connection: Duplex) => void;
}

/** Opens a request, by way of the proxy where one is named. */
export type Opener = (address: object, proxy: string | undefined) => ClientRequest;

/** Each agent is made when its way is first taken, and has so many connections to each origin. */
export function keepingAgents<A>(
  maxSockets: number,
  create: (options: PoolOptions) => A,
  open: (address: object, agent: A) => ClientRequest,
): Opener {
  const agents = new Map<string | undefined, A>();
  return (address, proxy) => {
    const pool = { keepAlive: true, maxSockets } as const;
    const agent =
      agents.get(proxy) ?? create(proxy === undefined ? pool : { ...pool, proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } });
    agents.set(proxy, agent);
    return open(address, agent);
  };
}
