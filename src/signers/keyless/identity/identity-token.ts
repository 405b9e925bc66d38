/**
 * The identity token of a signer (ID token: OpenID Connect Core 1.0, section 2; JWT: RFC 7519, in compact form):
 *
 *     BASE64URL(HEADER) "." BASE64URL({"iss":TEXT,"sub":TEXT,"aud":TEXT|[TEXT,…],"exp":SECONDS,"nbf"?:SECONDS,…}) "." BASE64URL(SIGNATURE)
 *
 * Its signature is not verified here. The certificate authority does that, with keys from the issuer; a token that
 * was altered gets no certificate, and here it only decides what to request.
 */
import { TouchmarkError } from "../../../core/errors.ts";
import { formatInstant, fromSeconds, type Instant } from "../../../core/instant.ts";
import { Fields, parseJson } from "../../../core/json/json.ts";
import { printableText } from "../../../core/printable.ts";
import { keylessLimits } from "../limits.ts";

/** Allowed difference to the issuer's clock, in milliseconds. */
const clockSkew = 60_000;

export class IdentityToken {
  /** Its source, for messages. */
  readonly source: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audience: readonly string[];
  readonly notBefore: Instant | undefined;
  readonly expires: Instant;
  /** Its expiry plus the allowed clock difference. */
  readonly usableUntil: Instant;
  /** All its claims. */
  readonly claims: Fields;
  readonly #text: string;

  /** Throws IDENTITY_TOKEN_INVALID if it is not a token; surrounding white space is ignored. */
  constructor(text: string, source: string) {
    this.source = source;
    this.#text = text.trim();
    try {
      this.claims = claimsOf(this.#text);
      this.issuer = this.claims.string("iss");
      this.subject = this.claims.string("sub");
      this.audience = audienceOf(this.claims);
      this.notBefore = this.claims.has("nbf") ? fromSeconds(this.claims.size("nbf"), "its nbf") : undefined;
      this.expires = fromSeconds(this.claims.size("exp"), "its exp");
      this.usableUntil = this.expires + clockSkew;
    } catch (error) {
      if (!(error instanceof TouchmarkError)) throw error;
      throw invalid(`what ${source} gives is not an identity token: ${error.message}`);
    }
  }

  /** The token itself, a credential: only for the certificate authority. Printing or serialising the object never shows it. */
  reveal(): string {
    return this.#text;
  }

  /**
   * The text to sign as the proof of possession, unless the certificate authority names another claim for this
   * issuer (`challengeClaim` of its configuration): the e-mail address if the issuer verified it, else the subject.
   */
  get challenge(): string {
    const verified = this.claims.get("email_verified");
    const email = verified === true || verified === "true" ? this.claims.optionalString("email") : undefined;
    return email ?? this.subject;
  }
}

/** Throws IDENTITY_TOKEN_INVALID for a token that the certificate authority would refuse: for another audience, or not valid now. */
export function checkIdentityToken(token: IdentityToken, audience: string, now: Instant): void {
  const whose = `the identity token of ${token.source}`;
  if (!token.audience.includes(audience)) {
    const found = token.audience.map((name) => JSON.stringify(printableText(name, 100))).join(", ") || "none";
    throw invalid(
      `${whose} has the audience ${found}; expected ${JSON.stringify(audience)}`,
      `Ask for a token with the audience ${audience}.`,
    );
  }
  if (token.notBefore !== undefined && token.notBefore > now + clockSkew) {
    const hint = "Check this machine's clock.";
    throw invalid(`${whose} is valid from ${formatInstant(token.notBefore)}; here it is ${formatInstant(now)}`, hint);
  }
  if (token.usableUntil < now) {
    const hint = "Get a new one just before signing: such tokens live for minutes. If it is new, check this machine's clock.";
    throw invalid(`${whose} was valid until ${formatInstant(token.expires)}; here it is ${formatInstant(now)}`, hint);
  }
}

export function invalid(message: string, hint?: string): TouchmarkError {
  return new TouchmarkError("IDENTITY_TOKEN_INVALID", message, hint === undefined ? {} : { hint });
}

function claimsOf(text: string): Fields {
  if (text.length > keylessLimits.tokenLength)
    throw invalid(`it has ${text.length} characters, over the limit of ${keylessLimits.tokenLength}`);
  const parts = text.split(".");
  const [header = "", payload = "", signature = ""] = parts;
  if (parts.length !== 3) throw invalid(`expected three parts between dots, found ${parts.length}`);
  if (decode(signature, "its signature").length === 0) throw invalid("it has no signature");
  objectIn(header, "its header");
  return objectIn(payload, "its payload");
}

function objectIn(part: string, what: string): Fields {
  return new Fields(parseJson(decode(part, what), what, { maxDepth: keylessLimits.tokenDepth }), what);
}

/** Decodes base64url without padding (RFC 7515, section 2), only in its canonical form. */
function decode(part: string, what: string): Uint8Array {
  const bytes = Buffer.from(part, "base64url");
  if (bytes.toString("base64url") !== part) throw invalid(`${what} is not base64url`);
  return bytes;
}

function audienceOf(claims: Fields): readonly string[] {
  const value = claims.get("aud");
  const list = typeof value === "string" ? [value] : claims.list("aud", keylessLimits.audiences);
  return list.map((name) => {
    if (typeof name !== "string") throw invalid("its payload.aud is not a list of strings");
    return name;
  });
}
