/** What the writers of bundles take and store. */
import type { WriterAbilities } from "../writer.ts";

export const bundleAbilities: WriterAbilities = {
  stores: "referrer",
  signsFiles: true,
  needsChain: false,
  takesExpiry: false,
  envelopes: [],
  canWait: true,
};
