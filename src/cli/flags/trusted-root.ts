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
    summary: "Refuse an expired trusted root that cannot be updated, or use it with a warning (refuse)",
  }),
  offline: flag.boolean({ summary: "Air-gapped: connect to the registry only, and use the stored trusted roots" }),
};
