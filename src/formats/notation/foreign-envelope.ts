/**
 * Envelopes that a plugin makes whole (Notary Project, plugin-extensibility, "Signature Envelope Generator"): what to ask for, and whether
 * what came is that, before it is stored. The plugin may add annotations, attributes that are signed, a timestamp, and an end
 * where none was asked; the rest must be as asked, and such that a verifier can accept it.
 */
import { asTouchmarkError, TouchmarkError } from "../../core/errors.ts";
import { emptyConfig, maxManifestBytes } from "../../core/oci/manifest.ts";
import type { EnvelopeRequest, MadeEnvelope } from "../../core/signer.ts";
import type { AcceptedEnvelope } from "../format.ts";
import { requireChain } from "./certificate-chain.ts";
import { parseEnvelope } from "./envelope.ts";
import { encodeNotaryPayload, payloadBreach, payloadType, reserved } from "./payload.ts";
import { timesIn, type Terms } from "./sign.ts";
import { created, encodeSignatureManifest } from "./signature-manifest.ts";
import type { SignedAttributes } from "./signed-attributes.ts";
import { checkSignature } from "./verify-envelope.ts";

/** Throws USAGE for a reserved annotation, and for an end that is no later than now. */
export function requestEnvelope(terms: Terms): EnvelopeRequest {
  const { subject, annotations, kind } = terms;
  const lifetime = lifetimeOf(terms);
  return {
    payload: encodeNotaryPayload(subject, annotations),
    payloadType,
    envelopeType: kind.mediaType,
    ...(lifetime !== undefined && { lifetime }),
  };
}

/** Throws PLUGIN_FAILED for something else than was asked, what reading the envelope throws, and what requireChain does. */
export async function acceptEnvelope({ bytes, annotations }: MadeEnvelope, terms: Terms): Promise<AcceptedEnvelope> {
  const { subject, kind, at } = terms;
  const envelope = readable(() => parseEnvelope(kind, bytes));
  const { chain, attributes } = envelope;
  const signature = await checkSignature(envelope);
  if (signature.outcome !== "passed") throw refused(signature.detail);
  const why =
    readable(() => payloadBreach(envelope.payload, subject, terms.annotations)) ??
    lifetimeBreach(attributes, lifetimeOf(terms)) ??
    annotationsBreach(annotations);
  if (why !== undefined) throw refused(why);
  const { signingTime } = attributes;
  await requireChain(chain, signingTime, Math.max(signingTime, at));
  const manifest = encodeSignatureManifest({ envelope: bytes, envelopeType: kind.mediaType, chain, subject, at: signingTime, annotations });
  if (manifest.length > maxManifestBytes)
    throw new TouchmarkError("LIMIT_EXCEEDED", `the plugin's annotations make a manifest of ${manifest.length} bytes`);
  const [{ publicKey }] = chain;
  return { artifact: { kind: "referrer", blobs: [bytes, emptyConfig.bytes], manifest }, by: { publicKey, chain } };
}

/** Seconds. */
function lifetimeOf(terms: Terms): number | undefined {
  const { signingTime, expiry } = timesIn(terms);
  return expiry === undefined ? undefined : (expiry - signingTime) / 1000;
}

/** Its clock is not ours, and it may have rounded. */
function lifetimeBreach({ signingTime, expiry }: SignedAttributes, lifetime: number | undefined): string | undefined {
  if (lifetime === undefined) return undefined;
  if (expiry === undefined) return `says no end, asked for one after ${lifetime} s`;
  const seconds = (expiry - signingTime) / 1000;
  return Math.abs(seconds - lifetime) > 1 ? `ends after ${seconds} s, asked for ${lifetime} s` : undefined;
}

/** Of what its maker wants said in the manifest. */
function annotationsBreach(annotations: Readonly<Record<string, string>>): string | undefined {
  const taken = Object.keys(annotations).find((name) => name.startsWith(reserved) || name === created);
  return taken === undefined
    ? undefined
    : `came with the manifest annotation ${JSON.stringify(taken.slice(0, 100))}, which is not the plugin's to set`;
}

/** Says whose the bytes are that cannot be read. */
function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const { code, message } = asTouchmarkError(cause);
    throw new TouchmarkError(code, `the envelope that the plugin made is not accepted: ${message}`, { cause });
  }
}

function refused(why: string): TouchmarkError {
  return new TouchmarkError("PLUGIN_FAILED", `the envelope that the plugin made ${why}`);
}
