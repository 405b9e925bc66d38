/**
 * GitHub Actions (docs.github.com, "OpenID Connect reference"), for jobs with the permission `id-token: write`:
 *
 *     GET $ACTIONS_ID_TOKEN_REQUEST_URL&audience=AUDIENCE      Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN
 *     200 {"value":TOKEN,…}
 */
import { TouchmarkError } from "../../../core/errors.ts";
import { Fields, parseJson } from "../../../core/json/json.ts";
import { askIdentityService, granted, secureUrl } from "./ask.ts";
import type { Provider } from "./provider.ts";

const name = "GitHub Actions";
const hint =
  "Let the job have one: in the workflow, permissions: id-token: write. Pull requests from forks cannot have it; sign after the merge.";

export const githubActions: Provider = {
  name,
  token: async (surroundings) => {
    const { env, audience } = surroundings;
    const address = env["ACTIONS_ID_TOKEN_REQUEST_URL"];
    const secret = env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"];
    if (!address || !secret) {
      if (env["GITHUB_ACTIONS"] !== "true") return undefined;
      throw new TouchmarkError("IDENTITY_TOKEN_MISSING", `this job of ${name} may not ask for an identity token`, { hint });
    }
    const url = secureUrl(address, "ACTIONS_ID_TOKEN_REQUEST_URL");
    url.searchParams.set("audience", audience);
    const response = await askIdentityService({ method: "GET", url, headers: { authorization: `bearer ${secret}` } }, surroundings);
    const what = `the answer of ${name}`;
    return new Fields(parseJson(granted(response, "the request for an identity token", hint).body, what), what).string("value");
  },
};
