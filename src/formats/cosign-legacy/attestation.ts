/** cosign's legacy attestation: a DSSE envelope around an in-toto statement, a layer under an `.att` tag. */
import { parseDsse } from "../../core/envelopes/dsse.ts";
import { malformed } from "../../core/errors.ts";
import { Fields, parseJson } from "../../core/json/json.ts";
import { parseStatement, statementPayloadType, subjectIn } from "../../core/statements/statement.ts";
import type { LayerKind } from "./layer.ts";

/** Maximum bytes of one envelope, which may hold a whole software bill of materials (SBOM). */
const maxBytes: number = 32 * 1024 * 1024;
/** Maximum JSON values of the envelope; its payload counts as one string. */
const maxValues = 1000;

export const attestation: LayerKind = {
  mediaType: "application/vnd.dsse.envelope.v1+json",
  maxBytes,
  read(_layer, bytes) {
    const { payload, payloadType, signatures } = parseDsse(
      new Fields(parseJson(bytes, "envelope", { maxBytes, maxValues }), "envelope"),
      1,
    );
    const [signature] = signatures;
    if (!signature) throw malformed("the envelope has no signature");
    if (payloadType !== statementPayloadType)
      throw malformed(`the envelope holds ${JSON.stringify(payloadType.slice(0, 100))}, not a statement`);
    const statement = parseStatement(payload);
    return {
      what: "an attestation in a DSSE envelope",
      content: { kind: "envelope", payloadType, payload, bytes },
      signature,
      stamped: bytes, // the timestamp is over the whole envelope, unlike in a bundle
      claimAbout(about) {
        const { digest, isSubject } = subjectIn(statement, about);
        return { claim: { kind: "attestation", subject: digest, predicateType: statement.predicateType }, namesSubject: isSubject };
      },
    };
  },
};
