/** What was pushed, and what of it the registry acknowledged before it was killed. */
import type { Digest } from "../../src/core/digest.ts";

export interface Push {
  readonly kind: "blob" | "manifest";
  readonly repository: string;
  readonly digest: Digest;
  /** Of a manifest. */
  readonly tag?: string;
  /** What the manifest refers to. */
  readonly subject?: Digest;
  /** The journal's own time. */
  readonly began: number;
  /** Absent as long as nobody acknowledged it. */
  acknowledged?: number;
}

export class Journal {
  readonly pushes: Push[] = [];
  #time = 0;
  #waiting: { count: number; readonly resolve: () => void } | undefined;

  begin(push: Omit<Push, "began" | "acknowledged">): Push {
    const begun: Push = { ...push, began: this.#time++ };
    this.pushes.push(begun);
    return begun;
  }

  acknowledge(push: Push): void {
    push.acknowledged = this.#time++;
    if (this.#waiting && this.#waiting.count-- === 0) this.#waiting.resolve();
  }

  /** Resolves at the acknowledgement after so many more. */
  acknowledgedAfter(count: number): Promise<void> {
    return new Promise((resolve) => (this.#waiting = { count, resolve }));
  }

  /** What a tag may point to: any push of it, unless another one began after its end and was acknowledged. */
  candidates(repository: string, tag: string): readonly Push[] {
    const pushes = this.pushes.filter((push) => push.repository === repository && push.tag === tag);
    const latest = Math.max(-1, ...pushes.map((push) => (push.acknowledged === undefined ? -1 : push.began)));
    return pushes.filter((push) => (push.acknowledged ?? Infinity) > latest);
  }

  /** After a restart nothing is under way any more: the tag points to this and to nothing else. */
  settle(repository: string, tag: string, digest: Digest): void {
    this.acknowledge(this.begin({ kind: "manifest", repository, digest, tag }));
  }
}
