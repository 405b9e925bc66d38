/** Reads a bundle and the in-toto statement in it, without blocking the event loop, however large the statement is. */
import type { DsseEnvelope } from "../../core/envelopes/dsse.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { readStatement, statementPayloadType, type Statement } from "../../core/statements/statement.ts";
import { readingAsync, type Reading } from "../checks.ts";
import { readBundle, type BundleContent, type SigstoreBundle } from "./sigstore-bundle.ts";

export interface BundleWithStatement extends Omit<SigstoreBundle, "content"> {
  readonly content:
    | Extract<BundleContent, { readonly kind: "message" }>
    | (Extract<BundleContent, { readonly kind: "envelope" }> & { readonly statement: Reading<Statement> });
}

export interface BundleReading {
  /** Maximum bytes of the bundle. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** Never throws for the content of the bundle; throws the signal's abort reason. */
export function readWithStatement(bytes: Uint8Array, { maxBytes, signal }: BundleReading): Promise<Reading<BundleWithStatement>> {
  return readingAsync(async () => {
    const bundle = await readBundle(bytes, maxBytes, signal);
    const { content } = bundle;
    if (content.kind === "message") return { ...bundle, content };
    const statement = await readingAsync(() => statementIn(content.envelope, signal), signal);
    return { ...bundle, content: { ...content, statement } };
  }, signal);
}

async function statementIn({ payload, payloadType }: DsseEnvelope, signal: AbortSignal): Promise<Statement> {
  if (payloadType === statementPayloadType) return readStatement(payload, signal);
  throw new TouchmarkError("UNSUPPORTED", `a payload of type ${JSON.stringify(payloadType.slice(0, 100))} is not supported`);
}
