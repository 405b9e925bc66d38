/** Private keys in files: generate, write, read, and sign. */
export { openKeyFile, type KeyFileSource } from "./key-file.ts";
export { generateKey, newKeyAlgorithms, type NewKeyAlgorithm } from "./generate-key.ts";
export { writeKeyPair, type KeyPairFiles, type KeyPairOptions } from "./write-key-pair.ts";
