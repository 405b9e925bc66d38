/** Private keys in files: made, written, read and signed with. */
export { openKeyFile, type KeyFileSource } from "./key-file.ts";
export { generateKey, newKeyAlgorithms, type NewKeyAlgorithm } from "./generate-key.ts";
export { writeKeyPair, type KeyPairFiles, type KeyPairOptions } from "./write-key-pair.ts";
