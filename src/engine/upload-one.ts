/**
 * Uploads one signature with pending log entries: verifies it, logs it, stores the complete signature in a new manifest, and deletes the
 * pending one.
 */
import { throwIfAborted } from "../core/async/interruption.ts";
import { digestOf, type Digest } from "../core/digest.ts";
import { asTouchmarkError, TouchmarkError, type Code } from "../core/errors.ts";
import type { Evidence } from "../core/evidence.ts";
import { isPending, type Check, type Finding } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import { mediaTypes, parseManifest } from "../core/oci/manifest.ts";
import type { Repository } from "../core/repository.ts";
import type { LogEntryJson } from "../core/verification-material.ts";
import type { SignerDescription, SignerName } from "../core/signer.ts";
import { subjectContent, type ImageSubject } from "../core/subject.ts";
import { parseCertificate } from "../core/x509/certificate.ts";
import { certificateIdentity } from "../core/x509/certificate-identity.ts";
import type { Reading } from "../formats/checks.ts";
import type { Format } from "../formats/format.ts";
import type { Artifact, SignatureParts, WriterOf } from "../formats/writer.ts";
import type { LoggedSignature } from "../verification/logged-signature.ts";
import { makeTrust, type Trust } from "../trust/trust.ts";
import type { TrustedRoot } from "../trust/trusted-root.ts";
import { logEntryReference, type LogEntryReference } from "./signed-by.ts";
import { store } from "./store.ts";

/** Evidence with a pending log entry. */
export interface Waiting {
  readonly evidence: Evidence;
  readonly manifest: Digest;
  readonly format: Format;
  readonly upload: Reading<PendingUpload>;
}

/** A signature whose log entries are pending, taken out of its evidence. */
export interface PendingUpload {
  readonly parts: SignatureParts;
  readonly by: SignerDescription;
  readonly logged: LoggedSignature;
  /** URLs of logs from the evidence, untrusted: contacted only if they are also configured. */
  readonly logs: readonly string[];
}

export interface UploadServices {
  /** The root that a signature must verify under before it is logged, so that no log is filled with untrusted signatures. */
  readonly root: TrustedRoot;
  /** Requests the entries of all logs that the signature is pending for. Throws if a log may not be contacted or does not answer. */
  upload(pending: PendingUpload, signal: AbortSignal): Promise<readonly LogEntryJson[]>;
}

export interface UploadContext extends UploadServices {
  readonly repository: Repository;
  readonly subject: ImageSubject;
  /** All evidence attached to the image. */
  readonly evidence: readonly Evidence[];
  readonly at: Instant;
  readonly signal: AbortSignal;
}

/** `waiting`: digest of the pending manifest, which may be deleted by now. */
export type PendingUploadResult = { readonly format: string; readonly waiting: Digest } & (UploadedSignature | NotUploadedSignature);

export interface UploadedSignature {
  readonly state: "flushed";
  readonly by: SignerName;
  /** The digest of the manifest that holds the complete signature. */
  readonly manifest: Digest;
  readonly logged: readonly LogEntryReference[];
  /** Whether it was completed before, and no log was contacted. */
  readonly already: boolean;
  /** Why the pending manifest was not deleted; it does no harm. */
  readonly kept?: Problem;
}

/** Pending: the upload can be tried again. Refused: the signature is not one to log. */
export interface NotUploadedSignature extends Problem {
  readonly state: "pending" | "refused";
}

export interface Problem {
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
}

export async function uploadOne(waiting: Waiting, context: UploadContext): Promise<PendingUploadResult> {
  const { format, manifest } = waiting;
  return { format: format.name, waiting: manifest, ...(await outcomeOf(waiting, context)) };
}

async function outcomeOf(waiting: Waiting, context: UploadContext): Promise<UploadedSignature | NotUploadedSignature> {
  let state: NotUploadedSignature["state"] = "refused";
  try {
    const { upload } = waiting;
    if ("problem" in upload) throw faulty(upload.problem);
    const by = makerOf(upload.value);
    const trust = trustFor(upload.value, context.root);
    await requireVerified(waiting, trust, context);
    state = "pending";
    const earlier = await completedBefore(waiting, upload.value, trust, context);
    const { manifest, logged } = earlier ? { manifest: earlier, logged: [] } : await complete(waiting, upload.value, trust, context);
    const kept = await remove(waiting, context);
    return { state: "flushed", by, manifest, logged, already: earlier !== undefined, ...(kept && { kept }) };
  } catch (error) {
    throwIfAborted(context.signal);
    return { state, ...problemOf(error) };
  }
}

/** The trust under which a pending signature must verify: its own key, or the root that the services belong to. Any signer counts. */
function trustFor({ logged: { verifier } }: PendingUpload, root: TrustedRoot): Trust {
  return makeTrust({ roots: [root], ...(verifier.kind === "key" && { keys: [{ name: "its key", publicKey: verifier.key }] }) });
}

function makerOf({ logged: { verifier } }: PendingUpload): SignerName {
  if (verifier.kind === "key") return { key: verifier.key.fingerprint };
  const { subjectAlternativeName: identity, issuer = "" } = certificateIdentity(parseCertificate(verifier.certificate));
  return { identity, issuer };
}

/** Whether a check refuses the signature. An instance without certificate transparency logs issues no SCTs; whether that suffices is for a policy. */
function counts({ name, outcome }: Check, { certificateLogs }: TrustedRoot): boolean {
  return outcome !== "passed" && (name !== "sct" || certificateLogs.length > 0);
}

/** Throws the code of a check that does not pass, other than the pending log entry. */
async function requireVerified({ evidence, format }: Waiting, trust: Trust, { subject, at, root }: UploadContext): Promise<void> {
  const { checks } = await format.verify(evidence, subject, trust, at);
  const fault = checks.find((check) => counts(check, root) && !isPending(check));
  if (fault) throw faulty(fault);
}

/** Finds the complete manifest of an earlier upload that was interrupted before it deleted the pending manifest. */
async function completedBefore(
  { evidence, format }: Waiting,
  upload: PendingUpload,
  trust: Trust,
  { evidence: all, subject, at, root }: UploadContext,
): Promise<Digest | undefined> {
  const copies = all.filter((other) => other !== evidence && other.format === format.name && other.signature === evidence.signature);
  for (const copy of copies) {
    if (isComplete(await format.verify(copy, subject, trust, at), upload, root)) return copy.manifest;
  }
  return undefined;
}

function isComplete({ checks, verifiedTimestamps }: Finding, { logs }: PendingUpload, root: TrustedRoot): boolean {
  return !checks.some((check) => counts(check, root)) && verifiedTimestamps.filter(({ kind }) => kind === "log").length >= logs.length;
}

/** Throws what uploading and storing do, and LOG_ENTRY_INVALID, with nothing written, for entries that a verifier would not accept. */
async function complete(
  waiting: Waiting,
  upload: PendingUpload,
  trust: Trust,
  context: UploadContext,
): Promise<Pick<UploadedSignature, "manifest" | "logged">> {
  const { format } = waiting;
  const { repository, subject, at, signal } = context;
  const entries = await context.upload(upload, signal);
  const artifact = await completed(waiting, upload, entries, context);
  const findings = await Promise.all((await evidenceIn(artifact, format, signal)).map((one) => format.verify(one, subject, trust, at)));
  if (!findings.some((finding) => isComplete(finding, upload, context.root))) {
    const details = findings.flatMap(({ checks }) => checks.flatMap(({ outcome, detail }) => (outcome === "passed" ? [] : [detail])));
    throw new TouchmarkError("LOG_ENTRY_INVALID", `what the log answered does not complete the signature: ${details.join("; ")}`);
  }
  return { manifest: await store(repository, subject, artifact, signal), logged: entries.map(logEntryReference) };
}

/** The signature with its log entries, which replaces the pending one. */
async function completed(
  { format, evidence }: Waiting,
  { parts, by }: PendingUpload,
  entries: readonly LogEntryJson[],
  { subject, at }: UploadContext,
): Promise<Artifact> {
  const [claim] = format.claims(evidence, subjectContent(subject)).claims;
  const writer: WriterOf | undefined = claim && format.writers[claim.kind];
  if (!writer) throw new TouchmarkError("UNSUPPORTED", `the format ${format.name} does not write such evidence`);
  const { pending: _, ...material } = parts.signed.material ?? { timestamps: [] };
  return (await writer.open()).assemble(parts.toSign, subject, { ...parts.signed, by, material: { ...material, entries } }, at);
}

/** The evidence as a verifier reads it. */
async function evidenceIn(artifact: Artifact, format: Format, signal: AbortSignal): Promise<readonly Evidence[]> {
  if (artifact.kind !== "referrer") return [];
  const { manifest: bytes, blobs } = artifact;
  const manifest = parseManifest(bytes, mediaTypes.ociManifest);
  if (manifest.kind !== "image") return [];
  const descriptor = { mediaType: mediaTypes.ociManifest, digest: digestOf(bytes), size: bytes.length };
  const recognised = format.recognise({ location: { kind: "referrers" }, descriptor, manifest });
  return recognised?.read(new Map(blobs.map((blob) => [digestOf(blob), blob])), signal) ?? [];
}

/** Deletes the pending manifest; not every registry or account allows that. */
async function remove({ manifest }: Waiting, { repository, signal }: UploadContext): Promise<Problem | undefined> {
  try {
    await repository.deleteManifest(manifest, signal);
    return undefined;
  } catch (error) {
    throwIfAborted(signal);
    return problemOf(error);
  }
}

function faulty(check: Check): TouchmarkError {
  return new TouchmarkError(check.outcome === "passed" ? "UNDECIDED" : check.code, check.detail);
}

function problemOf(thrown: unknown): Problem {
  const { code, message, hint } = asTouchmarkError(thrown);
  return { code, message, hint };
}
