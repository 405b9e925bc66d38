/** Tests that every exchange settles: whatever a peer's socket does without a complete response, the request fails with a TouchmarkError. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rawBehaviours, rawPeer } from "../../test/fakes/raw-peer.ts";
import { get, patientClient } from "./http-fixture.test.ts";

for (const [name, behave] of Object.entries(rawBehaviours)) {
  describe(`a peer that ${name}`, () => {
    it("rejects a request", async (t) => {
      const url = `http://127.0.0.1:${await rawPeer(t, behave)}/`;
      await refused(patientClient().http.request(get(url)));
    });

    it("rejects a request with a streamed response", async (t) => {
      const url = `http://127.0.0.1:${await rawPeer(t, behave)}/`;
      const read = async (): Promise<void> => {
        const { content } = await patientClient().http.open(get(url));
        for await (const _ of content);
      };
      await refused(read());
    });

    it("rejects a request that sends a body", async (t) => {
      const port = await rawPeer(t, behave);
      const { http } = patientClient();
      const open = async function* () {
        for (let i = 0; i < 64; i++) yield new Uint8Array(64 * 1024);
      };
      await refused(http.request(get(`http://127.0.0.1:${port}/`, { method: "POST", body: { length: 64 * 64 * 1024, open } })));
    });

    for (const scheme of ["http", "https"])
      it(`rejects an ${scheme} request with it as a proxy`, async (t) => {
        const port = await rawPeer(t, behave);
        const { http } = patientClient({ proxies: () => new URL(`http://127.0.0.1:${port}`) });
        await refused(http.request(get(`${scheme}://registry.example/`)));
      });
  });
}

/** Settles within a second: a peer that switches protocols or disconnects never runs into a timeout. */
async function refused(exchange: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("the exchange has not settled")), 1000);
  await assert.rejects(Promise.race([exchange, late.promise]), { name: "TouchmarkError", code: "UNREACHABLE" });
  clearTimeout(timer);
}
