import { addToStore, type Added } from "../../../trust-sources/notation/add-to-store.ts";
import { digestOf } from "../../../core/digest.ts";
import { formatInstant } from "../../../core/instant.ts";
import { isStoreName, storeTypes, type StoreName } from "../../../trust/notation/trust-policy.ts";
import { usageError } from "../../usage-error.ts";
import { defineCommand, type Command } from "../../command.ts";
import { notationConfigFlag } from "../../flags/plugin.ts";
import { outputFlags } from "../../flags/common.ts";
import { notationFolder } from "../../../setup/notation-folder.ts";
import { field } from "../../render/text.ts";

const types = storeTypes.join("|");

export const command: Command = defineCommand({
  usage: `[flags] ${types} NAME FILE`,
  details: [
    "Copies the certificates of FILE (PEM or DER) into the trust store NAME in notation's folder, for signers (ca, signingAuthority) or for",
    "timestamps (tsa, root certificates only). Existing files do not change. A trust policy trusts the store by its name: ca:NAME.",
  ].join("\n"),
  flags: { notationConfig: notationConfigFlag("notation's folder (NOTATION_CONFIG)"), ...outputFlags },
  operands: { min: 3, max: 3, first: types, value: "FILE" },
  examples: [
    { command: "touchmark trust add ca company ca.pem", explains: "Add my company's certificate authority to the store ca:company" },
  ],
  async run(args, io) {
    const json = args.output === "json";
    const store = storeOf(args.operands);
    const options = { source: args.operands[2], folder: notationFolder(args.notationConfig, io), env: io.env, signal: io.signal };
    const added = await addToStore(store, options);
    io.stdout.write(json ? `${JSON.stringify(toJson(store, added))}\n` : toText(store, added));
    return 0;
  },
});

/** Throws USAGE. */
function storeOf([wanted, name]: readonly [string, string, ...string[]]): StoreName {
  const type = storeTypes.find((one) => one === wanted);
  if (!type) throw usageError(`a store is of the type ${storeTypes.join(", ")}; found ${JSON.stringify(wanted.slice(0, 80))}`);
  if (isStoreName(name)) return { type, name };
  const hint = "A name has letters, digits, dots, dashes and underscores.";
  throw usageError(`${JSON.stringify(name.slice(0, 80))} cannot be the name of a store`, hint);
}

function toJson({ type, name }: StoreName, { certificates, path }: Added): object {
  const shown = certificates.map(({ subject, notAfter, raw }) => ({
    subject: subject.text,
    expires: formatInstant(notAfter),
    fingerprint: digestOf(raw),
  }));
  return { store: `${type}:${name}`, ...(path !== undefined && { path }), certificates: shown };
}

function toText({ type, name }: StoreName, { certificates, path }: Added): string {
  const shown = certificates.map(({ subject, notAfter, raw }) =>
    field("authority", `${subject.text}, until ${formatInstant(notAfter)}, ${digestOf(raw)}`),
  );
  const done = path === undefined ? `there already  ${type}:${name}\n` : `added  ${type}:${name}\n${field("file", path)}`;
  return done + shown.join("");
}
