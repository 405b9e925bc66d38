import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { corpusPath, skipWithout } from "../../../../test/fakes/corpora.ts";
import { readsOrRefuses } from "../../../../test/reads-or-refuses.ts";
import { makeTrustFiles } from "../../../../test/fakes/notary-server.ts";
import { parseGun } from "./gun.ts";
import { digestsIn, parseMetadata } from "./metadata.ts";
import { roleOfFile } from "./role.ts";
import { checkRootNames } from "./root-names.ts";

const gun = parseGun("docker.io/team/app");
const files = makeTrustFiles(gun.name, { delegations: ["targets/releases"] });
const bytesOf = (path: string): Uint8Array => files.get(path) ?? Buffer.of();
const bytes = (text: string): Uint8Array => Buffer.from(text);

const corpus = corpusPath("docker-content-trust/trust_data");
const skip = skipWithout("docker-content-trust");

describe("a file of trust data", () => {
  it("states its version, its expiry, and the digests of other files", () => {
    const { version, expires } = parseMetadata(bytesOf("timestamp.json"), "timestamp", "timestamp.json");
    assert.equal(version, 1);
    assert.equal(expires, "2026-12-15T00:00:00Z");
    const digests = digestsIn(parseMetadata(bytesOf("snapshot.json"), "snapshot", "snapshot.json"));
    assert.deepEqual([...digests.keys()], ["root", "targets", "targets/releases"]);
    for (const digest of digests.values()) assert.match(digest ?? "", /^[0-9a-f]{64}$/);
  });

  for (const [what, content, role, message] of [
    [
      "of another role",
      '{"signed":{"_type":"Root","version":1},"signatures":[]}',
      "targets",
      /type "Root", expected that of the role targets/,
    ],
    ["without a version", '{"signed":{"_type":"Root"},"signatures":[]}', "root", /version is missing/],
    ["that is a list", "[]", "root", /not an object/],
    ["that is an HTML page", "<html>", "root", /not JSON/],
    ["that is empty", "", "root", /not JSON/],
    ["without a signed part", '{"signatures":[]}', "root", /signed is not an object/],
  ] as const) {
    it(`${what} is refused`, () => {
      assert.throws(() => parseMetadata(bytes(content), role, "the file"), { code: "MALFORMED", message });
    });
  }

  it("is parsed or refused, for any bytes", () => {
    const valid = Buffer.from(bytesOf("snapshot.json")).toString();
    const changed = fc
      .tuple(fc.nat(valid.length), fc.nat(20), fc.string())
      .map(([at, less, more]) => valid.slice(0, at) + more + valid.slice(at + less));
    fc.assert(
      fc.property(fc.oneof(changed, fc.json(), fc.string()), (text) => {
        readsOrRefuses(() => digestsIn(parseMetadata(bytes(text), "snapshot", "the file")));
      }),
    );
  });
});

describe("a root", () => {
  const root = (commonName: string) =>
    parseMetadata(makeTrustFiles("any", { commonName }).get("root.json") ?? Buffer.of(), "root", "root.json");

  it("belongs to the repository that its certificate names, or to all below a prefix", () => {
    for (const name of [gun.name, "docker.io/team/*", "*"]) checkRootNames(root(name), gun, "root.json");
  });

  it("belongs to no other repository", () => {
    for (const name of ["docker.io/team", "docker.io/team/app2", "docker.io/other/*"]) {
      assert.throws(() => checkRootNames(root(name), gun, "root.json"), {
        code: "SUBJECT_MISMATCH",
        message: /expected docker\.io\/team\/app, found "docker\.io\/[a-z0-9/*]+"$/,
      });
    }
  });

  it("may belong to any repository without a certificate", () => {
    const bare = '{"signed":{"_type":"Root","version":1,"keys":{"id":{"keytype":"ecdsa","keyval":{"public":""}}}},"signatures":[]}';
    checkRootNames(parseMetadata(bytes(bare), "root", "root.json"), gun, "root.json");
  });
});

describe("a file's name", () => {
  for (const [path, role] of [
    ["root.json", "root"],
    ["12.root.json", "root"],
    ["targets/a/b-c_d.json", "targets/a/b-c_d"],
    ["1.targets.json", undefined],
    ["0.root.json", undefined],
    ["targets/../root.json", undefined],
    ["targets/.json", undefined],
    ["other.json", undefined],
    ["targets/A.json", undefined],
    [`targets/${"a".repeat(260)}.json`, undefined],
  ] as const) {
    it(`${path.slice(0, 30)} is the file of ${role ?? "no role"}`, () => assert.equal(roleOfFile(path), role));
  }
});

describe("trust data of other tools", { skip }, () => {
  it("is read completely", () => {
    const paths = globSync("*/{root,targets,snapshot,timestamp,targets/*}.json", { cwd: corpus });
    assert.ok(paths.length > 25);
    for (const path of paths) {
      const [folder = "", ...rest] = path.split("/");
      const role = roleOfFile(rest.join("/"));
      assert.ok(role, path);
      const content = readFileSync(join(corpus, path));
      if (folder === "err-image") {
        // Files under each other's names.
        if (role !== "snapshot") assert.throws(() => parseMetadata(content, role, path), { code: "MALFORMED", message: /is of the type/ });
        continue;
      }
      const metadata = parseMetadata(content, role, path);
      assert.ok(metadata.version >= 1, path);
      if (folder === "alice-image" && basename(path) === "root.json") {
        checkRootNames(metadata, parseGun("docker.io/phbelitz/alice-image"), path);
        assert.throws(() => checkRootNames(metadata, gun, path), { code: "SUBJECT_MISMATCH" });
      }
    }
  });
});
