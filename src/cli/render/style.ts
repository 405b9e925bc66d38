/** Colour for terminals that support it (no-color.org); plain text otherwise. */
import type { Io, Output } from "../io.ts";

export interface Style {
  good(text: string): string;
  bad(text: string): string;
  unsure(text: string): string;
  faint(text: string): string;
}

const paint =
  (code: number) =>
  (text: string): string =>
    `\u001B[${code}m${text}\u001B[0m`;
const plain = (text: string): string => text;

const colours: Style = { good: paint(32), bad: paint(31), unsure: paint(33), faint: paint(2) };
const none: Style = { good: plain, bad: plain, unsure: plain, faint: plain };

export function styleFor(output: Output, { env }: Io): Style {
  return output.isTerminal && !env["NO_COLOR"] && env["TERM"] !== "dumb" ? colours : none;
}
