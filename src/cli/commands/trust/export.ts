import { writeWholeFile } from "../../../files/json-file.ts";
import { exportInstance } from "../../../trust-sources/sigstore/exported.ts";
import { chooseInstances } from "../../../trust-sources/sigstore/open-roots.ts";
import { instancesFolder } from "../../../trust-sources/sigstore/instances-folder.ts";
import { publicGood } from "../../../trust-sources/sigstore/public-good.ts";
import { decodeUtf8 } from "../../../core/bytes.ts";
import { defineCommand, type Command } from "../../command.ts";
import { flag } from "../../flags/flag.ts";

export const command: Command = defineCommand({
  usage: "[flags] [NAME]",
  details: [
    "The file holds the trusted root called NAME (public-good), with the signed metadata of its TUF repository.",
    "'touchmark trust import NAME FILE' verifies the metadata again, and refuses metadata that is expired or older than the stored one.",
  ].join("\n"),
  flags: { out: flag.string({ value: "FILE", summary: "Output file (stdout)" }) },
  operands: { min: 0, max: 1 },
  examples: [{ command: "touchmark trust export company --out company.json", explains: "Export a trusted root for an air-gapped machine" }],
  async run(args, io) {
    const folder = instancesFolder(io);
    const instances = await chooseInstances(folder, { env: io.env, home: io.home, names: [args.operands[0] ?? publicGood] });
    const out = args.out;
    for (const instance of instances) {
      const exported = await exportInstance(instance, folder);
      if (out === undefined) io.stdout.write(decodeUtf8(exported));
      else await writeWholeFile(out, exported);
    }
    return 0;
  },
});
