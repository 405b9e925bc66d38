/** The package pkcs11js, by which programs of Node reach PKCS #11 tokens: pinned in the folder of its name, compiled for this machine. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { peersFolder } from "./peer.ts";
import { keptReason } from "./not-installed.ts";

/** Its package.json and package-lock.json. */
export const pinFolder: string = join(import.meta.dirname, "pkcs11js");

const pin: { readonly dependencies: { readonly pkcs11js: string } } = JSON.parse(readFileSync(join(pinFolder, "package.json"), "utf8"));

/** Where it lies when it is whole. */
export const pkcs11jsFolder: string = join(peersFolder, `pkcs11js@${pin.dependencies.pkcs11js}`);

/** For NODE_PATH, by which a program finds packages that are not installed beside it. */
export const pkcs11jsPath: string = join(pkcs11jsFolder, "node_modules");

/** Why it cannot be used here, for a test to be skipped with; false if it can. */
export function missingPkcs11js(): string | false {
  return existsSync(pkcs11jsFolder) ? false : `pkcs11js is not there: ${keptReason("pkcs11js")}`;
}
