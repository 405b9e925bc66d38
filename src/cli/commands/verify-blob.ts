import { verifyFile } from "../../engine/verify-file.ts";
import { usageError } from "../usage-error.ts";
import { bundleFlag, signatureFlag } from "../flags/signature-file.ts";
import { readSignatureFile, signaturePath } from "../signature-file.ts";
import { defineCommand, type Command } from "../command.ts";
import { flag } from "../flags/flag.ts";
import { deadlineOf } from "../deadline.ts";
import { annotationsFlag, outputFlags, timeoutFlags } from "../flags/common.ts";
import { exitOfVerdicts } from "../exit.ts";
import { openBasis, requireExpected } from "../expected.ts";
import { expectedFlags } from "../flags/expected.ts";
import { readFileOrDigest } from "../file-operand.ts";
import { mediaTypeFlag, fileMediaType } from "../media-type.ts";
import { noRecord } from "../recorder.ts";
import { printVerdicts } from "../render/print-verdicts.ts";
import { revocationFlags } from "../flags/revocation.ts";
import { createFacts } from "../../setup/facts.ts";
import { factSettings } from "../settings/facts.ts";
import { localSettings } from "../settings/local.ts";

export const command: Command = defineCommand({
  usage:
    "(--key KEY | --certificate-identity IDENTITY --certificate-oidc-issuer URL | --certificate FILE) (--bundle FILE | --signature FILE) [flags] FILE|-|sha256:HEX",
  details: [
    "The file may be of any size, or be named by its digest alone, where the signature is by ECDSA P-256, as sigstore's are. Other keys",
    "need the file itself, up to 512 MiB. A bundle with an attestation is not a signature.",
    "Of the Notary Project's signatures, FILE.jws.sig and FILE.cose.sig, the file may be of any size by any key, and is needed itself. Under",
    "another name a signature of either kind is known by what is in it.",
    "Exit status: 0 allowed, 10 no signature, 12 it does not match, 13 no certificate, 21 revoked, 22 expired, 32 undecided.",
  ].join("\n"),
  flags: {
    ...expectedFlags,
    policyName: flag.string({ value: "NAME", summary: "The statement of notation's trust policy to decide by (the global one)" }),
    ...revocationFlags,
    bundle: bundleFlag("The signature"),
    signature: signatureFlag("The same"),
    annotations: annotationsFlag("Annotation that the signature must carry"),
    mediaType: mediaTypeFlag("Expected media type of the file"),
    ...outputFlags,
    ...timeoutFlags,
  },
  operands: { min: 1, max: 1, value: "FILE" },
  examples: [
    {
      command: "touchmark verify-blob --key touchmark.pub --bundle app.sigstore.json app.tar",
      explains: "Is this file signed with my key?",
    },
    {
      command: "touchmark verify-blob --certificate ca.pem --certificate-subject C=US,ST=WA,O=example --signature app.tar.jws.sig app.tar",
      explains: "Is it signed for the Notary Project, under my company's certificate authority?",
    },
    {
      command: "touchmark verify-blob --key touchmark.pub --bundle app.sigstore.json -o json app.tar",
      explains: "The same, for a program",
    },
  ],
  async run(args, io) {
    const output = args.output;
    requireExpected(args, io);
    const annotations = args.annotations;
    const mediaType = fileMediaType(args);
    const path = signaturePath(args);
    if (path === undefined)
      throw usageError("nothing says where the signature is", "Name its file: --bundle app.sigstore.json, or --signature app.tar.jws.sig.");
    using deadline = deadlineOf(args, io);
    const { signal } = deadline;
    const reading = readSignatureFile(path, io, signal);
    const [basisFor, given, file] = await Promise.all([
      openBasis(args, io, annotations, signal),
      reading,
      reading.then(({ format, evidence }) => readFileOrDigest(args.operands[0], io, format.files.readingOf(evidence), signal)),
    ]);
    const options = {
      given,
      basis: await basisFor(),
      at: io.now(),
      gather: createFacts(factSettings(args), localSettings(io)),
      recorder: noRecord,
      signal,
    };
    const verdicts = [await verifyFile({ ...file, ...mediaType }, options)];
    printVerdicts(verdicts, output, io);
    return exitOfVerdicts(verdicts);
  },
});
