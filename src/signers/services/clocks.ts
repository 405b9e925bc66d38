/** The allowed difference between the clock of a service and ours. */
import { maxSkew, type Instant } from "../../core/instant.ts";

/** Returns the time of a period that is nearest to ours; undefined if it differs more than allowed. */
export function nearest(now: Instant, first: Instant, last: Instant): Instant | undefined {
  const time = Math.min(Math.max(now, first), last);
  return Math.abs(now - time) <= maxSkew ? time : undefined;
}
