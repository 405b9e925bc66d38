/** Uploads of one repository that are opened while their blobs are made, which saves one round trip. */
import type { ExpectedBlobs } from "../core/repository.ts";
import type { Connection } from "./connection.ts";
import { closeUpload, openUpload, type OpenedUpload } from "./upload.ts";

export class OpenedUploads {
  readonly #connection: Connection;
  readonly #waiting = new Set<OpenedUpload>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Opens `count` uploads; unused ones are closed at the end. Registries that require authorization, some of which create a
   * missing repository, get it only once `image` is fulfilled.
   */
  open(count: number, image: Promise<unknown>, signal: AbortSignal): ExpectedBlobs {
    const connection = this.#connection;
    const end = new AbortController();
    const opening = Array.from({ length: count }, async () => {
      const opened = await openUpload({ connection, signal: AbortSignal.any([signal, end.signal]) }, image);
      this.#waiting.add(opened);
      return opened;
    });
    const ready = Promise.all(opening);
    ready.catch(() => undefined); // the code that awaits it throws it
    return {
      ready,
      [Symbol.asyncDispose]: async () => {
        end.abort();
        const settled = await Promise.allSettled(opening);
        const left = settled.filter((one) => one.status === "fulfilled").filter(({ value }) => this.#waiting.delete(value));
        await Promise.all(left.map(({ value }) => closeUpload({ connection, signal }, value)));
      },
    };
  }

  take(): OpenedUpload | undefined {
    const [opened] = this.#waiting;
    if (opened) this.#waiting.delete(opened);
    return opened;
  }
}
