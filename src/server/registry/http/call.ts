/** One request to a repository, as the routes of the registry see it. */
import type { ApiRequest } from "../../http/request.ts";
import type { RegistryBackend } from "../backend.ts";
import type { RepositoryName } from "../names.ts";

export interface RegistryCall {
  readonly backend: RegistryBackend;
  readonly request: ApiRequest;
  /** Already checked. */
  readonly name: RepositoryName;
  /** What stands in the path after the route's own words, if anything does: a tag, a digest, an upload's id. Not checked. */
  readonly target: string;
}
