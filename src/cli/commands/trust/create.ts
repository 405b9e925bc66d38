import { writeWholeFile } from "../../../files/json-file.ts";
import { createTrustedRoot } from "../../../trust-sources/sigstore/services.ts";
import { decodeUtf8 } from "../../../core/bytes.ts";
import { encodeTrustedRoot } from "../../../trust/encode-trusted-root.ts";
import { usageError } from "../../usage-error.ts";
import { defineCommand, type Command } from "../../command.ts";
import { flag } from "../../flags/flag.ts";

const authority = "url=URL,certificate-chain=FILE[,start-time=TIME][,end-time=TIME]";
const log = "url=URL,public-key=FILE,start-time=TIME[,end-time=TIME][,origin=NAME]";
const value = "KEY=VALUE,…";

export const command: Command = defineCommand({
  usage: "[flags]",
  details: [
    "Describe each service of a sigstore instance by KEY=VALUE pairs, as in 'cosign trusted-root create':",
    `  --fulcio, --tsa  ${authority}`,
    `  --rekor, --ctfe  ${log}`,
    "A chain starts with the issuing certificate and ends with the root. To trust the file: touchmark trust import NAME FILE. cosign reads it too.",
  ].join("\n"),
  flags: {
    fulcio: flag.strings({ value, summary: "Certificate authority" }),
    rekor: flag.strings({ value, summary: "Transparency log" }),
    ctfe: flag.strings({ value, summary: "Certificate transparency log (for SCTs)" }),
    tsa: flag.strings({ value, summary: "Timestamp authority" }),
    out: flag.string({ value: "FILE", summary: "Output file (stdout)" }),
  },
  operands: { min: 0, max: 0 },
  examples: [
    {
      command: [
        "touchmark trust create --fulcio url=https://ca.example,certificate-chain=ca.pem",
        "--rekor url=https://log.example,public-key=log.pub,start-time=2026-01-01T00:00:00Z --out trusted_root.json",
      ].join(" "),
      explains: "Create a trusted root for my company's certificate authority and log",
    },
  ],
  async run(args, io) {
    const services = { fulcio: args.fulcio, rekor: args.rekor, ctfe: args.ctfe, tsa: args.tsa };
    if (Object.values(services).flat().length === 0) {
      throw usageError(
        "no service is described",
        "Describe at least one: --fulcio, --rekor, --ctfe or --tsa; see 'touchmark trust create --help'.",
      );
    }
    const encoded = encodeTrustedRoot(await createTrustedRoot(services, { env: io.env, signal: io.signal }));
    const out = args.out;
    if (out === undefined) io.stdout.write(decodeUtf8(encoded));
    else await writeWholeFile(out, encoded);
    return 0;
  },
});
