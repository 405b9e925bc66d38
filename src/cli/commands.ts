/** All commands: the name, the summary, and the file to load. */
import type { CommandEntry } from "./command.ts";

export const commands: readonly CommandEntry[] = [
  { name: "sign", summary: "Sign images", load: () => import("./commands/sign.ts") },
  { name: "verify", summary: "Verify the signatures of images", load: () => import("./commands/verify.ts") },
  { name: "sign-blob", summary: "Sign a file", load: () => import("./commands/sign-blob.ts") },
  { name: "verify-blob", summary: "Verify the signature of a file", load: () => import("./commands/verify-blob.ts") },
  { name: "tree", summary: "Show the signatures, attestations and other referrers of an image", load: () => import("./commands/tree.ts") },
  {
    name: "copy",
    summary: "Copy an image with its signatures, attestations and other referrers",
    load: () => import("./commands/copy.ts"),
  },
  { name: "log flush", summary: "Upload pending transparency-log entries", load: () => import("./commands/log/flush.ts") },
  { name: "keys generate", summary: "Make a key pair", load: () => import("./commands/keys/generate.ts") },
  { name: "keys show", summary: "Show a key's fingerprint, algorithm and hint", load: () => import("./commands/keys/show.ts") },
  { name: "trust update", summary: "Update trusted roots", load: () => import("./commands/trust/update.ts") },
  {
    name: "trust show",
    summary: "Show which authorities and logs are trusted",
    load: () => import("./commands/trust/show.ts"),
  },
  { name: "trust import", summary: "Trust another sigstore instance", load: () => import("./commands/trust/import.ts") },
  {
    name: "trust add",
    summary: "Add a certificate authority to a notation trust store",
    load: () => import("./commands/trust/add.ts"),
  },
  {
    name: "trust create",
    summary: "Create a trusted_root.json from certificates and keys",
    load: () => import("./commands/trust/create.ts"),
  },
  {
    name: "trust export",
    summary: "Write a trusted root to a file, for air-gapped machines",
    load: () => import("./commands/trust/export.ts"),
  },
  {
    name: "dct save",
    summary: "Save the trust data of Docker Content Trust in an archive",
    load: () => import("./commands/dct/save.ts"),
  },
  { name: "doctor registry", summary: "Check what a registry supports", load: () => import("./commands/doctor/registry.ts") },
  { name: "serve registry", summary: "Serve images from a folder", load: () => import("./commands/serve/registry.ts") },
  { name: "demo", summary: "Watch images being signed, accepted and refused", load: () => import("./commands/demo.ts") },
  {
    name: "completion",
    summary: "Print the script with which a shell completes commands",
    load: () => import("./commands/completion.ts"),
  },
  { name: "version", summary: "Show the version", load: () => import("./commands/version.ts") },
  { name: "help", summary: "Show help for a command", load: () => import("./commands/help.ts") },
];
