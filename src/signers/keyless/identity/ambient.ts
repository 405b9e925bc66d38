/** The providers of CI jobs and machines that need no configuration, in the order in which they are tried. */
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
  mountedToken("/var/run/sigstore/cosign/oidc-token"), // cosign's path of Kubernetes' projected token
  google("/sys/class/dmi/id/product_name"),
];
