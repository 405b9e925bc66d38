/**
 * Image references, by distribution's grammar, and OCI layouts, in folders and in archives:
 *
 *     [HOST[:PORT]/]NAME[:TAG][@DIGEST]      oci:PATH[:TAG|@DIGEST]      oci-archive:PATH[:TAG|@DIGEST]
 *
 * Source: distribution/reference, `regexp.go` and `normalize.go`. A first component is a host if
 * it has a `.` or a `:`, is `localhost`, or has an upper-case letter; otherwise the registry is
 * docker.io, and a name of one component there is in `library/`.
 */
import { isDigest, type Digest } from "../digest.ts";
import { TouchmarkError } from "../errors.ts";
import { coreLimits } from "../limits.ts";

export interface RegistryReference {
  readonly kind: "registry";
  /** Host and, where given, port: `docker.io`, `localhost:5000`, `[::1]:5000`. */
  readonly registry: string;
  /** `library/alpine`. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

export interface LayoutReference {
  /** A folder, or a tar archive of one. */
  readonly kind: "layout" | "archive";
  /** The path as written. */
  readonly path: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

export type Reference = RegistryReference | LayoutReference;

const domainLabel = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const domain = new RegExp(`^(?:${domainLabel}(?:\\.${domainLabel})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]{1,5})?$`);
const pathComponent = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagGrammar = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
/** The default tag. */
export const defaultTag = "latest";
const schemes = { layout: "oci:", archive: "oci-archive:" } as const;

export function isTag(text: string): boolean {
  return tagGrammar.test(text);
}

/** Whether the text is a repository name without host: `library/alpine`. Such a name is safe in a path. */
export function isRepositoryName(text: string): boolean {
  return text.length <= coreLimits.repositoryNameLength && text.split("/").every((component) => pathComponent.test(component));
}

/** Reads a reference; throws INVALID_REFERENCE. Tag and digest both stay absent where neither is given: see `targetOf`. */
export function parseReference(text: string): Reference {
  if (text.length > coreLimits.referenceLength) throw invalid(text.slice(0, 80), `longer than ${coreLimits.referenceLength} characters`);
  for (const kind of ["layout", "archive"] as const) if (text.startsWith(schemes[kind])) return parseLayout(text, kind);
  return parseRegistry(text);
}

function parseRegistry(text: string): RegistryReference {
  const at = text.indexOf("@");
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(":");
  const tagged = colon > named.lastIndexOf("/");
  const name = tagged ? named.slice(0, colon) : named;
  const [registry, repository] = splitDomain(name);

  if (!domain.test(registry)) throw invalid(text, `${JSON.stringify(registry)} is not a host name`);
  const canonical = canonicalHost(registry);
  if (canonical === undefined) throw invalid(text, `${JSON.stringify(registry)} is not a host name or an address`);
  // 127.1 and 0x7f.1 are 127.0.0.1: an address has one spelling, so that nobody writes it in one that a rule or a list does not know.
  if (hostName(canonical) !== hostName(registry).toLowerCase())
    throw invalid(text, `${JSON.stringify(registry)} is another spelling of ${JSON.stringify(canonical)}, which is expected`);
  if (!isRepositoryName(repository)) {
    const lower = repository.toLowerCase();
    const hint = lower !== repository && isRepositoryName(lower) ? "; repository names are lower case" : "";
    throw invalid(text, `${JSON.stringify(repository)} is not a repository name${hint}`);
  }
  return {
    kind: "registry",
    registry,
    repository,
    ...(tagged && { tag: checkedTag(text, named.slice(colon + 1)) }),
    ...(at >= 0 && { digest: checkedDigest(text, text.slice(at + 1)) }),
  };
}

function splitDomain(name: string): [registry: string, repository: string] {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = /[.:A-Z]/.test(first) || first === "localhost";
  const registry = isHost ? first : "docker.io";
  const repository = isHost ? name.slice(slash + 1) : name;
  if (registry !== "docker.io" && registry !== "index.docker.io") return [registry, repository];
  return ["docker.io", repository.includes("/") ? repository : `library/${repository}`];
}

function parseLayout(text: string, kind: LayoutReference["kind"]): LayoutReference {
  const rest = text.slice(schemes[kind].length);
  const at = rest.lastIndexOf("@");
  if (at >= 0 && isDigest(rest.slice(at + 1))) {
    return layout(text, kind, rest.slice(0, at), { digest: checkedDigest(text, rest.slice(at + 1)) });
  }
  const colon = rest.lastIndexOf(":");
  const isDrive = colon === 1 && /^[a-zA-Z]:[\\/]/.test(rest);
  if (colon > Math.max(rest.lastIndexOf("/"), rest.lastIndexOf("\\")) && !isDrive) {
    return layout(text, kind, rest.slice(0, colon), { tag: checkedTag(text, rest.slice(colon + 1)) });
  }
  return layout(text, kind, rest, {});
}

function layout(
  text: string,
  kind: LayoutReference["kind"],
  path: string,
  target: { tag: string } | { digest: Digest } | {},
): LayoutReference {
  if (path === "" || path.includes("\0")) throw invalid(text, `a path follows ${schemes[kind]}`);
  return { kind, path, ...target };
}

function checkedTag(text: string, tag: string): string {
  if (!isTag(tag)) throw invalid(text, `${JSON.stringify(tag)} is not a tag`);
  return tag;
}

function checkedDigest(text: string, digest: string): Digest {
  if (!isDigest(digest)) throw invalid(text, `${JSON.stringify(digest)} is not a sha256 or sha512 digest`);
  return digest;
}

function invalid(text: string, why: string): TouchmarkError {
  return new TouchmarkError("INVALID_REFERENCE", `not an image reference: ${JSON.stringify(text)}: ${why}`);
}

/** The target of the reference: its digest, else its tag, else `latest`. */
export function targetOf(reference: Reference): string {
  return reference.digest ?? reference.tag ?? defaultTag;
}

/** The repository, without tag and digest: `docker.io/library/alpine`, `oci:PATH`, `oci-archive:PATH`. */
export function repositoryOf(reference: Reference): string {
  return reference.kind === "registry" ? `${reference.registry}/${reference.repository}` : schemes[reference.kind] + reference.path;
}

/** The names of Docker Hub. */
const dockerHubNames: ReadonlySet<string> = new Set(["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"]);

/**
 * One spelling for all names of a repository, or of a pattern of them: a registry can be named in upper case, with the port of HTTPS, with
 * the dot at its end, by another spelling of an address, or by another name of Docker Hub. Rules are compared by it, so that whoever names
 * an image does not choose the rule for it.
 */
export function canonicalRepository(name: string): string {
  if (Object.values(schemes).some((scheme) => name.startsWith(scheme))) return name;
  const slash = name.indexOf("/");
  const first = slash < 0 ? name : name.slice(0, slash);
  const host = canonicalHost(first) ?? first.toLowerCase();
  const rest = name.slice(first.length);
  if (!dockerHubNames.has(host)) return host + rest;
  return `docker.io${pathComponent.test(rest.slice(1)) ? `/library${rest}` : rest}`;
}

/** The host, which may be a pattern, in lower case, without the port of HTTPS; an address in its usual form. Undefined for what is none. */
function canonicalHost(written: string): string | undefined {
  if (!/^[a-zA-Z0-9.:*[\]-]+$/.test(written)) return undefined;
  const url = URL.parse(`https://${written.replace(/\.(?=$|:)/, "")}`);
  if (!url) return undefined;
  const [, high = "", low = ""] = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(url.hostname) ?? [];
  if (high === "") return url.host;
  // An IPv4 address in the form of IPv6 reaches the same machine.
  const bytes = [high, low].map((part) => Number.parseInt(part, 16)).flatMap((part) => [part >> 8, part & 255]);
  return bytes.join(".") + url.host.slice(url.hostname.length);
}

function hostName(host: string): string {
  return host.replace(/:[0-9]*$/, "");
}

/** The complete reference as text. */
export function formatReference(reference: Reference): string {
  const tag = reference.tag === undefined ? "" : `:${reference.tag}`;
  const digest = reference.digest === undefined ? "" : `@${reference.digest}`;
  return repositoryOf(reference) + tag + digest;
}
