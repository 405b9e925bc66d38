/** A request as handlers see it, without a server. */
import { streamOf } from "../../core/bytes.ts";
import type { ApiRequest } from "./request.ts";
import type { ApiResponse } from "./response.ts";

export interface RequestSettings {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export function requestOf(path: string, { method = "GET", headers = {}, body = "" }: RequestSettings = {}): ApiRequest {
  return {
    id: "id-1",
    method,
    path,
    query: new URLSearchParams(),
    header: (name) => headers[name],
    body: streamOf(Buffer.from(body)),
    signal: new AbortController().signal,
  };
}

export function jsonOf({ body }: ApiResponse): unknown {
  if (typeof body !== "string") throw new Error("the response is no text");
  return JSON.parse(body);
}
