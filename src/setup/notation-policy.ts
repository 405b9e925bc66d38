/** The signers that notation's own files expect, as an authority of a policy. */
import { readBlobTrustPolicy, readOciTrustPolicy, readTrustStores } from "../trust-sources/notation/trust-folder.ts";
import { TouchmarkError } from "../core/errors.ts";
import { memoise, memoiseByKey } from "../core/async/memoise.ts";
import type { AuthorityDocument } from "../policy/document.ts";
import { authorityOfStatement } from "../policy/import/notation-trust-policy.ts";
import { applicableBlobPolicy, applicablePolicy, type TrustPolicyStatement } from "../trust/notation/trust-policy.ts";

export interface NotationPolicySettings {
  /** notation's folder, with trust policies and trust stores. */
  readonly folder: string;
  /** The name of the statement for files; the global one by default. */
  readonly policyName?: string | undefined;
}

export interface NotationExpectation {
  readonly name: string;
  /** Undefined if the trust policy requires no signature. */
  readonly authority: AuthorityDocument | undefined;
}

/**
 * Returns the authority for an image of the repository, or for a file if none is given; policies and stores are read once, when first
 * needed. The returned function throws USAGE if no statement applies, and what reading throws.
 */
export function openNotationPolicy(
  { folder, policyName }: NotationPolicySettings,
  signal: AbortSignal,
): (repository: string | undefined) => Promise<NotationExpectation> {
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
    hint: "Add one to its trustpolicy.json, or name the signer.",
    remedy: { id: "name-notation-statement" },
  });
}

function noneForFiles(folder: string, name: string | undefined): TouchmarkError {
  const which = name === undefined ? "global" : `called ${JSON.stringify(name.slice(0, 100))}`;
  return new TouchmarkError("USAGE", `no statement of the trust policy for files in ${folder} is ${which}`, {
    hint: "Choose one of its trustpolicy.blob.json, or name the signer.",
    remedy: { id: "name-notation-file-statement" },
  });
}
