/** Writes bundles around a DSSE envelope with an in-toto statement, attached to an image as cosign 3 does. */
import { preAuthEncoding } from "../../core/envelopes/dsse.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { bundleHint } from "../../core/keys/public-key.ts";
import { emptyConfig } from "../../core/oci/manifest.ts";
import type { MadeSignature } from "../../core/signer.ts";
import { statementPayloadType } from "../../core/statements/statement.ts";
import type { ImageSubject } from "../../core/subject.ts";
import { imageOnly, noFiles, refuseExpiry } from "../checks.ts";
import type { Instant } from "../../core/instant.ts";
import type { AttestationToSign, ReferrerArtifact, ToSign, Writer } from "../writer.ts";
import { encodePendingRecord } from "./pending-record.ts";
import { bundleManifest } from "./referrer.ts";
import { signPredicateType } from "./sign-statement.ts";
import { encodeBundle } from "./sigstore-bundle.ts";

export interface BundleToSign extends ToSign {
  readonly payload: Uint8Array;
  readonly predicateType: string;
}

const attestations = "attestations are made";

export const bundleAttestationWriter: Writer<AttestationToSign> = {
  prepare({ claim: { statement, predicateType }, subject, options }) {
    refuseExpiry("bundle", options);
    imageOnly(subject, attestations);
    if (predicateType === signPredicateType)
      throw new TouchmarkError("USAGE", `the predicate type ${predicateType} marks signatures: a bundle with it would count as one`);
    return bundleStatementToSign(statement, predicateType);
  },

  assemble: (toSign: BundleToSign, subject, signed, at) => assembleStatement(toSign, imageOnly(subject, attestations), signed, at),

  readingFor: async () => noFiles(attestations),
};

export function bundleStatementToSign(payload: Uint8Array, predicateType: string): BundleToSign {
  const content = { kind: "envelope", payload, payloadType: statementPayloadType } as const;
  return { payload, predicateType, content, bytes: preAuthEncoding(statementPayloadType, payload) };
}

export function assembleStatement(
  { payload, predicateType }: BundleToSign,
  { descriptor }: ImageSubject,
  { signature, by, material }: MadeSignature,
  at: Instant,
): ReferrerArtifact {
  const bundle = encodeBundle({ payload, payloadType: statementPayloadType }, signature, { hint: bundleHint(by.publicKey), ...material });
  const logs = material?.pending;
  const pending = logs && encodePendingRecord({ logs, ...(!material.certificate && { publicKey: by.publicKey.spki }) });
  const manifest = bundleManifest({ bundle, pending, predicateType, subject: descriptor, at });
  return { kind: "referrer", blobs: [bundle, emptyConfig.bytes, ...(pending ? [pending] : [])], manifest };
}
