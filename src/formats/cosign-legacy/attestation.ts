/** cosign's legacy attestation: a DSSE envelope around an in-toto statement, a layer under an `.att` tag. */
import { inSlices, type Sliced } from "../../core/async/in-slices.ts";
import { parseDsse, splitPayload } from "../../core/envelopes/dsse.ts";
import { malformed } from "../../core/errors.ts";
import { readStatement, statementPayloadType, subjectIn } from "../../core/statements/statement.ts";
import { formatLimits, type FormatLimits } from "../limits.ts";
import type { LayerKind } from "./layer.ts";

export const envelopeMediaType = "application/vnd.dsse.envelope.v1+json";

export function attestationLayer({ attestationBytes: maxBytes }: FormatLimits): LayerKind {
  return {
    mediaType: envelopeMediaType,
    maxBytes,
    async read(_layer, bytes, signal) {
      const { payload, payloadType, signatures } = await inSlices(envelopeIn(bytes, maxBytes), signal);
      const [signature] = signatures;
      if (!signature) throw malformed("the envelope has no signature");
      if (payloadType !== statementPayloadType)
        throw malformed(`the envelope holds ${JSON.stringify(payloadType.slice(0, 100))}, not a statement`);
      const statement = await readStatement(payload, signal);
      const { predicateType } = statement;
      return {
        what: "an attestation in a DSSE envelope",
        content: { kind: "envelope", payloadType, payload, bytes },
        signature,
        timestamped: bytes, // the timestamp is over the whole envelope, unlike in a bundle
        attests: { statement: payload, predicateType },
        claimAbout(about) {
          const { digest, isSubject } = subjectIn(statement, about);
          return { claim: { kind: "attestation", subject: digest, predicateType }, namesSubject: isSubject };
        },
      };
    },
  };
}

function* envelopeIn(bytes: Uint8Array, maxBytes: number): Sliced<ReturnType<typeof parseDsse>> {
  const { bundleHeadBytes: maxHeadBytes, attestationValues: maxValues } = formatLimits;
  const { head, payload } = yield* splitPayload(bytes, "envelope", { path: ["payload"], maxBytes, maxHeadBytes, maxValues });
  return parseDsse(head, 1, payload);
}
