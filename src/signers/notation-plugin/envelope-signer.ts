/**
 * The signer for a plugin that generates envelopes (Notary Project, plugin-extensibility, "Signature Envelope Generator"):
 *
 *     {"keyId","pluginConfig","payload":BASE64,"payloadType","signatureEnvelopeType","expiryDurationInSeconds"?:NUMBER}
 *     {"signatureEnvelope":BASE64,"signatureEnvelopeType","annotations"?:{…}}
 */
import { fromBase64, toBase64 } from "../../core/bytes.ts";
import type { EnvelopeSigner } from "../../core/signer.ts";
import { runPluginCommand } from "../../plugins/notation/plugin-command.ts";
import type { Plugin } from "../../plugins/notation/find-plugin.ts";
import { pluginFailed, keyRequest, quote, type PluginKey } from "./plugin-key.ts";

/** Signing throws what runPluginCommand throws, MALFORMED for an invalid response, and PLUGIN_FAILED for an envelope of another type. */
export function envelopeSigner(key: PluginKey, plugin: Plugin): EnvelopeSigner {
  return {
    async envelop({ payload, payloadType, envelopeType, lifetime }, signal) {
      const request = {
        ...keyRequest(key),
        payload: toBase64(payload),
        payloadType,
        signatureEnvelopeType: envelopeType,
        ...(lifetime !== undefined && { expiryDurationInSeconds: lifetime }),
      };
      const answer = await runPluginCommand(plugin, "generate-envelope", request, { env: key.env, signal });
      const type = answer.string("signatureEnvelopeType");
      if (type !== envelopeType) throw pluginFailed(key, `makes an envelope of type ${quote(type)}, asked for ${envelopeType}`);
      const bytes = fromBase64(answer.string("signatureEnvelope"), `${answer.at}.signatureEnvelope`);
      return { bytes, annotations: answer.strings("annotations") };
    },
  };
}
