import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { memoryRepository } from "../../test/fakes/memory-repository.ts";
import { putImage } from "../../test/fakes/signers.ts";
import { parseReference } from "../core/oci/reference.ts";
import type { Repository } from "../core/repository.ts";
import { resolve } from "./resolve.ts";

const { signal } = new AbortController();

async function hintFor(repository: Repository, reference: string): Promise<string> {
  try {
    await resolve(repository, parseReference(reference), signal);
  } catch (error) {
    assert.ok(error instanceof Error && "code" in error && "hint" in error);
    assert.equal(error.code, "NO_SUCH_IMAGE");
    return String(error.hint);
  }
  throw new Error("there is such an image");
}

describe("a tag that is missing", () => {
  it("is told with the closest tags that there are, at most ten, and none of evidence", async () => {
    const repository = memoryRepository();
    for (const tag of ["latest", "1.0", "1.1", "2.0", `sha256-${"0".repeat(64)}.sig`, `sha256-${"0".repeat(64)}`])
      await putImage(repository, tag, tag);
    assert.equal(await hintFor(repository, "registry.example/app:1.00"), "Name a tag that is there: 1.0, 1.1, 2.0, latest.");
    for (let i = 0; i < 10; i++) await putImage(repository, `${i}`, `build-${i}`);
    assert.match(
      await hintFor(repository, "registry.example/app:build-12"),
      /^Name a tag that is there: (?:build-\d, ){9}build-\d, and others\.$/,
    );
  });

  it("is told without tags where the repository has none, does not tell, or takes a digest", async () => {
    const usual = "Check the name and the tag; list what is there with your registry's own tools.";
    assert.equal(await hintFor(memoryRepository(), "registry.example/app:1"), usual);
    const repository = memoryRepository();
    await putImage(repository, "x", "1");
    assert.equal(await hintFor(repository, `registry.example/app@sha256:${"0".repeat(64)}`), usual);
    const refusing = {
      ...repository,
      async *tags(): AsyncGenerator<string, void> {
        await Promise.reject(new Error("refused"));
        yield "";
      },
    };
    assert.equal(await hintFor(refusing, "registry.example/app:2"), usual);
  });
});
