/** What the demo and every help text print can be typed, and does what they say. */
import assert from "node:assert/strict";
import { copyFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { commands } from "../../src/cli/commands.ts";
import { mintToken } from "../fakes/identity-provider.ts";
import { day, makeCompany, pem } from "../fakes/notary.ts";
import { makeTrustFiles, notaryScript, writeTrustFolder } from "../fakes/notary-server.ts";
import { putImage, putReferrer } from "../fakes/signers.ts";
import { serverIdentity } from "../fakes/pki/pki.ts";
import { scriptedServer } from "../fakes/scripted-registry.ts";
import { signingServices } from "../fakes/signing-services.ts";
import { sigstoreInstance, type SigstoreInstance } from "../fakes/sigstore-instance.ts";
import { tsaFake } from "../fakes/tsa.ts";
import { publishSigstore } from "../fakes/tuf-repository.ts";
import { wallClock } from "../fakes/wall-clock.ts";
import { bench } from "./harness.ts";
import { ended, printed, start, type Surroundings } from "./processes.ts";

async function surroundings(t: TestContext): Promise<Surroundings> {
  const cwd = await mkdtemp(join(tmpdir(), "touchmark-demo-test-"));
  t.after(() => rm(cwd, { recursive: true, force: true }));
  return {
    cwd,
    env: {
      TMPDIR: cwd,
      TEMP: cwd,
      TOUCHMARK_PASSWORD: "",
      XDG_CACHE_HOME: join(cwd, ".cache"),
      TOUCHMARK_TRUST: join(cwd, "trust"),
      XDG_CONFIG_HOME: join(cwd, "config"),
      NO_COLOR: "1",
    },
  };
}

/** What the examples name: a token, certificates, keys, and a TUF repository of the instance, which signs with services of its own. */
async function trustMaterial(
  t: TestContext,
  { cwd, env }: Surroundings,
  instance: SigstoreInstance,
): Promise<{ readonly mirror: string; readonly around: Surroundings }> {
  const services = await signingServices(t, { clock: wallClock });
  const repository = publishSigstore(wallClock(), merged(instance.trustedRoot, services.trustedRoot), services.signingConfig);
  const mirror = (await repository.serve(t)).href;
  const company = await makeCompany(cwd, "example", { notBefore: wallClock() - day, notAfter: wallClock() + day });
  await company.signer("company");
  await writeFile(join(cwd, "ca.pem"), pem(company.root));
  await copyFile(join(import.meta.dirname, "../vectors/keys/cosign/ecdsa-p256.pub"), join(cwd, "log.pub"));
  await writeFile(join(cwd, "root.json"), repository.root);
  await writeFile(join(cwd, "token.jwt"), mintToken({ sub: "https://ci.example/release" }, wallClock()));
  return { mirror, around: { cwd, env: { ...env, TUF_MIRROR: mirror, TUF_ROOT_JSON: "root.json" } } };
}

/** What the examples save: a repository of a notary server and of docker's trust folder, a list of it, and a timestamp authority. */
async function contentTrust(
  t: TestContext,
  { cwd, env }: Surroundings,
): Promise<{ readonly stamps: string; readonly around: Surroundings }> {
  const gun = "docker.io/library/alpine";
  const files = makeTrustFiles(gun);
  const server = await scriptedServer(t, notaryScript(gun, files));
  const tsa = tsaFake({ clock: wallClock });
  const authority = await scriptedServer(t, tsa.script);
  await writeTrustFolder(join(cwd, "docker", "trust"), gun, files);
  await writeFile(join(cwd, "names.txt"), "alpine\n");
  await writeFile(join(cwd, "tsa.pem"), tsa.authority.chain.slice(-1).map(pem).join(""));
  const docker = { DOCKER_CONFIG: join(cwd, "docker"), DOCKER_CONTENT_TRUST_SERVER: server.origin };
  return { stamps: authority.origin, around: { cwd, env: { ...env, ...docker } } };
}

/** A trusted root of all that two trust. */
function merged(one: string, other: string): string {
  const [all, more]: readonly Record<string, unknown>[] = [JSON.parse(one), JSON.parse(other)];
  const lists = Object.entries(all ?? {}).map(([name, list]) => [name, Array.isArray(list) ? list.concat(more?.[name]) : list]);
  return JSON.stringify(Object.fromEntries(lists));
}

const left = async ({ cwd }: Surroundings): Promise<readonly string[]> =>
  (await readdir(cwd)).filter((name) => name.startsWith("touchmark-demo-"));

describe("touchmark demo", () => {
  it("accepts what is good, refuses the rest with a code each, and leaves nothing behind", async (t) => {
    const around = await surroundings(t);
    const { status, output } = await ended(start("demo", around));
    assert.equal(status, 0, output);
    const answers = Array.from(output.matchAll(/^ {4}(allowed|refused: [A-Z_]+) /gm), (match) => match[1]);
    assert.deepEqual(answers, ["allowed", "refused: NO_SIGNATURE", "refused: SUBJECT_MISMATCH", "refused: KEY_MISMATCH"]);
    assert.equal(new Set(output.match(/^ +to do .*$/gm)).size, 3);
    assert.deepEqual(await left(around), []);
  });

  it("prints commands that have the same outcome when they are typed against --keep", async (t) => {
    const around = await surroundings(t);
    const demo = start("demo --keep", around);
    t.after(() => demo.kill("SIGKILL"));
    const output = await printed(demo, /until you press Ctrl-C/);

    const scenes = Array.from(
      output.matchAll(/^ {2}\$ (touchmark .*)\n(?: {4}.*\n)*? {2}exit status (\d+)$/gm),
      (match) => [match[1] ?? "", Number(match[2])] as const,
    );
    assert.equal(scenes.length, 7);
    for (const [command, expected] of scenes) {
      const again = await ended(start(command, around));
      assert.equal(again.status, expected, `${command}\n${again.output}`);
    }
    const yours = Array.from(output.matchAll(/^ {2}(touchmark .*)$/gm), (match) => match[1] ?? "");
    assert.equal(yours.length, 4);
    for (const command of yours) {
      const own = await ended(start(command, around));
      assert.equal(own.status, 0, `${command}\n${own.output}`);
    }

    demo.kill("SIGINT");
    assert.equal((await ended(demo)).status, 0);
    assert.equal((await left(around)).length, 1);
  });
});

const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
const workflow = {
  identity: "https://github.com/example/app/.github/workflows/release.yml@refs/heads/main",
  issuer: "https://token.actions.githubusercontent.com",
};

describe("the examples in every --help", () => {
  it("work as they stand, but for the registry's name", async (t) => {
    const instance = sigstoreInstance(wallClock() - 60_000);
    const { mirror, around: trusting } = await trustMaterial(t, await surroundings(t), instance);
    const { stamps, around } = await contentTrust(t, trusting);
    const { address, repository } = await bench(t);
    const image = await putImage(repository(`${address}/app`), "x", "1.0");
    const layer = { mediaType: bundleType, bytes: instance.sign(image, workflow) };
    await putReferrer(repository(`${address}/app`), { subject: image, artifactType: bundleType, layer });
    await writeFile(join(around.cwd, "app.tar"), "a file");
    await writeFile(join(around.cwd, "registry.crt"), serverIdentity.cert);
    await writeFile(join(around.cwd, "registry.key"), serverIdentity.key);
    const loaded = await Promise.all(commands.map(async ({ name, load }) => ({ name, examples: (await load()).command.examples })));
    // Keys are made before they are used, an image signed before it is verified, a trust root made before it is imported.
    const order = [
      "keys generate",
      "keys show",
      "sign",
      "verify",
      "sign-blob",
      "verify-blob",
      "log flush",
      "tree",
      "copy",
      "trust add",
      "trust create",
      "trust import",
      "trust export",
      "trust update",
      "trust show",
      "dct save",
      "doctor registry",
      "completion",
      "version",
      "help",
      "demo",
      "serve registry",
    ];
    const sorted = loaded.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
    assert.deepEqual(
      sorted.map(({ name }) => name),
      order,
    );

    for (const { name, examples } of sorted) {
      for (const { command } of examples) {
        const typed = command
          .replaceAll("registry.example", address)
          .replace("127.0.0.1:5000", "127.0.0.1:0")
          .replace("--listen :5000", "--listen 127.0.0.1:0")
          .replace("https://tuf.example/", mirror)
          .replace("https://tsa.example", stamps);
        const running = start(typed, around);
        t.after(() => running.kill("SIGKILL"));
        const serves = name === "serve registry" || command.includes("--keep");
        if (serves) {
          await printed(running, /listening on|Ctrl-C/);
          running.kill("SIGINT");
        }
        const { status, output } = await ended(running);
        assert.equal(status, 0, `${typed}\n${output}`);
      }
    }
  });
});
