/**
 * Trust policies of the Notary Project (trust-store-trust-policy.md, "Trust Policy Properties", version 1.0):
 *
 *     {"version":"1.0","trustPolicies":[{"name","registryScopes":["HOST/NAME",…] | ["*"],      trustpolicy.oci.json, trustpolicy.json
 *         "signatureVerification":{"level","override"?,"verifyTimestamp"?},
 *         "trustStores":["TYPE:NAME",…],"trustedIdentities":["TYPE:VALUE",…] | ["*"]},…]}
 *
 * `trustpolicy.blob.json` has `globalPolicy` instead of `registryScopes`. An unknown member refuses the document.
 */
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { Fields, parseJson, type Json } from "../../core/json/json.ts";
import { canonicalRepository, isRepositoryName } from "../../core/oci/reference.ts";
import { parseLevel, type Level, type LevelName } from "./level.ts";
import { parseTrustedNames, type TrustedNames } from "./trusted-names.ts";
import { trustLimits } from "../limits.ts";

export interface TrustPolicyStatement {
  readonly name: string;
  readonly levelName: LevelName;
  readonly level: Level;
  readonly verifyTimestamp: TimestampRule;
  readonly stores: readonly StoreName[];
  readonly identities: TrustedNames;
}
/** When timestamps are verified, if a timestamp authority store is listed. */
export type TimestampRule = "always" | "afterCertExpiry";

export interface StoreName {
  readonly type: StoreType;
  readonly name: string;
}
export type StoreType = (typeof storeTypes)[number];
export const storeTypes = ["ca", "signingAuthority", "tsa"] as const;

export interface OciTrustPolicyStatement extends TrustPolicyStatement {
  /** The repositories that the statement applies to, with their host. */
  readonly scopes: "any" | readonly string[];
}

export interface BlobTrustPolicyStatement extends TrustPolicyStatement {
  readonly isGlobal: boolean;
}

const common = ["name", "signatureVerification", "trustStores", "trustedIdentities"];
const label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const host = new RegExp(`^${label}(?:\\.${label})*(?::[0-9]{1,5})?$`);

/** Reads a policy for images; `file` is its name in messages. Throws MALFORMED, UNSUPPORTED or LIMIT_EXCEEDED. */
export function parseOciTrustPolicy(bytes: Uint8Array, file: string): readonly OciTrustPolicyStatement[] {
  const statements = parseStatements(bytes, file, "registryScopes").map((fields): OciTrustPolicyStatement => {
    const scopes = parseScopes(fields);
    const statement = parseStatement(fields);
    if (scopes === "any" && statement.levelName === "skip") throw malformed(`${fields.at} skips verification for every image`);
    return { ...statement, scopes };
  });
  refuseTwice(
    statements.flatMap(({ scopes }) => (scopes === "any" ? ["*"] : scopes)),
    `${file} has the scope`,
  );
  return statements;
}

/** Reads a policy for files. Throws as `parseOciTrustPolicy` does. */
export function parseBlobTrustPolicy(bytes: Uint8Array, file: string): readonly BlobTrustPolicyStatement[] {
  const statements = parseStatements(bytes, file, "globalPolicy").map((fields): BlobTrustPolicyStatement => {
    const isGlobal = fields.get("globalPolicy") ?? false;
    if (typeof isGlobal !== "boolean") throw malformed(`${fields.at}.globalPolicy is neither true nor false`);
    const statement = parseStatement(fields);
    if (isGlobal && statement.levelName === "skip") throw malformed(`${fields.at} skips verification for every file`);
    return { ...statement, isGlobal };
  });
  if (statements.filter(({ isGlobal }) => isGlobal).length > 1) throw malformed(`${file} has more than one global policy`);
  return statements;
}

/** The statement for a repository, `docker.io/library/alpine`: the one that names it, else the one for all. Without one, nothing is trusted. */
export function applicablePolicy(statements: readonly OciTrustPolicyStatement[], repository: string): OciTrustPolicyStatement | undefined {
  const name = canonicalRepository(repository);
  return statements.find(({ scopes }) => scopes !== "any" && scopes.includes(name)) ?? statements.find(({ scopes }) => scopes === "any");
}

/** The statement of this name; without a name, the global one. */
export function applicableBlobPolicy(statements: readonly BlobTrustPolicyStatement[], name?: string): BlobTrustPolicyStatement | undefined {
  return statements.find((statement) => (name === undefined ? statement.isGlobal : statement.name === name));
}

function parseStatements(bytes: Uint8Array, file: string, selector: string): readonly Fields[] {
  const document = new Fields(parseJson(bytes, file, { maxBytes: trustLimits.trustPolicyBytes }), file);
  expectMembers(document, ["version", "trustPolicies"]);
  const version = document.string("version");
  if (version !== "1.0") {
    throw new TouchmarkError(
      "UNSUPPORTED",
      `${file} is a trust policy of version ${JSON.stringify(version.slice(0, 50))}; 1.0 is supported`,
    );
  }
  const statements = document.objects("trustPolicies", trustLimits.statements);
  if (statements.length === 0) throw malformed(`${file} has no trust policy`);
  for (const statement of statements) expectMembers(statement, [...common, selector]);
  refuseTwice(
    statements.map((fields) => fields.string("name")),
    `${file} has the name`,
  );
  return statements;
}

function parseStatement(fields: Fields): TrustPolicyStatement {
  const name = fields.string("name");
  if (name === "") throw malformed(`${fields.at}.name is empty`);
  const verification = fields.fields("signatureVerification");
  expectMembers(verification, ["level", "override", "verifyTimestamp"]);
  const verifyTimestamp = verification.optionalString("verifyTimestamp") ?? "always";
  if (verifyTimestamp !== "always" && verifyTimestamp !== "afterCertExpiry") {
    throw malformed(`${verification.at}.verifyTimestamp is neither "always" nor "afterCertExpiry"`);
  }
  const { levelName, level } = parseLevel(verification);
  const stores = texts(fields, "trustStores", trustLimits.stores).map((text) => parseStoreName(text, fields.at));
  const identities = texts(fields, "trustedIdentities", trustLimits.identities);
  if (levelName === "skip" && stores.length + identities.length > 0)
    throw malformed(`${fields.at} skips verification and names trust stores or identities`);
  if (levelName !== "skip" && (stores.length === 0 || identities.length === 0)) {
    throw malformed(`${fields.at} needs both trustStores and trustedIdentities`);
  }
  return { name, levelName, level, verifyTimestamp, stores, identities: parseTrustedNames(identities, `${fields.at}.trustedIdentities`) };
}

function parseScopes(fields: Fields): "any" | readonly string[] {
  const scopes = texts(fields, "registryScopes", trustLimits.scopes);
  if (scopes.length === 0) throw malformed(`${fields.at}.registryScopes is empty`);
  if (scopes.length === 1 && scopes[0] === "*") return "any";
  for (const scope of scopes) {
    const slash = scope.indexOf("/");
    const isScope =
      scope.length <= trustLimits.scopeLength && host.test(scope.slice(0, Math.max(slash, 0))) && isRepositoryName(scope.slice(slash + 1));
    if (!isScope) {
      throw malformed(`${fields.at}.registryScopes has ${JSON.stringify(scope.slice(0, 200))}, expected HOST/NAME or "*" alone`);
    }
  }
  // Normalise like a reference: else a statement that names the image would yield to the one for all.
  return scopes.map(canonicalRepository);
}

/** Whether a store may have this name; such a name is safe in a path. */
export function isStoreName(name: string): boolean {
  return /^[a-zA-Z0-9_.-]{1,255}$/.test(name) && !/^\.+$/.test(name);
}

/** Formats a store: `ca:example`. */
function parseStoreName(text: string, at: string): StoreName {
  const [, typeName = "", name = ""] = /^([a-zA-Z]+):(.*)$/s.exec(text) ?? [];
  const type = storeTypes.find((one) => one === typeName);
  if (!type || !isStoreName(name)) {
    throw malformed(`${at}.trustStores has ${JSON.stringify(text.slice(0, 200))}, expected ${storeTypes.join(", ")}, ":" and a name`);
  }
  return { type, name };
}

function texts(fields: Fields, name: string, max: number): readonly string[] {
  return fields.list(name, max).map((value: Json) => {
    if (typeof value !== "string") throw malformed(`${fields.at}.${name} has an entry that is not a string`);
    return value;
  });
}

function expectMembers(fields: Fields, names: readonly string[]): void {
  const unknown = Object.keys(fields.object).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw malformed(`${fields.at} has the member ${JSON.stringify(unknown.slice(0, 100))}, expected ${names.join(", ")}`);
  }
}

function refuseTwice(values: readonly string[], message: string): void {
  const seen = new Set<string>();
  for (const value of values) {
    if (seen.has(value)) throw malformed(`${message} ${JSON.stringify(value.slice(0, 200))} twice`);
    seen.add(value);
  }
}
