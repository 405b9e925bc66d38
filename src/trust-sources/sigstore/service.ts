/** Parses one service of a command line: `url=https://rekor.example,public-key=rekor.pub,start-time=2026-01-01T00:00:00Z`. */
import { TouchmarkError } from "../../core/errors.ts";
import { parseInstant, type Instant } from "../../core/instant.ts";
import type { Period } from "../../trust/trusted-root.ts";

export type ServiceKind = "fulcio" | "rekor" | "ctfe" | "tsa";

export interface ServiceWithKeys {
  readonly kind: ServiceKind;
  readonly url: string;
  /** Non-empty values by key. */
  readonly values: ReadonlyMap<string, string>;
}

export interface ServiceKeys {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/** Throws USAGE. */
export function parseService(kind: ServiceKind, text: string, { required, optional }: ServiceKeys): ServiceWithKeys {
  const values = new Map<string, string>();
  for (const pair of text.split(",")) {
    const [key = "", ...rest] = pair.split("=");
    const name = key.trim();
    if (rest.length === 0 || ![...required, ...optional].includes(name))
      throw usage(kind, `has ${JSON.stringify(pair)}`, required, optional);
    if (values.has(name)) throw usage(kind, `has ${name} twice`, required, optional);
    values.set(name, rest.join("=").trim());
  }
  const missing = [...required.filter((key) => !values.get(key)), ...[...values].flatMap(([key, value]) => (value === "" ? [key] : []))];
  if (missing.length > 0) throw usage(kind, `lacks ${missing[0]}`, required, optional);
  return { kind, url: values.get("url") ?? "", values };
}

/** Returns the validity of `start-time` and `end-time`; `start` is the default start. Throws USAGE. */
export function periodOf(service: ServiceWithKeys, start: Instant): Period {
  const from = timeOf(service, "start-time") ?? start;
  const end = timeOf(service, "end-time");
  if (end !== undefined && end < from) throw new TouchmarkError("USAGE", `${service.kind} ${service.url} ends before it starts`);
  return { start: from, ...(end !== undefined && { end }) };
}

/** Parses RFC 3339, with any offset. */
function timeOf({ kind, values }: ServiceWithKeys, key: string): Instant | undefined {
  const text = values.get(key);
  if (text === undefined) return undefined;
  const [, local = text, sign, hours, minutes] = /^(.*)([+-])([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  const offset = sign === undefined ? 0 : Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  try {
    return parseInstant(sign === undefined ? text : `${local}Z`, key) - offset;
  } catch (cause) {
    const message = `the ${key} of ${kind} is not a time: ${JSON.stringify(text.slice(0, 50))}`;
    throw new TouchmarkError("USAGE", message, { hint: "Write it as 2026-11-21T09:00:00Z.", cause });
  }
}

function usage(kind: string, found: string, required: readonly string[], optional: readonly string[]): TouchmarkError {
  return new TouchmarkError("USAGE", `${kind} ${found}; it takes ${required.join(", ")} and perhaps ${optional.join(", ")}`, {
    hint: `Write it as ${kind} ${required.map((key) => `${key}=…`).join(",")}.`,
  });
}
