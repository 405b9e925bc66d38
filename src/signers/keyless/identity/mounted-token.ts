/** A token in a file that another program renews: Kubernetes' projected service-account tokens, SPIFFE's JWT-SVIDs. */
import { access } from "node:fs/promises";
import { decodeUtf8 } from "../../../core/bytes.ts";
import { readSource } from "../../../files/read-source.ts";
import type { Provider } from "./provider.ts";
import { keylessLimits } from "../limits.ts";

/** Not available if there is no such file; throws FILE_NOT_FOUND if it cannot be read. */
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
