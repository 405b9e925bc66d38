/** Connections in plain HTTP: apart, to be loaded while the first of them open. */
import { Agent, request } from "node:http";
import { keepingAgents, type Opener } from "./agents.ts";
import type { HeadStart } from "./head-start.ts";

type Connect = Agent["createConnection"];

export function createPlainOpener(early: HeadStart): Opener {
  class EarlyAgent extends Agent {
    override createConnection(...[options, done]: Parameters<Connect>): ReturnType<Connect> {
      return early.take(options) ?? super.createConnection(options, done);
    }
  }
  return keepingAgents(
    (options) => new EarlyAgent(options),
    (address, agent) => request({ ...address, agent }),
  );
}
