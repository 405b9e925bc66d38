/**
 * A table of docs/reference/interop.md: what the page says, and what this run finds. A row is a few names, the last of
 * which is a registry, and an outcome for each further column. On the page registries that agree share a line.
 */
import assert from "node:assert/strict";
import { asMarkdown } from "../../bench/report.ts";
import { page as committedPage, type Page } from "./page.ts";

type Cells = readonly string[];

export interface TableOptions {
  /** The section of the page. */
  readonly section: string;
  readonly names: Cells;
  readonly outcomes: Cells;
  /** The names of every row, in the order they are shown. */
  readonly rows: readonly Cells[];
  readonly page?: Page;
}

export interface Table {
  /** Keeps what was found; of an outcome that begins with `notRun`, what the page says, if it says something. */
  found(names: Cells, outcomes: Cells): void;
  /** The same of all outcomes of the rows with this name. */
  notRun(name: string, why: string): void;
  /** Throws, with the cells, if the page says otherwise than was found. */
  check(names: Cells): void;
  /** Writes what was found, what was not run and, of the rest, what the page said. */
  write(): Promise<void>;
}

export function openTable({ section, names, outcomes, rows, page = committedPage }: TableOptions): Table {
  const said = parse(page.read(section), names.length);
  const now = new Map<string, Cells>();
  const emptyRow = outcomes.map(() => notRun);
  const keep = (row: Cells, cells: Cells): void => {
    const before = said.get(key(row));
    now.set(
      key(row),
      cells.map((cell, i) => (wasNotRun(cell) ? before?.[i] : undefined) ?? clean(cell)),
    );
  };
  return {
    found: keep,
    notRun(name, why) {
      for (const row of rows)
        if (row.includes(name))
          keep(
            row,
            outcomes.map(() => `${notRun}: ${why}`),
          );
    },
    check(row) {
      const [before, after] = [said.get(key(row)) ?? [], now.get(key(row)) ?? []];
      const differences = outcomes.flatMap((column, i) => {
        const [committed, found] = [before[i] ?? "", after[i] ?? ""];
        if (wasNotRun(found) || committed === found) return [];
        return [`${row.join(", ")}; ${column}: the page says "${committed}", this run found "${found}"`];
      });
      if (differences.length === 0) return;
      assert.fail(`docs/reference/interop.md was not true, and is written anew\n${differences.join("\n")}`);
    },
    async write() {
      const lines = fold(rows.map((row) => ({ row, cells: now.get(key(row)) ?? said.get(key(row)) ?? emptyRow })));
      await page.write(section, asMarkdown({ columns: [...names, ...outcomes], rows: lines }));
    },
  };
}

/** How an outcome begins that is none. */
export const notRun = "not run";

const wasNotRun = (cell: string): boolean => cell.startsWith(notRun);

const key = (row: Cells): string => JSON.stringify(row);

/** What cannot break a line of a table. */
const clean = (text: string): string => text.replaceAll(/[|\s]+/g, " ").trim();

/** One line for the registries of rows that are otherwise the same, where the first of them stood. */
function fold(rows: readonly { readonly row: Cells; readonly cells: Cells }[]): readonly Cells[] {
  const lines = new Map<string, { names: Cells; registries: string[]; cells: Cells }>();
  for (const { row, cells } of rows) {
    const [names, registry] = [row.slice(0, -1), row.at(-1) ?? ""];
    const line = lines.get(key([...names, ...cells]));
    if (line) line.registries.push(registry);
    else lines.set(key([...names, ...cells]), { names, registries: [registry], cells });
  }
  return [...lines.values()].map(({ names, registries, cells }) => [...names, registries.join(", "), ...cells]);
}

/** Outcomes by the key of their row. */
function parse(section: string, named: number): ReadonlyMap<string, Cells> {
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return new Map(
    lines.slice(2).flatMap((line) => {
      const cells = line.split("|").slice(1, -1).map(clean);
      const names = cells.slice(0, named - 1);
      const registries = cells[named - 1]?.split(", ") ?? [];
      return registries.map((registry) => [key([...names, registry]), cells.slice(named)] as const);
    }),
  );
}
