import { once } from "node:events";
import { startRegistry } from "../../../server/registry/registry.ts";
import { usageError } from "../../usage-error.ts";
import { defineCommand, type Command } from "../../command.ts";
import { flag } from "../../flags/flag.ts";

export const command: Command = defineCommand({
  usage: "--dir DIR [flags]",
  details:
    "An OCI registry with referrers, for tests and small set-ups. It asks for no credentials, so it listens on loopback unless told otherwise.",
  flags: {
    dir: flag.string({ value: "DIR", summary: "Folder that holds the content; made if it is missing" }),
    listen: flag.string({ value: "HOST:PORT", summary: "Address to listen on; port 0 takes a free one (127.0.0.1:5000)" }),
  },
  operands: { min: 0, max: 0 },
  examples: [
    { command: "touchmark serve registry --dir ./images --listen 127.0.0.1:5000", explains: "Serve the folder ./images until interrupted" },
  ],
  async run(args, io) {
    const dir = args.dir;
    if (dir === undefined) throw usageError("nothing says which folder to serve", "Name it: --dir DIR.");
    const { host, port } = parseListen(args.listen ?? "127.0.0.1:5000");
    const registry = await startRegistry({ dir, host, port });
    io.stdout.write(`listening on ${registry.address}\n`);
    if (!io.signal.aborted) await once(io.signal, "abort");
    await registry.close();
    return 0;
  },
});

function parseListen(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) throw usageError(`--listen is HOST:PORT; found ${JSON.stringify(text)}`);
  return { host: match[1] ?? (match[2] || "0.0.0.0"), port };
}
