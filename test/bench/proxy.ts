/** Distance to a server: a proxy before it, in a process of its own, that delays what passes and counts it. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export interface ProxyOptions {
  /** URL of the server behind it, spoken to in plain HTTP. */
  readonly upstream: string;
  /** Milliseconds. */
  readonly roundTrip: number;
  /** Speak TLS with this certificate and its key, both PEM, and ask for a bearer token. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

export interface Traffic {
  readonly requests: number;
  /** Those that brought a request. */
  readonly connections: number;
}

export interface Proxy {
  readonly port: number;
  /** What has passed since this was last asked. */
  readonly traffic: () => Promise<Traffic>;
  readonly stop: () => Promise<void>;
}

export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const child = fork(join(import.meta.dirname, "proxy-process.ts"), [JSON.stringify(options)]);
  const [{ port }] = await once(child, "message");
  return {
    port,
    async traffic() {
      child.send("traffic");
      const [traffic] = await once(child, "message");
      return traffic;
    },
    async stop() {
      child.kill();
      await once(child, "exit");
    },
  };
}
