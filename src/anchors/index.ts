/** Trust from files. */
export { readPublicKey, readTrust, type KeyFileOptions } from "./key-files.ts";
