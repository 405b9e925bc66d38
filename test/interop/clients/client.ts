/** What the suite has a client of registries do. Image references are with the registry's host. */
import type { DebianCommand } from "../peers/debian.ts";

export interface Client {
  readonly name: string;
  /** What it runs, of what Debian packages. */
  readonly commands: readonly DebianCommand[];
  /** Throws with the client's own words where it cannot be started on this machine. */
  start(folder: string): Promise<StartedClient>;
}

export interface StartedClient {
  /** Pulls the one image and pushes it as the other; nothing of it stays. The digest that it says it pushed. */
  copy(from: string, to: string): Promise<string>;
  /** Pulls the image, nothing of which is there; the digest of its configuration. */
  pull(image: string): Promise<string>;
  stop(): Promise<void>;
}
