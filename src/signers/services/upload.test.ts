import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { suite, test, type TestContext } from "node:test";
import { rekorV1Fake } from "../../../test/fakes/rekor-v1.ts";
import { rekorV2Fake } from "../../../test/fakes/rekor-v2.ts";
import type { ScriptedServer } from "../../../test/fakes/scripted-registry.ts";
import { tsaFake } from "../../../test/fakes/tsa.ts";
import { publicKeyOf } from "../../core/keys/public-key.ts";
import type { LogAuthority } from "../../trust/trusted-root.ts";
import type { Service } from "../../trust/signing-config.ts";
import { client, serve, signed } from "./fixture.test.ts";
import { requestMaterial } from "./request-material.ts";
import { uploadToLogs } from "./upload.ts";

interface Log {
  readonly server: ScriptedServer;
  readonly service: Service;
  readonly authority: LogAuthority;
}

async function log(t: TestContext, version: 1 | 2): Promise<Log> {
  const fake = version === 1 ? await rekorV1Fake() : rekorV2Fake();
  const server = await serve(t, fake);
  const service = { url: server.origin, majorApiVersion: version, validFor: { start: 0 }, operator: server.origin };
  return { server, service, authority: fake.authority };
}

const noAuthorities = { certificateAuthorities: [], certificateLogs: [], timestampAuthorities: [] };

suite("a signature with pending log entries", () => {
  test("is uploaded to every pending log, in their order", async (t) => {
    const all = [await log(t, 2), await log(t, 2), await log(t, 2)];
    const [one, , three] = all;
    assert.ok(one && three);
    const root = { ...noAuthorities, logs: all.map(({ authority }) => authority) };
    const waitsFor = [three.service.url, one.service.url];
    const logs = all.map(({ service }) => service);
    const entries = await uploadToLogs({ logged: signed("x", "certificate", "envelope"), waitsFor, logs, root }, client());
    assert.deepEqual(
      entries.map(({ logId }) => Buffer.from(logId.keyId, "base64").toString("hex")),
      [three.authority.id, one.authority.id],
    );
    assert.deepEqual(
      all.map(({ server }) => server.lines.length),
      [1, 0, 1],
    );
  });

  test("is uploaded to no log if one of them is named only by the signature", async (t) => {
    const { server, service, authority } = await log(t, 2);
    const request = { logged: signed("x"), logs: [service], root: { ...noAuthorities, logs: [authority] } };
    for (const other of ["https://stranger.example", `${service.url}/`, `${service.url}@stranger.example`, "\u202E", ""]) {
      const waitsFor = [service.url, other];
      await assert.rejects(uploadToLogs({ ...request, waitsFor }, client()), {
        code: "SERVICE_MISSING",
        message: /which the signing config does not name/,
      });
    }
    assert.deepEqual(server.lines, []);
  });

  test("by certificate is not uploaded to a log that verifies a time, which would be too late; by key it may be", async (t) => {
    const { server, service, authority } = await log(t, 1);
    const request = { logs: [service], waitsFor: [service.url], root: { ...noAuthorities, logs: [authority] } };
    await assert.rejects(uploadToLogs({ logged: signed("x", "certificate"), ...request }, client()), {
      code: "UNSUPPORTED",
      message: /proves the time/,
    });
    assert.deepEqual(server.lines, []);
    const [entry] = await uploadToLogs({ logged: signed("x"), ...request }, client());
    assert.ok(entry?.integratedTime);
  });

  test("has only timestamps, and names its pending logs", async (t) => {
    const stamps = tsaFake();
    const server = await serve(t, stamps);
    const stamper = { url: `${server.origin}/api/v1/timestamp`, majorApiVersion: 1, validFor: { start: 0 }, operator: "stamps" };
    const { service, authority, server: asked } = await log(t, 2);
    const root = { ...noAuthorities, logs: [authority], timestampAuthorities: [stamps.authority] };
    const services = { logs: [service], timestampAuthorities: [stamper] };
    for (const by of ["key", "certificate"] as const) {
      const material = await requestMaterial({ logged: signed("x", by), services, root, logUpload: "later" }, client());
      assert.deepEqual([material.entries, material.timestamps.length, material.pending], [[], 1, [service.url]]);
    }
    assert.deepEqual(asked.lines, []);
  });

  test("is not made if it could not be uploaded, or would be refused afterwards", async (t) => {
    const [timeless, timed] = [await log(t, 2), await log(t, 1)];
    const root = { ...noAuthorities, logs: [] };
    const key = publicKeyOf(generateKeyPairSync("ed25519").publicKey, "key");
    const ed25519 = { ...signed("x"), verifier: { kind: "key", key } } as const;
    for (const [logged, logs, code, message] of [
      [signed("x"), [], "SERVICE_MISSING", /no log that could be asked later/],
      [signed("x", "certificate"), [timeless], "SERVICE_MISSING", /a short-lived certificate needs a timestamp/],
      [signed("x", "certificate"), [timed], "UNSUPPORTED", /proves the time of its entries/],
      [ed25519, [timeless], "UNSUPPORTED", /ed25519/],
    ] as const) {
      const services = { logs: logs.map(({ service }) => service), timestampAuthorities: [] };
      await assert.rejects(requestMaterial({ logged, services, root, logUpload: "later" }, client()), { code, message });
    }
  });
});
