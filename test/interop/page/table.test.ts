/** The tables of docs/reference/interop.md: a run that finds otherwise fails, one that cannot look changes nothing. */
import assert from "node:assert/strict";
import { readFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { openPage } from "./page.ts";
import { openTable, type Table } from "./table.ts";

const text = `# Page

<!-- a -->

| key | registry | verify          |
| --- | -------- | --------------- |
| p   | x, y     | accepted        |
| q   | x        | accepted        |
| q   | y        | not run: no y   |

<!-- /a -->

<!-- b -->
<!-- /b -->
`;

describe("a table of the page", () => {
  let folder: string;
  let path: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "touchmark-page-"));
    path = join(folder, "page.md");
  });
  beforeEach(() => writeFile(path, text));
  after(() => rm(folder, { recursive: true }));

  const names = ["key", "registry"];
  const rows = ["p", "q"].flatMap((key) => ["x", "y"].map((registry) => [key, registry]));
  const open = (section = "a"): Table => openTable({ section, names, outcomes: ["verify"], rows, page: openPage(path) });
  const lines = async (): Promise<readonly string[]> => {
    const written = (await readFile(path, "utf8")).split("\n");
    return written.filter((line) => /^\| [pq]/.test(line)).map((line) => line.replaceAll(/ +/g, " "));
  };

  test("is left as it is by a run that finds the same, or cannot look", async () => {
    const table = open();
    table.found(["p", "x"], ["accepted"]);
    table.check(["p", "x"]);
    table.notRun("y", "y is gone");
    await table.write();
    assert.deepEqual(await lines(), ["| p | x, y | accepted |", "| q | x | accepted |", "| q | y | not run: no y |"]);
  });

  test("fails a run that finds otherwise, by the cell's name, and tells it from then on", async () => {
    const table = open();
    table.found(["p", "y"], ["refused:\n1 | 2"]);
    assert.throws(() => table.check(["p", "y"]), /p, y; verify: the page says "accepted", this run found "refused: 1 2"/);
    await table.write();
    assert.deepEqual((await lines()).slice(0, 2), ["| p | x | accepted |", "| p | y | refused: 1 2 |"]);
    const again = open();
    again.found(["p", "y"], ["refused: 1 2"]);
    again.check(["p", "y"]);
  });

  test("fails a run that finds what was never run, and takes it in", async () => {
    const table = open();
    table.found(["q", "y"], ["accepted"]);
    assert.throws(() => table.check(["q", "y"]), /the page says "not run: no y", this run found "accepted"/);
    await table.write();
    assert.deepEqual(await lines(), ["| p | x, y | accepted |", "| q | x, y | accepted |"]);
  });

  test("keeps what the page says in a cell that could not be run", async () => {
    const table = open();
    table.found(["p", "x"], ["not run: no x"]);
    table.check(["p", "x"]);
    await table.write();
    assert.deepEqual((await lines())[0], "| p | x, y | accepted |");
  });

  test("says of a row that is new why there is nothing to say", async () => {
    const table = open("b");
    table.found(["p", "x"], ["accepted"]);
    assert.throws(() => table.check(["p", "x"]), /the page says "", this run found "accepted"/);
    table.notRun("y", "y is gone");
    await Promise.all([table.write(), open().write()]);
    const untouched = ["| p | x, y | accepted |", "| q | x | accepted |", "| q | y | not run: no y |"];
    const expected = ["| p | x | accepted |", "| p | y | not run: y is gone |", "| q | x | not run |", "| q | y | not run: y is gone |"];
    assert.deepEqual(await lines(), [...untouched, ...expected]);
  });

  test("needs its marks on the page", () => {
    assert.throws(() => open("c"), /has no section between <!-- c --> and <!-- \/c -->/);
  });
});
