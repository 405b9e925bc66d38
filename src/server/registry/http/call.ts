/** One request to a repository, as the registry's routes see it. */
import type { ApiRequest } from "../../http/request.ts";
import type { RegistryBackend } from "../backend.ts";
import type { RegistryServerLimits } from "../limits.ts";
import type { RepositoryName } from "../names.ts";
import type { BodyMemory } from "./body-memory.ts";

export interface RegistryCall {
  readonly backend: RegistryBackend;
  readonly request: ApiRequest;
  /** Already validated. */
  readonly name: RepositoryName;
  /** The last part of the path, if there is one: a tag, a digest, an upload's id. Not validated. */
  readonly target: string;
  readonly limits: RegistryServerLimits;
  readonly memory: BodyMemory;
}
