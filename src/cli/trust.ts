/** Renders a trusted root for the trust commands. */
import type { InstanceDescription } from "../trust-sources/sigstore/describe-instance.ts";
import { formatInstant } from "../core/instant.ts";
import { clean, field } from "./render/text.ts";

export function summaryJson({ name, from, state, since, expires, versions }: InstanceDescription): object {
  return {
    name,
    from,
    state,
    ...(since !== undefined && { since: formatInstant(since) }),
    ...(expires !== undefined && { expires: formatInstant(expires) }),
    ...(versions && { versions }),
  };
}

const states: Readonly<Record<InstanceDescription["state"], string>> = {
  fetched: "fetched",
  imported: "imported",
  embedded: "with this version of touchmark; may be stale: run touchmark trust update",
  missing: "not fetched yet: run touchmark trust update",
};

export function summaryText({ name, from, state, since, expires, versions }: InstanceDescription): string {
  return [
    `${clean(name)}\n`,
    field("from", from),
    field("state", `${states[state]}${since === undefined ? "" : ` at ${formatInstant(since)}`}`),
    expires === undefined ? "" : field("expires", formatInstant(expires)),
    versions
      ? field(
          "versions",
          Object.entries(versions)
            .map((entry) => entry.join(" "))
            .join(", "),
        )
      : "",
  ].join("");
}
