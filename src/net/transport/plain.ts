/** Plain HTTP connections: a separate module, loaded while the first of them open. */
import { Agent, request, type ClientRequestArgs } from "node:http";
import type { Duplex } from "node:stream";
import { keepingAgents, type Opener, type Opening } from "./agents.ts";
import type { Preconnections } from "./preconnect.ts";

type Created = (error: Error | null, connection: Duplex) => void;

export function createPlainOpener(early: Preconnections, sockets: number): Opener {
  class EarlyAgent extends Agent {
    override createConnection(options: ClientRequestArgs & Opening, created: Created): Duplex | null | undefined {
      const connection = early.take(options) ?? super.createConnection(options, created);
      if (connection) options.connecting?.(connection);
      return connection;
    }
  }
  return keepingAgents(
    sockets,
    (options) => new EarlyAgent(options),
    (address, agent) => request({ ...address, agent }),
  );
}
