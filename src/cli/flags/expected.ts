/** Flags for the expected signers. */
import { flag, type FlagsOf } from "./flag.ts";
import { notationConfigFlag, pluginConfigFlag, type PluginArgs } from "./plugin.ts";
import { trustedRootFlags, type TrustedRootArgs } from "./trusted-root.ts";

/** The expected claims of a workflow's certificate, under cosign's flag names. */
export interface WorkflowArgs {
  readonly certificateGithubWorkflowRepository: string | undefined;
  readonly certificateGithubWorkflowRef: string | undefined;
  readonly certificateGithubWorkflowSha: string | undefined;
  readonly certificateGithubWorkflowTrigger: string | undefined;
  readonly certificateGithubWorkflowName: string | undefined;
}

export interface ExpectedArgs extends WorkflowArgs, TrustedRootArgs, PluginArgs {
  readonly key: readonly string[];
  readonly certificateIdentity: string | undefined;
  readonly certificateIdentityRegexp: string | undefined;
  readonly certificateOidcIssuer: string | undefined;
  readonly certificateOidcIssuerRegexp: string | undefined;
  readonly certificateClaim: readonly string[];
  readonly insecureIgnoreSct: boolean;
  readonly insecureIgnoreTlog: boolean;
  readonly certificate: readonly string[];
  readonly certificateSubject: readonly string[];
  readonly timestampRoot: readonly string[];
  readonly anyOf: boolean;
  /** For commands that verify images. */
  readonly allowPendingLog?: boolean;
  /** For commands that verify files. */
  readonly policyName?: string | undefined;
}

export const expectedFlags: FlagsOf<Omit<ExpectedArgs, "allowPendingLog" | "policyName">> = {
  key: flag.strings({ value: "KEY", summary: "Public key: a file (PEM key or certificate), or env://VARIABLE" }),
  certificateIdentity: flag.string({
    value: "IDENTITY",
    summary: "Expected identity in the certificate: an e-mail address or a workflow's URL",
  }),
  certificateIdentityRegexp: flag.string({ value: "PATTERN", summary: "Expected identity as an RE2 pattern for the whole text" }),
  certificateOidcIssuer: flag.string({ value: "URL", summary: "Expected OIDC issuer of the identity" }),
  certificateOidcIssuerRegexp: flag.string({ value: "PATTERN", summary: "Expected OIDC issuer as an RE2 pattern for the whole text" }),
  certificateGithubWorkflowRepository: flag.string({ value: "TEXT", summary: "Expected repository of the workflow, as owner/name" }),
  certificateGithubWorkflowRef: flag.string({ value: "TEXT", summary: "Expected Git ref of the workflow" }),
  certificateGithubWorkflowSha: flag.string({ value: "TEXT", summary: "Expected commit of the workflow" }),
  certificateGithubWorkflowTrigger: flag.string({ value: "TEXT", summary: "Expected event that triggered the workflow" }),
  certificateGithubWorkflowName: flag.string({ value: "TEXT", summary: "Expected name of the workflow" }),
  certificateClaim: flag.strings({
    value: "NAME=VALUE",
    summary: "Another expected certificate claim: sourceRepositoryRef=…",
  }),
  insecureIgnoreSct: flag.boolean({ summary: "Skip the certificate transparency check (SCT)" }),
  insecureIgnoreTlog: flag.boolean({ summary: "Skip the transparency log check" }),
  ...trustedRootFlags,
  certificate: flag.strings({
    value: "FILE",
    summary: "Certificate authority whose signers are expected (PEM), for Notary Project signatures",
  }),
  certificateSubject: flag.strings({ value: "NAME", summary: "Expected certificate subject: 'C=US,ST=WA,O=example'" }),
  timestampRoot: flag.strings({ value: "FILE", summary: "Root certificate of the timestamp authority (PEM, RFC 3161)" }),
  anyOf: flag.boolean({ summary: "Signers of several kinds are named, and a signature by any one of them is enough" }),
  notationConfig: notationConfigFlag("Use notation's trust policy and trust stores in this folder (NOTATION_CONFIG)"),
  pluginConfig: pluginConfigFlag("Plugin option, for the plugin that a signature names"),
};
