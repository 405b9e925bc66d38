/**
 * A signer for images and files, of one settings object:
 *
 *     const signer = createSigner({ by: { kind: "file", key: "touchmark.key" } });
 *     await signer.sign(image("registry.example/app:1.0"), { signal });
 */
import { memoise } from "../core/async/memoise.ts";
import { throwIfAborted } from "../core/async/interruption.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { Instant } from "../core/instant.ts";
import type { Warning } from "../core/warning.ts";
import { attest } from "../engine/attest.ts";
import { sign } from "../engine/sign.ts";
import type { EvidenceMade } from "../engine/write-evidence.ts";
import { signFile, type SignedFile } from "../engine/sign-file.ts";
import { defaultFormat, fileFormats, formats as allFormats } from "../formats/all.ts";
import type { Format, FormatOfFiles } from "../formats/format.ts";
import type { EnvelopeName } from "../formats/writer.ts";
import { haveAnonymousAccess } from "./anonymous-access.ts";
import { checkSettings } from "./check-settings.ts";
import { localDefaults, type LocalSettings } from "./local-settings.ts";
import { readSubjectFile } from "./read-file.ts";
import { recordSettings, type Acting, type RecordingSettings } from "./recording-settings.ts";
import type { Registries } from "../registry/registries.ts";
import { openRegistries, type RegistrySettings } from "./registries.ts";
import { openKey, openSigner, type OpenedKey } from "./signer.ts";
import type { ConsentSettings, KeylessSettings, OpenedSigner, SignerSettings } from "./signer-settings.ts";
import type { NamedFile, NamedImage } from "./subjects.ts";

export interface CreateSignerSettings extends Omit<SignerSettings, "by">, RecordingSettings, Partial<LocalSettings> {
  /** The key or identity that signs. */
  readonly by: Exclude<SignerSettings["by"], KeylessSettings> | KeylessIdentity;
  /** Names of the formats to sign in (bundle). */
  readonly formats?: readonly string[];
  readonly registries?: RegistrySettings;
}

export interface KeylessIdentity extends Omit<KeylessSettings, "consent"> {
  /** Consent to publish the identity when signing something private; without it, nothing private is signed with public logs. */
  readonly consent?: ConsentSettings["agree"];
}

export interface SignSubjectOptions extends Acting {
  readonly annotations?: Readonly<Record<string, string>>;
  /** The signing time (now). */
  readonly at?: Instant;
  /** Milliseconds until the signature expires; for the format notation. */
  readonly lifetime?: number;
  /** The envelope type of the format notation (jws). */
  readonly envelope?: EnvelopeName;
  readonly signal?: AbortSignal;
}

export interface SignImageOptions extends SignSubjectOptions {
  /** Every image of an index too (false). */
  readonly recursive?: boolean;
  /** Sign even if the same key has signed the same content (false). */
  readonly force?: boolean;
}

export interface AttestImageOptions extends Pick<SignSubjectOptions, "at" | "actor" | "signal"> {
  /** The predicate type, a URI. */
  readonly predicateType: string;
  /** The predicate, a JSON object, signed byte for byte. */
  readonly predicate: Uint8Array;
  /** Every image of an index too (false). */
  readonly recursive?: boolean;
}

export interface SignNamedFileOptions extends SignSubjectOptions {
  /** The media type of the file; for the format notation. */
  readonly mediaType?: string;
}

/** Disposing of it closes what the key holds open, such as the session of a token. */
export interface SubjectSigner extends AsyncDisposable {
  /** Signs an image; returns one signature for each format and image. */
  sign(
    subject: NamedImage,
    options?: SignImageOptions,
  ): Promise<{ readonly signatures: readonly EvidenceMade[]; readonly warnings: readonly Warning[] }>;
  /** Signs a file in the first of the formats: `evidence` is the content of the signature file, for the caller to write. */
  sign(subject: NamedFile, options?: SignNamedFileOptions): Promise<SignedFile & { readonly warnings: readonly Warning[] }>;
  /** Attaches a signed in-toto statement with this predicate to an image; returns one attestation for each format and image. */
  attest(
    subject: NamedImage,
    options: AttestImageOptions,
  ): Promise<{ readonly attestations: readonly EvidenceMade[]; readonly warnings: readonly Warning[] }>;
}

const known: Readonly<Record<keyof CreateSignerSettings, true>> = {
  by: true,
  instance: true,
  timestamps: true,
  logUpload: true,
  formats: true,
  registries: true,
  recorder: true,
  onRecordFailure: true,
  recordTime: true,
  env: true,
  home: true,
  uid: true,
  clock: true,
};

/** Creates the signer; reads nothing yet. Throws USAGE for unknown settings or formats. */
export function createSigner(settings: CreateSignerSettings): SubjectSigner {
  checkSettings(settings, known, "createSigner");
  return new SettledSigner(settings);
}

class SettledSigner implements SubjectSigner {
  readonly #settings: CreateSignerSettings;
  readonly #local: LocalSettings;
  readonly #formats: readonly Format[];
  #held: OpenedKey | undefined;
  /** Undefined without one. */
  readonly #key: ((signal: AbortSignal) => Promise<OpenedKey>) | undefined;

  constructor(settings: CreateSignerSettings) {
    this.#settings = settings;
    this.#local = localDefaults(settings);
    this.#formats = settings.formats?.map(formatNamed) ?? [defaultFormat];
    const { by } = settings;
    const opening = { ...this.#local, formats: this.#formats };
    this.#key = by.kind === "keyless" ? undefined : memoise(async (signal) => (this.#held = await openKey(by, { ...opening, signal })));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#held?.[Symbol.asyncDispose]?.();
  }

  sign(
    subject: NamedImage,
    options?: SignImageOptions,
  ): Promise<{ readonly signatures: readonly EvidenceMade[]; readonly warnings: readonly Warning[] }>;
  sign(subject: NamedFile, options?: SignNamedFileOptions): Promise<SignedFile & { readonly warnings: readonly Warning[] }>;
  async sign(subject: NamedImage | NamedFile, options: SignImageOptions & SignNamedFileOptions = {}): Promise<unknown> {
    const { signal = new AbortController().signal } = options;
    throwIfAborted(signal);
    await using opened = await this.#open(subject, signal);
    const noted: Warning[] = [];
    const done =
      subject.kind === "image"
        ? this.#signImage(subject, opened, options, noted, signal)
        : this.#signFile(subject, opened, options, signal);
    const [result] = await Promise.all([done, opened.ready]);
    return { ...result, warnings: [...(await opened.warnings), ...noted] };
  }

  async attest(
    subject: NamedImage,
    options: AttestImageOptions,
  ): Promise<{ readonly attestations: readonly EvidenceMade[]; readonly warnings: readonly Warning[] }> {
    const { predicateType, predicate, recursive = false, at, signal = new AbortController().signal } = options;
    throwIfAborted(signal);
    await using opened = await this.#open(subject, signal);
    const noted: Warning[] = [];
    const registries = await this.#openRegistries(noted, signal);
    const common = {
      formats: this.#formats,
      signer: opened.signer,
      at: at ?? this.#local.clock(),
      ...recordSettings(this.#settings, options),
      signal,
    };
    const done = attest(registries.open(subject.reference), subject.reference, { ...common, predicateType, predicate, recursive });
    const [attestations] = await Promise.all([done, opened.ready]);
    return { attestations, warnings: [...(await opened.warnings), ...noted] };
  }

  async #signImage(
    { reference }: NamedImage,
    { signer, isEphemeral }: OpenedSigner,
    options: SignImageOptions,
    noted: Warning[],
    signal: AbortSignal,
  ) {
    const { annotations = {}, recursive = false, force = false } = options;
    const { at, signature } = this.#signatureOptions(options);
    const registries = await this.#openRegistries(noted, signal);
    const common = {
      formats: this.#formats,
      signer,
      annotations,
      at,
      signature,
      ...recordSettings(this.#settings, options),
      recursive,
      signal,
    };
    return { signatures: await sign(registries.open(reference), reference, { ...common, force: force || isEphemeral }) };
  }

  async #signFile({ path }: NamedFile, { signer }: OpenedSigner, options: SignNamedFileOptions, signal: AbortSignal): Promise<SignedFile> {
    if ("envelop" in signer) throw new TouchmarkError("UNSUPPORTED", "the plugin makes whole envelopes, which is possible for images only");
    const format = fileFormatOf(this.#formats);
    const { at, signature } = this.#signatureOptions(options);
    const read = await readSubjectFile(
      path,
      await (await format.writers.signature.open()).readingFor(() => signer.describe(signal)),
      signal,
    );
    const { mediaType, annotations = {} } = options;
    const subject = { ...read, ...(mediaType !== undefined && { mediaType }) };
    return signFile(subject, {
      format,
      signer,
      annotations,
      signature: { ...signature, at },
      ...recordSettings(this.#settings, options),
      signal,
    });
  }

  #signatureOptions({ at = this.#local.clock(), lifetime, envelope = "jws" }: SignSubjectOptions) {
    return { at, signature: { envelope, ...(lifetime !== undefined && { expiry: at + lifetime }) } };
  }

  /** Warnings of the connection are noted, unless the settings take them. */
  #openRegistries(noted: Warning[], signal: AbortSignal): Promise<Registries> {
    const onWarning = (warning: Warning): void => void noted.push(warning);
    return openRegistries({ onWarning, ...this.#settings.registries }, { ...this.#local, signal });
  }

  /**
   * The key stays open. Everything else is opened anew: services change, a certificate lives for minutes, and whether an identity
   * may be published depends on the subject.
   */
  async #open(subject: NamedImage | NamedFile, signal: AbortSignal): Promise<OpenedSigner> {
    const { by } = this.#settings;
    const opening = { ...this.#local, formats: this.#formats, signal };
    if (by.kind !== "keyless") return openSigner({ ...this.#settings, by }, opening, await this.#key?.(signal));
    return openSigner({ ...this.#settings, by: { ...by, consent: this.#consentFor(subject, by.consent, signal) } }, opening);
  }

  #consentFor(subject: NamedImage | NamedFile, agree: ConsentSettings["agree"], signal: AbortSignal): ConsentSettings {
    if (subject.kind === "file") return { agree, secret: "the file may be private", isPublic: async () => false };
    const isPublic = (): Promise<boolean> =>
      haveAnonymousAccess([subject.reference], this.#settings.registries ?? {}, { ...this.#local, signal });
    return { agree, secret: "the image is not public", isPublic };
  }
}

function formatNamed(name: string): Format {
  const found = allFormats.find((format) => format.name === name);
  if (found) return found;
  const names = allFormats.map((format) => format.name).join(", ");
  throw new TouchmarkError("USAGE", `there is no format ${JSON.stringify(name)}`, { hint: `The formats are ${names}.` });
}

function fileFormatOf([first]: readonly Format[]): FormatOfFiles {
  const found = fileFormats.find(({ name }) => name === first?.name);
  if (found) return found;
  throw new TouchmarkError("UNSUPPORTED", `files are not signed in the format ${first?.name}`, { hint: "Sign them in the format bundle." });
}
