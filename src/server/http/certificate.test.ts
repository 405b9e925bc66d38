import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { makeCertificate, makeKey } from "../../core/x509/fixture.test.ts";
import type { ServerTls } from "./adapter.ts";
import type { LogRecord } from "./log.ts";
import { router } from "./router.ts";
import { startServer, type RunningServer } from "./server.ts";

interface Pair extends ServerTls {
  /** SHA-256 of the certificate, as Node prints it. */
  readonly fingerprint: string;
}

function pair(name: string): Pair {
  const key = makeKey();
  const { raw } = makeCertificate({ subject: name, key, signedBy: key.privateKey });
  const pem = Buffer.from(raw).toString("base64").replaceAll(/.{64}/g, "$&\n");
  const hex = createHash("sha256").update(raw).digest("hex").toUpperCase();
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----\n`,
    key: key.privateKey.export({ format: "pem", type: "pkcs8" }),
    fingerprint: hex.match(/../g)?.join(":") ?? "",
  };
}

/** Files as Kubernetes mounts a secret: links through the link `..data`, which is replaced as a whole. */
async function mountSecret(dir: string, version: string, { cert, key }: ServerTls): Promise<void> {
  await mkdir(join(dir, version));
  await writeFile(join(dir, version, "tls.crt"), cert);
  await writeFile(join(dir, version, "tls.key"), key);
  await symlink(version, join(dir, "..data_tmp"));
  await rename(join(dir, "..data_tmp"), join(dir, "..data"));
}

interface Served {
  readonly server: RunningServer;
  readonly dir: string;
  readonly logged: readonly LogRecord[];
  readonly open: () => Promise<TLSSocket>;
  /** The fingerprint of the certificate that a new connection gets. */
  readonly served: () => Promise<string | undefined>;
}

async function serve(t: TestContext, first: ServerTls, certificateInterval: number): Promise<Served> {
  const dir = await mkdtemp(join(tmpdir(), "touchmark-certificate-"));
  await mountSecret(dir, "..first", first);
  for (const name of ["tls.crt", "tls.key"]) await symlink(join("..data", name), join(dir, name));
  const logged: LogRecord[] = [];
  const api = router({ routes: [{ name: "hello", path: /^\/$/, methods: { GET: () => ({ status: 200, body: "hello" }) } }] });
  const server = await startServer({
    name: "test",
    host: "127.0.0.1",
    port: 0,
    api,
    limits: { certificateInterval, drainTime: 300 },
    log: (entry) => void logged.push(entry),
    tls: async () => ({
      cert: await readFile(join(dir, "tls.crt"), "utf8"),
      key: await readFile(join(dir, "tls.key"), "utf8"),
    }),
  });
  t.after(async () => {
    await server.close();
    await rm(dir, { recursive: true });
  });
  const open = async (): Promise<TLSSocket> => {
    const socket = connect({ port: Number(new URL(server.url).port), host: "127.0.0.1", rejectUnauthorized: false });
    t.after(() => socket.destroy());
    await once(socket.setEncoding("latin1"), "secureConnect");
    return socket;
  };
  const served = async (): Promise<string | undefined> => {
    const socket = await open();
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  return { server, dir, logged, open, served };
}

async function get(socket: TLSSocket): Promise<string> {
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const [answer] = await once(socket, "data");
  return String(answer);
}

const hour = 60 * 60 * 1000;

test("a renewed certificate is used for new connections, and established ones go on", async (t) => {
  const [old, renewed] = [pair("old"), pair("renewed")];
  const { server, dir, logged, open, served } = await serve(t, old, hour);
  assert.equal(await served(), old.fingerprint);
  const established = await open();
  assert.match(await get(established), /^HTTP\/1.1 200 /);
  await mountSecret(dir, "..second", renewed);
  assert.equal(await served(), old.fingerprint);
  await server.reloadCertificate();
  assert.equal(await served(), renewed.fingerprint);
  assert.match(await get(established), /^HTTP\/1.1 200 /);
  await server.reloadCertificate();
  assert.deepEqual(
    logged.map(({ level, message }) => [level, message.replace(/until .*/, "until …")]),
    [["info", "the renewed certificate is in use; it is valid until …"]],
  );
});

test("the server notices by itself that the files changed", async (t) => {
  const [old, renewed] = [pair("old"), pair("renewed")];
  const { dir, served } = await serve(t, old, 10);
  await mountSecret(dir, "..second", renewed);
  let seen = await served();
  for (let tries = 0; tries < 1000 && seen !== renewed.fingerprint; tries++) seen = await served();
  assert.equal(seen, renewed.fingerprint);
});

test("a renewed pair that cannot be used keeps the one before, and is reported once", async (t) => {
  const [old, renewed] = [pair("old"), pair("renewed")];
  const { server, dir, logged, served } = await serve(t, old, hour);
  const broken: readonly [string, ServerTls][] = [
    ["..other-key", { cert: renewed.cert, key: old.key }],
    ["..half-written", { cert: renewed.cert.slice(0, 100), key: renewed.key }],
    ["..no-key", { cert: renewed.cert, key: "" }],
  ];
  for (const [version, files] of broken) {
    await mountSecret(dir, version, files);
    await server.reloadCertificate();
    await server.reloadCertificate();
    assert.equal(await served(), old.fingerprint, version);
  }
  await rm(join(dir, "..data"));
  await server.reloadCertificate();
  await server.reloadCertificate();
  assert.equal(await served(), old.fingerprint);
  assert.equal(logged.length, broken.length + 1);
  for (const { level, message } of logged) {
    assert.equal(level, "error");
    assert.match(message, /^the renewed certificate cannot be used, the one before stays: /);
  }
  assert.doesNotMatch(JSON.stringify(logged), /PRIVATE KEY|MII/);
  await mountSecret(dir, "..good", renewed);
  await server.reloadCertificate();
  assert.equal(await served(), renewed.fingerprint);
});
