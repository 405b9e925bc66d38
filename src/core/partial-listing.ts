/** A listing of referrers of which a part could not be read: a stranger's strange entry, or one of several sources. */
import { TouchmarkError } from "./errors.ts";
import type { Descriptor } from "./oci/manifest.ts";

export class PartialListing extends TouchmarkError {
  /** The entries that could be read. */
  readonly entries: readonly Descriptor[];
  /** The errors of the others. */
  readonly faults: readonly TouchmarkError[];

  constructor(entries: readonly Descriptor[], [first, ...others]: readonly [TouchmarkError, ...TouchmarkError[]]) {
    super(first.code, first.message, { hint: first.hint, cause: first });
    this.entries = entries;
    this.faults = [first, ...others];
  }
}
