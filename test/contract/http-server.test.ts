import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { serverLimits } from "../../src/server/http/limits.ts";
import { nodeServer } from "../../src/server/http/node.ts";
import { contractHandler } from "./http-handler.ts";
import { serverContract } from "./http-server.ts";

describe("handlers on node:http", () => {
  const content = Buffer.from(Uint32Array.from({ length: 2_500_000 }, (_, i) => i).buffer);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "touchmark-server-"));
    await writeFile(join(folder, "file"), content);
  });
  after(() => rm(folder, { recursive: true }));

  serverContract(async (t) => {
    let ids = 0;
    const limits = { ...serverLimits, drainTime: 500 };
    const host = "127.0.0.1";
    const options = { host, port: 0, limits, freshId: () => `request-${ids++}`, log: () => undefined };
    const { port, stop } = await nodeServer.listen(contractHandler(join(folder, "file")), options);
    let closing: Promise<void> | undefined;
    const close = (): Promise<void> => (closing ??= stop());
    t.after(close);
    return { host, port, content, close };
  });
});
