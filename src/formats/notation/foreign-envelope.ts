/**
 * Envelopes that a plugin makes whole (Notary Project, plugin-extensibility, "Signature Envelope Generator"): builds the request, and
 * checks the result before it is stored. The plugin may add annotations, signed attributes, a timestamp, and an expiry if none was
 * requested; everything else must match the request and be acceptable to a verifier.
 */
import { asTouchmarkError, TouchmarkError } from "../../core/errors.ts";
import { ociLimits } from "../../core/oci/limits.ts";
import { emptyConfig } from "../../core/oci/manifest.ts";
import type { EnvelopeRequest, MadeEnvelope } from "../../core/signer.ts";
import type { AcceptedEnvelope } from "../writer.ts";
import { requireChain } from "./certificate-chain.ts";
import { parseEnvelope } from "./envelope.ts";
import { encodeNotaryPayload, payloadBreach, payloadType, reserved } from "./payload.ts";
import { timesIn, type Terms } from "./sign.ts";
import { created, encodeSignatureManifest } from "./signature-manifest.ts";
import type { SignedAttributes } from "./signed-attributes.ts";
import { checkSignature } from "./verify-envelope.ts";

/** Throws USAGE for a reserved annotation, and for an expiry that is not in the future. */
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

/** Throws PLUGIN_FAILED for anything other than requested, what parsing the envelope throws, and what requireChain does. */
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
  if (manifest.length > ociLimits.manifestBytes)
    throw new TouchmarkError("LIMIT_EXCEEDED", `the plugin's annotations make a manifest of ${manifest.length} bytes`);
  const [{ publicKey }] = chain;
  return { artifact: { kind: "referrer", blobs: [bytes, emptyConfig.bytes], manifest }, by: { publicKey, chain } };
}

/** The lifetime in seconds. */
function lifetimeOf(terms: Terms): number | undefined {
  const { signingTime, expiry } = timesIn(terms);
  return expiry === undefined ? undefined : (expiry - signingTime) / 1000;
}

/** Compares the lifetime: the plugin's clock may differ from ours, and it may have rounded. */
function lifetimeBreach({ signingTime, expiry }: SignedAttributes, lifetime: number | undefined): string | undefined {
  if (lifetime === undefined) return undefined;
  if (expiry === undefined) return `says no end, asked for one after ${lifetime} s`;
  const seconds = (expiry - signingTime) / 1000;
  return Math.abs(seconds - lifetime) > 1 ? `ends after ${seconds} s, asked for ${lifetime} s` : undefined;
}

/** Checks the annotations that the plugin adds to the manifest. */
function annotationsBreach(annotations: Readonly<Record<string, string>>): string | undefined {
  const taken = Object.keys(annotations).find((name) => name.startsWith(reserved) || name === created);
  return taken === undefined
    ? undefined
    : `came with the manifest annotation ${JSON.stringify(taken.slice(0, 100))}, which is not the plugin's to set`;
}

/** Adds to a parse error that the bytes come from the plugin. */
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
