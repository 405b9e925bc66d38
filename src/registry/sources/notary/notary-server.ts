/**
 * A notary server (theupdateframework/notary, server/server.go), read with the authorization that it requires, as for a registry:
 *
 *     GET /v2/GUN/_trust/tuf/ROLE.json      ROLE.SHA256HEX.json      VERSION.root.json      200 with the file, or 404
 */
import { TouchmarkError } from "../../../core/errors.ts";
import type { Warning } from "../../../core/warning.ts";
import type { HttpClient, HttpResponse } from "../../../net/http.ts";
import { printableHost, printableText, printableUrl } from "../../../core/printable.ts";
import { Authorizer } from "../../authorizer.ts";
import { Connection } from "../../connection.ts";
import type { Credentials } from "../../credentials/credentials.ts";
import type { Gun } from "./gun.ts";
import { registryLimits } from "../../limits.ts";

export interface NotaryServerOptions {
  readonly http: HttpClient;
  /** Credentials of registries: a notary server uses those of the repository's registry. */
  readonly credentials: Credentials;
  /** Scheme, host and port. */
  readonly base: URL;
  /** Called with warnings, such as a credential helper that failed. */
  readonly onWarning?: ((warning: Warning) => void) | undefined;
}

/** One repository on a notary server. */
export interface NotaryRepository {
  /** Returns the URL of a file, for messages. */
  describe(file: string): string;
  /** Reads a file, such as `root.json`; undefined if there is none. Throws NotANotaryServer, LIMIT_EXCEEDED, and as Connection does. */
  fetch(file: string, signal: AbortSignal): Promise<Uint8Array | undefined>;
}

/** The host's response is not one of a notary server. */
export class NotANotaryServer extends TouchmarkError {
  constructor({ url }: HttpResponse, found: string) {
    super("MALFORMED", `${printableHost(url)} ${found}; expected the trust data itself`, {
      hint: "Name the notary server of the repository. If it is the right one, it is gone, and the trust folder has all that is left.",
      remedy: { id: "name-notary-server" },
    });
  }
}

const redirects = [301, 302, 303, 307, 308];

export class NotaryServer {
  /** `https://notary.docker.io`. */
  readonly location: string;
  readonly #options: Omit<NotaryServerOptions, "credentials">;
  readonly #authorizer: Authorizer;

  constructor({ credentials, ...options }: NotaryServerOptions) {
    this.location = options.base.origin;
    this.#options = options;
    this.#authorizer = new Authorizer(options.http, byGun(credentials), { onWarning: options.onWarning });
  }

  /** Opens a repository; sends no request yet. */
  open({ name }: Gun): NotaryRepository {
    const { http, base } = this.#options;
    const connection = new Connection({ http, authorizer: this.#authorizer, registry: { name: base.host, base }, repository: name });
    const pathOf = (file: string): string => `_trust/tuf/${file}`;
    return {
      describe: (file) => printableUrl(connection.urlOf(pathOf(file))),
      async fetch(file, signal) {
        const answer = await connection.read({
          method: "GET",
          to: pathOf(file),
          headers: { accept: "application/json" },
          maxBytes: registryLimits.trustFileBytes,
          redirects: false,
          expect: [200, 404, ...redirects],
          signal,
        });
        if (answer.status === 404) return undefined;
        return checked(answer);
      },
    };
  }
}

function checked(answer: HttpResponse): Uint8Array {
  if (answer.status !== 200) {
    const location = URL.parse(answer.headers.get("location") ?? "", answer.url.href);
    throw new NotANotaryServer(answer, `redirects to ${location === null ? "an invalid URL" : printableUrl(location)}`);
  }
  const beginning = Buffer.from(answer.body.subarray(0, 100)).toString("latin1").trimStart();
  if (!beginning.startsWith("<")) return answer.body;
  throw new NotANotaryServer(answer, `answers with a page: ${JSON.stringify(printableText(beginning, 40))}`);
}

/** The address of a repository on a notary server: its name is the GUN; its credentials are those of its registry. */
function byGun(credentials: Credentials): Credentials {
  return {
    find(_server, gun, signal) {
      const slash = gun.indexOf("/");
      return credentials.find(gun.slice(0, slash), gun.slice(slash + 1), signal);
    },
  };
}
