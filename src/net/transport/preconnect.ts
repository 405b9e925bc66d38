/**
 * Preconnect: opens connections before their protocol module is loaded, since `node:http` takes longer to load than a nearby
 * registry to respond, and `node:https` longer still.
 */
import { connect, type LookupFunction, type Socket } from "node:net";

export interface Preconnections {
  /** Starts to connect. A failure here is ignored: the request opens the connection again, and gets the error. */
  readonly connect: (to: Destination) => void;
  /** Takes a connection to this endpoint that was started and has not failed. */
  readonly take: (to: Endpoint) => Socket | undefined;
  /** Closes the connections that were not taken. */
  readonly end: () => void;
}

export interface Endpoint {
  readonly host?: string | null | undefined;
  readonly port?: number | string | null | undefined;
}

export interface Destination extends Endpoint {
  readonly lookup?: LookupFunction | undefined;
}

/** Maximum connections to one endpoint. */
export function preconnect(max: number): Preconnections {
  const begun = new Map<string, Socket[]>();
  return {
    connect(to) {
      const sockets = begun.get(keyOf(to)) ?? [];
      begun.set(keyOf(to), sockets);
      if (sockets.length === max) return;
      const { host, port, lookup } = to;
      const socket = connect({ host: host ?? undefined, port: Number(port), lookup, noDelay: true, keepAlive: true });
      sockets.push(socket.on("error", () => undefined).unref());
    },
    take(to) {
      const sockets = begun.get(keyOf(to)) ?? [];
      for (let socket = sockets.shift(); socket; socket = sockets.shift()) {
        if (!socket.destroyed) return socket.ref();
      }
      return undefined;
    },
    end() {
      for (const socket of [...begun.values()].flat()) socket.destroy();
      begun.clear();
    },
  };
}

function keyOf({ host, port }: Endpoint): string {
  return `${host} ${port}`;
}
