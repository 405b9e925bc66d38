/** Whom to trust for Notary Project signatures: notation's own files, or authorities named on the command line. */
import { readCertificates } from "../trust-sources/notation/certificate-file.ts";
import { readBlobTrustPolicy, readNotationTrust, readOciTrustPolicy } from "../trust-sources/notation/trust-folder.ts";
import { TouchmarkError } from "../core/errors.ts";
import { openedOnce } from "../core/async/opened-once.ts";
import { levels, type Level } from "../trust/notation/level.ts";
import type { NotationTrust } from "../trust/notation/notation-trust.ts";
import { applicableBlobPolicy, applicablePolicy, type TrustPolicyStatement } from "../trust/notation/trust-policy.ts";
import { subjectNamed } from "../trust/notation/trusted-names.ts";
import { notationFolder } from "../setup/notation-folder.ts";
import type { ExpectedArgs } from "./flags/expected.ts";
import type { Io } from "./io.ts";

export interface NotationExpectation {
  readonly trust: NotationTrust;
  readonly level: Level;
  /** The trust policy asks for no signature at all. */
  readonly isSkipped: boolean;
}

/**
 * For an image of the repository, or a file where none is given; policies and stores are read once, when first needed. What it gives throws
 * USAGE where no statement is for it, and what reading throws.
 */
export function openNotation(
  args: ExpectedArgs,
  io: Io,
  signal: AbortSignal,
): (repository: string | undefined) => Promise<NotationExpectation> {
  if (args.certificate.length > 0) {
    const authorities = openedOnce(() => namedAuthorities(args, io, signal));
    return async () => ({ trust: await authorities(signal), level: levels.strict, isSkipped: false });
  }
  const folder = notationFolder(args.notationConfig, io);
  const name = args.policyName;
  const imagePolicy = openedOnce(() => readOciTrustPolicy(folder, signal));
  const filePolicy = openedOnce(() => readBlobTrustPolicy(folder, signal));
  const trusts = new Map<TrustPolicyStatement, Promise<NotationTrust>>();
  return async (repository) => {
    const statement =
      repository === undefined
        ? applicableBlobPolicy(await filePolicy(signal), name)
        : applicablePolicy(await imagePolicy(signal), repository);
    if (!statement) throw repository === undefined ? noneForFiles(folder, name) : noneFor(repository, folder);
    const trust = trusts.get(statement) ?? readNotationTrust(statement, folder, signal);
    trusts.set(statement, trust);
    return { trust: await trust, level: statement.level, isSkipped: statement.levelName === "skip" };
  };
}

async function namedAuthorities(args: ExpectedArgs, io: Io, signal: AbortSignal): Promise<NotationTrust> {
  const read = async (paths: readonly string[]) =>
    (await Promise.all(paths.map((path) => readCertificates(path, { env: io.env, signal })))).flat();
  const subjects = args.certificateSubject.map((text) => subjectNamed(text, "--certificate-subject"));
  return {
    name: "the command line",
    stores: { ca: await read(args.certificate), signingAuthority: [], tsa: await read(args.timestampRoot) },
    identities: subjects.length > 0 ? subjects : "any",
    verifyTimestamp: "always",
    revocation: "ask",
  };
}

function noneFor(repository: string, folder: string): TouchmarkError {
  return new TouchmarkError("USAGE", `no statement of the trust policy in ${folder} is for ${repository}`, {
    hint: "Add one to its trustpolicy.json, or name the signer: --certificate CA.pem, --key, or --certificate-identity.",
  });
}

function noneForFiles(folder: string, name: string | undefined): TouchmarkError {
  const which = name === undefined ? "global" : `called ${JSON.stringify(name.slice(0, 100))}`;
  return new TouchmarkError("USAGE", `no statement of the trust policy for files in ${folder} is ${which}`, {
    hint: "Choose one of its trustpolicy.blob.json, --policy-name NAME, or name the signer: --certificate CA.pem, --key, or --certificate-identity.",
  });
}
