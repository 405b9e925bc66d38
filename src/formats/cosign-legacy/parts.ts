/** The signature of a layer with everything that is needed to store it again. */
import type { VerificationMaterial } from "../../core/verification-material.ts";
import { logEntryJson } from "../../verification/log-entry-json.ts";
import { reading, type Reading } from "../checks.ts";
import type { SignatureParts } from "../writer.ts";
import type { CosignEvidence } from "./evidence.ts";
import type { SignedLayer } from "./layer.ts";
import type { Annotations } from "./material-annotations.ts";
import { parseLegacyMaterial } from "./verification-material.ts";
import { simpleSigningToSign, legacyStatementToSign } from "./write.ts";

/** A problem for evidence that cannot be read. */
export function legacyParts({ content, layer }: CosignEvidence): Reading<SignatureParts> {
  if ("problem" in content) return content;
  return reading(() => partsIn(content.value, layer.annotations ?? {}));
}

function partsIn({ signature, content, attests }: SignedLayer, annotations: Annotations): SignatureParts {
  const { by, entries, timestamps } = parseLegacyMaterial(annotations);
  const certificate = by.kind === "certificate" ? by.leaf : undefined;
  const material: VerificationMaterial = {
    ...(certificate && { certificate: certificate.raw }),
    entries: entries.map(logEntryJson),
    timestamps,
  };
  const payload = content.kind === "message" ? content.message : new Uint8Array();
  return {
    toSign: attests ? legacyStatementToSign(attests.statement, attests.predicateType) : simpleSigningToSign(payload),
    signed: { signature, ...(certificate && { by: { publicKey: certificate.publicKey } }), material },
  };
}
