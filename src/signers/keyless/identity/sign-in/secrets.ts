/** The random texts that hold a sign-in together: state and nonce, and PKCE's verifier (RFC 7636, section 4). */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 bits, in 43 characters that need no escape anywhere. */
export function randomText(): string {
  return randomBytes(32).toString("base64url");
}

/** PKCE's `S256`. */
export function challengeOf(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}

/** Compares in a time that says nothing about where they differ. */
export function sameText(a: string, b: string): boolean {
  const [hashOfA, hashOfB] = [a, b].map((text) => createHash("sha256").update(text).digest());
  return hashOfA !== undefined && hashOfB !== undefined && timingSafeEqual(hashOfA, hashOfB);
}
