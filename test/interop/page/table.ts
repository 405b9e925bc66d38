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
  /** Keeps what was found. */
  found(names: Cells, outcomes: Cells): void;
  /** Keeps what the page says of the rows with this name; where it says nothing, it will say why there is nothing. */
  notRun(name: string, why: string): void;
  /** Throws, with the cells, if the page says otherwise than was found. */
  check(names: Cells): void;
  /** Writes what was found, what was not run and, of the rest, what the page said. */
  write(): Promise<void>;
}

export function openTable({ section, names, outcomes, rows, page = committedPage }: TableOptions): Table {
  const said = parse(page.read(section), names.length);
  const now = new Map<string, Cells>();
  const emptyRow = outcomes.map(() => "not run");
  return {
    found: (row, cells) => void now.set(key(row), cells.map(clean)),
    notRun(name, why) {
      const cells = outcomes.map(() => clean(`not run: ${why}`));
      for (const row of rows) if (row.includes(name) && !said.has(key(row))) now.set(key(row), cells);
    },
    check(row) {
      const [before, after] = [said.get(key(row)), now.get(key(row))];
      const differences = outcomes.flatMap((column, i) =>
        before?.[i] === after?.[i]
          ? []
          : [`${row.join(", ")}; ${column}: the page says "${before?.[i] ?? ""}", this run found "${after?.[i] ?? ""}"`],
      );
      assert.equal(differences.length, 0, `docs/reference/interop.md was not true, and is written anew\n${differences.join("\n")}`);
    },
    async write() {
      const lines = fold(rows.map((row) => ({ row, cells: now.get(key(row)) ?? said.get(key(row)) ?? emptyRow })));
      await page.write(section, asMarkdown({ columns: [...names, ...outcomes], rows: lines }));
    },
  };
}

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
