/** The time in which a connection that is opened for a request has to stand: TLS and the way through a proxy included. */
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

  /** This one is being opened. An agent may open one for a request that was given up: it is for others then. */
  begin(connection: Duplex): void {
    if (!this.#isWanted) return;
    this.#connection = connection;
    this.#timer = setTimeout(this.#expire, this.#limit);
  }

  /** The request has this connection, which stands already if it was kept from an earlier one or led through a proxy. */
  assign(socket: Socket): void {
    const isSecure = "authorized" in socket;
    if (isSecure ? socket.authorized === true : !socket.connecting) this.#end();
    else socket.once(isSecure ? "secureConnect" : "connect", () => this.#end());
  }

  /** Nobody waits for it any more. */
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
