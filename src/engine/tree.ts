/** Lists everything attached to an image: evidence of every format, and artifacts that no format reads. */
import { mapBounded } from "../core/async/map-bounded.ts";
import type { Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import { describeLocation, type Evidence, type RepositoryLocation } from "../core/evidence.ts";
import type { Finding, UnreadLocation } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import { artifactTypeOf } from "../core/oci/manifest.ts";
import type { Reference } from "../core/oci/reference.ts";
import type { Repository, StoredManifest } from "../core/repository.ts";
import { subjectContent, type ImageSubject } from "../core/subject.ts";
import type { Format, SignerHint } from "../formats/format.ts";
import { engineLimits } from "./limits.ts";
import { attachmentsOf } from "./attachments.ts";
import { readEvidence, readImageManifest, wholeBudget } from "./collect.ts";
import { unreadCollector, type OnUnread } from "./locations.ts";
import { resolve } from "./resolve.ts";

export interface ImageTree {
  readonly reference: string;
  readonly repository: string;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly attached: readonly TreeNode[];
  /** The locations that could not be read. */
  readonly unread: readonly UnreadLocation[];
}

export interface TreeNode {
  readonly location: string;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly artifactType?: string;
  /** The size in bytes. */
  readonly size: number;
  /** The evidence that formats read in it, unverified; empty if no format reads it. */
  readonly evidence: readonly TreeEvidence[];
  readonly attached: readonly TreeNode[];
}

/** The claims of evidence, unverified. */
export interface TreeEvidence extends Pick<Finding, "format" | "layer" | "claim" | "hint"> {
  /** What the hint names. */
  readonly hintNames?: SignerHint["names"];
}

export interface TreeOptions {
  readonly formats: readonly Format[];
  readonly at: Instant;
  readonly signal: AbortSignal;
}

export async function tree(repository: Repository, reference: Reference, options: TreeOptions): Promise<ImageTree> {
  const subject = await resolve(repository, reference, options.signal);
  const unread: UnreadLocation[] = [];
  const walk: Walk = {
    ...options,
    repository,
    onUnread: unreadCollector(unread, options.signal),
    seen: new Set([subject.digest]),
  };
  const attached = await attachedTo(subject, walk, engineLimits.treeDepth);
  const { digest, descriptor } = subject;
  return { reference: subject.reference, repository: repository.name, digest, mediaType: descriptor.mediaType, attached, unread };
}

interface Walk extends TreeOptions {
  readonly repository: Repository;
  readonly onUnread: OnUnread;
  /** Digests already in the tree; a loop of referrers ends here. */
  readonly seen: Set<Digest>;
}

async function attachedTo(subject: ImageSubject, walk: Walk, depth: number): Promise<readonly TreeNode[]> {
  const { repository, seen, onUnread } = walk;
  const attachments = await attachmentsOf(repository, subject, walk);
  const fresh = attachments.filter(({ stored }) => {
    if (seen.has(stored.descriptor.digest)) return false;
    if (seen.size > engineLimits.treeNodes || depth === 0) {
      onUnread(
        "the rest of the tree",
        new TouchmarkError(
          "LIMIT_EXCEEDED",
          `the tree has more than ${engineLimits.treeNodes} manifests or ${engineLimits.treeDepth} levels`,
        ),
      );
      return false;
    }
    seen.add(stored.descriptor.digest);
    return true;
  });
  return mapBounded(fresh, engineLimits.requests, ({ location, stored }) => nodeOf(subject, location, stored, walk, depth));
}

async function nodeOf(
  parent: ImageSubject,
  location: RepositoryLocation,
  stored: StoredManifest,
  walk: Walk,
  depth: number,
): Promise<TreeNode> {
  const { repository, formats, onUnread } = walk;
  const { descriptor, bytes } = stored;
  const found = readImageManifest(location, stored, onUnread);
  const evidence = await readEvidence(repository, found, { ...walk, budget: wholeBudget({}) });
  const artifactType = found.map(({ manifest }) => artifactTypeOf(manifest))[0];
  const self: ImageSubject = {
    kind: "image",
    repository: repository.name,
    reference: `${repository.name}@${descriptor.digest}`,
    digest: descriptor.digest,
    descriptor,
    manifest: bytes,
  };
  return {
    location: describeLocation(location),
    digest: descriptor.digest,
    mediaType: descriptor.mediaType,
    ...(artifactType !== undefined && { artifactType }),
    size: descriptor.size,
    evidence: evidence.map((one) => describeEvidence(one, parent, formats)),
    attached: await attachedTo(self, walk, depth - 1),
  };
}

function describeEvidence(evidence: Evidence, parent: ImageSubject, formats: readonly Format[]): TreeEvidence {
  const format = formats.find(({ name }) => name === evidence.format);
  const stated = format?.claims(evidence, subjectContent(parent));
  const claim = stated?.claims[0];
  const hint = stated?.hint;
  return {
    format: evidence.format,
    layer: evidence.layer.digest,
    ...(claim && { claim }),
    ...(hint && { hint: hint.text, hintNames: hint.names }),
  };
}
