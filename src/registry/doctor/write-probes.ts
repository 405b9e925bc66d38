/** Probes that push small content to a repository, and delete it again if that is allowed. */
import { randomUUID } from "node:crypto";
import { concat, encodeUtf8 } from "../../core/bytes.ts";
import { digestOf } from "../../core/digest.ts";
import { emptyConfig } from "../../core/oci/manifest.ts";
import type { HttpResponse } from "../../net/http.ts";
import type { Connection } from "../connection.ts";
import { listReferrers } from "../referrers-api.ts";
import { uploadBytes } from "../upload.ts";
import { probe, type Probe } from "./probe.ts";
import { Scratch } from "./scratch.ts";

const artifactType = "application/vnd.touchmark.doctor.v1";

/** `repository` is without the registry's name. */
export async function probeWriting(connection: Connection, repository: string, signal: AbortSignal): Promise<readonly Probe[]> {
  const scratch = new Scratch(connection, signal);
  const name = `touchmark-doctor-${randomUUID()}`;
  const layer = encodeUtf8(name);
  const blob = `blobs/${digestOf(layer)}`;

  const push = await probe("push", signal, async () => {
    await Promise.all([layer, emptyConfig.bytes].map((bytes) => uploadBytes({ connection, bytes, signal })));
    const { answer } = await scratch.putManifest(layer, {}, name);
    return answerTo(answer, [201], "an image was pushed");
  });
  if (push.answer !== "yes") return [push];

  return [
    push,
    await probe("chunked upload", signal, async () => {
      const chunks = [encodeUtf8(`${name} in `), encodeUtf8("two chunks")];
      let answer = await scratch.ask("POST", "blobs/uploads/");
      let offset = 0;
      for (const body of chunks) {
        const headers = { "content-type": "application/octet-stream", "content-range": `${offset}-${offset + body.length - 1}` };
        answer = await scratch.ask("PATCH", scratch.locationIn(answer), { headers, body });
        if (answer.status !== 202) return answerTo(answer, [202], "");
        offset += body.length;
      }
      const end = scratch.locationIn(answer);
      end.searchParams.set("digest", digestOf(concat(chunks)));
      return answerTo(await scratch.ask("PUT", end), [201], "a blob was pushed in two chunks");
    }),
    await probe("mount", signal, async () => {
      const query = new URLSearchParams({ mount: digestOf(layer), from: repository });
      return answerTo(
        await scratch.ask("POST", `blobs/uploads/?${query.toString()}`),
        [201],
        "a blob can be taken over from another repository",
      );
    }),
    await probe("range", signal, async () => {
      const answer = await scratch.ask("GET", blob, { headers: { range: "bytes=3-5" } });
      const right = answer.status === 206 && Buffer.compare(answer.body, layer.subarray(3, 6)) === 0;
      return right ? { answer: "yes", detail: "it sends the part of a blob that is asked for" } : answerTo(answer, [], "");
    }),
    await probe("artifacts", signal, async () => {
      const image = await scratch.putManifest(layer, {});
      const { answer, descriptor } = await scratch.putManifest(layer, { artifactType, subject: image.descriptor });
      if (answer.status !== 201) return answerTo(answer, [201], "");
      const listed = await listReferrers(connection, image.descriptor.digest, signal);
      const entry = listed?.entries.find(({ digest }) => digest === descriptor.digest);
      if (!entry) return { answer: "yes", detail: "it stores manifests with a subject, and does not list them" };
      const type = entry.artifactType === artifactType ? "with its artifact type" : "without its artifact type";
      return { answer: "yes", detail: `a manifest with a subject is stored and listed ${type}` };
    }),
    await probe("tag overwrite", signal, async () => {
      const { answer } = await scratch.putManifest(layer, { annotations: { "touchmark.doctor": "second" } }, name);
      return answerTo(answer, [201], "a tag can be moved");
    }),
    await probe("delete", signal, async () => {
      let answer: HttpResponse | undefined;
      for (const digest of scratch.manifests) {
        answer = await scratch.ask("DELETE", `manifests/${digest}`);
        if (answer.status === 202 || answer.status === 200) scratch.manifests.delete(digest);
      }
      if (answer && scratch.manifests.size > 0)
        return { ...answerTo(answer, [], ""), detail: `${describe(answer)}; the tag ${name} stays behind` };
      return { answer: "yes", detail: "what was pushed to find this out is deleted again" };
    }),
  ];
}

function answerTo(answer: HttpResponse, good: readonly number[], detail: string): Omit<Probe, "name"> {
  return good.includes(answer.status) ? { answer: "yes", detail } : { answer: "no", detail: describe(answer) };
}

function describe({ status }: HttpResponse): string {
  return `the registry answers ${status}`;
}
