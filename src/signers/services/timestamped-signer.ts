/** A signer that requests RFC 3161 timestamps for signatures without log entries, so that they stay valid after their certificate expires. */
import { TouchmarkError } from "../../core/errors.ts";
import type { Signer } from "../../core/signer.ts";
import type { CertificateAuthority } from "../../trust/trusted-root.ts";
import type { ServiceClient } from "./ask.ts";
import { requestTimestamp } from "./timestamp/request-timestamp.ts";

export interface TimestampingOptions {
  /** The URL of the timestamp authority. */
  readonly service: string;
  /** The trusted roots that verify its responses. */
  readonly authorities: readonly CertificateAuthority[];
  readonly http: ServiceClient["http"];
  readonly clock: ServiceClient["clock"];
}

/** Signing throws what the signer and the authority throw. */
export function timestampedSigner(signer: Signer, { service, authorities, ...client }: TimestampingOptions): Signer {
  return {
    describe: (signal) => signer.describe(signal),
    async sign(request, signal) {
      const signed = await signer.sign(request, signal);
      if (request.content) return signed;
      if (signed.material) throw new TouchmarkError("INTERNAL", "verification material was made before the timestamp");
      const { timestamp } = await requestTimestamp({ service, message: signed.signature, authorities }, { ...client, signal });
      return { ...signed, material: { entries: [], timestamps: [timestamp] } };
    },
  };
}
