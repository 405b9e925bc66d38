/** All commands: the name, the summary, and the file to load. */
import type { CommandEntry } from "./command.ts";

export const commands: readonly CommandEntry[] = [
  { name: "sign", summary: "Sign images", load: () => import("./commands/sign.ts") },
  { name: "verify", summary: "Decide whether images are signed as they must be", load: () => import("./commands/verify.ts") },
  { name: "sign-blob", summary: "Sign a file", load: () => import("./commands/sign-blob.ts") },
  { name: "verify-blob", summary: "Decide whether a file is signed as it must be", load: () => import("./commands/verify-blob.ts") },
  { name: "tree", summary: "Show everything that hangs on an image", load: () => import("./commands/tree.ts") },
  { name: "copy", summary: "Copy an image with everything that hangs on it", load: () => import("./commands/copy.ts") },
  { name: "log flush", summary: "Have logs keep signatures that wait for them", load: () => import("./commands/log/flush.ts") },
  { name: "keys generate", summary: "Make a key pair", load: () => import("./commands/keys/generate.ts") },
  { name: "keys show", summary: "Show a key's fingerprint, algorithm and hint", load: () => import("./commands/keys/show.ts") },
  { name: "trust update", summary: "Fetch trust roots anew", load: () => import("./commands/trust/update.ts") },
  {
    name: "trust show",
    summary: "Show which authorities and logs are trusted",
    load: () => import("./commands/trust/show.ts"),
  },
  { name: "trust import", summary: "Trust another sigstore instance", load: () => import("./commands/trust/import.ts") },
  {
    name: "trust add",
    summary: "Put a certificate authority into a trust store of notation",
    load: () => import("./commands/trust/add.ts"),
  },
  { name: "trust create", summary: "Make a trusted_root.json of certificates and keys", load: () => import("./commands/trust/create.ts") },
  {
    name: "trust export",
    summary: "Write a trust root to a file, for where there is no network",
    load: () => import("./commands/trust/export.ts"),
  },
  {
    name: "dct save",
    summary: "Save the trust data of Docker Content Trust in an archive",
    load: () => import("./commands/dct/save.ts"),
  },
  { name: "doctor registry", summary: "Find out what a registry can do", load: () => import("./commands/doctor/registry.ts") },
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
