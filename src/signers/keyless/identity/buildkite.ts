/**
 * Buildkite, by the agent's API (buildkite/agent, api/oidc.go), which `buildkite-agent oidc request-token` uses too:
 *
 *     POST $BUILDKITE_AGENT_ENDPOINT/jobs/$BUILDKITE_JOB_ID/oidc/tokens {"audience":TEXT}
 *         Authorization: Token $BUILDKITE_AGENT_ACCESS_TOKEN
 *     2xx {"token":TOKEN}
 */
import { encodeUtf8 } from "../../../core/bytes.ts";
import { TouchmarkError } from "../../../core/errors.ts";
import { Fields, parseJson } from "../../../core/json/json.ts";
import { askIdentityService, granted, secureUrl } from "./ask.ts";
import type { Provider } from "./provider.ts";

const name = "Buildkite";

export const buildkite: Provider = {
  name,
  token: async (surroundings) => {
    const { env, audience } = surroundings;
    const secret = env["BUILDKITE_AGENT_ACCESS_TOKEN"];
    const job = env["BUILDKITE_JOB_ID"];
    if (!secret || !job) {
      if (env["BUILDKITE"] !== "true") return undefined;
      throw new TouchmarkError("IDENTITY_TOKEN_MISSING", `this step of ${name} does not have what the agent is asked with`, {
        hint: "Pass BUILDKITE_AGENT_ACCESS_TOKEN and BUILDKITE_JOB_ID into the container that signs.",
      });
    }
    const endpoint = secureUrl(env["BUILDKITE_AGENT_ENDPOINT"] || "https://agent.buildkite.com/v3", "BUILDKITE_AGENT_ENDPOINT");
    const url = new URL(`${endpoint.pathname.replace(/\/$/, "")}/jobs/${encodeURIComponent(job)}/oidc/tokens`, endpoint.origin);
    const headers = { authorization: `Token ${secret}`, "content-type": "application/json" };
    const response = await askIdentityService(
      { method: "POST", url, headers, body: encodeUtf8(JSON.stringify({ audience })) },
      surroundings,
    );
    const what = `the answer of ${name}`;
    return new Fields(parseJson(granted(response, "the request for an identity token").body, what), what).string("token");
  },
};
