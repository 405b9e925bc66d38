/**
 * Deletes a manifest or a tag (OCI distribution specification, "Content management"):
 *
 *     DELETE manifests/DIGEST|TAG      202      405, or 400 UNSUPPORTED, where nothing of the kind may be deleted
 */
import { TouchmarkError } from "../core/errors.ts";
import { checkedTarget } from "./checks.ts";
import type { Connection } from "./connection.ts";
import { errorCodesOf, registryRefusal } from "./refusal.ts";

/** A missing one is not an error. */
export async function remove(connection: Connection, target: string, signal: AbortSignal): Promise<void> {
  const to = `manifests/${checkedTarget(target)}`;
  const answer = await connection.write({ method: "DELETE", to, expect: [200, 202, 204, 400, 404, 405], signal });
  if (answer.status === 405 || (answer.status === 400 && errorCodesOf(answer).includes("UNSUPPORTED"))) {
    throw new TouchmarkError("UNSUPPORTED", `${connection.name} does not let ${target} be deleted`, {
      hint: "Ask the operator of the registry to allow it, or delete it with the registry's own tools.",
    });
  }
  if (answer.status === 400) throw registryRefusal(answer, `to delete ${target} in ${connection.name}`, undefined);
}
