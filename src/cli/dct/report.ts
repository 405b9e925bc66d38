/** The report of `touchmark dct save`: the saved data of each repository, and the archive with its timestamps. */
import type { Digest } from "../../core/digest.ts";
import type { Code } from "../../core/errors.ts";
import { formatInstant, type Instant } from "../../core/instant.ts";
import { archiveVersion, timestampPath } from "../../registry/sources/notary/archive.ts";
import { describeUnread, type TrustData } from "../../registry/sources/notary/trust-data.ts";
import { hintFor } from "../render/remedies.ts";
import { clean, field, problem } from "../render/text.ts";
import type { Timestamps } from "../../setup/manifest-timestamps.ts";

export interface Report {
  /** The archive's path. */
  readonly archive: string;
  readonly at: Instant;
  /** The digest of the manifest. */
  readonly manifest: Digest;
  readonly data: readonly TrustData[];
  readonly timestamps: Timestamps;
}

/** The report as one line of JSON. */
export function reportJson({ archive, at, manifest, data, timestamps }: Report): string {
  const repositories = data.map(({ gun, source, location, files, absent, unread }) => ({
    gun: gun.name,
    source,
    ...(location !== undefined && { location }),
    files: files.map(({ path, version, expires }) => ({ path, version, ...(expires !== undefined && { expires }) })),
    absent,
    unread: unread.map(describeUnread),
  }));
  const entries = timestamps.given.map(({ url, at: time }, i) => ({ path: timestampPath(i), url, at: formatInstant(time) }));
  return `${JSON.stringify({ apiVersion: archiveVersion, archive, savedAt: formatInstant(at), manifest, repositories, timestamps: entries })}\n`;
}

/** The report as text. */
export function reportText({ archive, at, manifest, data, timestamps }: Report): string {
  const repositories = data.filter(({ files }) => files.length > 0).map(repositoryText);
  const lines = timestamps.given.map(({ url, at: time }) => field("timestamp", `${formatInstant(time)} by ${url}`));
  return [...repositories, `archive ${clean(archive)}\n`, field("saved at", formatInstant(at)), field("manifest", manifest), ...lines].join(
    "",
  );
}

function repositoryText({ gun, source, location, files, absent }: TrustData): string {
  const versions = files.filter(({ role }) => role === "root").map(({ version }) => version);
  const delegations = files.filter(({ role }) => role.includes("/")).map(({ role }) => role);
  const expires = files.find(({ role }) => role === "timestamp")?.expires;
  return [
    `saved   ${clean(gun.name)}\n`,
    field("from", source === "server" ? (location ?? source) : "the trust folder"),
    field("files", `${files.length}${versions.length > 0 ? `, root of version ${versions.toSorted((a, b) => a - b).join(", ")}` : ""}`),
    delegations.length > 0 ? field("delegated", delegations.join(", ")) : "",
    expires === undefined ? "" : field("fresh till", expires),
    absent.length > 0 ? field("not there", absent.join(", ")) : "",
  ].join("");
}

/** The errors as text; files of a repository that fail alike share one error. */
export function problemsText(data: readonly TrustData[], { failures }: Timestamps): string {
  const lines = data.flatMap(({ gun, unread }) =>
    unread.map((one) => problem("error", one.message.includes(gun.name) ? one.message : `${gun.name}: ${one.message}`, hintFor(one))),
  );
  const timestamps = failures.map(({ url, error }) => problem("error", `no timestamp of ${url}: ${error.message}`, hintFor(error)));
  return [...new Set([...lines, ...timestamps])].join("");
}

export function codesOf(data: readonly TrustData[], { failures }: Timestamps): readonly Code[] {
  return [...data.flatMap(({ unread }) => unread.map(({ code }) => code)), ...failures.map(({ error }) => error.code)];
}
