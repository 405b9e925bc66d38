/** Imports of trust roots, and their transfer from one machine to another. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import * as fc from "fast-check";
import { makeKey, published, publicTrustedRoot, publishSigstore } from "../../../test/fakes/tuf-repository.ts";
import { readsOrRefuses } from "../../../test/reads-or-refuses.ts";
import { encodeUtf8 } from "../../core/bytes.ts";
import { createHttpClient } from "../../net/http-client.ts";
import { exportInstance, parseExported, readDocument } from "./exported.ts";
import { importFiles, importRepository, type ImportOptions } from "./import-root.ts";
import { listInstances, readInstance, type RepositoryInstance } from "./instance.ts";
import { readFetched } from "./repository.ts";

const day = 24 * 60 * 60 * 1000;

async function machine(t: TestContext): Promise<ImportOptions> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-import-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const http = createHttpClient({ sleep: async () => {} });
  return { folder, http, at: published, name: "company", env: { ROOT: publicTrustedRoot }, signal: AbortSignal.timeout(60_000) };
}

/** A repository instance on one machine, and the export of that machine. */
async function exporter(t: TestContext) {
  const here = await machine(t);
  const repository = publishSigstore();
  const instance: RepositoryInstance = { kind: "repository", name: "company", mirror: await repository.serve(t), root: repository.root };
  await importRepository(instance, here);
  return { here, repository, instance, exported: async () => Buffer.from(await exportInstance(instance, here.folder)).toString() };
}

suite("a trust root is imported", () => {
  test("from files, replacing the one of the same name and keeping the others", async (t) => {
    const options = await machine(t);
    const path = join(options.folder, "company.json");
    await writeFile(path, publicTrustedRoot);
    await importFiles([path], options);
    await importFiles(["env://ROOT", path], { ...options, name: "both" });
    await importFiles([path], { ...options, at: published + day });
    assert.deepEqual(await listInstances(options.folder), ["both", "company"]);
    const both = await readInstance(options.folder, "both");
    assert.ok(both?.kind === "files");
    assert.deepEqual(
      both.files.map(({ source, bytes }) => [source, Buffer.from(bytes).toString()]),
      ["env://ROOT", path].map((source) => [source, publicTrustedRoot]),
    );
    const company = await readInstance(options.folder, "company");
    assert.equal(company?.kind === "files" && company.imported, published + day);
  });

  test("from several in one file, one in each line", async (t) => {
    const line = JSON.stringify(JSON.parse(publicTrustedRoot));
    const options = {
      ...(await machine(t)),
      env: { LINES: `${line}\n \t\r\n${line}\n`, BROKEN: `${line}\n${line.slice(1)}\n`, SPACED: `${line}\n\u00a0\n` },
    };
    const instance = await importFiles(["env://LINES"], options);
    assert.equal(instance.kind === "files" && instance.files.length, 2);
    await assert.rejects(importFiles(["env://BROKEN"], options), { code: "MALFORMED" });
    await assert.rejects(importFiles(["env://SPACED"], options), { code: "MALFORMED" }, "U+00A0 is no white space of JSON");
    const env = { MANY: `${line}\n`.repeat(17) };
    await assert.rejects(importFiles(["env://MANY"], { ...options, env }), { code: "LIMIT_EXCEEDED" });
  });

  test("from a URL, over TLS unless it is on this machine", async (t) => {
    const server = createServer(({ url }, response) => response.writeHead(url === "/root.json" ? 200 : 404).end(publicTrustedRoot));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close());
    const address = server.address();
    const base = typeof address === "object" && address ? `http://127.0.0.1:${address.port}` : "";
    const options = await machine(t);
    assert.equal((await importFiles([`${base}/root.json`], options)).kind, "files");
    await assert.rejects(importFiles([`${base}/absent.json`], options), { code: "UNREACHABLE", message: /status 404/ });
    await assert.rejects(importFiles(["http://root.example/root.json"], options), { code: "USAGE", message: /plain HTTP/ });
  });

  test("only if all of it is well-formed, else the old one stays", async (t) => {
    const options = await machine(t);
    await importFiles(["env://ROOT"], options);
    const before = await readInstance(options.folder, "company");
    const document: Record<string, unknown> = JSON.parse(publicTrustedRoot);
    for (const text of ["", "[]", "{}", publicTrustedRoot.slice(9), JSON.stringify({ ...document, tlogs: [{}] }), "a\nb"]) {
      await assert.rejects(importFiles(["env://BAD"], { ...options, env: { BAD: text } }), { code: "MALFORMED" }, text.slice(0, 40));
    }
    assert.deepEqual(await readInstance(options.folder, "company"), before);
    for (const name of ["../x", "..", "a/b", "Company", "", "con\0", "public..good", "-x", ".x"]) {
      await assert.rejects(importFiles(["env://ROOT"], { ...options, name }), { code: "USAGE" }, name);
    }
    assert.deepEqual(await readdir(options.folder), ["company"]);
  });

  test("but not from a repository whose target's name is a path, which has no root, or whose keys differ", async (t) => {
    const options = await machine(t);
    const repository = publishSigstore();
    const instance: RepositoryInstance = { kind: "repository", name: "team", mirror: await repository.serve(t), root: repository.root };
    await assert.rejects(importRepository({ ...instance, name: "../team" }, options), { code: "USAGE" });
    await assert.rejects(importRepository({ ...instance, root: publishSigstore().root }, options), { code: "TRUST_ROOT_INVALID" });
    repository.targets["../trusted_root.json"] = "";
    repository.publish();
    await assert.rejects(importRepository(instance, options), { code: "TRUST_ROOT_INVALID", message: /leads elsewhere/ });
    repository.targets = { "other.json": "{}" };
    repository.publish();
    await assert.rejects(importRepository(instance, options), { code: "TRUST_ROOT_INVALID", message: /has no trusted_root.json/ });
    assert.deepEqual(await listInstances(options.folder), []);
  });
});

suite("an exported trust root", () => {
  test("is imported unchanged", async (t) => {
    const { here, instance, exported, repository } = await exporter(t);
    repository.rotate();
    repository.targets["signing_config.v0.2.json"] = "{}";
    repository.publish();
    await importRepository(instance, here);
    const text = await exported();
    const there = { ...(await machine(t)), env: { FILE: text } };
    await importFiles(["env://FILE"], there);
    assert.deepEqual(await readInstance(there.folder, "company"), await readInstance(here.folder, "company"));
    const contentIn = async (folder: string) => (await readFetched(instance, folder))?.content;
    assert.deepEqual(await contentIn(there.folder), await contentIn(here.folder));
    assert.equal(Buffer.from(await exportInstance(instance, there.folder)).toString(), text);
    assert.deepEqual([...((await contentIn(there.folder))?.targets.keys() ?? [])], ["trusted_root.json", "signing_config.v0.2.json"]);

    const file = await importFiles(["env://ROOT"], { ...here, name: "files" });
    const again = Buffer.from(await exportInstance(file, here.folder)).toString();
    assert.deepEqual(await importFiles(["env://FILE"], { ...there, name: "files", env: { FILE: again } }), file);
  });

  test("is verified again: a changed, expired or older one is refused", async (t) => {
    const { here, instance, exported, repository } = await exporter(t);
    const text = await exported();
    const there = await machine(t);
    const importText = (changed: string, at = published) => importFiles(["env://FILE"], { ...there, at, env: { FILE: changed } });
    const document: { repository: Record<string, unknown> } = JSON.parse(text);
    const forged = Buffer.from(publicTrustedRoot.replaceAll("sigstore.dev", "sigstore.bad")).toString("base64");
    for (const repositoryOf of [
      { files: { "trusted_root.json": forged } },
      { files: {} },
      { files: { "../x": "" } },
      { timestamp: document.repository["snapshot"] },
      { roots: [forged] },
    ]) {
      const changed = JSON.stringify({ ...document, repository: { ...document.repository, ...repositoryOf } });
      await assert.rejects(importText(changed), { code: "TRUST_ROOT_INVALID" }, Object.keys(repositoryOf)[0]);
    }
    await assert.rejects(importText(text, published + 8 * day), { code: "TRUST_ROOT_EXPIRED" });
    const { repository: _, ...halved } = document;
    await assert.rejects(importText(JSON.stringify(halved)), { code: "MALFORMED", message: /does not go with its instance/ });
    assert.deepEqual(await listInstances(there.folder), []);

    repository.publish();
    await importRepository(instance, here);
    await importText(await exported());
    await assert.rejects(importText(text), {
      code: "TRUST_ROOT_INVALID",
      message: /company would go back from version 3 of its timestamp to 2/,
    });
  });

  test("never rolls back rotated keys, nor to older documents through another mirror", async (t) => {
    const { here, instance, exported, repository } = await exporter(t);
    const early = await exported();
    repository.publish();
    await importRepository(instance, here);
    const before = await exported();
    repository.versions.timestamp = 0;
    repository.rotate();
    repository.publish();
    const there = await machine(t);
    await importRepository(instance, there);
    const importText = (text: string) => importFiles(["env://FILE"], { ...there, env: { FILE: text } });
    await assert.rejects(importText(before), { code: "TRUST_ROOT_INVALID", message: /from version 2 of its root to 1/ });
    await assert.rejects(importText(early.replace(instance.mirror.href, "https://elsewhere.example/")), {
      code: "TRUST_ROOT_INVALID",
      message: /from version 2 of its root to 1/,
    });
    assert.deepEqual(await readInstance(there.folder, "company"), instance);

    const other = await exporter(t);
    await importText(await other.exported());
    assert.deepEqual(await readInstance(there.folder, "company"), { ...other.instance, root: Buffer.from(other.repository.root) });
  });

  test("that another root verifies does not count as older or newer", async (t) => {
    const { exported } = await exporter(t);
    const document: { instance: Record<string, unknown> } = JSON.parse(await exported());
    const other = publishSigstore();
    other.keys.root = [makeKey()];
    const instance = { ...document.instance, root: Buffer.from(other.root).toString("base64") };
    const env = { FILE: JSON.stringify({ ...document, instance }) };
    await assert.rejects(importFiles(["env://FILE"], { ...(await machine(t)), env }), { code: "TRUST_ROOT_INVALID" });
  });

  test("cannot be made before anything has been fetched", async (t) => {
    const { folder } = await machine(t);
    const instance: RepositoryInstance = { kind: "repository", name: "public-good", mirror: new URL("https://tuf.example/") };
    await assert.rejects(exportInstance(instance, folder), { code: "FILE_NOT_FOUND", hint: "Fetch it first." });
  });

  test("with any content causes no other error than TouchmarkError", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.constantFrom("files", "repository", "other"), (more, repository, kind) => {
        const instance = { kind, mirror: "https://x/", imported: "2026-11-21T09:00:00Z", files: more, root: more };
        const fields = readDocument(encodeUtf8(JSON.stringify({ instance, repository })), "file", 1_000_000);
        assert.ok(fields);
        readsOrRefuses(() => parseExported(fields, "company"));
      }),
    );
  });
});
