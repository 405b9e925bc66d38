/** One repository of one registry over HTTP, with the authorization that the registry asks for. */
import { isRepositoryName } from "../core/oci/reference.ts";
import type { HttpClient, HttpRequest, HttpResponse, HttpStream } from "../net/http.ts";
import { printableUrl } from "../core/printable.ts";
import type { Access } from "./access.ts";
import type { RegistryAddress } from "./address.ts";
import type { Authorizer, Granted } from "./authorizer.ts";
import { registryRefusal } from "./refusal.ts";
import { registryLimits } from "./limits.ts";

export interface RegistryRequest extends Pick<HttpRequest, "method" | "headers" | "body" | "repeatable" | "redirects" | "signal"> {
  /** Below `/v2/NAME/`, as `manifests/latest`; or a URL that the registry gave. */
  readonly to: string | URL;
  /** Bytes of a 2xx answer; none where it is not looked at. */
  readonly maxBytes?: number;
  /** The statuses that are answers; any other throws what it means. */
  readonly expect: readonly number[];
  /** Before this is fulfilled it goes out without saying who we are, or not at all. */
  readonly incognitoUntil?: Promise<unknown> | undefined;
}

export interface ConnectionOptions {
  readonly http: HttpClient;
  readonly authorizer: Authorizer;
  readonly registry: RegistryAddress;
  /** `library/alpine`. */
  readonly repository: string;
}

export class Connection {
  /** `docker.io/library/alpine`. */
  readonly name: string;
  readonly #options: ConnectionOptions;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.name = `${options.registry.name}/${options.repository}`;
  }

  /** The part below the registry of a repository's name, if it lies in this one: `library/alpine` of `docker.io/library/alpine`. */
  siblingIn(name: string): string | undefined {
    const prefix = `${this.#options.registry.name}/`;
    const sibling = name.slice(prefix.length);
    return name.startsWith(prefix) && name !== this.name && isRepositoryName(sibling) ? sibling : undefined;
  }

  /** The URL of what lies at this path below `/v2/NAME/`. */
  urlOf(path: string): URL {
    return new URL(`/v2/${this.#options.repository}/${path}`, this.#options.registry.base);
  }

  /** Whether the URL is the registry's own: only there does authorization go, and only from there are challenges taken. */
  isOwn(url: URL): boolean {
    return url.origin === this.#options.registry.base.origin;
  }

  read(request: RegistryRequest): Promise<HttpResponse> {
    return this.#send(request, "pull", (asked) => this.#options.http.request(asked));
  }

  /** Reads an answer whose body is still to come. */
  open(request: RegistryRequest): Promise<HttpStream> {
    return this.#send(request, "pull", (asked) => this.#options.http.open(asked));
  }

  write(request: RegistryRequest): Promise<HttpResponse> {
    return this.#send(request, "pull,push", (asked) => this.#options.http.request(asked));
  }

  async #send<T extends HttpResponse & Partial<HttpStream>>(
    { to, expect, incognitoUntil, maxBytes = registryLimits.ignoredBytes, ...rest }: RegistryRequest,
    actions: Access["actions"],
    send: (request: HttpRequest) => Promise<T>,
  ): Promise<T> {
    const { authorizer, registry, repository } = this.#options;
    const url = typeof to === "string" ? this.urlOf(to) : to;
    const request = { ...rest, url, maxBytes };
    const access = { registry, repository, actions };
    const held = this.isOwn(url) ? authorizer.held(access) : undefined;
    if (held) await incognitoUntil;
    let as = await held?.(rest.signal);
    let response = await send(authorized(request, as));
    if (response.status === 401 && this.isOwn(url) && this.isOwn(response.url)) {
      await incognitoUntil;
      as = await authorizer.renew(access, held, response.headers.get("www-authenticate") ?? "")(rest.signal);
      response = await send(authorized(request, as));
    }
    if (expect.includes(response.status)) return response;
    response.abandon?.();
    throw registryRefusal(response, `${rest.method} ${printableUrl(url)} for ${this.name}`, as);
  }
}

function authorized(request: HttpRequest, as: Granted | undefined): HttpRequest {
  return as === undefined ? request : { ...request, headers: { ...request.headers, authorization: as.header } };
}
