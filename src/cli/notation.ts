/** The signers that notation's own files expect, as an authority of a policy. */
import { readBlobTrustPolicy, readOciTrustPolicy, readTrustStores } from "../trust-sources/notation/trust-folder.ts";
import { TouchmarkError } from "../core/errors.ts";
import { memoise, memoiseByKey } from "../core/async/memoise.ts";
import type { AuthorityDocument } from "../policy/document.ts";
import { authorityOfStatement } from "../policy/import/notation-trust-policy.ts";
import { applicableBlobPolicy, applicablePolicy, type TrustPolicyStatement } from "../trust/notation/trust-policy.ts";
import { notationFolder } from "../setup/notation-folder.ts";
import type { ExpectedArgs } from "./flags/expected.ts";
import type { Io } from "./io.ts";

export interface NotationExpectation {
  readonly name: string;
  /** Undefined where the trust policy asks for no signature. */
  readonly authority: AuthorityDocument | undefined;
}

/**
 * For an image of the repository, or a file where none is given; policies and stores are read once, when first needed. What it gives throws
 * USAGE where no statement is for it, and what reading throws.
 */
export function openNotation(
  args: Pick<ExpectedArgs, "notationConfig" | "policyName">,
  io: Io,
  signal: AbortSignal,
): (repository: string | undefined) => Promise<NotationExpectation> {
  const folder = notationFolder(args.notationConfig, io);
  const policyName = args.policyName;
  const imagePolicy = memoise((until) => readOciTrustPolicy(folder, until));
  const filePolicy = memoise((until) => readBlobTrustPolicy(folder, until));
  const authorityOf = memoiseByKey(
    async (statement: TrustPolicyStatement, until): Promise<AuthorityDocument> =>
      authorityOfStatement(statement, await readTrustStores(statement, folder, until)),
    { maxKeys: 1000 },
  );
  return async (repository) => {
    const statement =
      repository === undefined
        ? applicableBlobPolicy(await filePolicy(signal), policyName)
        : applicablePolicy(await imagePolicy(signal), repository);
    if (!statement) throw repository === undefined ? noneForFiles(folder, policyName) : noneFor(repository, folder);
    const { name, levelName } = statement;
    return { name, authority: levelName === "skip" ? undefined : await authorityOf(statement, signal) };
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
