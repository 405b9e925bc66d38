/** The fake plugin: its key, the key's certificates, and a notation folder in which it is installed. */
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { installPlugin, moods, type Moods } from "../../../test/fakes/notation-plugin.ts";
import { extensions, makeDer, makeKey, type KeyPair, type Shape } from "../../core/x509/fixture.test.ts";
import type { PluginKey } from "../../signers/notation-plugin/plugin-key.ts";

const authority = makeKey();
export const key: KeyPair = makeKey();
export const root: Uint8Array = makeDer({ subject: "root", key: authority, extensions: [extensions.authority(), extensions.keyCertSign] });
/** The certificate chain of a signer, of this key or another. */
export const issued: Shape = {
  subject: "release",
  issuer: "root",
  signedBy: authority.privateKey,
  extensions: [extensions.digitalSignature],
};
export const leaf: Uint8Array = makeDer({ ...issued, key });

/** Creates a new folder with the plugin installed. */
export async function install(capabilities?: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-plugin-"));
  await installPlugin(folder, { key: key.privateKey, chain: [leaf, root], ...(capabilities && { capabilities }) });
  return folder;
}

export function keyIn(folder: string, by: Moods = {}, env: PluginKey["env"] = {}): PluginKey {
  return { folder, plugin: "com.example.fake", id: "release", config: { region: "here" }, env: { ...moods(by), ...env } };
}

/** Skips on Windows: the fakes are scripts. */
export const skip: string | false = process.platform === "win32" && "the fake plugin is a script";

/** The environment in which a hanging plugin reports that it and its child process run, and then that both have ended. */
export async function watchHanging(
  t: TestContext,
): Promise<{ readonly env: PluginKey["env"]; readonly started: Promise<void>; readonly ended: Promise<void> }> {
  const server = createServer();
  t.after(() => server.close());
  const started = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  let there = 0;
  let gone = 0;
  server.on("connection", (socket) => {
    if (++there === 2) started.resolve();
    socket.on("error", () => undefined).on("close", () => ++gone === 2 && ended.resolve());
    socket.resume();
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has no port");
  return { env: { FAKE_PORT: String(address.port) }, started: started.promise, ended: ended.promise };
}
