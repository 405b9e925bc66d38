/** The settings for registry connections, from the flags. */
import type { Reference } from "../../core/oci/reference.ts";
import type { RegistrySettings } from "../../setup/registries.ts";
import type { RegistryArgs } from "../flags/registry.ts";
import type { Io } from "../io.ts";
import { warningLines } from "../render/text.ts";
import { usageError } from "../usage-error.ts";
import { flagCredentials } from "./registry-credentials.ts";

/** `references`: the images that the command names. Throws USAGE. */
export function registrySettings(args: Omit<RegistryArgs, "timeout">, references: readonly Reference[], io: Io): RegistrySettings {
  const registries = references.flatMap((reference) => (reference.kind === "registry" ? [reference.registry] : []));
  return settingsFor(args, registries, io);
}

/** The same for a command that names registries. */
export function settingsFor(args: Omit<RegistryArgs, "timeout">, registries: readonly string[], io: Io): RegistrySettings {
  const { allowHttpRegistry: allowHttp, registryCacert, registryClientCert: certificate, registryClientKey: key } = args;
  if ((certificate === undefined) !== (key === undefined)) throw usageError("--registry-client-cert and --registry-client-key go together");
  const credentials = flagCredentials(args, registries, io);
  return {
    allowHttp,
    ...(registryCacert !== undefined && { authorities: [registryCacert] }),
    ...(certificate !== undefined && key !== undefined && { client: { certificate, key } }),
    ...(credentials && { credentials }),
    onWarning: (warning) => io.stderr.write(warningLines([warning])),
  };
}
