/** Flags for the TUF repository of a trusted root. */
import { flag, type FlagsOf } from "./flag.ts";

export interface RepositoryArgs {
  readonly mirror: string | undefined;
  readonly root: string | undefined;
}

export const repositoryFlags: FlagsOf<RepositoryArgs> = {
  mirror: flag.string({ value: "URL", summary: "TUF repository of the trusted root" }),
  root: flag.string({ value: "FILE", summary: "Initial root.json of the TUF repository" }),
};
