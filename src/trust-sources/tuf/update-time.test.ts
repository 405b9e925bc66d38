/** Clocks and expiry. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { published, TufRepository } from "../../../test/fakes/tuf-repository.ts";
import { day, textOf, updating } from "../../../test/fakes/tuf-site.ts";

suite("time in an update", () => {
  test("a clock that is a day slow or fast does not matter while nothing has expired", async (t) => {
    const repository = new TufRepository();
    const { update, read } = await updating(t, repository);
    for (const at of [published - day, published + day]) {
      assert.equal(textOf(await update({ at })), "the first");
      assert.equal(textOf(await read(at)), "the first");
    }
  });

  test("with a clock past the first expiry, the error states both times", async (t) => {
    const repository = new TufRepository();
    repository.expires.timestamp = published + day;
    repository.publish();
    const { update, read, refuses } = await updating(t, repository);
    assert.equal((await update()).expires, published + day);
    assert.equal(textOf(await read(published + day - 1)), "the first");
    const message = /timestamp document .* expired at 2026-11-22T09:00:00Z; by the clock here it is 2026-11-22T09:00:00Z/;
    await assert.rejects(read(published + day), { code: "TRUST_ROOT_EXPIRED", message });
    await refuses("TRUST_ROOT_EXPIRED", message, { at: published + day });
  });
});
