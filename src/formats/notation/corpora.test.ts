/** Envelopes that notation's own tests are held to; each comes out as its name says. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { corpusPath, skipWithout } from "../../../test/fakes/corpora.ts";
import { TouchmarkError } from "../../core/errors.ts";
import type { Instant } from "../../core/instant.ts";
import { parsePem } from "../../core/asn1/pem.ts";
import { parseCertificate, type Certificate } from "../../core/x509/certificate.ts";
import { envelopeKinds } from "./envelope-kinds.ts";
import { parseEnvelope, type NotaryEnvelope } from "./envelope.ts";
import { under } from "../../../test/fakes/expectation.ts";
import { digestOf } from "../../core/digest.ts";
import type { SignatureClaim } from "../../core/evidence.ts";
import type { Finding } from "../../core/finding.ts";
import type { Match } from "../../policy/match.ts";
import { authorityIn, trustIn, type Trusted } from "./fixture.test.ts";
import { verifyEnvelope } from "./verify-envelope.ts";

const skip = skipWithout("notation-envelopes", "notation-verifier");
const read = (path: string) => readFileSync(corpusPath(path));

function envelopeIn(path: string): NotaryEnvelope {
  const bytes = read(path);
  const kind = envelopeKinds[bytes[0] === 0x7b ? "application/jose+json" : "application/cose"];
  assert.ok(kind);
  return parseEnvelope(kind, bytes);
}

function trusting(ca: readonly Certificate[], tsa: readonly Certificate[] = []): Trusted {
  return { name: "notation", stores: { ca, signingAuthority: ca, tsa }, identities: "any", verifyTimestamp: "always", revocation: "skip" };
}

async function findingOn(envelope: NotaryEnvelope, trusted: Trusted, at: Instant): Promise<Finding & { readonly match: Match }> {
  const result = await verifyEnvelope(envelope, trustIn(trusted).stores, at, new Map());
  const digest = digestOf(envelope.payload);
  const claim: SignatureClaim = { kind: "signature", subject: digest, annotations: {} };
  const finding = {
    format: "notation",
    location: { kind: "referrers" },
    layer: digest,
    claim,
    holds: { from: at, until: at },
    ...result,
  } as const;
  return under(authorityIn(trusted), finding, at);
}

async function codes(path: string, trust: Trusted, at: Instant): Promise<readonly string[]> {
  const { checks } = await findingOn(envelopeIn(path), trust, at);
  return checks.flatMap((check) => (check.outcome === "passed" ? [] : [`${check.name} ${check.code}`]));
}

suite("notation-envelopes", { skip }, () => {
  const at = Date.UTC(2026, 10, 21);
  const rootOf = () => {
    const [block] = parsePem(read("notation-verifier/truststore/x509/ca/valid-trust-store/NotationTestRoot.pem"), "root");
    assert.ok(block);
    return trusting([parseCertificate(block.bytes)]);
  };

  const verdicts: Readonly<Record<string, readonly string[]>> = {
    ca_valid_sig_env: [],
    sa_valid_sig_env: [],
    ca_expired_sig_env: ["expiry EXPIRED"],
    sa_expired_sig_env: ["expiry EXPIRED"],
  };
  for (const [name, expected] of Object.entries(verdicts)) {
    test(`${name}: ${expected.join(", ") || "holds"}`, async () => {
      assert.deepEqual(await codes(`notation-envelopes/${name}.json`, rootOf(), at), expected);
      assert.deepEqual(await codes(`notation-envelopes/${name}.json`, trusting([]), at), [
        "certificate CERTIFICATE_UNTRUSTED",
        ...expected,
      ]);
    });
  }

  test("sig_env_with_metadata holds while its certificate does, which signed itself", async () => {
    const path = "notation-envelopes/sig_env_with_metadata.json";
    const { chain } = envelopeIn(path);
    assert.deepEqual(await codes(path, trusting(chain), Date.UTC(2023, 0, 11, 18)), []);
    assert.deepEqual(await codes(path, trusting(chain), at), ["validity EXPIRED"]);
  });

  for (const name of ["ca_invalid_sig_env", "sa_invalid_sig_env"]) {
    test(`${name} is refused`, () => {
      assert.throws(
        () => envelopeIn(`notation-envelopes/${name}.json`),
        (thrown) => thrown instanceof TouchmarkError && thrown.code === "MALFORMED",
      );
    });
  }

  /** The least version of the plugin that each wants. */
  const plugins: Readonly<Record<string, string | undefined>> = {
    ca_plugin_sig_env: undefined,
    sa_plugin_sig_env: undefined,
    "ca_compatible_pluginver_sig_env_0.0.9": "0.0.9",
    "ca_compatible_pluginver_sig_env_1.0.0": "1.0.0",
    "ca_compatible_pluginver_sig_env_1.0.0-alpha": "1.0.0-alpha",
    "ca_compatible_pluginver_sig_env_1.0.0-alpha.beta": "1.0.0-alpha.beta",
    "ca_incompatible_pluginver_sig_env_1.0.1": "1.0.1",
    "ca_incompatible_pluginver_sig_env_1.0.9": "1.0.9",
    "ca_incompatible_pluginver_sig_env_1.1.0-alpha": "1.1.0-alpha",
    "ca_incompatible_pluginver_sig_env_1.2.3": "1.2.3",
  };
  for (const [name, minVersion] of Object.entries(plugins)) {
    test(`${name} needs a plugin`, async () => {
      const envelope = envelopeIn(`notation-envelopes/${name}.json`);
      const { name: plugin, minVersion: least } = envelope.attributes.plugin ?? {};
      assert.deepEqual([plugin, least], [minVersion === undefined ? "plugin-name" : "io.cncf.notary.plugin.unittest.mock", minVersion]);
      const { checks, match } = await findingOn(envelope, trusting(envelope.chain), at);
      assert.ok(
        checks.every(({ outcome, name: check }) => outcome === (check === "plugin" ? "undecided" : "passed")),
        JSON.stringify(checks),
      );
      assert.deepEqual(
        match.ownNeeds.map(({ kind }) => kind),
        ["plugin"],
      );
    });
  }
});

suite("notation-verifier", { skip }, () => {
  const tsa = () => [parseCertificate(read("notation-verifier/truststore/x509/tsa/test-timestamp/globalsignRoot.cer"))];
  const at = Date.UTC(2026, 10, 21);
  // All holds but that its authority says by OCSP whether it was revoked, and is not asked here.
  const unasked = ["timestamp REVOCATION_UNKNOWN"];
  const verdicts: Readonly<Record<string, readonly string[]>> = {
    jwsWithTimestamp: unasked,
    coseWithTimestamp: unasked,
    jwsExpiredWithTimestamp: unasked,
    coseExpiredWithTimestamp: unasked,
    withoutTimestamp: ["timestamp TIMESTAMP_MISSING"],
    timestampBeforeNotBefore: ["validity EXPIRED"],
    timestampAfterNotAfter: ["validity EXPIRED"],
  };
  for (const [name, expected] of Object.entries(verdicts)) {
    const path = `notation-verifier/timestamp/sigEnv/${name}.sig`;
    test(`${name}: ${expected.join(", ")}`, async () => {
      assert.deepEqual(await codes(path, trusting(envelopeIn(path).chain, tsa()), at), expected);
    });

    if (expected === unasked) {
      test(`${name} does not hold with another authority's root, or before its timestamp`, async () => {
        const { chain } = envelopeIn(path);
        const other = [parseCertificate(read("notation-verifier/truststore/x509/tsa/test-mismatch/DigiCertTSARootSHA384.cer"))];
        assert.deepEqual(await codes(path, trusting(chain, other), at), ["timestamp CERTIFICATE_UNTRUSTED"]);
        assert.deepEqual(await codes(path, trusting(chain, tsa()), Date.UTC(2024, 5, 1)), ["timestamp TIMESTAMP_INVALID"]);
      });
    }
  }
});
