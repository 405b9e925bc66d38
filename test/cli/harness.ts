/** The command line in this process, against an embedded registry of its own, in a folder of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { commands } from "../../src/cli/commands.ts";
import { main } from "../../src/cli/main.ts";
import type { Io } from "../../src/cli/io.ts";
import { parseReference } from "../../src/core/oci/reference.ts";
import type { Repository } from "../../src/core/repository.ts";
import { createHttpClient } from "../../src/net/http-client.ts";
import { createCredentials } from "../../src/registry/credentials/credentials.ts";
import { createRegistries } from "../../src/registry/registries.ts";
import { startRegistry } from "../../src/server/registry/registry.ts";
import { testClock } from "../fakes/clock.ts";
import { testIo } from "../fakes/io.ts";

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Bench {
  readonly folder: string;
  /** Of the registry. */
  readonly address: string;
  /** A path in the folder. */
  path(name: string): string;
  run(...words: readonly string[]): Promise<Outcome>;
  runWith(io: Partial<Io>, ...words: readonly string[]): Promise<Outcome>;
  repository(reference: string): Repository;
}

/** All of it ends with the test. */
export async function bench(t: Pick<TestContext, "after">): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-cli-"));
  const registry = await startRegistry({ dir: join(folder, "registry"), host: "127.0.0.1", port: 0 });
  t.after(async () => {
    await registry.close();
    await rm(folder, { recursive: true, force: true });
  });
  const registries = createRegistries({ http: createHttpClient(), credentials: createCredentials({ env: {}, home: folder }) });
  const runWith = async (io: Partial<Io>, ...words: readonly string[]): Promise<Outcome> => {
    const {
      io: own,
      stdout,
      stderr,
    } = testIo({
      env: { TOUCHMARK_PASSWORD: "correct horse" },
      home: folder,
      now: testClock,
      ...io,
    });
    return { status: await main(words, own, commands), stdout: stdout(), stderr: stderr() };
  };
  return {
    folder,
    address: registry.address,
    path: (name) => join(folder, name),
    run: (...words) => runWith({}, ...words),
    runWith,
    repository: (reference) => registries.open(parseReference(reference)),
  };
}
