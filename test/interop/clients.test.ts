/** Clients that others wrote push images to the embedded registry and pull them back; signatures stay on them. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Client, StartedClient } from "./clients/client.ts";
import { crane, regctl, skopeo } from "./clients/copiers.ts";
import { containerd, docker } from "./clients/daemons.ts";
import { buildah, podman } from "./clients/stores.ts";
import * as craneRegistry from "./harness/crane.ts";
import { embeddedRegistry, openSite, type Site } from "./harness/site.ts";
import * as touchmark from "./harness/touchmark.ts";
import { openTable } from "./page/table.ts";
import { missing } from "./peers/debian.ts";

const clients: readonly Client[] = [docker, podman, skopeo, buildah, crane, regctl, containerd];
const timeout = 180_000;
const isRoot = process.getuid?.() === 0;

const table = openTable({
  section: "clients",
  names: ["client", "registry"],
  outcomes: ["pushes", "the digest stays", "pulls what is signed"],
  rows: clients.map(({ name }) => [name, embeddedRegistry.name]),
});

after(() => table.write());

describe("through the embedded registry", () => {
  let site: Site;
  let source: string;
  before(async () => {
    site = await openSite(embeddedRegistry);
    source = await site.push("source");
  });
  after(() => site.close());

  for (const client of clients) {
    const skip = missing(...client.commands) || (client.commands.length > 0 && !isRoot && "it is run as root only");
    if (skip !== false) table.notRun(client.name, skip);
    test(`${client.name} pushes an image and pulls it back`, { skip, timeout }, async (t) => {
      const folder = await mkdtemp(join(tmpdir(), "touchmark-client-"));
      let started: StartedClient | undefined;
      t.after(async () => {
        await started?.stop();
        await rm(folder, { recursive: true, force: true });
      });
      try {
        started = await client.start(folder);
      } catch (error) {
        const why = `it cannot be started here: ${lastLines(error)}`;
        table.notRun(client.name, why);
        t.skip(why);
        return;
      }

      const row = [client.name, embeddedRegistry.name];
      table.found(row, ["no", "no", "no"]);
      const [host, sourceDigest] = [source.split("/")[0], source.split("@")[1]];
      const target = `${host}/copies/${client.name.replace(/\W/g, "").toLowerCase()}`;
      const digest = await started.copy(`${host}/source:1`, `${target}:1`);
      const image = `${target}@${digest}`;
      assert.equal(await craneRegistry.digest(`${target}:1`), digest);
      const stays = digest === sourceDigest ? "yes" : "no";
      table.found(row, ["yes", stays, "no"]);

      const key = site.key("ecdsa-p256");
      for (const format of ["bundle", "cosign-legacy"] as const) await touchmark.sign(image, key, format);
      assert.equal(await started.pull(image), await craneRegistry.configuration(source));
      const { status, stderr } = await touchmark.verify(`${target}:1`, key);
      assert.equal(status, 0, stderr);
      table.found(row, ["yes", stays, "yes"]);
      table.check(row);
    });
  }
});

/** What a program said before it gave up. */
function lastLines(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return said.trim().split("\n").slice(-2).join(" ");
}
