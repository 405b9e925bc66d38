/** Flags for the connection to registries. */
import { timeoutFlags, type TimeoutArgs } from "./common.ts";
import { flag, type FlagsOf } from "./flag.ts";

export interface RegistryArgs extends TimeoutArgs {
  readonly allowHttpRegistry: boolean;
  readonly registryCacert: string | undefined;
  readonly registryClientCert: string | undefined;
  readonly registryClientKey: string | undefined;
}

export const registryFlags: FlagsOf<RegistryArgs> = {
  allowHttpRegistry: flag.boolean({ summary: "Speak plain HTTP to registries (loopback needs no flag)" }),
  registryCacert: flag.string({ value: "FILE", summary: "Additional certificate authorities for registries (PEM)" }),
  registryClientCert: flag.string({ value: "FILE", summary: "Client certificate for registries (PEM)" }),
  registryClientKey: flag.string({ value: "FILE", summary: "Private key of the client certificate (PEM)" }),
  ...timeoutFlags,
};
