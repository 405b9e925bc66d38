/** Finds out the capabilities of a registry, and which way of storing signatures works there. */
import type { Warning } from "../../core/warning.ts";
import type { HttpClient } from "../../net/http.ts";
import { addressOf, type PlainHttp } from "../address.ts";
import { Authorizer } from "../authorizer.ts";
import { Connection } from "../connection.ts";
import type { Credentials } from "../credentials/credentials.ts";
import { adviceFrom, type Advice } from "./advice.ts";
import type { Probe } from "./probe.ts";
import { probeRegistry, probeRepository } from "./read-probes.ts";
import { probeWriting } from "./write-probes.ts";

export interface DiagnoseOptions {
  readonly http: HttpClient;
  readonly credentials: Credentials;
  readonly plainHttp: PlainHttp;
  /** `registry.example:5000`. */
  readonly registry: string;
  /** A repository to check; without one, only the registry itself is checked, anonymously. */
  readonly repository: string | undefined;
  /** Push small content to the repository as well, and delete it again. */
  readonly write: boolean;
  /** Called with warnings, such as a credential helper that failed. */
  readonly onWarning?: ((warning: Warning) => void) | undefined;
  readonly signal: AbortSignal;
}

export interface Diagnosis {
  readonly registry: string;
  readonly repository?: string;
  readonly probes: readonly Probe[];
  /** Empty if no repository was checked. */
  readonly advice: readonly Advice[];
}

/** Throws if the registry is unreachable; a failure of a single probe is its result. */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  const { http, credentials, plainHttp, registry, repository, write, onWarning, signal } = options;
  const address = addressOf(registry, plainHttp);
  const said = await probeRegistry(http, address, signal);
  if (repository === undefined) return { registry, probes: said, advice: [] };

  const connection = new Connection({ http, authorizer: new Authorizer(http, credentials, { onWarning }), registry: address, repository });
  const read = await probeRepository(connection, signal);
  const written = write ? await probeWriting(connection, repository, signal) : [];
  const probes = [...said, ...read, ...written];
  return { registry, repository, probes, advice: adviceFrom(probes) };
}
