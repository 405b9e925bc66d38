/** Shared by the tests of the clients: request options, and signatures to log. */
import { generateKeyPairSync, sign } from "node:crypto";
import type { TestContext } from "node:test";
import { testClock, testTime } from "../../../test/fakes/clock.ts";
import { scriptedServer, type Script, type ScriptedServer } from "../../../test/fakes/scripted-registry.ts";
import { preAuthEncoding } from "../../core/envelopes/dsse.ts";
import { publicKeyOf } from "../../core/keys/public-key.ts";
import { extensions, makeCertificate } from "../../core/x509/fixture.test.ts";
import { createHttpClient } from "../../net/http-client.ts";
import type { LoggedSignature } from "../../verification/logged-signature.ts";
import type { ServiceClient } from "./ask.ts";

/** Repeats a request at once if a service is busy. */
export function client(more: Partial<ServiceClient> = {}): ServiceClient {
  return { http: createHttpClient({ sleep: async () => {} }), clock: testClock, signal: new AbortController().signal, ...more };
}

/** A server with the script of a fake, in which the test replaces some responses. */
export function serve(t: TestContext, { script }: { readonly script: Script }, instead: Script = {}): Promise<ScriptedServer> {
  return scriptedServer(t, { ...script, ...instead });
}

const payloadType = "application/vnd.in-toto+json";

/** A signature by an ephemeral key, or by its self-signed certificate. */
export function signed(text: string, by: "key" | "certificate" = "key", as: "message" | "envelope" = "message"): LoggedSignature {
  const message = Buffer.from(text);
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const bytes = as === "message" ? message : preAuthEncoding(payloadType, message);
  const around = { notBefore: testTime - 60_000, notAfter: testTime + 540_000 };
  return {
    signature: sign("sha256", bytes, keys.privateKey),
    content: as === "message" ? { kind: "message", message } : { kind: "envelope", payloadType, payload: message },
    verifier:
      by === "key"
        ? { kind: "key", key: publicKeyOf(keys.publicKey, "key") }
        : { kind: "certificate", certificate: makeCertificate({ key: keys, ...around, extensions: [extensions.digitalSignature] }).raw },
  };
}
