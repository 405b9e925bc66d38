/** Faults that are known and not mended yet; the tests that show them are marked as to do. */
import type { Known } from "../../contract/repository.ts";

/** Registries without the referrers API have a listing under the fallback tag, which is read and written back whole. */
export const known: Known = { race: "a writer whose entry was read back may still lose it to one who had read the listing before" };
