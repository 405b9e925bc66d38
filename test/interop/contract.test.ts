/** The contract of a repository, kept in the registries that others wrote, whatever they ask of a client first. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { repositoryContract } from "../contract/repository.ts";
import { putImage } from "../fakes/signers.ts";
import * as crane from "./harness/crane.ts";
import { releases } from "./harness/distribution.ts";
import { reader, writer, type Account } from "./harness/identities.ts";
import { makePlace, type Place } from "./harness/location.ts";
import { startTokenServer, type TokenServer } from "./harness/token-server.ts";
import { missing } from "./peers/debian.ts";

const signal = new AbortController().signal;

describe("the registry of crane", () => {
  const location = makePlace(() => crane.serveRegistry());
  repositoryContract(() => location.visit());
});

for (const { name, command, serve } of releases) {
  const skip = command !== undefined && missing(command);

  describe(name, { skip }, () => {
    const location = makePlace((folder) => serve(folder));
    repositoryContract(() => location.visit());
  });

  describe(`${name} that asks for a password`, { skip }, () => {
    const location = makePlace(async (folder) => {
      const path = join(folder, "htpasswd");
      await writeFile(path, [writer, reader].map(({ username, hash }) => `${username}:${hash}\n`).join(""));
      return serve(folder, { auth: { htpasswd: { realm: "suite", path } } });
    });
    for (const keptIn of ["docker", "podman", "helper"] as const) {
      describe(`and finds it in ${keptIn}`, () => repositoryContract(() => location.visit({ as: { account: writer, keptIn } })));
    }
    letsNobodyElseIn(location);
  });

  describe(`${name} that asks for a token`, { skip: skip || missing("openssl") }, () => {
    let tokens: TokenServer;
    const location = makePlace(async (folder) => {
      tokens = await startTokenServer(folder, [writer, reader]);
      return serve(folder, { auth: { token: tokens.configuration } });
    });
    after(() => tokens.stop());
    repositoryContract(() => location.visit({ as: { account: writer, keptIn: "helper" } }));
    letsNobodyElseIn(location);

    test("gives one who may only pull what is there, and takes nothing from them", async () => {
      const [ours, theirs] = await Promise.all(
        [writer, reader].map((account) => location.visit({ as: { account, keptIn: "docker" }, name: "shared" })),
      );
      assert.ok(ours && theirs);
      const image = await putImage(ours, "x", "1");
      assert.deepEqual((await theirs.manifest("1", signal))?.descriptor, image);
      await assert.rejects(putImage(theirs, "y"), { code: "UNAUTHORIZED" });
    });

    test("is asked for one token, however much is written", async () => {
      const repository = await location.visit({ as: { account: writer, keptIn: "docker" } });
      const before = tokens.given;
      for (const text of ["a", "b", "c"]) await putImage(repository, text, text);
      assert.equal(tokens.given - before, 1);
    });
  });
}

function letsNobodyElseIn(location: Place): void {
  const liar: Account = { ...writer, password: "wander" };
  test("lets in nobody without a password, nor with a wrong one, and no message repeats it", async () => {
    for (const as of [undefined, { account: liar, keptIn: "docker" }] as const) {
      const repository = await location.visit(as && { as });
      const attempts = [() => repository.manifest("1", signal), () => repository.putBlob(Buffer.from("x"), signal)];
      for (const attempt of attempts) {
        await assert.rejects(attempt(), (error: Error & { code?: string }) => {
          assert.equal(error.code, "UNAUTHORIZED");
          assert.doesNotMatch(error.message, /wander/);
          return true;
        });
      }
    }
  });
}
