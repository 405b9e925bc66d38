/** A registry that is there for the tests of one `describe`, and our client for it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import type { Repository } from "../../../src/core/repository.ts";
import { createHttpClient, type HttpClientOptions } from "../../../src/net/http-client.ts";
import type { Credentials } from "../../../src/registry/credentials/credentials.ts";
import { createRegistries } from "../../../src/registry/registries.ts";
import { keptIn, type Account } from "./identities.ts";
import type { Running } from "./server.ts";

export interface Visit {
  /** Whose password the client finds, and where; without it, nobody's. */
  readonly as?: { readonly account: Account; readonly keptIn: keyof typeof keptIn };
  /** The repository; without it, another one each time. */
  readonly name?: string;
  /** What the registry is called; without it, by its address. */
  readonly host?: string;
  readonly http?: HttpClientOptions;
}

export interface Place {
  /** A repository of the registry, by a client of its own that remembers nothing. */
  visit(visit?: Visit): Promise<Repository>;
}

const nobody: Credentials = { find: async () => undefined };

/** `serve` gets an empty folder; what it starts says its port. */
export function makePlace(serve: (folder: string) => Promise<Running>): Place {
  let folder: string;
  let server: Running;
  let visits = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "touchmark-place-"));
    server = await serve(folder);
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });
  return {
    async visit({ as, name, host, http } = {}) {
      const registry = host ?? `127.0.0.1:${server.said}`;
      const repository = name ?? `contract/${visits++}`;
      const home = await mkdtemp(join(folder, "home-"));
      const credentials = as ? await keptIn[as.keptIn]({ folder: home, registry, ...as.account }) : nobody;
      return createRegistries({ http: createHttpClient(http), credentials }).open({ kind: "registry", registry, repository });
    },
  };
}
