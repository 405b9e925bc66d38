/**
 * What plugins say of signatures, as facts for verifying them:
 *
 *     {"name","version","digest","results":{CHECK:{"success":BOOLEAN,"reason":TEXT}}}
 */
import { mapBounded } from "../../core/bounded.ts";
import { encodeUtf8 } from "../../core/bytes.ts";
import { asTouchmarkError } from "../../core/errors.ts";
import { keyOf, type Answer, type GatherFacts, type PluginQuestion } from "../../core/facts.ts";
import { askVerifier } from "./ask-verifier.ts";

export interface GatherWordsOptions {
  /** notation's folder. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Plugins that run at a time. */
const width = 4;

/** What it is given must be of signatures whose chain leads to a trusted root: a stranger must not choose what is run. */
export function pluginGatherer({ folder, env }: GatherWordsOptions): GatherFacts<PluginQuestion> {
  async function ask(question: PluginQuestion, signal: AbortSignal): Promise<Answer> {
    try {
      const { results, ...word } = await askVerifier(question, { folder, env, signal });
      return { bytes: encodeUtf8(JSON.stringify({ ...word, results: Object.fromEntries(results) })) };
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      const { code, message } = asTouchmarkError(thrown);
      if (code === "INTERNAL") throw thrown;
      return { code, message };
    }
  }

  return async (questions, signal) =>
    new Map(await mapBounded(questions, width, async (question) => [keyOf(question), await ask(question, signal)] as const));
}
