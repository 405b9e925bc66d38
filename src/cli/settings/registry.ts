/** The settings for registry connections, from the flags. */
import type { RegistrySettings } from "../../setup/registries.ts";
import type { RegistryArgs } from "../flags/registry.ts";
import { usageError } from "../usage-error.ts";

/** Throws USAGE. */
export function registrySettings(args: Omit<RegistryArgs, "timeout">): RegistrySettings {
  const { allowHttpRegistry: allowHttp, registryCacert, registryClientCert: certificate, registryClientKey: key } = args;
  if ((certificate === undefined) !== (key === undefined)) throw usageError("--registry-client-cert and --registry-client-key go together");
  return {
    allowHttp,
    ...(registryCacert !== undefined && { authorities: [registryCacert] }),
    ...(certificate !== undefined && key !== undefined && { client: { certificate, key } }),
  };
}
