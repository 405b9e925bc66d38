/** Flags for the TUF repository of a trusted root. */
import { flag, type FlagsOf } from "./flag.ts";

export interface RepositoryArgs {
  readonly mirror: string | undefined;
  readonly root: string | undefined;
}

export const repositoryFlags: FlagsOf<RepositoryArgs> = {
  mirror: flag.string({ value: "URL", summary: "The TUF repository that keeps the trust root" }),
  root: flag.string({ value: "FILE", summary: "The root.json that this repository is trusted by from the start" }),
};
