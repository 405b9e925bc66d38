import { verifyFile } from "../../engine/verify-file.ts";
import { formats } from "../../formats/all.ts";
import { usageError } from "../arguments.ts";
import { bundleFlag, bundleOf, readBundle } from "../bundle-flag.ts";
import type { Command } from "../command.ts";
import { deadlineOf, outputFlag, timeoutFlag } from "../common.ts";
import { exitOfVerdicts } from "../exit.ts";
import { expectedFlags, openBasis, requireExpected } from "../expected.ts";
import { readFileOrDigest } from "../file-operand.ts";
import { noRecord } from "../recorder.ts";
import { printVerdicts } from "../render/print-verdicts.ts";

export const command: Command = {
  usage: "(--key KEY | --certificate-identity IDENTITY --certificate-oidc-issuer URL) --bundle FILE [flags] FILE|-|sha256:HEX",
  summary: "Decide whether a file is signed as it must be",
  details: [
    "The file may be of any size, or be named by its digest alone, where the signature is by ECDSA P-256, as sigstore's are. Other keys",
    "need the file itself, up to 512 MiB. A bundle with an attestation is no signature.",
    "Exit status: 0 allowed, 10 no signature, 12 it does not match, 13 no certificate, 32 undecided.",
  ].join("\n"),
  flags: [...expectedFlags, bundleFlag("The signature"), outputFlag, timeoutFlag],
  operands: { min: 1, max: 1, value: "FILE" },
  examples: [
    {
      command: "touchmark verify-blob --key touchmark.pub --bundle app.sigstore.json app.tar",
      explains: "Is this file signed with my key?",
    },
    {
      command: "touchmark verify-blob --key touchmark.pub --bundle app.sigstore.json -o json app.tar",
      explains: "The same, for a program",
    },
  ],
  async run(args, io) {
    const output = args.choice("output", ["text", "json"]);
    requireExpected(args, io);
    const path = bundleOf(args);
    if (path === undefined) throw usageError("nothing says where the signature is", "Name its file: --bundle app.sigstore.json.");
    using deadline = deadlineOf(args, io);
    const { signal } = deadline;
    const [basisFor, given, file] = await Promise.all([
      openBasis(args, io, {}, signal),
      readBundle(path, io, signal),
      readFileOrDigest(args.operand(0), io, signal),
    ]);
    const basis = await basisFor();
    const verdicts = [await verifyFile(file, { formats, given, basis, at: io.now(), recorder: noRecord })];
    printVerdicts(verdicts, output, io);
    return exitOfVerdicts(verdicts);
  },
};
