/** The random texts of a sign-in: state and nonce, and PKCE's verifier (RFC 7636, section 4). */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** Returns 256 bits, in 43 characters that need no escaping. */
export function randomText(): string {
  return randomBytes(32).toString("base64url");
}

/** Returns PKCE's `S256` challenge. */
export function challengeOf(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}

/** Compares in constant time. */
export function sameText(a: string, b: string): boolean {
  const [hashOfA, hashOfB] = [a, b].map((text) => createHash("sha256").update(text).digest());
  return hashOfA !== undefined && hashOfB !== undefined && timingSafeEqual(hashOfA, hashOfB);
}
