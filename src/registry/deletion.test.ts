import assert from "node:assert/strict";
import { test } from "node:test";
import type { SeenRequest } from "../../test/fakes/scripted-registry.ts";
import { absent, descriptorOf, fallback, imageOf, opened, served, signal, subject, tag } from "../../test/fakes/scripted-repository.ts";
import { mediaTypes } from "../core/oci/manifest.ts";

const image = imageOf("image");
const path = `/v2/app/manifests/${descriptorOf(image).digest}`;

test("a manifest and a tag are deleted; a missing one is not an error", async (t) => {
  const { server, repository } = await opened(t, {
    [`GET ${path}`]: [served(image), absent],
    [`DELETE ${path}`]: { status: 202 },
    "DELETE /v2/app/manifests/v1": [{ status: 202 }, absent],
  });
  const { digest } = descriptorOf(image);
  await repository.deleteManifest(digest, signal);
  await repository.deleteManifest(digest, signal);
  await repository.deleteTag("v1", signal);
  await repository.deleteTag("v1", signal);
  assert.deepEqual(
    server.lines.filter((line) => line.startsWith("DELETE")),
    [`DELETE ${path}`, "DELETE /v2/app/manifests/v1", "DELETE /v2/app/manifests/v1"],
  );
});

test("a deleted referrer is removed from the fallback tag too, and the others stay in it", async (t) => {
  const [gone, kept] = [imageOf("gone", subject), imageOf("kept", subject)];
  const { digest } = descriptorOf(gone);
  const both = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [descriptorOf(gone), descriptorOf(kept)] }),
  );
  let listing: Uint8Array = both;
  const { repository } = await opened(t, {
    [`GET /v2/app/manifests/${digest}`]: served(gone),
    [`DELETE /v2/app/manifests/${digest}`]: { status: 202 },
    [fallback]: () => served(listing, mediaTypes.ociIndex),
    [`PUT /v2/app/manifests/${tag}`]: ({ body }: SeenRequest) => {
      listing = body;
      return { status: 201 };
    },
  });
  await repository.deleteManifest(digest, signal);
  assert.deepEqual(JSON.parse(Buffer.from(listing).toString()).manifests, [descriptorOf(kept)]);
});

test("a registry that does not support deletion is UNSUPPORTED; other refusals keep their code", async (t) => {
  const unsupported = '{"errors":[{"code":"UNSUPPORTED"}]}';
  const { repository } = await opened(t, {
    "DELETE /v2/app/manifests/v1": [{ status: 405 }, { status: 400, body: unsupported }, { status: 400 }, { status: 403 }],
  });
  await assert.rejects(repository.deleteTag("v1", signal), { code: "UNSUPPORTED", message: /does not let v1 be deleted/ });
  await assert.rejects(repository.deleteTag("v1", signal), { code: "UNSUPPORTED" });
  await assert.rejects(repository.deleteTag("v1", signal), { code: "REGISTRY_ERROR" });
  await assert.rejects(repository.deleteTag("v1", signal), { code: "UNAUTHORIZED" });
});

test("an invalid tag or digest is not deleted", async (t) => {
  const { repository } = await opened(t, {});
  await assert.rejects(async () => repository.deleteTag("../x", signal), { code: "INVALID_REFERENCE" });
});
