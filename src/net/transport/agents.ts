/** HTTP agents, which pool connections by origin: one agent for each route. */
import type { ClientRequest } from "node:http";
import type { Duplex } from "node:stream";

export interface PoolOptions {
  readonly keepAlive: true;
  readonly maxSockets: number;
  readonly proxyEnv?: { readonly HTTP_PROXY: string; readonly HTTPS_PROXY: string };
}

/** Options of a request in addition to Node's. */
export interface Opening {
  /** Called with a new connection that is opened for the request, when connecting begins. */
  readonly connecting?: (connection: Duplex) => void;
}

/** Opens a request, through the proxy where one is given. */
export type Opener = (address: object, proxy: string | undefined) => ClientRequest;

/** Each agent is created on first use, and has this many connections to each origin. */
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
