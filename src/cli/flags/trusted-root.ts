/** Flags for the trusted sigstore instances. */
import { flag, type FlagsOf } from "./flag.ts";

export interface TrustedRootArgs {
  readonly trustedRoot: readonly string[];
  readonly trustedRootExpiry: "refuse" | "warn";
  readonly offline: boolean;
}

export const trustedRootFlags: FlagsOf<TrustedRootArgs> = {
  trustedRoot: flag.strings({ value: "FILE", summary: "Trust this sigstore instance (trusted_root.json), and no other" }),
  trustedRootExpiry: flag.choice(["refuse", "warn"], {
    default: "refuse",
    summary: "Whether an expired trust root that cannot be updated is refused, or used with a warning (refuse)",
  }),
  offline: flag.boolean({ summary: "Open no connection but to the registry: trust roots are used as they are kept" }),
};
