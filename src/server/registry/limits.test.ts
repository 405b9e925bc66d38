import assert from "node:assert/strict";
import { test } from "node:test";
import { errorCode, imageManifest, json, putManifest, testRegistry } from "./fixture.test.ts";

test("the bounds of the registry and of its HTTP server are settable", async (t) => {
  const limits = { pageEntries: 2, manifestBytes: 1000 };
  const { pushImage, send } = await testRegistry(t, { limits, httpLimits: { headerBytes: 2000, bodyBytes: 10 } });
  for (const tag of ["a", "b", "c"]) await pushImage("app", tag);
  const page = await send("GET", "/v2/app/tags/list?n=100");
  assert.deepEqual(json(page), { name: "app", tags: ["a", "b"] });
  assert.equal(page.headers["link"], '</v2/app/tags/list?n=2&last=b>; rel="next"');
  const large = await putManifest(send, "app", "large", imageManifest({ annotations: { text: "x".repeat(1000) } }));
  assert.deepEqual([large.status, errorCode(large)], [413, "SIZE_INVALID"]);
  assert.equal((await send("GET", "/v2/", { headers: { much: "x".repeat(3000) } })).status, 431);
  assert.equal((await send("DELETE", "/v2/app/blobs/x", { body: "more than ten bytes" })).status, 413);
});
