/** Probes that change nothing. */
import { digestOf } from "../../core/digest.ts";
import { encodeUtf8 } from "../../core/bytes.ts";
import { mediaTypes } from "../../core/oci/manifest.ts";
import type { HttpClient, HttpResponse } from "../../net/http.ts";
import { printableText } from "../../core/printable.ts";
import type { RegistryAddress } from "../address.ts";
import { parseChallenges } from "../challenge.ts";
import type { Connection } from "../connection.ts";
import { lacksReferrersApi, referrersStatuses } from "../referrers-api.ts";
import { probe, type Probe } from "./probe.ts";
import { registryLimits } from "../limits.ts";

/** Probes without credentials: the registry's version, its authorization, its limits. */
export async function probeRegistry(http: HttpClient, { base }: RegistryAddress, signal: AbortSignal): Promise<readonly Probe[]> {
  const answer = await http.request({ method: "GET", url: new URL("/v2/", base), maxBytes: registryLimits.doctorProbeBytes, signal });
  return Promise.all([
    probe("api", signal, async () => describeApi(answer)),
    probe("authentication", signal, async () => describeAuthentication(answer)),
    probe("rate limit", signal, async () => describeLimits(answer)),
  ]);
}

function describeApi({ status, headers }: HttpResponse): Omit<Probe, "name"> {
  const version = headers.get("docker-distribution-api-version");
  const said = version === undefined ? "" : `, ${printableText(version, 60)}`;
  return { answer: status === 200 || status === 401 ? "yes" : "no", detail: `GET /v2/ answers ${status}${said}` };
}

function describeAuthentication({ status, headers }: HttpResponse): Omit<Probe, "name"> {
  if (status !== 401) return { answer: "no", detail: "it answers without asking who we are" };
  const ways = parseChallenges(headers.get("www-authenticate") ?? "").map(({ scheme, parameters }) => {
    const realm = URL.parse(parameters.get("realm") ?? "");
    return scheme === "bearer" && realm ? `Bearer, tokens from ${realm.host}` : printableText(scheme, 40);
  });
  return { answer: "yes", detail: ways.join("; ") || "it asks, and does not say how" };
}

const limitHeaders = ["ratelimit-limit", "ratelimit-remaining", "x-ratelimit-limit", "x-ratelimit-remaining", "retry-after"];

function describeLimits({ headers }: HttpResponse): Omit<Probe, "name"> {
  const stated = limitHeaders.flatMap((name) => (headers.has(name) ? [`${name}: ${printableText(headers.get(name) ?? "", 60)}`] : []));
  return stated.length > 0 ? { answer: "yes", detail: stated.join(", ") } : { answer: "unknown", detail: "no rate-limit headers" };
}

/** Probes of reading this repository. */
export function probeRepository(connection: Connection, signal: AbortSignal): Promise<readonly Probe[]> {
  return Promise.all([
    probe("pull", signal, async () => {
      const { status } = await connection.read({
        method: "GET",
        to: "tags/list?n=1",
        maxBytes: registryLimits.doctorProbeBytes,
        expect: [200, 404],
        signal,
      });
      return status === 200
        ? { answer: "yes", detail: "its tags can be listed" }
        : { answer: "unknown", detail: "there is no such repository yet" };
    }),
    probe("referrers", signal, async () => {
      const to = `referrers/${digestOf(encodeUtf8("an image that is nowhere"))}`;
      const answer = await connection.read({
        method: "GET",
        to,
        maxBytes: registryLimits.doctorProbeBytes,
        expect: referrersStatuses,
        signal,
      });
      const isIndex = answer.status === 200 && (answer.headers.get("content-type") ?? "").startsWith(mediaTypes.ociIndex);
      if (isIndex) return { answer: "yes", detail: "it has the referrers API" };
      const what = `GET ${printableText(to.slice(0, 24), 40)}… answers ${answer.status}`;
      if (lacksReferrersApi(answer)) return { answer: "no", detail: `${what}: the fallback tag is used` };
      const detail = `${what}, which is no listing: the fallback tag is used, and "no signature" stays undecided`;
      return { answer: "unknown", detail };
    }),
  ]);
}
