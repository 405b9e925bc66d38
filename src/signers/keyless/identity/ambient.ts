/** The providers that a job or a machine has without being told, in the order they are asked. */
import { buildkite } from "./buildkite.ts";
import { circleci } from "./circleci.ts";
import { githubActions } from "./github-actions.ts";
import { gitlab } from "./gitlab.ts";
import { google } from "./google.ts";
import { mountedToken } from "./mounted-token.ts";
import { tokenVariable } from "./given.ts";
import type { Provider } from "./provider.ts";

export const ambientProviders: readonly Provider[] = [
  tokenVariable,
  githubActions,
  gitlab,
  buildkite,
  circleci,
  mountedToken("/var/run/sigstore/cosign/oidc-token"), // where cosign looks for Kubernetes' projected token
  google("/sys/class/dmi/id/product_name"),
];
