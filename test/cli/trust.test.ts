/** The trust commands against a TUF repository of the test; no other host is contacted. */
import assert from "node:assert/strict";
import { copyFile, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { encodePem } from "../../src/core/asn1/pem.ts";
import { makeKey, publicTrustedRoot, publishSigstore, type TufRepository } from "../fakes/tuf-repository.ts";
import { bench, type Bench, type Outcome } from "./harness.ts";

const day = 24 * 60 * 60 * 1000;

interface Place extends Bench {
  readonly trust: (...words: readonly string[]) => Promise<Outcome>;
  readonly tuf: TufRepository;
  readonly mirror: string;
}

/** A folder with a `root.json` of a repository, and a `trusted_root.json`. */
async function location(t: TestContext): Promise<Place> {
  const all = await bench(t);
  const tuf = publishSigstore();
  const mirror = (await tuf.serve(t)).href;
  await writeFile(all.path("root.json"), tuf.root);
  await writeFile(all.path("trusted_root.json"), publicTrustedRoot);
  return { ...all, tuf, mirror, trust: (...words) => all.run("trust", ...words) };
}

const parsed = ({ stdout }: Outcome): Record<string, unknown>[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("touchmark trust import", () => {
  it("keeps files and repositories side by side, for this user alone", async (t) => {
    const { trust, path, mirror, folder } = await location(t);
    const file = await trust("import", "company", path("trusted_root.json"));
    assert.deepEqual([file.status, file.stderr], [0, ""]);
    assert.match(file.stdout, /^company\n {2}from .*trusted_root.json\n {2}state +imported at 2026-11-21T09:00:00Z\n$/);
    const team = await trust("import", "team", "--mirror", mirror, "--root", path("root.json"), "-o", "json");
    assert.equal(team.status, 0, team.stderr);
    assert.equal(team.stderr, `fetching team from ${mirror}\n`);
    const versions = { root: 1, timestamp: 2, snapshot: 2, targets: 2 };
    const fetched = { from: mirror, state: "fetched", since: "2026-11-21T09:00:00Z", expires: "2026-11-28T09:00:00Z", versions };
    assert.deepEqual(parsed(team), [{ name: "team", ...fetched }]);
    const shown = parsed(await trust("show", "-o", "json"));
    assert.deepEqual(
      shown.map(({ name, state }) => [name, state]),
      [
        ["company", "imported"],
        ["team", "fetched"],
      ],
    );
    const kept = join(folder, ".local/share/touchmark/trust/company/instance.json");
    if (process.platform !== "win32") assert.equal((await stat(kept)).mode & 0o777, 0o600);
  });

  it("refuses names that lead elsewhere, and what is malformed", async (t) => {
    const { trust, path, mirror } = await location(t);
    for (const name of ["../company", "a/b", "Company", "..", ""]) {
      const { status, stderr } = await trust("import", name, path("trusted_root.json"));
      assert.equal(status, 2, name);
      assert.match(stderr, /cannot be the name of a trust root/);
    }
    await writeFile(path("bad.json"), publicTrustedRoot.replace("PKIX_ED25519", "PKIX_ECDSA_P256_SHA_256"));
    assert.equal((await trust("import", "company", path("bad.json"))).status, 2);
    assert.equal((await trust("import", "company", "--mirror", mirror, "--root", path("trusted_root.json"))).status, 32);
    assert.equal((await trust("import", "company", "--mirror", "ftp://x", "--root", path("root.json"))).status, 2);
    assert.equal((await trust("import", "company", "--mirror", "https://user:secret@x/", "--root", path("root.json"))).status, 2);
    assert.equal((await trust("import", "company", "--mirror", mirror)).status, 2);
    assert.equal((await trust("import", "company")).status, 2);
    assert.equal((await trust("import", "company", path("absent.json"))).status, 2);
    assert.match((await trust("show", "company")).stderr, /no trust root is kept as company/);
  });
});

describe("touchmark trust update", () => {
  it("fetches what repositories keep, one by one, and the status says whether all came", async (t) => {
    const { trust, path, mirror, tuf } = await location(t);
    await trust("import", "team", "--mirror", mirror, "--root", path("root.json"));
    const other = publishSigstore();
    await writeFile(path("other.json"), other.root);
    await trust("import", "other", "--mirror", (await other.serve(t)).href, "--root", path("other.json"));
    await trust("import", "company", path("trusted_root.json"));
    tuf.publish();
    other.answers.set("timestamp.json", (response) => response.writeHead(404).end());
    const { status, stdout, stderr } = await trust("update");
    assert.equal(status, 30);
    assert.match(stdout, /^team\n(?: .*\n)* {2}versions +root 1, timestamp 3, snapshot 3, targets 3\n$/);
    assert.match(stderr, /error: other: .*timestamp.json is not there\nhint: /);
    assert.equal((await trust("update", "team")).status, 0);
  });

  it("gives a trust root another repository, and refuses one without a trusted root.json", async (t) => {
    const { trust, runWith, path, mirror } = await location(t);
    assert.match((await trust("update", "team", "--mirror", mirror)).stderr, /cannot be trusted without a root to start from/);
    assert.equal((await trust("update", "team", "--mirror", mirror, "--root", path("root.json"))).status, 0);
    const stranger = publishSigstore();
    const moved = await trust("update", "team", "--mirror", (await stranger.serve(t)).href);
    assert.equal(moved.status, 32);
    assert.match(moved.stderr, /signed by 0 of the 1 keys/);
    assert.equal(parsed(await trust("show", "-o", "json", "team"))[0]?.["from"], mirror, "as it was");
    const august = { now: () => Date.UTC(2026, 7, 21) };
    const publicGood = await runWith(august, "trust", "update", "public-good", "--mirror", mirror);
    assert.match(publicGood.stderr, /signed by 0 of the \d keys/, "the public root vouches for no other repository");
    assert.equal(parsed(await trust("show", "-o", "json", "public-good"))[0]?.["state"], "embedded");
  });

  it("does not trust the public instance because another was imported", async (t) => {
    const { trust, path } = await location(t);
    await trust("import", "company", path("trusted_root.json"));
    const { status, stderr } = await trust("update");
    assert.equal(status, 2);
    assert.match(stderr, /no trust root that is kept has a repository\nhint: .*touchmark trust update public-good/);
    assert.match((await trust("update", "company")).stderr, /company was imported from a file/);
  });

  it("understands cosign's variables, and keeps nothing of them for good", async (t) => {
    const { runWith, trust, path, mirror } = await location(t);
    const env = { TUF_MIRROR: mirror, TUF_ROOT_JSON: path("root.json") };
    const updated = await runWith({ env }, "trust", "update", "-o", "json");
    assert.equal(updated.status, 0, updated.stderr);
    assert.deepEqual([parsed(updated)[0]?.["name"], parsed(updated)[0]?.["from"]], ["public-good", mirror]);
    assert.equal(parsed(await runWith({ env }, "trust", "show", "-o", "json"))[0]?.["state"], "fetched");
    const [embedded] = parsed(await trust("show", "-o", "json"));
    assert.equal(embedded?.["state"], "embedded");
    assert.match(String(embedded?.["expires"]), /^\d{4}-\d\d-\d\dT/, "by when it was to be renewed, which tells its age");
  });

  it("says which file is no root to trust a repository by", async (t) => {
    const { trust, path, mirror } = await location(t);
    for (const words of [
      ["import", "team"],
      ["update", "team"],
    ]) {
      const { status, stderr } = await trust(...words, "--mirror", mirror, "--root", path("trusted_root.json"));
      assert.equal(status, 32);
      assert.match(stderr, /trusted_root\.json is not a TUF root: .*\nhint: Name the root\.json/);
    }
  });

  it("refuses a repository past its time, and one with an unsigned root", async (t) => {
    const { runWith, path, mirror, tuf } = await location(t);
    const now = () => Date.UTC(2026, 10, 21, 9) + 8 * day;
    const late = await runWith({ now }, "trust", "import", "team", "--mirror", mirror, "--root", path("root.json"));
    assert.equal(late.status, 32);
    assert.match(late.stderr, /root document of the trust root, version 1, expired at 2026-11-28T09:00:00Z/);
    tuf.keys.root = [makeKey()];
    tuf.rotate();
    const forged = await runWith({}, "trust", "import", "team", "--mirror", mirror, "--root", path("root.json"));
    assert.equal(forged.status, 32);
    assert.match(forged.stderr, /signed by 0 of the 1 keys that version 1 of the root asks for/);
  });
});

describe("touchmark trust show", () => {
  it("shows the public instance as it came, without a network", async (t) => {
    const { trust } = await location(t);
    const { status, stdout } = await trust("show");
    assert.equal(status, 0);
    assert.match(
      stdout,
      /^public-good\n {2}from +https:\/\/tuf-repo-cdn.sigstore.dev\/\n {2}state +with this version of touchmark; may be stale/,
    );
    assert.match(
      stdout,
      /^ {2}authority +https:\/\/fulcio.sigstore.dev \(sigstore.dev\), from 2022-04-13T20:06:15Z on, sha256:[0-9a-f]{64}$/m,
    );
    assert.match(stdout, /^ {2}log +https:\/\/log2025-1.rekor.sigstore.dev \(sigstore.dev\), from 2025-09-23T00:00:00Z on, sha256:/m);
    assert.match(stdout, /^ {2}ct log +.*ctfe.sigstore.dev\/test \(sigstore.dev\), from 2021-03-14T00:00:00Z to 2022-10-31T23:59:59Z, /m);
    assert.match(stdout, /^ {2}timestamps +https:\/\/timestamp.sigstore.dev/m);
    const [json] = parsed(await trust("show", "-o", "json", "public-good"));
    const trusts = json?.["trusts"];
    assert.ok(Array.isArray(trusts));
    assert.deepEqual(
      trusts.map(({ kind }) => kind),
      ["certificate authority", "certificate authority", "log", "log", "certificate log", "certificate log", "timestamp authority"],
    );
  });
});

describe("touchmark trust export", () => {
  it("writes what import gives back on a machine without a network", async (t) => {
    const { trust, runWith, path, mirror, tuf } = await location(t);
    await trust("import", "team", "--mirror", mirror, "--root", path("root.json"));
    assert.equal((await trust("export", "team", "--out", path("team.json"))).status, 0);
    assert.equal((await trust("export", "team")).stdout, await readFile(path("team.json"), "utf8"));
    if (process.platform !== "win32") assert.equal((await stat(path("team.json"))).mode & 0o777, 0o600);

    const asked = tuf.seen.length;
    const elsewhere = { env: { TOUCHMARK_TRUST: path("elsewhere") } };
    assert.equal((await runWith(elsewhere, "trust", "import", "team", path("team.json"))).status, 0);
    assert.equal(tuf.seen.length, asked);
    const show = ["trust", "show", "-o", "json"];
    assert.equal((await runWith(elsewhere, ...show)).stdout, (await runWith({}, ...show)).stdout);
    const exported = await runWith(elsewhere, "trust", "export", "team");
    assert.equal(exported.stdout, await readFile(path("team.json"), "utf8"));
    const late = { ...elsewhere, now: () => Date.UTC(2026, 11, 21) };
    assert.equal((await runWith(late, "trust", "import", "team", path("team.json"))).status, 32);
    assert.match((await trust("export")).stderr, /nothing was fetched of the trust root public-good yet/);
  });
});

describe("touchmark trust create", () => {
  it("makes a file that can be imported", async (t) => {
    const { trust, path } = await location(t);
    await copyFile(join(import.meta.dirname, "../fakes/pki/ca.crt"), path("ca.pem"));
    await copyFile(join(import.meta.dirname, "../vectors/keys/cosign/ed25519.pub"), path("log.pub"));
    const words = [
      "--fulcio",
      `url=https://ca.example,certificate-chain=${path("ca.pem")}`,
      "--rekor",
      `url=https://log.example,public-key=${path("log.pub")},start-time=2026-01-01T00:00:00Z,origin=log.example`,
    ];
    const printed = await trust("create", ...words);
    assert.equal(printed.status, 0, printed.stderr);
    assert.equal((await trust("create", ...words, "--out", path("made.json"))).stdout, "");
    assert.equal(await readFile(path("made.json"), "utf8"), printed.stdout);
    assert.equal((await trust("import", "made", path("made.json"))).status, 0);
    const [{ trusts } = {}] = parsed(await trust("show", "-o", "json", "made"));
    assert.ok(Array.isArray(trusts));
    assert.deepEqual(
      trusts.map(({ kind, url, operator }) => [kind, url, operator]),
      [
        ["certificate authority", "https://ca.example", "ca.example"],
        ["log", "https://log.example", "log.example"],
      ],
    );
  });

  it("says what is missing", async (t) => {
    const { trust, path } = await location(t);
    assert.match((await trust("create")).stderr, /no service is described/);
    assert.match((await trust("create", "--rekor", "url=https://log.example")).stderr, /rekor lacks public-key/);
    await writeFile(path("ca.pem"), encodePem("CERTIFICATE", new Uint8Array(9)));
    const { status } = await trust("create", "--fulcio", `url=https://ca.example,certificate-chain=${path("ca.pem")}`);
    assert.equal(status, 32);
  });
});
