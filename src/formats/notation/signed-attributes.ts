/**
 * The signed attributes of a Notary Project signature beside its payload (signature specification, "Signed Attributes"), in any envelope,
 * and which of them must be critical. A critical attribute that is not understood refuses the signature.
 */
import { malformed, TouchmarkError } from "../../core/errors.ts";
import type { Instant } from "../../core/instant.ts";
import { formatLimits } from "../limits.ts";
import { payloadType } from "./payload.ts";

export type NotarySigningScheme = "notary.x509" | "notary.x509.signingAuthority";

export interface SignedAttributes {
  readonly scheme: NotarySigningScheme;
  /** With `notary.x509`, the signer's unverified statement; with `notary.x509.signingAuthority`, the time that the authority vouches for. */
  readonly signingTime: Instant;
  /** The time when the signature expires. */
  readonly expiry?: Instant;
  /** Absent if no plugin is needed. */
  readonly plugin?: PluginAttributes;
}

/** The plugin that must verify the signature. */
export interface PluginAttributes {
  readonly name: string;
  readonly minVersion?: string;
  /** Attributes for the plugin: all critical ones, and of the others strings, numbers and nulls. */
  readonly extended: Readonly<Record<string, string | number | null>>;
  /** The critical ones. */
  readonly unprocessed: readonly string[];
}

export const names = {
  scheme: "io.cncf.notary.signingScheme",
  signingTime: "io.cncf.notary.signingTime",
  authenticSigningTime: "io.cncf.notary.authenticSigningTime",
  expiry: "io.cncf.notary.expiry",
  plugin: "io.cncf.notary.verificationPlugin",
  pluginVersion: "io.cncf.notary.verificationPluginMinVersion",
} as const;

/** The attribute of the signing time for each scheme; the other scheme's attribute must be absent. */
const timeNames: Readonly<Record<NotarySigningScheme, string>> = {
  "notary.x509": names.signingTime,
  "notary.x509.signingAuthority": names.authenticSigningTime,
};
const understood: ReadonlySet<string | number> = new Set([names.scheme, names.signingTime, names.authenticSigningTime, names.expiry]);
/** The attributes that need no plugin. */
const ours: ReadonlySet<string | number> = new Set([...understood, names.plugin, names.pluginVersion]);

/** The signed headers of an envelope; each getter throws MALFORMED for another type. */
export interface SignedHeaders {
  readonly contentType: string;
  readonly critical: readonly (string | number)[];
  /** All header names except those of the envelope's own standard. */
  readonly names: readonly (string | number)[];
  has(name: string | number): boolean;
  text(name: string): string;
  time(name: string): Instant;
  /** A string, a number or null; undefined for any other type. */
  primitive(name: string): string | number | null | undefined;
}

/** Throws MALFORMED, or UNSUPPORTED for an unknown payload type or scheme, and for an attribute that cannot be passed to a plugin. */
export function readSignedAttributes(headers: SignedHeaders): SignedAttributes {
  if (headers.contentType !== payloadType) throw unsupported("a payload of type", headers.contentType);
  const scheme = headers.text(names.scheme);
  if (scheme !== "notary.x509" && scheme !== "notary.x509.signingAuthority") throw unsupported("the signing scheme", scheme);
  const timeName = timeNames[scheme];
  const foreign = Object.values(timeNames).find((name) => name !== timeName && headers.has(name));
  if (foreign !== undefined) throw malformed(`the signature has ${foreign}, which ${scheme} has not`);
  checkCritical(headers, [names.scheme, ...(scheme === "notary.x509" ? [] : [timeName])]);
  const signingTime = headers.time(timeName);
  const plugin = headers.has(names.plugin) && { plugin: pluginAttributes(headers) };
  if (!headers.has(names.expiry)) return { scheme, signingTime, ...plugin };
  const expiry = headers.time(names.expiry);
  if (expiry <= signingTime) throw malformed("the signature expires before it is made");
  return { scheme, signingTime, expiry, ...plugin };
}

function pluginAttributes(headers: SignedHeaders): PluginAttributes {
  const critical = new Set(headers.critical).difference(ours);
  const others = critical.union(new Set(headers.names)).difference(ours);
  if (others.size > formatLimits.extendedAttributes)
    throw new TouchmarkError("LIMIT_EXCEEDED", `the signature has ${others.size} attributes for a plugin`);
  const extended = [...others].flatMap((name) => {
    const value = typeof name === "number" ? undefined : headers.primitive(name);
    if (value === undefined && critical.has(name)) throw unsupported("the critical attribute", String(name));
    return value === undefined ? [] : [[name, value] as const];
  });
  const minVersion = headers.has(names.pluginVersion) && { minVersion: headers.text(names.pluginVersion) };
  return {
    name: headers.text(names.plugin),
    ...minVersion,
    extended: Object.fromEntries(extended),
    unprocessed: [...critical].map(String),
  };
}

/** The attributes that are written as critical, in notation's order. */
export function criticalNames({ scheme, expiry }: SignedAttributes): readonly string[] {
  const time = scheme === "notary.x509" ? [] : [timeNames[scheme]];
  return [names.scheme, ...time, ...(expiry === undefined ? [] : [names.expiry])];
}

/** The attributes that hold times. */
export function timesOf({ scheme, signingTime, expiry }: SignedAttributes): readonly (readonly [string, Instant])[] {
  return [[timeNames[scheme], signingTime], ...(expiry === undefined ? [] : [[names.expiry, expiry] as const])];
}

function checkCritical(headers: SignedHeaders, required: readonly string[]): void {
  const { critical } = headers;
  if (critical.length > formatLimits.criticalAttributes)
    throw new TouchmarkError("LIMIT_EXCEEDED", `the signature has ${critical.length} critical attributes`);
  if (new Set(critical).size < critical.length) throw malformed("the signature lists a critical attribute twice");
  const absent = critical.find((name) => !headers.has(name));
  if (absent !== undefined) throw malformed(`the signature lists ${quote(absent)} as critical and does not have it`);
  const always = [names.expiry, names.plugin, names.pluginVersion].filter((name) => headers.has(name));
  const loose = [...required, ...always].find((name) => !critical.includes(name));
  if (loose !== undefined) throw malformed(`the signature's ${loose} is not critical, as it must be`);
  if (headers.has(names.plugin)) return; // the plugin decides about the other critical attributes
  const unknown = critical.find((name) => !understood.has(name));
  if (unknown !== undefined) throw malformed(`the signature's critical attribute ${quote(unknown)} is not known`);
}

export function unsupported(what: string, value: string): TouchmarkError {
  return new TouchmarkError("UNSUPPORTED", `${what} ${quote(value)} is not supported`);
}

function quote(name: string | number): string {
  return JSON.stringify(name).slice(0, 100);
}
