/** Verification levels of trust policies (Notary Project, trust policy, "Signature Verification details"). */
import { malformed } from "../../core/errors.ts";
import type { Fields } from "../../core/json/json.ts";

/** The validation types of the specification. */
export type Validation = "integrity" | "authenticity" | "authenticTimestamp" | "expiry" | "revocation";
/** The action when a validation fails: refuse, log, or skip the validation. */
export type Action = "enforce" | "log" | "skip";
export type Level = Readonly<Record<Validation, Action>>;
export type LevelName = "strict" | "permissive" | "audit" | "skip";

const logged = { authenticTimestamp: "log", expiry: "log", revocation: "log" } as const;

export const levels: Readonly<Record<LevelName, Level>> = {
  strict: { integrity: "enforce", authenticity: "enforce", authenticTimestamp: "enforce", expiry: "enforce", revocation: "enforce" },
  permissive: { integrity: "enforce", authenticity: "enforce", ...logged },
  audit: { integrity: "enforce", authenticity: "log", ...logged },
  skip: { integrity: "skip", authenticity: "skip", authenticTimestamp: "skip", expiry: "skip", revocation: "skip" },
};

/** The actions that a statement may choose for a validation to override its level. */
const overridable: ReadonlyMap<string, readonly Action[]> = new Map<Validation, readonly Action[]>([
  ["authenticity", ["enforce", "log"]],
  ["authenticTimestamp", ["enforce", "log"]],
  ["expiry", ["enforce", "log"]],
  ["revocation", ["enforce", "log", "skip"]],
]);

/** The level of a `signatureVerification`, with its overrides. Throws MALFORMED. */
export function parseLevel(fields: Fields): { readonly levelName: LevelName; readonly level: Level } {
  const levelName = fields.string("level");
  if (!isLevelName(levelName)) throw malformed(`${fields.at}.level is ${quote(levelName)}, expected ${Object.keys(levels).join(", ")}`);
  const overrides = Object.entries(fields.strings("override"));
  if (overrides.length > 0 && levelName === "skip")
    throw malformed(`${fields.at}.override changes the level "skip", which cannot be changed`);
  for (const [validation, action] of overrides) {
    const allowed: readonly string[] | undefined = overridable.get(validation);
    if (!allowed) throw malformed(`${fields.at}.override has ${quote(validation)}, expected ${[...overridable.keys()].join(", ")}`);
    if (!allowed.includes(action)) {
      throw malformed(`${fields.at}.override.${validation} is ${quote(action)}, expected ${allowed.join(" or ")}`);
    }
  }
  return { levelName, level: { ...levels[levelName], ...Object.fromEntries(overrides) } };
}

function isLevelName(name: string): name is LevelName {
  return Object.hasOwn(levels, name);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
