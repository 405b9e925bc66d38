/** The certificates of this folder: see its README. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

function load(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, name));
}

export const authority: Buffer = load("ca.crt");
/** Of `127.0.0.1` and `registry.example`. */
export const serverIdentity: { readonly cert: Buffer; readonly key: Buffer } = { cert: load("server.crt"), key: load("server.key") };
export const clientIdentity: { readonly certificate: Buffer; readonly key: Buffer } = {
  certificate: load("client.crt"),
  key: load("client.key"),
};
