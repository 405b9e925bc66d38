/**
 * Where connections come from: the one place that holds Node's HTTP agents.
 * An agent keeps the connections of each origin apart and open for the next request.
 */
import { Agent as HttpAgent, request as requestHttp, type ClientRequest } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { TouchmarkError } from "../core/errors.ts";
import { printableText } from "./printable.ts";

export interface TransportOptions {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | number>>;
  /** Milliseconds without a byte in either direction, after which the request emits `timeout`. */
  readonly timeout: number;
}

/** Opens a request; it is sent once it is ended. Credentials in the URL are ignored. */
export type Transport = (url: URL, options: TransportOptions) => ClientRequest;

const maxHeaderSize = 32 * 1024;
const maxSockets = 16;

export function createTransport(): Transport {
  const agents = {
    "http:": new HttpAgent({ keepAlive: true, maxSockets }),
    "https:": new HttpsAgent({ keepAlive: true, maxSockets }),
  };
  return (url, options) => {
    const address = {
      hostname: url.hostname.replaceAll(/[[\]]/g, ""),
      port: url.port === "" ? undefined : Number(url.port),
      path: url.pathname + url.search,
      maxHeaderSize,
      ...options,
    };
    switch (url.protocol) {
      case "http:":
        return requestHttp({ ...address, agent: agents["http:"] });
      case "https:":
        return requestHttps({ ...address, agent: agents["https:"] });
      default:
        throw new TouchmarkError(
          "UNREACHABLE",
          `${printableText(url.protocol, 40)} is not a scheme that is spoken here, only https and http`,
        );
    }
  };
}
