/** A signer that also requests log entries and timestamps for its signatures. */
import type { LogUpload } from "../../core/verification-material.ts";
import type { Signer } from "../../core/signer.ts";
import type { SelectedServices } from "../../trust/select-services.ts";
import type { TrustedRoot } from "../../trust/trusted-root.ts";
import type { ServiceClient } from "./ask.ts";
import { requestMaterial } from "./request-material.ts";

export interface LoggedSignerOptions {
  readonly services: Promise<SelectedServices>;
  readonly root: Promise<TrustedRoot>;
  /** The current time, by default the system clock's. */
  readonly logUpload?: LogUpload;
  readonly http: ServiceClient["http"];
  readonly clock: ServiceClient["clock"];
}

/** Signing throws what the signer and the services throw. */
export function loggedSigner(signer: Signer, { services, root, logUpload = "now", ...client }: LoggedSignerOptions): Signer {
  return {
    describe: (signal) => signer.describe(signal),
    async sign(request, signal) {
      const signed = await signer.sign(request, signal);
      const { content, timestamped } = request;
      if (!content) return signed;
      const verifier = { kind: "key", key: signed.by.publicKey } as const;
      const logged = { signature: signed.signature, content, verifier };
      const material = await requestMaterial(
        { logged, timestamped: timestamped?.(signed.signature), services: await services, root: await root, logUpload },
        { ...client, signal },
      );
      return { ...signed, material };
    },
  };
}
