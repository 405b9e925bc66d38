/** Small test content in a repository. */
import { encodeUtf8 } from "../../core/bytes.ts";
import { digestOf, type Digest } from "../../core/digest.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { emptyConfig, mediaTypes, type Descriptor } from "../../core/oci/manifest.ts";
import type { HttpResponse } from "../../net/http.ts";
import type { Connection } from "../connection.ts";
import { registryLimits } from "../limits.ts";

/** Statuses that show a capability; a refusal (401, 403) or a temporary failure (429, 5xx) does not. */
const telling = [200, 201, 202, 204, 206, 400, 404, 405, 409, 412, 413, 415, 416, 422, 501];

export interface Pushed {
  readonly descriptor: Descriptor;
  readonly answer: HttpResponse;
}

type Method = Parameters<Connection["write"]>[0]["method"];
type Sent = Pick<Parameters<Connection["write"]>[0], "headers" | "body">;

export class Scratch {
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  /** Digests of the stored manifests. */
  readonly manifests: Set<Digest> = new Set();

  constructor(connection: Connection, signal: AbortSignal) {
    this.#connection = connection;
    this.#signal = signal;
  }

  ask(method: Method, to: string | URL, sent: Sent = {}): Promise<HttpResponse> {
    return this.#connection.write({
      method,
      to,
      ...sent,
      maxBytes: registryLimits.doctorAnswerBytes,
      expect: telling,
      signal: this.#signal,
    });
  }

  /** Stores an image manifest of this one layer, under the tag or by its digest. */
  async putManifest(layer: Uint8Array, more: object, tag?: string): Promise<Pushed> {
    const mediaType = mediaTypes.ociManifest;
    const layers = [{ mediaType: "text/plain", digest: digestOf(layer), size: layer.length }];
    const body = encodeUtf8(JSON.stringify({ schemaVersion: 2, mediaType, config: emptyConfig.descriptor, layers, ...more }));
    const descriptor = { mediaType, digest: digestOf(body), size: body.length };
    const answer = await this.ask("PUT", `manifests/${tag ?? descriptor.digest}`, { headers: { "content-type": mediaType }, body });
    if (answer.status < 300) this.manifests.add(descriptor.digest);
    return { descriptor, answer };
  }

  /** The location of an upload. */
  locationIn(answer: HttpResponse): URL {
    const location = answer.headers.get("location");
    const url = location === undefined ? null : URL.parse(location, answer.url.href);
    if (url !== null && url.protocol === answer.url.protocol) return url;
    throw new TouchmarkError(
      "REGISTRY_ERROR",
      `${this.#connection.name} answers ${answer.status} to an upload and does not say where it goes on`,
    );
  }
}
