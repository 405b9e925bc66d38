/** docs/reference/interop.md: sections between marks of their own, each written by one test file. */
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { peersFolder } from "../peers/peer.ts";

const lock = join(dirname(peersFolder), "interop.lock");
const [patience, pause] = [100, 50];

export interface Page {
  /** What stands between `<!-- NAME -->` and `<!-- /NAME -->`. */
  read(section: string): string;
  write(section: string, text: string): Promise<void>;
}

export const page: Page = openPage(join(import.meta.dirname, "../../../docs/reference/interop.md"));

export function openPage(path: string): Page {
  function parts(section: string): readonly [string, string, string] {
    const [begin, end] = [`<!-- ${section} -->`, `<!-- /${section} -->`];
    const text = readFileSync(path, "utf8");
    const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
    if (!text.includes(begin) || to < from) throw new Error(`${path} has no section between ${begin} and ${end}`);
    return [text.slice(0, from), text.slice(from, to).trim(), text.slice(to)];
  }
  return {
    read: (section) => parts(section)[1],
    write: (section, text) =>
      alone(() => {
        const [before, , after] = parts(section);
        writeFileSync(path, `${before}\n\n${text}\n\n${after}`);
      }),
  };
}

/** Test files are processes side by side, and a section is written within the whole page. */
async function alone(work: () => void): Promise<void> {
  mkdirSync(dirname(lock), { recursive: true });
  for (let tries = 1; !taken(); tries++) {
    if (tries === patience) throw new Error(`${lock} does not go away: remove it if no other run is at work`);
    await setTimeout(pause);
  }
  try {
    work();
  } finally {
    rmdirSync(lock);
  }
}

function taken(): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}
