/** Where results stand: docs/reference/performance.md, a section for each benchmark between its own marks. */
import { readFile, writeFile } from "node:fs/promises";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const page = join(import.meta.dirname, "../../docs/reference/performance.md");

/** Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->`. */
export async function writeSection(name: string, tables: readonly Table[]): Promise<void> {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const text = await readFile(page, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no section between ${begin} and ${end}`);
  const body = [`Measured with \`npm run bench -- ${name}\` on ${machine()}.`, ...tables.map(asMarkdown)].join("\n\n");
  await writeFile(page, `${text.slice(0, from)}${begin}\n\n${body}\n\n${text.slice(to)}`);
}

export function asMarkdown({ columns, rows }: Table): string {
  const widths = columns.map((column, i) => Math.max(3, column.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  return [line(columns), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows.map(line)].join("\n");
}

function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores (${cpu?.model.trim()}), ${memory} GiB, ${process.platform} ${release()}, Node ${process.version}`;
}
