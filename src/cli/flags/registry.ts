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
  registryCacert: flag.string({ value: "FILE", summary: "Trust these certificate authorities of registries, beside the usual ones (PEM)" }),
  registryClientCert: flag.string({ value: "FILE", summary: "Show registries this certificate (PEM)" }),
  registryClientKey: flag.string({ value: "FILE", summary: "Its private key (PEM)" }),
  ...timeoutFlags,
};
