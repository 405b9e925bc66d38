/** Flags for the connection to registries. */
import { timeoutFlags, type TimeoutArgs } from "./common.ts";
import { flag, type FlagsOf } from "./flag.ts";

export interface RegistryArgs extends TimeoutArgs {
  readonly allowHttpRegistry: boolean;
  readonly registryCacert: string | undefined;
  readonly registryClientCert: string | undefined;
  readonly registryClientKey: string | undefined;
  readonly registryUsername: string | undefined;
  readonly registryPassword: string | undefined;
  readonly registryPasswordStdin: boolean;
  readonly registryToken: string | undefined;
}

export const registryFlags: FlagsOf<RegistryArgs> = {
  allowHttpRegistry: flag.boolean({ summary: "Speak plain HTTP to registries (loopback needs no flag)" }),
  registryCacert: flag.string({ value: "FILE", summary: "Additional certificate authorities for registries (PEM)" }),
  registryClientCert: flag.string({ value: "FILE", summary: "Client certificate for registries (PEM)" }),
  registryClientKey: flag.string({ value: "FILE", summary: "Private key of the client certificate (PEM)" }),
  registryUsername: flag.string({ value: "NAME", summary: "User name for the registry, in place of docker login's and podman login's" }),
  registryPassword: flag.string({ value: "TEXT", summary: "Its password; other users of the machine can see it in the list of processes" }),
  registryPasswordStdin: flag.boolean({ summary: "Read the password from stdin" }),
  registryToken: flag.string({ value: "TOKEN", summary: "Bearer token that the registry itself accepts" }),
  ...timeoutFlags,
};
