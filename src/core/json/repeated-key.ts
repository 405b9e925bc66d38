/**
 * Finds a key that stands twice in one object. JSON.parse keeps the last of the two, so that what it made has fewer members than
 * the text has colons: counting is enough to know that there is one, and only then is it looked for.
 */
import { malformed, type TouchmarkError } from "../errors.ts";
import type { Json } from "./value.ts";

/** The members of all objects together. Plain loops, since this is in the way of every document. */
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

/** The first key that repeats one of its object, in a text that is JSON. */
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
