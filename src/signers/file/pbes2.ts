/**
 * Checks the cost parameters of an EncryptedPrivateKeyInfo (RFC 5958, section 3; RFC 8018, appendices A.2 and
 * A.4). They are checked before OpenSSL gets the key, since OpenSSL runs any number of iterations, on the calling thread:
 *
 *     SEQUENCE { SEQUENCE { pbes2, SEQUENCE { SEQUENCE { pbkdf2, SEQUENCE { salt, iterations, … } }, cipher } }, data }
 */
import { Members, parseDer, tags } from "../../core/asn1/der.ts";
import { readInteger, readOid } from "../../core/asn1/der-values.ts";
import { malformed } from "../../core/errors.ts";
import { keyFileLimits } from "./limits.ts";

const pbes2 = "1.2.840.113549.1.5.13";
const pbkdf2 = "1.2.840.113549.1.5.12";

/** Throws MALFORMED unless the key is encrypted by PBES2 with PBKDF2 and a bounded number of iterations. */
export function checkPbes2(der: Uint8Array, what: string): void {
  const info = new Members(parseDer(der, what), tags.sequence, what);
  const encryption = new Members(info.take("encryptionAlgorithm"), tags.sequence, `${what}.encryptionAlgorithm`);
  if (takeOid(encryption) !== pbes2) throw malformed(`${what} is not encrypted by PBES2`);
  const parameters = new Members(encryption.take("parameters"), tags.sequence, `${encryption.at}.parameters`);
  const derivation = new Members(parameters.take("keyDerivationFunc"), tags.sequence, `${parameters.at}.keyDerivationFunc`);
  if (takeOid(derivation) !== pbkdf2) throw malformed(`${what} is not encrypted under PBKDF2`);
  const counts = new Members(derivation.take("parameters"), tags.sequence, `${derivation.at}.parameters`);
  counts.take("salt");
  const iterations = readInteger(counts.take("iterationCount"), `${counts.at}.iterationCount`);
  if (iterations < 1n || iterations > keyFileLimits.kdfIterations) {
    throw malformed(`${what} asks for ${iterations} iterations of PBKDF2, expected 1 to ${keyFileLimits.kdfIterations}`);
  }
}

function takeOid(algorithm: Members): string {
  return readOid(algorithm.take("algorithm"), `${algorithm.at}.algorithm`);
}
