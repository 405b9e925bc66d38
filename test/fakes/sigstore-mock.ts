/**
 * The handlers of `@sigstore/mock`, imported one by one. The package's main module patches this process's HTTP, and its types import
 * packages that are not its dependencies.
 */
import type { KeyObject } from "node:crypto";
import { createRequire } from "node:module";

export interface MockHandler {
  readonly path: string;
  readonly fn: (body: string) => Promise<{ readonly statusCode: number; readonly response: string; readonly contentType?: string }>;
}

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

interface MockFulcio {
  readonly initializeCTLog: (keyPair: KeyPair, clock: Date) => Promise<{ readonly publicKey: Uint8Array }>;
  readonly initializeCA: (keyPair: KeyPair, ctLog: object, clock: Date) => Promise<{ readonly rootCertificate: Uint8Array }>;
  readonly fulcioHandler: (ca: object, options: { readonly subjectClaim: string }) => MockHandler;
}

interface MockRekor {
  readonly initializeTLog: (url: string, keyPair: KeyPair, clock: Date) => Promise<object>;
  readonly rekorHandler: (log: object) => MockHandler;
}

const require = createRequire(import.meta.url);

export const mockFulcio: MockFulcio = require("@sigstore/mock/dist/fulcio/index.js");
export const mockRekor: MockRekor = require("@sigstore/mock/dist/rekor/index.js");

/** The mock says of every name that it is a URI; of an e-mail address, Fulcio does not. */
const x509 = require("@peculiar/x509");
const { SubjectAlternativeNameExtension: Named } = x509;
x509.SubjectAlternativeNameExtension = class extends Named {
  constructor(names: readonly { readonly type: string; readonly value: string }[], isCritical: boolean) {
    super(
      names.map((name) => (/^[^:@]+@[^@]+$/.test(name.value) ? { ...name, type: "email" } : name)),
      isCritical,
    );
  }
};
