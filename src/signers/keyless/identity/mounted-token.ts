/** A token that something else keeps fresh in a file: Kubernetes' projected service-account tokens, SPIFFE's JWT-SVIDs. */
import { access } from "node:fs/promises";
import { decodeUtf8 } from "../../../core/bytes.ts";
import { readSource } from "../../../files/read-source.ts";
import type { Provider } from "./provider.ts";
import { keylessLimits } from "../limits.ts";

/** Not at hand if there is no such file; one that cannot be read throws FILE_NOT_FOUND. */
export function mountedToken(path: string): Provider {
  return {
    name: path,
    token: async ({ env, signal }) =>
      (await exists(path)) ? decodeUtf8(await readSource(path, { maxBytes: keylessLimits.tokenFileBytes, env, signal }), path) : undefined,
  };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
