/** `touchmark serve registry`, in this process. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { get as plainGet } from "node:http";
import { get } from "node:https";
import { it } from "node:test";
import { authority, serverIdentity } from "../fakes/pki/pki.ts";
import { bench } from "./harness.ts";

it("serves a folder over TLS until it is interrupted", async (t) => {
  const { path, runWith } = await bench(t);
  await writeFile(path("server.crt"), serverIdentity.cert);
  const interrupt = new AbortController();
  const { promise, resolve } = Promise.withResolvers<string>();
  const io = {
    signal: interrupt.signal,
    env: { KEY: serverIdentity.key.toString() },
    stdout: { isTerminal: false, write: resolve },
  };
  const flags = ["--listen", "127.0.0.1:0", "--tls-cert", path("server.crt"), "--tls-key", "env://KEY"];
  const running = runWith(io, "serve", "registry", "--dir", path("images"), ...flags);
  const [, address = ""] = /^listening on (\S+)\n$/.exec(await promise) ?? [];
  const status = await new Promise((answered, failed) => {
    const options = { ca: authority, agent: false };
    get(`https://${address}/v2/`, options, (response) => answered(response.resume().statusCode)).on("error", failed);
  });
  assert.equal(status, 200);
  interrupt.abort();
  assert.deepEqual((await running).status, 0);
});

it("reads the certificate again on SIGHUP, and keeps the one in use if the files are broken", async (t) => {
  const { path, runWith } = await bench(t);
  await writeFile(path("server.crt"), serverIdentity.cert);
  const interrupt = new AbortController();
  const listening = Promise.withResolvers<string>();
  const logged = Promise.withResolvers<string>();
  const { promise: reload, resolve: listen } = Promise.withResolvers<() => void>();
  const io = {
    signal: interrupt.signal,
    env: { KEY: serverIdentity.key.toString() },
    stdout: { isTerminal: false, write: listening.resolve },
    stderr: { isTerminal: false, write: logged.resolve },
    onReload: (listener: () => void) => {
      listen(listener);
      return () => undefined;
    },
  };
  const flags = ["--listen", "127.0.0.1:0", "--tls-cert", path("server.crt"), "--tls-key", "env://KEY"];
  const running = runWith(io, "serve", "registry", "--dir", path("images"), ...flags);
  await listening.promise;
  await writeFile(path("server.crt"), "half a certificate");
  (await reload)();
  assert.match(await logged.promise, /^\S+Z error the renewed certificate cannot be used, the one before stays: /);
  interrupt.abort();
  assert.equal((await running).status, 0);
});

it("on loopback, answers to the host names of --host-name and to no other", async (t) => {
  const { path, runWith } = await bench(t);
  const interrupt = new AbortController();
  const { promise, resolve } = Promise.withResolvers<string>();
  const io = { signal: interrupt.signal, stdout: { isTerminal: false, write: resolve } };
  const flags = ["--listen", "127.0.0.1:0", "--host-name", "host.docker.internal"];
  const running = runWith(io, "serve", "registry", "--dir", path("images"), ...flags);
  const [, address = ""] = /^listening on (\S+)\n$/.exec(await promise) ?? [];
  const statusFor = (host: string): Promise<unknown> =>
    new Promise((answered, failed) => {
      const options = { headers: { Host: host }, agent: false };
      plainGet(`http://${address}/v2/`, options, (response) => answered(response.resume().statusCode)).on("error", failed);
    });
  assert.equal(await statusFor("host.docker.internal:5000"), 200);
  assert.equal(await statusFor("attacker.example"), 403);
  interrupt.abort();
  assert.equal((await running).status, 0);
});

it("says that another program listens on the address", async (t) => {
  const { path, run, address } = await bench(t);
  const { status, stderr } = await run("serve", "registry", "--dir", path("images"), "--listen", address);
  assert.equal(status, 2);
  assert.match(stderr, /^error: the registry cannot listen on \S+: another program listens there\nhint: /);
});

it("refuses a certificate without its key, and a key that is another's", async (t) => {
  const { path, run } = await bench(t);
  await writeFile(path("server.crt"), serverIdentity.cert);
  const serve = ["serve", "registry", "--dir", path("images"), "--listen", "127.0.0.1:0", "--tls-cert", path("server.crt")];
  const alone = await run(...serve);
  assert.equal(alone.status, 2);
  assert.match(alone.stderr, /^error: TLS needs a certificate and its key\nhint: .*--tls-key/);
  const wrong = await run(...serve, "--tls-key", path("server.crt"));
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /^error: the registry cannot listen .*\nhint: .*check certificate and key/s);
});
