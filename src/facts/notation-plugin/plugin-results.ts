/**
 * Plugin results of signatures, as facts for verification:
 *
 *     {"name","version","digest","results":{CHECK:{"success":BOOLEAN,"reason":TEXT}}}
 */
import { mapBounded } from "../../core/async/map-bounded.ts";
import { encodeUtf8 } from "../../core/bytes.ts";
import { asTouchmarkError } from "../../core/errors.ts";
import { factKey, type FactAnswer, type GatherFacts } from "../../core/facts/facts.ts";
import type { PluginQuestion } from "../../core/facts/plugin.ts";
import { verifySignatureByPlugin, type VerifierSurroundings } from "./verify-signature.ts";

/** Maximum concurrent plugins. */
const width = 4;

/** The questions must be about signatures whose chain leads to a trusted root: an untrusted signer must not choose the program that is run. */
export function pluginGatherer(surroundings: Omit<VerifierSurroundings, "signal">): GatherFacts<PluginQuestion> {
  async function ask(question: PluginQuestion, signal: AbortSignal): Promise<FactAnswer> {
    try {
      const { results, ...plugin } = await verifySignatureByPlugin(question, { ...surroundings, signal });
      return { bytes: encodeUtf8(JSON.stringify({ ...plugin, results: Object.fromEntries(results) })) };
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      const { code, message } = asTouchmarkError(thrown);
      if (code === "INTERNAL") throw thrown;
      return { code, message };
    }
  }

  return async (questions, signal) =>
    new Map(await mapBounded(questions, width, async (question) => [factKey(question), await ask(question, signal)] as const));
}
