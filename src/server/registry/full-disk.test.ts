/** A registry on a real file system of two MiB, which only root can create. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { digestOf } from "../../core/digest.ts";
import type { LogRecord } from "../http/log.ts";
import { errorCode, imageManifest, json, putManifest, testRegistry } from "./fixture.test.ts";

test("a registry on a full disk refuses pushes completely, serves its content, and accepts pushes once there is space", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "touchmark-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", dir]);
  t.after(async () => {
    if (mounted.status === 0) spawnSync("umount", ["--lazy", dir]);
    await rmdir(dir);
  });
  if (mounted.status !== 0) return t.skip("making a small file system needs Linux and root");
  const logged: LogRecord[] = [];
  const { send, pushBlob, pushImage } = await testRegistry(t, { dir, log: (entry) => logged.push(entry) });
  const image = await pushImage("app", "v1");
  const ballast = await fill(pushBlob);

  const large = Buffer.alloc(512 * 1024, "large");
  const digest = digestOf(large);
  const whole = await send("POST", `/v2/app/blobs/uploads/?digest=${digest}`, { body: large });
  assert.deepEqual([whole.status, errorCode(whole)], [507, "UNKNOWN"]);
  assert.match(whole.body.toString(), /disk is full: ENOSPC/);
  const { headers } = await send("POST", "/v2/app/blobs/uploads/");
  assert.equal((await send("PATCH", headers.location ?? "", { body: large })).status, 507);
  assert.equal((await send("DELETE", headers.location ?? "")).status, 204);
  const manifest = imageManifest({ annotations: { much: "x".repeat(64 * 1024) } });
  assert.equal((await putManifest(send, "app", "v2", manifest)).status, 507);

  for (const { status, code, stack, request } of logged) {
    assert.deepEqual([status, code], [507, "ENOSPC"]);
    assert.ok(stack?.includes("ENOSPC") && request?.path.startsWith("/v2/app/") && request.id.length > 0);
  }
  assert.deepEqual(
    logged.slice(-3).map(({ request }) => request?.method),
    ["POST", "PATCH", "PUT"],
  );

  assert.equal((await send("GET", `/v2/app/blobs/${digest}`)).status, 404);
  assert.equal((await send("GET", `/v2/app/manifests/${digestOf(manifest)}`)).status, 404);
  assert.deepEqual(json(await send("GET", "/v2/app/tags/list")), { name: "app", tags: ["v1"] });
  assert.equal((await send("GET", "/v2/app/manifests/v1")).headers["docker-content-digest"], image);
  assert.equal((await send("GET", `/v2/app/blobs/${ballast}`)).status, 200);
  assert.deepEqual(await readdir(join(dir, "incoming")), []);

  spawnSync("mount", ["-o", "remount,size=8m", dir]);
  assert.equal(await pushBlob("app", large), digest);
  assert.equal((await putManifest(send, "app", "v2", manifest)).status, 201);
});

/** Pushes ever smaller blobs until not even one of a page's size fits. */
async function fill(pushBlob: (name: string, content: Uint8Array) => Promise<string>, size = 1024 * 1024): Promise<string> {
  const digest = await pushBlob("app", Buffer.alloc(size, `${size}`));
  for (let smaller = size / 2; smaller >= 4096; smaller /= 2) {
    await pushBlob("app", Buffer.alloc(smaller, `${smaller}`)).catch((error: unknown) => assert.match(String(error), /507/));
  }
  return digest;
}
