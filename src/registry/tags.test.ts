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

test("a repository that does not exist, or has nothing, has no tags", async (t) => {
  const { repository } = await opened(t, { [first]: [absent, page(null), page([])] });
  for (let i = 0; i < 3; i++) assert.deepEqual(await all(repository), []);
});

test("T38: a page of tags on another host, or elsewhere on this one, is not followed", async (t) => {
  const other = await scriptedServer(t);
  for (const next of [`${other.origin}/v2/app/tags/list?last=a`, "/v2/other/tags/list", "/v2/app/tags/../../other/tags/list", "http://["]) {
    const { repository } = await opened(t, { [first]: page(["a"], next) });
    await assert.rejects(all(repository), { code: "REGISTRY_ERROR", message: /not followed/ }, next);
  }
  assert.deepEqual(other.lines, []);
});

test("T18: tags without end are refused", async (t) => {
  const { server, repository } = await opened(t, { "GET /v2/app/tags/list?*": page(["a"], "/v2/app/tags/list?again") });
  await assert.rejects(all(repository), { code: "LIMIT_EXCEEDED", message: /after 1000 pages/ });
  assert.equal(server.lines.length, 1000);
});

test("what is no tag, and what is no listing, is refused", async (t) => {
  const { repository } = await opened(t, { [first]: [page(["../x"]), page([1]), { body: "[]" }] });
  for (let i = 0; i < 3; i++) await assert.rejects(all(repository), { code: "MALFORMED" });
});
