/**
 * Finds installed notation plugins (Notary Project, plugin-extensibility, "Plugin installation path"):
 *
 *     NOTATION_CONFIG/plugins/NAME/notation-NAME        notation-NAME.exe on Windows
 */
import { constants } from "node:fs";
import { access, lstat } from "node:fs/promises";
import { join } from "node:path";
import { TouchmarkError } from "../../core/errors.ts";

export interface Plugin {
  readonly name: string;
  /** Path of its executable. */
  readonly path: string;
}

const grammar = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const suffix = process.platform === "win32" ? ".exe" : "";

/** Finds a plugin by name in notation's folder. Throws USAGE for an invalid name, FILE_NOT_FOUND, and PLUGIN_FAILED for a file that must not be run. */
export async function findPlugin(folder: string, name: string): Promise<Plugin> {
  if (!grammar.test(name)) {
    throw new TouchmarkError("USAGE", `${JSON.stringify(name.slice(0, 100))} is not the name of a plugin`, {
      hint: "A plugin's name has letters, digits, dots, dashes and underscores: com.example.plugin.",
    });
  }
  const home = join(folder, "plugins", name);
  const path = join(home, `notation-${name}${suffix}`);
  await expectPlain(home, name, "folder");
  await expectPlain(path, name, "file");
  await access(path, constants.X_OK).catch((cause: unknown) => {
    throw new TouchmarkError("PLUGIN_FAILED", `${path} may not be executed by this user`, { cause });
  });
  return { name, path };
}

/** Symbolic links are refused, so that the installed file itself is run. */
async function expectPlain(path: string, name: string, kind: "file" | "folder"): Promise<void> {
  const found = await lstat(path).catch((cause: unknown) => {
    throw new TouchmarkError("FILE_NOT_FOUND", `the plugin ${name} is not installed: there is no ${path}`, {
      cause,
      hint: "Install it as its publisher says (notation plugin install), and check its digest.",
    });
  });
  const isPlain = kind === "file" ? found.isFile() : found.isDirectory();
  if (!isPlain) throw new TouchmarkError("PLUGIN_FAILED", `${path} is not a plain ${kind}; symbolic links are not followed`);
}
