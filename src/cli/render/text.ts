/** Cleans untrusted text for the terminal, and aligns columns. */
import type { Warning } from "../../core/warning.ts";
import { wordsFor } from "./remedies.ts";

/** Removes control and format characters, which could move the cursor, hide a line or reverse it, and cuts the text to a maximum length. */
export function clean(text: string, max = 500): string {
  const visible = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\u{FFFD}");
  return visible.length > max ? `${visible.slice(0, max)}…` : visible;
}

/** `  label    text`, with the labels in one column. */
export function field(label: string, text: string): string {
  return `  ${label.padEnd(10)} ${clean(text, 2000)}\n`;
}

/** `warning: SENTENCE`, and a hint on the next line if there is one. */
export function warningLines(warnings: readonly Warning[]): string {
  return warnings
    .map(({ message, hint, remedy }) => {
      const advice = remedy ? wordsFor(remedy, hint) : hint;
      return `warning: ${clean(message)}\n${advice === undefined ? "" : `hint: ${clean(advice)}\n`}`;
    })
    .join("");
}

/** `error: …` or `warning: …`, and a hint on the next line. */
export function problem(kind: "error" | "warning", message: string, hint: string): string {
  return `${kind}: ${clean(message, 2000)}\nhint: ${clean(hint, 2000)}\n`;
}
