/** What a verification loads: one by key alone nothing of certificates, logs and timestamps. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { promisify } from "node:util";

/** Prints the files that were loaded when the vector had been verified, as paths in src. */
function script(format: string): string {
  const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  return `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    const { evidenceIn, loadVector } = await import(${url("../../test/vectors/load.ts")});
    const vector = loadVector("${format}", "ecdsa-p256");
    const { formats } = await import(${url("all.ts")});
    const format = formats.find(({ name }) => name === "${format}");
    for (const evidence of evidenceIn(format, vector)) {
      const { signer } = await format.verify(evidence, vector.subject, vector.trust, 0);
      if (!signer) throw new Error("it was not verified");
    }
    process.stdout.write(loaded.map((url) => url.split("/src/")[1]).join("\\n"));
  `;
}

describe("a verification by key", () => {
  for (const format of ["bundle", "cosign"]) {
    it(`loads nothing that only certificates, logs and timestamps need: ${format}`, async () => {
      const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script(format)]);
      const loaded = stdout.split("\n");
      assert.ok(loaded.includes(`formats/${format}/${format}.ts`));
      const needless = loaded.filter((path) =>
        /^core\/(?:x509|cms|timestamp-token|checkpoint|merkle|der)|^proof\/(?!key-signature|verifies-content)/.test(path),
      );
      assert.deepEqual(needless, []);
    });
  }
});
