/** Copies an image with everything that is attached to it. */
import { TouchmarkError } from "../core/errors.ts";
import { defaultTag, type Reference } from "../core/oci/reference.ts";
import { copy, type Copied } from "../engine/copy.ts";
import { formats } from "../formats/all.ts";
import { localDefaults, type LocalSettings } from "./local-settings.ts";
import { recordSettings, type Acting, type RecordingSettings } from "./recording-settings.ts";
import { openRegistries, type RegistrySettings } from "./registries.ts";
import type { NamedImage } from "./subjects.ts";

export interface CopyImageOptions extends RecordingSettings, Acting, Partial<LocalSettings> {
  readonly registries?: RegistrySettings;
  /** Replace other signatures under the same tag at the destination (false). */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
}

/** Copies to a tag, by default that of the source. Throws USAGE for a destination with a digest, and what `copy` throws. */
export async function copyImage(source: NamedImage, destination: NamedImage, options: CopyImageOptions = {}): Promise<Copied> {
  const { force = false, signal = new AbortController().signal } = options;
  const local = localDefaults(options);
  if (destination.reference.digest !== undefined)
    throw new TouchmarkError("USAGE", "a destination has a tag and no digest: the digest is that of the source");
  const registries = await openRegistries(options.registries ?? {}, { ...local, signal });
  return copy(registries.open(source.reference), source.reference, registries.open(destination.reference), {
    formats,
    tag: destination.reference.tag ?? tagOf(source.reference),
    force,
    at: local.clock(),
    ...recordSettings(options, options),
    signal,
  });
}

function tagOf({ tag, digest }: Reference): string | undefined {
  return tag ?? (digest === undefined ? defaultTag : undefined);
}
