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
  /** For commands that verify images. */
  readonly allowPendingLog?: boolean;
  /** For commands that verify files. */
  readonly policyName?: string | undefined;
}

export const expectedFlags: FlagsOf<Omit<ExpectedArgs, "allowPendingLog" | "policyName">> = {
  key: flag.strings({ value: "KEY", summary: "Public key: a file (PEM key or certificate), or env://VARIABLE" }),
  certificateIdentity: flag.string({
    value: "IDENTITY",
    summary: "Whom the certificate must name: an e-mail address, a workflow's URL",
  }),
  certificateIdentityRegexp: flag.string({ value: "PATTERN", summary: "The same, as a pattern (RE2) of all of it" }),
  certificateOidcIssuer: flag.string({ value: "URL", summary: "Who must have vouched for the identity" }),
  certificateOidcIssuerRegexp: flag.string({ value: "PATTERN", summary: "The same, as a pattern (RE2) of all of it" }),
  certificateGithubWorkflowRepository: flag.string({ value: "TEXT", summary: "Repository of the workflow, as owner/name" }),
  certificateGithubWorkflowRef: flag.string({ value: "TEXT", summary: "Git ref it ran for" }),
  certificateGithubWorkflowSha: flag.string({ value: "TEXT", summary: "Commit it ran for" }),
  certificateGithubWorkflowTrigger: flag.string({ value: "TEXT", summary: "Event that started it" }),
  certificateGithubWorkflowName: flag.string({ value: "TEXT", summary: "Its name" }),
  certificateClaim: flag.strings({
    value: "NAME=VALUE",
    summary: "Anything else the certificate must say: sourceRepositoryRef=…",
  }),
  insecureIgnoreSct: flag.boolean({ summary: "Skip the check that a certificate log (SCT) knows the certificate" }),
  insecureIgnoreTlog: flag.boolean({ summary: "Skip the transparency log check" }),
  ...trustedRootFlags,
  certificate: flag.strings({
    value: "FILE",
    summary: "Certificate authority whose signers are expected (PEM), for Notary Project signatures",
  }),
  certificateSubject: flag.strings({ value: "NAME", summary: "Whom their certificate must name: 'C=US,ST=WA,O=example'" }),
  timestampRoot: flag.strings({ value: "FILE", summary: "Authority whose timestamps prove when it was signed (PEM)" }),
  notationConfig: notationConfigFlag("Take trust policy and stores as notation keeps them in this folder (NOTATION_CONFIG)"),
  pluginConfig: pluginConfigFlag("Option for the plugin that a signature names"),
};
