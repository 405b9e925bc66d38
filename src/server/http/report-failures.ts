/** Reports each request that ends in an error of the server itself, once. */
import type { ApiHandler } from "./response.ts";

export interface RequestFailure {
  readonly id: string;
  readonly method: string;
  /** As sent, without the query, which may hold secrets. */
  readonly path: string;
  readonly status: number;
  readonly error: unknown;
}

export type OnFailure = (failure: RequestFailure) => void;

/** Wraps a handler: responses of status 500 and above that report an error are passed to `onFailure`. */
export function reportFailures(handler: ApiHandler, onFailure: OnFailure): ApiHandler {
  return async (request) => {
    const { id, method, path, signal } = request;
    const report = (status: number, error: unknown): void => {
      if (!signal.aborted) onFailure({ id, method, path, status, error }); // a client that has gone is no failure
    };
    try {
      const response = await handler(request);
      if (response.status >= 500 && response.cause !== undefined) report(response.status, response.cause);
      return response;
    } catch (error) {
      report(500, error);
      throw error;
    }
  };
}
