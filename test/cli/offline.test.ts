/** `--offline` opens connections to the registry only: counted in the process itself. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, it, type TestContext } from "node:test";
import { putImage, putReferrer } from "../fakes/signers.ts";
import { refusedAddress } from "../fakes/refused-port.ts";
import { sigstoreInstance } from "../fakes/sigstore-instance.ts";
import { wallClock } from "../fakes/wall-clock.ts";
import { bench, type Bench } from "./harness.ts";

const program = join(import.meta.dirname, "../../bin/touchmark.js");
const counter = pathToFileURL(join(import.meta.dirname, "count-sockets.mjs")).href;
const workflow = { identity: "https://ci.test/app/release", issuer: "https://ci.test" };
const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";

interface Counted {
  readonly status: number;
  readonly output: string;
  /** `ADDRESS:PORT` of each. */
  readonly sockets: readonly string[];
}

interface Place extends Bench {
  /** `ADDRESS:PORT`, where nothing listens. */
  readonly nobody: string;
}

/** Verifies in a process of its own, which reaches no host but this one. */
function verify({ folder, nobody }: Place, ...words: readonly string[]): Promise<Counted> {
  const args = [
    "--import",
    counter,
    program,
    "verify",
    "--certificate-identity",
    workflow.identity,
    "--certificate-oidc-issuer",
    workflow.issuer,
    ...words,
  ];
  const env = {
    ...process.env,
    HOME: folder,
    XDG_CACHE_HOME: folder,
    XDG_DATA_HOME: folder,
    HTTPS_PROXY: `http://${nobody}`,
    NO_COLOR: "1",
  };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (error, stdout, stderr) => {
      const sockets = JSON.parse(/^sockets: (.*)$/m.exec(stderr)?.[1] ?? "null");
      resolve({ status: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr, sockets });
    });
  });
}

async function signed(t: TestContext): Promise<Place> {
  const location = { ...(await bench(t)), nobody: await refusedAddress(t) };
  const instance = sigstoreInstance(wallClock() - 60_000);
  await writeFile(location.path("root.json"), instance.trustedRoot);
  const repository = location.repository(`${location.address}/app`);
  const image = await putImage(repository, "x", "1");
  const layer = { mediaType: bundleType, bytes: instance.sign(image, workflow) };
  await putReferrer(repository, { subject: image, artifactType: bundleType, layer });
  const copied = await location.run("copy", `${location.address}/app:1`, `oci:${location.path("layout")}:1`);
  assert.equal(copied.status, 0, copied.stderr);
  return location;
}

describe("verify --offline", () => {
  it("opens sockets to the registry alone", async (t) => {
    const location = await signed(t);
    const { status, output, sockets } = await verify(
      location,
      "--offline",
      "--trusted-root",
      location.path("root.json"),
      `${location.address}/app:1`,
    );
    assert.equal(status, 0, output);
    assert.ok(sockets.length > 0);
    assert.deepEqual([...new Set(sockets)], [location.address]);
  });

  it("opens none for a layout, with a root that is named, kept, or part of the package", async (t) => {
    const location = await signed(t);
    const layout = `oci:${location.path("layout")}:1`;
    const named = await verify(location, "--offline", "--trusted-root", location.path("root.json"), layout);
    assert.deepEqual([named.status, named.sockets], [0, []], named.output);
    const embedded = await verify(location, "--offline", layout);
    assert.deepEqual([embedded.status, embedded.sockets], [12, []], embedded.output);
    const imported = await location.runWith(
      { env: { XDG_DATA_HOME: location.folder } },
      "trust",
      "import",
      "company",
      location.path("root.json"),
    );
    assert.equal(imported.status, 0, imported.stderr);
    const kept = await verify(location, "--offline", layout);
    assert.deepEqual([kept.status, kept.sockets], [0, []], kept.output);
  });

  it("is what keeps it from asking: without it the mirror is tried", async (t) => {
    const location = await signed(t);
    const { output, sockets } = await verify(location, `oci:${location.path("layout")}:1`);
    assert.ok(sockets.includes(location.nobody), output);
  });
});
