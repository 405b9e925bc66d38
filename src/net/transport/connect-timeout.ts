/** The timeout for establishing a connection, TLS and the proxy's tunnel included. */
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

export class ConnectTimeout {
  readonly #expire: () => void;
  readonly #limit: number;
  #timer: NodeJS.Timeout | undefined;
  #connection: Duplex | undefined;
  #isWanted = true;

  /** `limit` in milliseconds; after it, `expire` is called. */
  constructor(limit: number, expire: () => void) {
    this.#limit = limit;
    this.#expire = expire;
  }

  /** Starts with a new connection. An agent may open one for an aborted request: other requests then use it. */
  begin(connection: Duplex): void {
    if (!this.#isWanted) return;
    this.#connection = connection;
    this.#timer = setTimeout(this.#expire, this.#limit);
  }

  /** The request has this connection, which is already established if it was reused or goes through a proxy. */
  assign(socket: Socket): void {
    const isSecure = "authorized" in socket;
    if (isSecure ? socket.authorized === true : !socket.connecting) this.#end();
    else socket.once(isSecure ? "secureConnect" : "connect", () => this.#end());
  }

  /** Stops the timeout. */
  giveUp(): void {
    this.#isWanted = false;
    this.#connection?.destroy();
    this.#end();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#connection = undefined;
  }
}
