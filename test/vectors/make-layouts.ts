/**
 * Makes the layouts in layout/ anew: one image, signed by the pinned cosign in both formats with key.pub, taken from
 * crane's registry by three tools. `npm run peers && node test/vectors/make-layouts.ts`; needs skopeo.
 */
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { generateKeyPairSync } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importKey, sign } from "../interop/harness/cosign.ts";
import { pushImage, serveRegistry } from "../interop/harness/crane.ts";
import { runWell } from "../interop/harness/run.ts";
import { peerPath } from "../interop/peers/peer.ts";

const folder = join(import.meta.dirname, "layout");
const at = (name: string): string => join(folder, name);
const work = await mkdtemp(join(tmpdir(), "touchmark-vectors-"));
const registry = await serveRegistry();
try {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  const host = `127.0.0.1:${registry.said}`;
  const key = join(work, "key");
  await importKey(key, generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }));
  const image = await pushImage(`${host}/vectors/layout:1`);
  for (const format of ["bundle", "cosign-legacy"] as const) await sign(image, key, format);
  await copyFile(`${key}.pub`, at("key.pub"));

  const regctl = [peerPath("regctl"), ["--host", `reg=${host},tls=disabled`, "image"]] as const;
  await runWell(peerPath("crane"), ["pull", "--format", "oci", image, at("crane")]);
  await runWell(regctl[0], [...regctl[1], "copy", "--referrers", "--digest-tags", image, `ocidir://${at("regctl")}:1`]);
  await runWell(regctl[0], [...regctl[1], "export", image, at("regctl.tar")]);
  await runWell("skopeo", ["copy", "--src-tls-verify=false", `docker://${image}`, `oci-archive:${at("skopeo.tar")}:1`]);
} finally {
  await registry.stop();
  await rm(work, { recursive: true });
}
