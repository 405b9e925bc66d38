/** GitLab CI (docs.gitlab.com, "ID token authentication"): tokens that the job names under `id_tokens` are environment variables. */
import { TouchmarkError } from "../../../core/errors.ts";
import type { Provider } from "./provider.ts";

export const gitlab: Provider = {
  name: "GitLab CI",
  token: async ({ env, audience }) => {
    if (env["GITLAB_CI"] !== "true") return undefined;
    const variable = variableOf(audience);
    const hint = `Add to the job:  id_tokens: { ${variable}: { aud: ${audience} } }`;
    return env[variable] || missing(`this job of GitLab CI has no variable ${variable}`, hint);
  },
};

/** Returns the name that other sigstore clients use: `SIGSTORE_ID_TOKEN` for the audience `sigstore`. */
function variableOf(audience: string): string {
  return `${audience.toUpperCase().replaceAll(/[^A-Z0-9_]|^\d/g, "_")}_ID_TOKEN`;
}

function missing(message: string, hint: string): never {
  throw new TouchmarkError("IDENTITY_TOKEN_MISSING", message, { hint });
}
