/** Opens the trusted root of one instance: cached, updated when due, or embedded. */
import { TouchmarkError } from "../../core/errors.ts";
import type { Warning } from "../../core/warning.ts";
import { formatInstant, type Instant } from "../../core/instant.ts";
import type { HttpClient } from "../../net/http.ts";
import { throwIfAborted } from "../../core/async/interruption.ts";
import type { SigningConfig } from "../../trust/signing-config.ts";
import { parseTrustedRoot } from "../../trust/parse-trusted-root.ts";
import type { TrustedRoot } from "../../trust/trusted-root.ts";
import type { TrustRootContent } from "../tuf/content.ts";
import { embeddedUntil, readEmbedded } from "./embedded.ts";
import { rootsOf, type Instance, type RepositoryInstance } from "./instance.ts";
import { notePause, respectPause } from "./mirror-pause.ts";
import { keptIn, readFetched, refresh, signingConfigOf, trustedRootOf, type RefreshOptions } from "./repository.ts";

export interface OpenInstanceOptions {
  /** The folder of all trust roots. */
  readonly folder: string;
  readonly http: HttpClient;
  readonly at: Instant;
  /** No socket is opened. */
  readonly offline: boolean;
  /** Whether an expired trust root that cannot be updated is refused or used with a warning. */
  readonly expired: "warn" | "refuse";
  readonly signal: AbortSignal;
}

export interface OpenedInstance {
  readonly roots: readonly TrustedRoot[];
  /** The signing config, if there is one; read only by signers. Throws what `parseSigningConfig` throws. */
  readonly signingConfig?: () => SigningConfig | undefined;
  readonly warnings: readonly Warning[];
}

const day = 24 * 60 * 60 * 1000;
/** Milliseconds that a verification waits for an update. */
const patience = 10_000;

/**
 * Throws TRUST_ROOT_INVALID, TRUST_ROOT_EXPIRED, what fetching throws if there is no usable root, or the reason of
 * the aborted signal.
 */
export async function openInstance(instance: Instance, options: OpenInstanceOptions): Promise<OpenedInstance> {
  if (instance.kind === "files") return { roots: rootsOf(instance), warnings: [] };
  const kept = await attempt(async () => (await readFetched(instance, options.folder))?.content);
  const due = !options.offline && !isRecent(kept, options.at);
  const notStored: Warning[] = [];
  const onNotStored = ({ message }: TouchmarkError): void =>
    void notStored.push({
      message: `${instance.name} was fetched and verified, and could not be stored: ${message}`,
      hint: "It is used now, and fetched again by the next run. Give this user a home folder, or XDG_DATA_HOME, where it may write.",
    });
  const refreshing = { ...options, onNotStored };
  const fetched = due ? await attempt(() => refreshInTime(instance, canWait(instance, kept, options), refreshing)) : undefined;
  throwIfAborted(options.signal);
  const content = fetched instanceof TouchmarkError ? kept : (fetched ?? kept);
  const failure =
    fetched instanceof TouchmarkError ? [{ message: `${instance.name} could not be brought up to date: ${fetched.message}` }] : [];
  if (content instanceof TouchmarkError) throw content;
  if (content === undefined) return openEmbedded(instance, fetched, failure, options.at);
  const expiry = checkExpiry(instance, content, options);
  return {
    roots: [trustedRootOf(content, instance)],
    signingConfig: () => signingConfigOf(content, instance),
    warnings: [...failure, ...notStored, ...expiry],
  };
}

/** Whether it was fetched within a day, by a clock that was not set back since, and is valid for another day. */
function isRecent(kept: TrustRootContent | TouchmarkError | undefined, at: Instant): boolean {
  return kept !== undefined && !(kept instanceof TouchmarkError) && Math.abs(at - kept.fetched) < day && at + day < kept.expires;
}

/** Whether there is a usable root while the mirror fails. */
function canWait({ root }: RepositoryInstance, kept: TrustRootContent | TouchmarkError | undefined, { at }: OpenInstanceOptions): boolean {
  if (kept === undefined) return root === undefined;
  return !(kept instanceof TouchmarkError) && at < kept.expires;
}

/** Updates with a time limit, so that a verification does not wait for a mirror that does not answer, and with failure backoff. */
async function refreshInTime(
  instance: RepositoryInstance,
  mayPause: boolean,
  options: OpenInstanceOptions & RefreshOptions,
): Promise<TrustRootContent> {
  const { signal, at } = options;
  const folder = keptIn(instance, options.folder);
  if (mayPause) await respectPause(folder, at);
  try {
    return await refresh(instance, { ...options, signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]) });
  } catch (error) {
    if (!signal.aborted) await notePause(folder, at);
    throw error;
  }
}

function checkExpiry({ name }: Instance, { expires }: TrustRootContent, { at, expired }: OpenInstanceOptions): readonly Warning[] {
  if (at < expires) return [];
  const message = `the trust root ${name} expired at ${formatInstant(expires)}; by the clock here it is ${formatInstant(at)}`;
  if (expired === "warn") return [{ message }];
  throw new TouchmarkError("TRUST_ROOT_EXPIRED", message);
}

/** The embedded public instance, used with a warning. */
async function openEmbedded(
  instance: RepositoryInstance,
  fetched: TouchmarkError | TrustRootContent | undefined,
  failure: readonly Warning[],
  at: Instant,
): Promise<OpenedInstance> {
  if (instance.root !== undefined) {
    if (fetched instanceof TouchmarkError) throw fetched;
    throw new TouchmarkError("FILE_NOT_FOUND", `nothing was fetched of the trust root ${instance.name} yet`, {
      hint: "Fetch it where there is a network, or import what another machine exported.",
      remedy: { id: "update-trust-root", about: instance.name },
    });
  }
  const root = parseTrustedRoot(await readEmbedded("trusted_root.json"), instance.name);
  const until = await embeddedUntil();
  const stale: Warning = {
    message: `the public sigstore root that came with touchmark is used, which ${at < until ? "may be" : "is probably"} stale: it was to be renewed by ${formatInstant(until)}`,
    hint: "Fetch it where there is a network.",
    remedy: { id: "update-trust-root" },
  };
  return { roots: [{ ...root, renewBy: until }], warnings: [...failure, stale] };
}

/** Returns a TouchmarkError as a value. */
async function attempt<T>(work: () => Promise<T>): Promise<T | TouchmarkError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TouchmarkError) return error;
    throw error;
  }
}
