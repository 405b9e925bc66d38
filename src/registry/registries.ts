/** Opens repositories by reference, with one connection pool and one token cache. */
import { TouchmarkError } from "../core/errors.ts";
import { isRepositoryName, repositoryOf, type Reference } from "../core/oci/reference.ts";
import type { Repository } from "../core/repository.ts";
import type { Warning } from "../core/warning.ts";
import type { HttpClient } from "../net/http.ts";
import { addressOf, type PlainHttp } from "./address.ts";
import { Authorizer } from "./authorizer.ts";
import { Connection } from "./connection.ts";
import type { Credentials } from "./credentials/credentials.ts";
import { ArchiveFiles } from "./layout/archive-files.ts";
import { LayoutFiles } from "./layout/layout-files.ts";
import { LayoutRepository } from "./layout/layout-repository.ts";
import { RegistryRepository } from "./registry-repository.ts";

export interface RegistriesOptions {
  readonly http: HttpClient;
  readonly credentials: Credentials;
  /** By default, those on loopback. */
  readonly plainHttp?: PlainHttp;
  /** Cached authorizations, one for each repository and kind of access (1000). */
  readonly maxGrants?: number;
  /** Called with what the user should know, such as a credential helper that failed. */
  readonly onWarning?: ((warning: Warning) => void) | undefined;
}

export interface Registries {
  /** Opens the repository of the reference's image. Sends no request yet. */
  open(reference: Reference): Repository;
}

export function createRegistries({ http, credentials, plainHttp = "loopback", maxGrants, onWarning }: RegistriesOptions): Registries {
  const authorizer = new Authorizer(http, credentials, { maxGrants, onWarning });
  return {
    open(reference) {
      if (reference.kind !== "registry") {
        const { kind, path } = reference;
        return new LayoutRepository(repositoryOf(reference), kind === "archive" ? new ArchiveFiles(path) : new LayoutFiles(path));
      }
      const { registry, repository } = reference;
      if (!isRepositoryName(repository)) {
        throw new TouchmarkError("INVALID_REFERENCE", `${JSON.stringify(repositoryOf(reference))} is not the name of a repository`);
      }
      return new RegistryRepository(new Connection({ http, authorizer, registry: addressOf(registry, plainHttp), repository }));
    },
  };
}
