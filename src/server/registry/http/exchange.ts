/** One request to a repository and its answer, as the routes see them. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { RepositoryName } from "../names.ts";
import type { Storage } from "../storage/storage.ts";

export interface Exchange {
  readonly storage: Storage;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Already checked. */
  readonly name: RepositoryName;
  /** What stands in the path after the route's own words, if anything does: a tag, a digest, an upload's id. Not checked. */
  readonly target: string;
  readonly query: URLSearchParams;
}

export interface AnswerOptions {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: string | Uint8Array;
}

/** Sends a whole answer; a HEAD request gets its headers only. */
export function send(response: ServerResponse, { status, headers = {}, body = "" }: AnswerOptions): void {
  const length = status === 204 ? {} : { "Content-Length": Buffer.byteLength(body) };
  response.writeHead(status, { ...apiVersion, ...headers, ...length });
  response.end(body);
}

export function sendJson(response: ServerResponse, status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): void {
  send(response, { status, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(value) });
}

export const apiVersion: Readonly<Record<string, string>> = { "Docker-Distribution-API-Version": "registry/2.0" };
