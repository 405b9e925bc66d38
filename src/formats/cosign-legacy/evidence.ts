/** A layer as evidence. */
import type { Evidence } from "../../core/evidence.ts";
import type { Reading } from "../checks.ts";
import type { SignedLayer } from "./layer.ts";

export interface CosignEvidence extends Evidence {
  readonly content: Reading<SignedLayer>;
}
