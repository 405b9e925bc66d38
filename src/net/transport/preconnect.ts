/**
 * Connections that are opened before the module is loaded which speaks over them: `node:http` takes longer to load than a near
 * registry to answer, and `node:https` longer still.
 */
import { connect, type LookupFunction, type Socket } from "node:net";

export interface Preconnections {
  /** Begins to connect. What fails here is no failure yet: whoever wants the connection opens it anew, and is told. */
  readonly connect: (to: Destination) => void;
  /** A connection to there that was begun and has not failed, for good. */
  readonly take: (to: Endpoint) => Socket | undefined;
  /** Gives up those that nobody took. */
  readonly end: () => void;
}

export interface Endpoint {
  readonly host?: string | null | undefined;
  readonly port?: number | string | null | undefined;
}

export interface Destination extends Endpoint {
  readonly lookup?: LookupFunction | undefined;
}

/** At most so many connections to one endpoint. */
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
