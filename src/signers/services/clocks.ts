/** How far the clock of a service may be from ours. */
import { maxSkew, type Instant } from "../../core/instant.ts";

/** The moment of a period that is nearest to ours; undefined where even that one is further off than clocks may be. */
export function nearest(now: Instant, first: Instant, last: Instant): Instant | undefined {
  const moment = Math.min(Math.max(now, first), last);
  return Math.abs(now - moment) <= maxSkew ? moment : undefined;
}
