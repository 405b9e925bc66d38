/**
 * A verifier for images and files, of one settings object:
 *
 *     const verifier = createVerifier({ expect: { keys: ["touchmark.pub"] } });
 *     const [verdict] = await verifier.verify(image("registry.example/app:1.0"));
 *
 * It is meant to live long: see `engine/verifier.ts` for what it caches. Trust is refreshed in the background.
 */
import { held } from "../core/async/held.ts";
import { throwIfAborted } from "../core/async/interruption.ts";
import { memoise } from "../core/async/memoise.ts";
import type { Joinable } from "../core/async/single-flight.ts";
import { asTouchmarkError, TouchmarkError } from "../core/errors.ts";
import type { Verdict } from "../core/verdict.ts";
import type { Warning } from "../core/warning.ts";
import { readDetachedSignature } from "../engine/detached-signature.ts";
import { createImageVerifier, type Verifier, type VerifierLimits } from "../engine/verifier.ts";
import { verifyFile } from "../engine/verify-file.ts";
import { readSource } from "../files/read-source.ts";
import { fileFormats, formats, formatsWithin } from "../formats/all.ts";
import type { FormatLimits } from "../formats/limits.ts";
import type { Wants } from "../policy/policy.ts";
import type { PolicyAndTrust } from "../policy/compile.ts";
import { checkSettings } from "./check-settings.ts";
import { checkExpectation, openExpectation, type ExpectationSettings } from "./expectation.ts";
import { createFacts, type FactSettings } from "./facts.ts";
import { setupLimits } from "./limits.ts";
import { localDefaults, type LocalSettings } from "./local-settings.ts";
import { readSubjectFile } from "./read-file.ts";
import { recordSettings, type Acting, type RecordingSettings } from "./recording-settings.ts";
import { openRegistries, type RegistrySettings } from "./registries.ts";
import type { NamedFile, NamedImage } from "./subjects.ts";

export interface CreateVerifierSettings extends RecordingSettings, Partial<LocalSettings> {
  /** The expected signers; a signature by any one of them is enough. */
  readonly expect: ExpectationSettings;
  /** How revocation status and plugin results are requested. */
  readonly facts?: FactSettings;
  readonly registries?: RegistrySettings;
  /** Milliseconds after which keys and trust roots are read anew, in the background (1 h). */
  readonly refreshAfter?: number;
  /** Bounds of caches and of evidence. */
  readonly limits?: Partial<VerifierLimits & FormatLimits>;
  /** Called with warnings for the user, such as a trust root that could not be updated. */
  readonly onWarning?: (warning: Warning) => void;
}

export interface VerifyImageOptions extends Acting {
  /** Every image of an index too (false). */
  readonly recursive?: boolean;
  /** Claims to read beside those that are expected, such as attestations of a predicate type: their findings are in the verdict. */
  readonly wants?: Wants;
  readonly signal?: AbortSignal;
}

export interface VerifyFileNamedOptions extends Acting {
  /** The file that holds the signature. */
  readonly signature: string;
  readonly signal?: AbortSignal;
}

export interface SubjectVerifier {
  /** Returns a verdict for the image, and with `recursive` for each image of an index. A refusal is a verdict; throws only INTERRUPTED, and what opening the settings throws. */
  verify(subject: NamedImage, options?: VerifyImageOptions): Promise<readonly Verdict[]>;
  /** Returns a verdict for the file, by the signature in another file. */
  verify(subject: NamedFile, options: VerifyFileNamedOptions): Promise<readonly Verdict[]>;
}

const known: Readonly<Record<keyof CreateVerifierSettings, true>> = {
  expect: true,
  facts: true,
  registries: true,
  refreshAfter: true,
  limits: true,
  recorder: true,
  onRecordFailure: true,
  recordTime: true,
  onWarning: true,
  env: true,
  home: true,
  uid: true,
  clock: true,
};

const knownOfFacts: Readonly<Record<keyof FactSettings, true>> = {
  offline: true,
  allowPrivateHosts: true,
  notationFolder: true,
  pluginConfig: true,
};
const knownOfRegistries: Readonly<Record<keyof RegistrySettings, true>> = {
  allowHttp: true,
  credentials: true,
  authorities: true,
  client: true,
  onWarning: true,
};
const knownOfImages: Readonly<Record<keyof VerifyImageOptions, true>> = { recursive: true, wants: true, actor: true, signal: true };
const knownOfFiles: Readonly<Record<keyof VerifyFileNamedOptions, true>> = { signature: true, actor: true, signal: true };
const knownLimits: Readonly<Record<keyof (VerifierLimits & FormatLimits), true>> = {
  contentBytes: true,
  listingTime: true,
  listings: true,
  findings: true,
  sharedVerifications: true,
  evidenceBytes: true,
  evidencePieces: true,
  bundleBytes: true,
  attestationBytes: true,
};

/** Creates the verifier; reads nothing yet. Throws USAGE for unknown settings, and if no signer is expected. */
export function createVerifier(settings: CreateVerifierSettings): SubjectVerifier {
  checkSettings(settings, known, "createVerifier");
  checkExpectation(settings.expect);
  checkSettings(settings.facts ?? {}, knownOfFacts, "facts");
  checkSettings(settings.registries ?? {}, knownOfRegistries, "registries");
  checkSettings(settings.limits ?? {}, knownLimits, "limits");
  const { expect, refreshAfter = setupLimits.refreshAfter, onWarning } = settings;
  const local = localDefaults(settings);
  const { clock } = local;
  const gather = createFacts(settings.facts ?? {}, local);
  const warn = (warning: Warning): void => onWarning?.(warning);
  const onFailure = (failure: unknown): void => warn({ message: `the trust was not refreshed: ${String(failure)}` });
  // Who holds back the updates of an expired root must not keep it in use.
  const endsValue = (failure: unknown): boolean => asTouchmarkError(failure).code === "TRUST_ROOT_EXPIRED";
  const expectation = held((signal) => openExpectation(expect, { ...local, signal }, warn), { refreshAfter, clock, onFailure, endsValue });
  const images = memoise((signal) => openImages(signal));

  async function openImages(signal: AbortSignal): Promise<Verifier> {
    const registries = await openRegistries({ onWarning: warn, ...settings.registries }, { ...local, signal });
    return createImageVerifier({
      formats: settings.limits ? formatsWithin(settings.limits) : formats,
      open: (reference) => registries.open(reference),
      basis: (repository) => basisFor(expectation, repository),
      ...(gather && { gather }),
      ...recordSettings(settings, {}),
      clock,
      ...(settings.limits && { limits: settings.limits }),
    });
  }

  async function verifyNamedFile({ path }: NamedFile, signature: string, acting: Acting, signal: AbortSignal): Promise<readonly Verdict[]> {
    const maxBytes = Math.max(...fileFormats.map(({ files }) => files.maxBytes));
    const bytes = await readSource(signature, { maxBytes, env: local.env, signal });
    const given = await readDetachedSignature({ path: signature, bytes }, fileFormats, signal);
    const subject = await readSubjectFile(path, given.format.files.readingOf(given.evidence), signal);
    const basis = await (await expectation(signal))(undefined);
    return [await verifyFile(subject, { given, basis, at: clock(), gather, ...recordSettings(settings, acting), signal })];
  }

  async function verify(
    subject: NamedImage | NamedFile,
    options: VerifyImageOptions & Partial<VerifyFileNamedOptions> = {},
  ): Promise<readonly Verdict[]> {
    const { signal = new AbortController().signal, signature, recursive = false, wants, actor } = options;
    throwIfAborted(signal);
    if (subject.kind === "image") checkSettings<VerifyImageOptions>(options, knownOfImages, "verify");
    else checkSettings<VerifyFileNamedOptions>({ signature: "", ...options }, knownOfFiles, "verify");
    if (subject.kind === "image")
      return (await images(signal)).verify(subject.reference, { recursive, actor, signal, ...(wants && { wants }) });
    if (signature === undefined) throw new TouchmarkError("USAGE", `no signature file was named for ${subject.path}`);
    return verifyNamedFile(subject, signature, options, signal);
  }
  return { verify };
}

async function basisFor(
  expectation: Joinable<(repository?: string) => Promise<PolicyAndTrust>>,
  repository: string,
): Promise<PolicyAndTrust> {
  return (await expectation(new AbortController().signal))(repository);
}
