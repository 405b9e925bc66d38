import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TouchmarkError } from "../../core/errors.ts";
import { startRegistry } from "../../server/registry/registry.ts";
import { defineCommand, type Command } from "../command.ts";
import { flag } from "../flags/flag.ts";
import { play, yourTurn } from "../demo/play.ts";

export const command: Command = defineCommand({
  usage: "[flags]",
  details: "Starts a temporary registry on loopback, pushes small images, signs them, and verifies good and bad signatures.",
  flags: { keep: flag.boolean({ summary: "Serve until interrupted, and keep the folder" }) },
  operands: { min: 0, max: 0 },
  examples: [
    { command: "touchmark demo", explains: "Run the demo; all files are deleted afterwards" },
    { command: "touchmark demo --keep", explains: "Keep the registry, to try its commands in another terminal" },
  ],
  async run(args, io, commands) {
    const keep = args.keep;
    const folder = await mkdtemp(join(tmpdir(), "touchmark-demo-"));
    try {
      const registry = await startRegistry({ dir: join(folder, "registry"), host: "127.0.0.1", port: 0 });
      try {
        const surprises = await play({ folder, address: registry.address, io, commands });
        io.stdout.write(yourTurn(keep ? `${registry.address}/demo/yours:1.0` : "registry.example/you/app:1.0"));
        if (surprises.length > 0) throw new TouchmarkError("INTERNAL", `not as expected: ${surprises.join("; ")}`);
        if (keep) {
          io.stdout.write(`\nServing ${registry.address} from ${folder} until you press Ctrl-C.\n`);
          if (!io.signal.aborted) await once(io.signal, "abort");
        }
        return 0;
      } finally {
        await registry.close();
      }
    } finally {
      if (!keep) await rm(folder, { recursive: true, force: true });
    }
  },
});
