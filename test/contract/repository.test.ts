import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, type TestContext } from "node:test";
import { createHttpClient } from "../../src/net/http-client.ts";
import { ArchiveFiles } from "../../src/registry/layout/archive-files.ts";
import { LayoutFiles } from "../../src/registry/layout/layout-files.ts";
import { LayoutRepository } from "../../src/registry/layout/layout-repository.ts";
import { createRegistries, type Registries } from "../../src/registry/registries.ts";
import { startRegistry, type RunningRegistry } from "../../src/server/registry/registry.ts";
import { memoryRepository } from "../fakes/memory-repository.ts";
import { repositoryContract } from "./repository.ts";

async function newFolder(t: Pick<TestContext, "after">): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-contract-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

describe("the repository in memory that other tests use", () => repositoryContract(() => memoryRepository()));

describe("an OCI layout folder as a repository", () =>
  repositoryContract(async (t) => {
    const path = join(await newFolder(t), "layout");
    return new LayoutRepository(`oci:${path}`, new LayoutFiles(path));
  }));

describe("an archive of an OCI layout as a repository", () =>
  repositoryContract(async (t) => {
    const path = join(await newFolder(t), "layout.tar");
    return new LayoutRepository(`oci-archive:${path}`, new ArchiveFiles(path));
  }));

describe("a repository of the embedded registry", () => {
  let folder: string;
  let server: RunningRegistry;
  let registries: Registries;
  let opened = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "touchmark-contract-"));
    server = await startRegistry({ dir: folder, host: "127.0.0.1", port: 0 });
    registries = createRegistries({ http: createHttpClient(), credentials: { find: async () => undefined } });
  });
  after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });
  repositoryContract(() => registries.open({ kind: "registry", registry: server.address, repository: `contract/${opened++}` }));
});
