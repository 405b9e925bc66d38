/** Lists everything attached to an image: evidence of every format, and artifacts that no format reads. */
import { mapBounded } from "../core/async/map-bounded.ts";
import type { Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import { describeLocation, type Evidence } from "../core/evidence.ts";
import type { Finding, UnreadLocation } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import { artifactTypeOf } from "../core/oci/manifest.ts";
import type { Reference } from "../core/oci/reference.ts";
import type { Repository } from "../core/repository.ts";
import { subjectContent, type ImageSubject } from "../core/subject.ts";
import type { Format, SignerHint } from "../formats/format.ts";
import { engineLimits } from "./limits.ts";
import { attachmentsOf, type Attachment } from "./attachments.ts";
import { wholeBudget, type EvidenceBudget } from "./evidence-budget.ts";
import { inBatches, openEntry } from "./open-entries.ts";
import { imageManifestIn, readEvidence, recogniseBy } from "./read-evidence.ts";
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
    budget: wholeBudget({}),
    seen: new Set([subject.digest]),
  };
  const attached = await attachedTo(subject, walk, engineLimits.treeDepth);
  const { digest, descriptor } = subject;
  return { reference: subject.reference, repository: repository.name, digest, mediaType: descriptor.mediaType, attached, unread };
}

interface Walk extends TreeOptions {
  readonly repository: Repository;
  readonly onUnread: OnUnread;
  readonly budget: EvidenceBudget;
  /** Digests already in the tree; a loop of referrers ends here. */
  readonly seen: Set<Digest>;
}

async function attachedTo(subject: ImageSubject, walk: Walk, depth: number): Promise<readonly TreeNode[]> {
  const { repository, seen, onUnread } = walk;
  const attachments = await attachmentsOf(repository, subject, walk);
  const fresh = attachments.filter(({ descriptor: { digest } }) => {
    if (seen.has(digest)) return false;
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
    seen.add(digest);
    return true;
  });
  // Small ones are read first, and shown in the order of the listing.
  const nodes = new Map<Attachment, TreeNode>();
  const smallFirst = fresh.toSorted((a, b) => a.descriptor.size - b.descriptor.size);
  for (const batch of inBatches(smallFirst, ({ descriptor }) => descriptor.size)) {
    await mapBounded(batch, batch.length, async (one) => {
      const node = await nodeOf(subject, one, walk, depth);
      if (node) nodes.set(one, node);
    });
  }
  return fresh.flatMap((one) => nodes.get(one) ?? []);
}

/** The node of an attachment. One that cannot be read is shown as listed; one that was deleted meanwhile is not. */
async function nodeOf(parent: ImageSubject, attachment: Attachment, walk: Walk, depth: number): Promise<TreeNode | undefined> {
  const { repository, formats } = walk;
  const { location, descriptor: listed } = attachment;
  const { digest } = listed;
  let isUnread = false;
  const onUnread: OnUnread = (what, thrown) => {
    walk.onUnread(what, thrown);
    isUnread = true;
  };
  const stored = attachment.stored ?? (await openEntry(repository, listed, { ...walk, onUnread }));
  if (!stored && !isUnread) return undefined;
  const { descriptor, bytes } = stored ?? { descriptor: listed, bytes: undefined };
  const manifest = stored && imageManifestIn(location, stored, walk);
  const recognised = manifest ? recogniseBy(formats, { location, descriptor, manifest }) : [];
  const evidence = await readEvidence(repository, recognised, walk);
  const artifactType = manifest ? artifactTypeOf(manifest) : listed.artifactType;
  const node = {
    location: describeLocation(location),
    digest,
    mediaType: descriptor.mediaType,
    ...(artifactType !== undefined && { artifactType }),
    size: descriptor.size,
    evidence: evidence.map((one) => describeEvidence(one, parent, formats)),
  };
  if (!bytes) return { ...node, attached: [] };
  const reference = `${repository.name}@${digest}`;
  const self: ImageSubject = { kind: "image", repository: repository.name, reference, digest, descriptor, manifest: bytes };
  return { ...node, attached: await attachedTo(self, walk, depth - 1) };
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
