/** Prints verdicts to stdout, as text or as one JSON document per line. */
import type { Verdict } from "../../core/verdict.ts";
import type { Io } from "../io.ts";
import { styleFor } from "./style.ts";
import { verdictToJson } from "./verdict-json.ts";
import { renderVerdict } from "./verdict-text.ts";

export function printVerdicts(verdicts: readonly Verdict[], output: "text" | "json", io: Io): void {
  const style = styleFor(io.stdout, io);
  const render = (verdict: Verdict): string => (output === "json" ? `${verdictToJson(verdict)}\n` : renderVerdict(verdict, style));
  io.stdout.write(verdicts.map(render).join(""));
}
