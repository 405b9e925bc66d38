/** Hints for flags of cosign that Touchmark does not have. */

interface ForeignFlag {
  readonly commands: readonly string[];
  readonly hint: string;
}

const foreign: Readonly<Record<string, ForeignFlag>> = {
  "tlog-upload": {
    commands: ["sign", "sign-blob"],
    hint: "Leave it out: with --key nothing is logged unless --signing-config names a log.",
  },
  "certificate-chain": {
    commands: ["verify", "verify-blob"],
    hint: "Name the authority: --certificate CA.pem for Notary Project signatures; for others, --trusted-root with a file made by 'touchmark trust create'.",
  },
};

/** The hint for a flag on this command; undefined for an unknown flag. */
export function foreignFlag(name: string, command: string): string | undefined {
  const known = Object.hasOwn(foreign, name) ? foreign[name] : undefined;
  return known?.commands.includes(command) === true ? known.hint : undefined;
}
