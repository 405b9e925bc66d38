/**
 * CircleCI (circleci.com/docs, "OIDC tokens with custom claims"). The token that every job has, `CIRCLE_OIDC_TOKEN_V2`, is
 * for the organization; `circleci run oidc get --claims '{"aud":AUDIENCE}'` creates one for another audience.
 */
import { execFile } from "node:child_process";
import { childEnvironment } from "../../../core/child-environment.ts";
import { TouchmarkError } from "../../../core/errors.ts";
import { interruption } from "../../../core/async/interruption.ts";
import type { Provider, Surroundings } from "./provider.ts";
import { keylessLimits } from "../limits.ts";

const limits = { timeout: keylessLimits.programTime, maxBuffer: keylessLimits.programBytes } as const;
const name = "CircleCI";

export const circleci: Provider = {
  name,
  token: async (surroundings) => (surroundings.env["CIRCLECI"] === "true" ? run(surroundings) : undefined),
};

/** The program's output is in no message: it may be a token. */
function run({ env, audience, signal }: Surroundings): Promise<string> {
  const args = ["run", "oidc", "get", "--claims", JSON.stringify({ aud: audience })];
  return new Promise((resolve, reject) => {
    const child = execFile("circleci", args, { env: childEnvironment(env, ["CIRCLE"]), signal, ...limits }, (error, stdout) => {
      if (error === null) return resolve(stdout);
      if (signal.aborted) return reject(interruption(signal));
      const what =
        error.code === "ENOENT" ? "is not on the PATH" : `failed (${error.killed ? "it took too long" : (error.code ?? "killed")})`;
      const hint = `Try it in the job: circleci ${args.slice(0, 3).join(" ")}`;
      return reject(new TouchmarkError("IDENTITY_TOKEN_MISSING", `${name}: the program circleci ${what}`, { hint }));
    });
    child.stdin?.end();
  });
}
