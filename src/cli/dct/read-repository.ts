/** Reads one repository from its notary server and the trust folder, with a time limit of its own. */
import { asTouchmarkError, TouchmarkError } from "../../core/errors.ts";
import type { Gun } from "../../registry/sources/notary/gun.ts";
import { readServer } from "../../registry/sources/notary/read-server.ts";
import { unread, type TrustData } from "../../registry/sources/notary/trust-data.ts";
import type { Sources } from "./sources.ts";

/** The data of each source. A source without data or errors is left out, unless both are. Throws INTERRUPTED. */
export async function readRepository(gun: Gun, { serverOf, folder }: Sources, signal: AbortSignal): Promise<readonly TrustData[]> {
  const fromServer = async (): Promise<TrustData | undefined> =>
    serverOf && guarded(gun, "server", async () => readServer(await serverOf(gun), gun, signal));
  const [server, own] = await Promise.all([fromServer(), folder && guarded(gun, "folder", () => folder.read(gun, signal))]);
  const data = [server, own].filter((one) => one !== undefined);
  if (data.some(({ files, unread: failures }) => files.length + failures.length > 0)) return data;
  return [nothing(gun, server)];
}

/** Reads a source; an error of the whole source is reported for its first file. */
async function guarded(gun: Gun, source: TrustData["source"], read: () => Promise<TrustData | undefined>): Promise<TrustData | undefined> {
  try {
    return await read();
  } catch (thrown) {
    const error = asTouchmarkError(thrown);
    if (error.code === "INTERRUPTED") throw error;
    return { gun, source, files: [], absent: [], unread: [unread("root.json", error)] };
  }
}

function nothing(gun: Gun, server: TrustData | undefined): TrustData {
  const where = server === undefined ? "the trust folder has no" : `neither ${server.location} nor the trust folder has`;
  const error = new TouchmarkError("NO_SIGNATURE", `${where} trust data of ${gun.name}`, {
    hint: "Check the name of the repository and of the server. A repository has trust data once docker trust or notary signed in it.",
  });
  return { ...(server ?? { gun, source: "folder", files: [], absent: [] }), unread: [unread("root.json", error)] };
}
