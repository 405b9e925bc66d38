/** Checks that a settings object has only known keys: a misspelt one would be ignored silently. */
import { closest } from "../core/closest.ts";
import { TouchmarkError } from "../core/errors.ts";

/** `what` names the object in messages. Throws USAGE, with the nearest key. */
export function checkSettings<T extends object>(settings: T, known: Readonly<Record<keyof T & string, true>>, what: string): void {
  const unknown = Object.keys(settings).find((key) => !Object.hasOwn(known, key));
  if (unknown === undefined) return;
  const near = closest(unknown, Object.keys(known));
  const name = JSON.stringify(unknown.slice(0, 100));
  throw new TouchmarkError("USAGE", `${what} has no setting ${name}${near === undefined ? "" : `; did you mean ${near}?`}`, {
    hint: `It has ${Object.keys(known).join(", ")}.`,
  });
}
