/** Clients, requests and servers for the tests of the HTTP client. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import type { TestContext } from "node:test";
import type { ScriptLine } from "../../test/fakes/scripted-registry.ts";
import { createHttpClient } from "./http-client.ts";
import type { HttpClient, HttpRequest } from "./http.ts";
import type { TransportSettings } from "./transport/transport.ts";

const timeouts = { connect: 5000, silence: 5000 };

/** A client that does not wait between retries, and records the delays. */
export function patientClient(settings: TransportSettings = {}): { readonly http: HttpClient; readonly delays: number[] } {
  const delays: number[] = [];
  const http = createHttpClient({ ...settings, timeouts, sleep: async (ms) => void delays.push(ms) });
  return { http, delays };
}

export function get(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: "GET", url: new URL(url), maxBytes: 1000, signal: AbortSignal.timeout(10_000), ...more };
}

export const cut: ScriptLine = (_, response) => void response.destroy();

export async function listening(t: TestContext, server: Server, closed = false): Promise<AddressInfo> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const sockets = new Set<{ destroy(): void }>();
  server.on("connection", (socket) => sockets.add(socket));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  if (closed) await close();
  else t.after(close);
  return address;
}
