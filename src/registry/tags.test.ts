import assert from "node:assert/strict";
import { test } from "node:test";
import { scriptedServer, type ScriptLine } from "../../test/fakes/scripted-registry.ts";
import { absent, opened, signal } from "../../test/fakes/scripted-repository.ts";
import type { Repository } from "../core/repository.ts";

const first = "GET /v2/app/tags/list?n=1000";

function page(tags: readonly unknown[] | null, next?: string): ScriptLine {
  return { headers: next === undefined ? {} : { link: `<${next}>; rel="next"` }, body: JSON.stringify({ name: "app", tags }) };
}

async function all(repository: Repository): Promise<readonly string[]> {
  const tags: string[] = [];
  for await (const tag of repository.tags(signal)) tags.push(tag);
  return tags;
}

test("tags are listed page after page", async (t) => {
  const { repository } = await opened(t, {
    [first]: page(["a", "b"], "/v2/app/tags/list?n=1000&last=b"),
    "GET /v2/app/tags/list?n=1000&last=b": page(["c"]),
  });
  assert.deepEqual(await all(repository), ["a", "b", "c"]);
});

test("a repository that does not exist, or is empty, has no tags", async (t) => {
  const { repository } = await opened(t, { [first]: [absent, page(null), page([])] });
  for (let i = 0; i < 3; i++) assert.deepEqual(await all(repository), []);
});

test("a next page of tags on another host, or at another path, is not followed", async (t) => {
  const other = await scriptedServer(t);
  for (const next of [`${other.origin}/v2/app/tags/list?last=a`, "/v2/other/tags/list", "/v2/app/tags/../../other/tags/list", "http://["]) {
    const { repository } = await opened(t, { [first]: page(["a"], next) });
    await assert.rejects(all(repository), { code: "REGISTRY_ERROR", message: /not followed/ }, next);
  }
  assert.deepEqual(other.lines, []);
});

test("endless tags are refused", async (t) => {
  const { server, repository } = await opened(t, { "GET /v2/app/tags/list?*": page(["a"], "/v2/app/tags/list?again") });
  await assert.rejects(all(repository), { code: "LIMIT_EXCEEDED", message: /after 1000 pages/ });
  assert.equal(server.lines.length, 1000);
});

test("an invalid tag, and an invalid listing, are refused", async (t) => {
  const { repository } = await opened(t, { [first]: [page(["../x"]), page([1]), { body: "[]" }] });
  for (let i = 0; i < 3; i++) await assert.rejects(all(repository), { code: "MALFORMED" });
});
