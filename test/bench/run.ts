/**
 * The benchmarks: `npm run bench` runs all and writes the results to docs/reference/performance.md; names run some,
 * `npm run bench -- registry`. They take minutes, and mean something only on a machine that does nothing else.
 */
import { benchIdentity } from "./identity.ts";
import { benchJsonParse, benchLargeStatement } from "./json.ts";
import { benchKeyless } from "./keyless.ts";
import { benchKeylessSign } from "./keyless-sign.ts";
import { benchManyImages, benchManySignatures } from "./many.ts";
import { benchEnvelopes } from "./notary-envelopes.ts";
import { benchNotation } from "./notation.ts";
import { benchBlobs } from "./registry-blobs.ts";
import { benchLists } from "./registry-lists.ts";
import { asMarkdown, writeSection, type Table } from "./report.ts";
import { benchSign } from "./sign.ts";
import { benchLargeAttestation, benchQuestions, benchStrangers } from "./verifier.ts";
import { benchVerify } from "./verify.ts";

/** Sections of the page, each with what makes its tables. */
const sections: Readonly<Record<string, readonly (() => Promise<Table>)[]>> = {
  registry: [benchBlobs, benchLists],
  verify: [benchVerify],
  identity: [benchIdentity],
  sign: [benchSign],
  "keyless-sign": [benchKeylessSign],
  keyless: [benchKeyless],
  notation: [benchNotation, benchEnvelopes],
  json: [benchJsonParse, benchLargeStatement],
  many: [benchManyImages, benchManySignatures],
  verifier: [benchStrangers, benchQuestions, benchLargeAttestation],
};

const named = process.argv.slice(2);
for (const name of named.length > 0 ? named : Object.keys(sections)) {
  const benches = sections[name];
  if (!benches) throw new Error(`there is no benchmark ${JSON.stringify(name)}; there are: ${Object.keys(sections).join(", ")}`);
  const tables: Table[] = [];
  for (const bench of benches) {
    const table = await bench();
    process.stdout.write(`${asMarkdown(table)}\n\n`);
    tables.push(table);
  }
  await writeSection(name, tables);
}
