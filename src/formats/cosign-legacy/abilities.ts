/** What the writers of cosign's legacy layers take and store. */
import type { WriterAbilities } from "../writer.ts";

export const legacyAbilities: WriterAbilities = {
  stores: "tag",
  signsFiles: false,
  needsChain: false,
  takesExpiry: false,
  envelopes: [],
  canWait: false,
  material: { entries: 1, timestamps: 1, needsPromise: true },
};
