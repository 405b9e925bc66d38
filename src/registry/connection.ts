/** HTTP requests to one repository of a registry, with the authorization that the registry requires. */
import { isRepositoryName } from "../core/oci/reference.ts";
import type { HttpClient, HttpRequest, HttpResponse, HttpStream } from "../net/http.ts";
import { printableText, printableUrl } from "../core/printable.ts";
import type { Access } from "./access.ts";
import type { RegistryAddress } from "./address.ts";
import type { Authorizer, Granted } from "./authorizer.ts";
import { registryRefusal } from "./refusal.ts";
import { registryLimits } from "./limits.ts";

export interface RegistryRequest extends Pick<HttpRequest, "method" | "headers" | "body" | "repeatable" | "redirects" | "signal"> {
  /** Path below `/v2/NAME/`, as `manifests/latest`; or a URL that the registry returned. */
  readonly to: string | URL;
  /** Maximum bytes of a 2xx response body; unused if the body is not read. */
  readonly maxBytes?: number;
  /** The expected statuses; any other throws its error. */
  readonly expect: readonly number[];
  /** Until it is fulfilled, the request is sent without authorization or waits. */
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

  /** Returns a repository's name without its registry, if it is in this registry: `library/alpine` of `docker.io/library/alpine`. */
  siblingIn(name: string): string | undefined {
    const prefix = `${this.#options.registry.name}/`;
    const sibling = name.slice(prefix.length);
    return name.startsWith(prefix) && name !== this.name && isRepositoryName(sibling) ? sibling : undefined;
  }

  /** Returns the URL of a path below `/v2/NAME/`. */
  urlOf(path: string): URL {
    return new URL(`/v2/${this.#options.repository}/${path}`, this.#options.registry.base);
  }

  /** Whether the URL has the registry's origin: only there is authorization sent, and only from there are challenges accepted. */
  isOwn(url: URL): boolean {
    return url.origin === this.#options.registry.base.origin;
  }

  read(request: RegistryRequest): Promise<HttpResponse> {
    return this.#send(request, "pull", (asked) => this.#options.http.request(asked));
  }

  /** Sends a request whose response body is a stream. */
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
    const isOwn = this.isOwn(url) && this.isOwn(response.url);
    const what = isOwn ? printableText(url.pathname, 300) : `${printableUrl(url)} for ${this.name}`;
    throw registryRefusal(response, `${rest.method} ${what}`, as);
  }
}

function authorized(request: HttpRequest, as: Granted | undefined): HttpRequest {
  return as === undefined ? request : { ...request, headers: { ...request.headers, authorization: as.header } };
}
