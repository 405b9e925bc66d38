/**
 * Finds a repeated key in an object. JSON.parse keeps the last of the two, so its result has fewer members than the text has
 * colons: counting detects that there is one, and only then is it searched for.
 */
import { malformed, type TouchmarkError } from "../errors.ts";
import type { Json } from "./value.ts";

/** Counts the members of all objects. It uses plain loops because every document passes through it. */
export function countMembers(value: Json): number {
  let members = 0;
  if (isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const child = value[i];
      if (typeof child === "object" && child !== null) members += countMembers(child);
    }
  } else if (typeof value === "object" && value !== null) {
    const keys = Object.keys(value);
    members = keys.length;
    for (let i = 0; i < keys.length; i++) {
      const child = value[keys[i] ?? ""];
      if (typeof child === "object" && child !== null) members += countMembers(child);
    }
  }
  return members;
}

const isArray: (value: Json) => value is readonly Json[] = Array.isArray;

export function repeatedKey(what: string, key: string): TouchmarkError {
  return malformed(`${what} has the key ${JSON.stringify(key.slice(0, 100))} twice in one object`);
}

/** Returns the first key that repeats in its object, in valid JSON text. */
export function findRepeatedKey(text: string): string {
  const open: (Set<string> | undefined)[] = [];
  let last = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "{") open.push(new Set());
    else if (character === "[") open.push(undefined);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const end = closingQuote(text, at + 1);
      last = text.slice(at, end + 1);
      at = end;
    } else if (character === ":") {
      const key = String(JSON.parse(last));
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return "";
}

function closingQuote(text: string, start: number): number {
  let at = start;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
