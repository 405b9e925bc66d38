import { repositoryOf, type Reference } from "../../core/oci/reference.ts";
import { verify } from "../../engine/verify.ts";
import type { PolicyAndTrust } from "../../policy/compile.ts";
import { formats } from "../../formats/all.ts";
import { bundleFlag } from "../flags/signature-file.ts";
import { readSignatureFile, signaturePath } from "../signature-file.ts";
import { defineCommand, type Command } from "../command.ts";
import { flag } from "../flags/flag.ts";
import { deadlineOf } from "../deadline.ts";
import { annotationsFlag, outputFlags, recursiveFlag } from "../flags/common.ts";
import { parseImageOperand } from "../image-operand.ts";
import { registryFlags } from "../flags/registry.ts";
import { exitOfVerdicts } from "../exit.ts";
import { openBasis, requireExpected } from "../expected.ts";
import { expectedFlags } from "../flags/expected.ts";
import { sideBySide } from "../progress.ts";
import { noRecord } from "../recorder.ts";
import { revocationFlags } from "../flags/revocation.ts";
import { createFacts } from "../../setup/facts.ts";
import { factSettings } from "../settings/facts.ts";
import { localSettings } from "../settings/local.ts";
import { openRegistries } from "../../setup/registries.ts";
import { registrySettings } from "../settings/registry.ts";
import { printVerdicts } from "../render/print-verdicts.ts";
import { commandLimits } from "../limits.ts";

export const command: Command = defineCommand({
  usage: "(--key KEY | --certificate-identity IDENTITY --certificate-oidc-issuer URL | --certificate FILE) [flags] REF…",
  details: [
    "An image passes with a signature by any one of the keys, or by a certificate for the identity, or under any one of the authorities,",
    "in any format and location (referrers or tags); other signatures are ignored. Signers of several kinds need --any-of. Patterns must",
    "match the whole text.",
    "Exit status: 0 allowed, 10 no signature, 11 no such image, 12 no signature matched, 13 no certificate, 21 revoked, 22 expired,",
    "30 unreachable, 31 authentication, 32 undecided; 20 if several images fail for different reasons.",
  ].join("\n"),
  flags: {
    ...expectedFlags,
    ...revocationFlags,
    annotations: annotationsFlag("Annotation the signature must carry"),
    allowPendingLog: flag.boolean({
      summary: "Accept a timestamped signature with a pending transparency-log entry (sign --log-upload later)",
    }),
    bundle: bundleFlag("Use this detached signature and none attached to the image"),
    recursive: recursiveFlag("Every image of an index too, each signed itself"),
    ...outputFlags,
    ...registryFlags,
  },
  operands: { min: 1, max: commandLimits.operands },
  examples: [
    { command: "touchmark verify --key touchmark.pub registry.example/app:1.0", explains: "Is this image signed with my key?" },
    {
      command: [
        "touchmark verify --certificate-identity https://github.com/example/app/.github/workflows/release.yml@refs/heads/main",
        "--certificate-oidc-issuer https://token.actions.githubusercontent.com registry.example/app:1.0",
      ].join(" "),
      explains: "Was it signed by this workflow?",
    },
    {
      command: "touchmark verify --certificate ca.pem --certificate-subject C=US,ST=WA,O=example registry.example/app:1.0",
      explains: "Was it signed for the Notary Project, under my company's certificate authority?",
    },
    { command: "touchmark verify --key touchmark.pub -o json registry.example/app:1.0", explains: "The same, for a program" },
  ],
  async run(args, io) {
    const output = args.output;
    const references = args.operands.map(parseImageOperand);
    const annotations = args.annotations;
    requireExpected(args, io);
    const bundle = signaturePath(args);
    using deadline = deadlineOf(args, io);
    const { signal } = deadline;
    const registries = await openRegistries(registrySettings(args, references, io), { ...localSettings(io), signal });
    const given = bundle === undefined ? undefined : await readSignatureFile(bundle, io, signal);
    const opening = new Promise(setImmediate).then(() => openBasis(args, io, annotations, signal)); // during the first requests
    const basisOf = (reference: Reference): Promise<PolicyAndTrust> => {
      const basis = opening.then((basisFor) => basisFor(repositoryOf(reference)));
      basis.catch(() => undefined); // the verification that awaits it reports the failure
      return basis;
    };
    const options = {
      formats,
      ...(given && { given }),
      at: io.now(),
      gather: createFacts(factSettings(args), localSettings(io)),
      recorder: noRecord,
      recursive: args.recursive,
      signal,
    };
    const verifying = sideBySide(references, "verified", io, (reference) =>
      verify(registries.open(reference), reference, { ...options, basis: basisOf(reference) }),
    );
    const [answers] = await Promise.all([verifying, opening]);
    const verdicts = answers.flat();
    printVerdicts(verdicts, output, io);
    return exitOfVerdicts(verdicts);
  },
});
