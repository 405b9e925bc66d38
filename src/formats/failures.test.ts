/** Signatures by certificate that must be refused: expired, untrusted, misused or altered. Each ends in its own code and a hint. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import { sigstoreInstance } from "../../test/fakes/sigstore-instance.ts";
import { decodeUtf8, encodeUtf8, toBase64 } from "../core/bytes.ts";
import { catalogue, type Code } from "../core/errors.ts";
import { formatInstant, maxSkew } from "../core/instant.ts";
import { extensions, makeDer } from "../core/x509/fixture.test.ts";
import { bundle } from "./bundle/bundle.ts";
import {
  bundleLayer,
  changedRoot,
  codesOf,
  find,
  instance,
  later,
  makeBundle,
  signedAt,
  signStatement,
  subject,
  trustOf,
  workflow,
  type Hung,
  type Making,
} from "./keyless-fixture.test.ts";

const hour = 60 * 60 * 1000;
const day = 24 * hour;
const findMade = (making: Making = {}, hung?: Hung) => find(bundle, bundleLayer(makeBundle(making)), hung);

/** Asserts that the first refusal has this code and a hint. */
async function refuses(code: Code, finding: ReturnType<typeof find>, detail = /./): Promise<void> {
  const { checks, match } = await finding;
  const first = checks.find(({ outcome }) => outcome !== "passed");
  assert.ok(first && first.outcome !== "passed", "it passed");
  assert.equal(first.code, code, JSON.stringify(checks, null, 1));
  assert.match(first.detail, detail);
  assert.ok(match.fault);
  assert.ok(catalogue[code].remedy.length > 20);
}

describe("a bundle by certificate: refusals", () => {
  it("is accepted with Rekor 2 and a timestamp, with Rekor 1 alone, and with both", async () => {
    for (const making of [{}, { stampedAt: undefined, loggedAt: signedAt }, { loggedAt: signedAt }]) {
      assert.deepEqual(codesOf(await findMade(making)), []);
    }
  });

  it("holds years after its certificate expired", async () => {
    assert.deepEqual(codesOf(await findMade({}, { at: signedAt + 3650 * day })), []);
  });

  it("with 10,000 log entries, timestamps or certificates it is not read", async () => {
    const made = makeBundle();
    const many = Array.from({ length: 10_000 }, () => ({}));
    const { certificate } = made.verificationMaterial;
    for (const material of [
      { certificate, tlogEntries: many },
      { certificate, timestampVerificationData: { rfc3161Timestamps: many } },
      { x509CertificateChain: { certificates: many } },
    ]) {
      const mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.2";
      await refuses("LIMIT_EXCEEDED", find(bundle, bundleLayer({ ...made, mediaType, verificationMaterial: material })), /10000/);
    }
  });

  it("counts repeated copies of one log entry once", async () => {
    const made = makeBundle();
    const [entry] = made.verificationMaterial.tlogEntries;
    made.verificationMaterial.tlogEntries = Array.from({ length: 32 }, () => entry);
    const found = await find(bundle, bundleLayer(made));
    assert.deepEqual(codesOf(found), []);
    assert.deepEqual(
      found.verifiedTimestamps.map(({ kind }) => kind),
      ["timestamp", "log"],
    );
    const unknown = trustOf({ roots: [changedRoot((root) => void (root.tlogs = []))] });
    await refuses("LOG_ENTRY_MISSING", find(bundle, bundleLayer(made), { trust: unknown }), /^0 of 1 operators/);
  });

  it("is refused if the certificate was expired, or not yet valid, at the verified time", async () => {
    for (const seen of [signedAt + 600_000, signedAt - 120_000]) {
      await refuses("EXPIRED", findMade({ stampedAt: seen }, { at: signedAt + day }), /not at/);
      await refuses("EXPIRED", findMade({ stampedAt: undefined, loggedAt: seen }, { at: signedAt + day }), /not at/);
    }
  });

  it("the certificate must be valid at every verified time, not just at one", async () => {
    await refuses("EXPIRED", findMade({ stampedAt: signedAt, loggedAt: signedAt + hour }));
    await refuses("EXPIRED", findMade({ stampedAt: signedAt + hour, loggedAt: signedAt }));
  });

  it("is refused if the intermediate had expired, though the certificate and the root had not", async () => {
    const by = sigstoreInstance(signedAt, { intermediate: { notAfter: signedAt - 1000 } });
    await refuses("EXPIRED", findMade({ by }, { trust: trustOf({ roots: [by.trustedRoot] }) }), /intermediate/);
  });

  it("is refused if the authority issues more authorities than it may, or is none", async () => {
    for (const own of [[extensions.keyCertSign], [extensions.authority()]]) {
      const by = sigstoreInstance(signedAt, { intermediate: { extensions: own } });
      const codes = codesOf(await findMade({ by }, { trust: trustOf({ roots: [by.trustedRoot] }) }));
      assert.deepEqual(codes, own[0] === extensions.keyCertSign ? ["CERTIFICATE_INVALID"] : []);
    }
  });

  it("is refused if the trusted root's period for the log has not begun, or has ended", async () => {
    for (const validFor of [
      { start: formatInstant(signedAt + 1000) },
      { start: formatInstant(signedAt - day), end: formatInstant(signedAt - 1000) },
    ]) {
      const trust = trustOf({
        roots: [
          changedRoot((root) => {
            for (const log of root.tlogs) log.publicKey.validFor = validFor;
          }),
        ],
      });
      await refuses("LOG_ENTRY_INVALID", findMade({ stampedAt: undefined, loggedAt: signedAt }, { trust }), /not trusted for/);
      await refuses("LOG_ENTRY_INVALID", findMade({}, { trust }), /not trusted for/);
    }
  });

  it("is refused outside the trusted root's period for the certificate authority, the certificate transparency log or the timestamp authority", async () => {
    const period = { start: formatInstant(signedAt + hour) };
    const changes = {
      CERTIFICATE_UNTRUSTED: changedRoot((root) => void (root.certificateAuthorities[0].validFor = period)),
      SCT_INVALID: changedRoot((root) => void (root.ctlogs[0].publicKey.validFor = period)),
      TIMESTAMP_MISSING: changedRoot((root) => void (root.timestampAuthorities[0].validFor = period)),
    } as const;
    for (const [code, root] of Object.entries(changes)) {
      const codes = codesOf(await findMade({}, { trust: trustOf({ roots: [root] }) }));
      assert.ok(
        codes.some((found) => found === code),
        `${code}, found ${codes.join(", ")}`,
      );
    }
  });

  it("is refused if it was made in the future: a clock is off by a day", async () => {
    await refuses("TIMESTAMP_INVALID", findMade({}, { at: signedAt - day }), /after the time of verification/);
    await refuses("TIMESTAMP_INVALID", findMade({ stampedAt: undefined, loggedAt: signedAt }, { at: signedAt - maxSkew - 1 }));
    assert.deepEqual(codesOf(await findMade({}, { at: signedAt - maxSkew })), []);
    await refuses("TIMESTAMP_INVALID", findMade({ stampedAt: signedAt + day }, { at: signedAt + hour }));
    assert.deepEqual(codesOf(await findMade({}, { at: signedAt })), []);
  });

  it("is vouched for by the second of several roots, and by no two halves", async () => {
    const stranger = sigstoreInstance(signedAt).trustedRoot;
    assert.deepEqual(codesOf(await findMade({}, { trust: trustOf({ roots: [stranger, instance.trustedRoot] }) })), []);
    const halves = [
      changedRoot((root) => void (root.certificateAuthorities = [])),
      changedRoot((root) => void (root.tlogs = root.timestampAuthorities = [])),
    ];
    await refuses("CERTIFICATE_UNTRUSTED", findMade({}, { trust: trustOf({ roots: halves }) }));
    await refuses("CERTIFICATE_UNTRUSTED", findMade({}, { trust: trustOf({ roots: halves.toReversed() }) }));
  });

  it("of an untrusted instance is refused, even if it copies all names", async () => {
    const by = sigstoreInstance(signedAt);
    await refuses("TIMESTAMP_MISSING", findMade({ by }));
    await refuses("LOG_ENTRY_MISSING", findMade({ by, stampedAt: undefined, loggedAt: signedAt }));
  });

  it("is refused without any verified time, however valid the certificate is now", async () => {
    await refuses("TIMESTAMP_MISSING", findMade({ stampedAt: undefined }), /proves a time/);
  });

  it("by another identity, or of another OIDC issuer, is refused", async () => {
    for (const by of [
      { ...workflow, identity: `${workflow.identity}.evil` },
      { ...workflow, issuer: "https://issuer.example.evil" },
    ]) {
      await refuses("IDENTITY_MISMATCH", find(bundle, bundleLayer(makeBundle()), { trust: trustOf({ by }) }));
    }
  });

  it("is a signature of this image only if its statement says so", async () => {
    const statement = JSON.parse(decodeUtf8(signStatement));
    const findSaying = (change: object) => findMade({ payload: encodeUtf8(JSON.stringify({ ...statement, ...change })) });
    const attestation = await findSaying({ predicateType: "https://example.com/other" });
    assert.deepEqual(codesOf(attestation), []);
    assert.deepEqual(attestation.claim, {
      kind: "attestation",
      subject: subject.digest,
      predicateType: "https://example.com/other",
    });
    const other = await findSaying({ subject: [{ digest: { sha256: "00".repeat(32) } }] });
    assert.deepEqual(codesOf(other), ["SUBJECT_MISMATCH"]);
    assert.deepEqual(codesOf(await findSaying({ subject: [{ digest: {} }] })), ["MALFORMED_EVIDENCE"]);
    assert.deepEqual(codesOf(await findSaying({ _type: "https://in-toto.io/Statement/v9" })), ["MALFORMED_EVIDENCE"]);
  });

  it("by a certificate that is trusted itself has no issuer for an SCT", async () => {
    const made = makeBundle();
    const certificates = [made.verificationMaterial.certificate];
    const roots = [changedRoot((root) => void (root.certificateAuthorities[0].certChain = { certificates }))];
    await refuses("SCT_INVALID", find(bundle, bundleLayer(made), { trust: trustOf({ roots }) }));
    const found = await find(bundle, bundleLayer(made), { trust: trustOf({ roots, unchecked: ["sct"] }) });
    assert.deepEqual([codesOf(found), found.signer?.kind], [[], "certificate"]);
  });

  it("is verified over the signed bytes, not over equal JSON in other bytes", async () => {
    const made = makeBundle();
    made.dsseEnvelope.payload = toBase64(encodeUtf8(JSON.stringify(JSON.parse(decodeUtf8(signStatement)), null, 1)));
    await refuses("LOG_ENTRY_INVALID", find(bundle, bundleLayer(made)));
  });

  it("takes no trust from its own material: a self-signed authority is untrusted", async () => {
    const key = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const own = makeDer({ subject: "intermediate", issuer: "root", key, signedBy: key.privateKey, extensions: [extensions.authority()] });
    const { certificate } = instance.certify(workflow, { signedBy: key.privateKey });
    const made = makeBundle();
    made.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.2";
    made.verificationMaterial.x509CertificateChain = { certificates: [certificate, own].map((der) => ({ rawBytes: toBase64(der) })) };
    delete made.verificationMaterial.certificate;
    await refuses("LOG_ENTRY_INVALID", find(bundle, bundleLayer(made)), /another key or certificate/);
    const trust = trustOf({ unchecked: ["log", "sct"] });
    await refuses("CERTIFICATE_UNTRUSTED", find(bundle, bundleLayer(made), { trust }));
  });
});

describe("a check that an authority waives", () => {
  const names = async (making: Making, unchecked: readonly ("sct" | "log")[], at = later) => {
    const finding = await findMade(making, { trust: trustOf({ unchecked }), at });
    return [...codesOf(finding), ...finding.checks.filter(({ outcome }) => outcome === "passed").map(({ name }) => name)];
  };
  const rest = ["certificate", "sct", "signature", "identity", "subject"];

  it("counts for nothing where it does not pass", async () => {
    assert.deepEqual(await names({}, ["log"]), ["format", "timestamp", "log", ...rest]);
    assert.deepEqual(await names({}, ["sct"]), ["format", "timestamp", "log", ...rest]);
    assert.deepEqual(await names({}, ["sct", "log"]), ["format", "timestamp", "log", ...rest]);
  });

  it("has the time of verification count where no timestamp proves one, and a log proves none", async () => {
    const unstamped = { stampedAt: undefined, loggedAt: signedAt };
    const root = changedRoot((changed) => void (changed.tlogs = []));
    for (const [at, expected] of [
      [signedAt + 1000, ["format", ...rest]],
      [signedAt + hour, ["EXPIRED", "format", "subject"]],
    ] as const) {
      const finding = await findMade(unstamped, { trust: trustOf({ roots: [root], unchecked: ["log"] }), at });
      const passed = finding.checks.filter(({ outcome }) => outcome === "passed").map(({ name }) => name);
      assert.deepEqual([...codesOf(finding), ...passed], expected);
    }
  });

  it("takes in no timestamp that does not hold", async () => {
    const made = makeBundle();
    made.verificationMaterial.timestampVerificationData.rfc3161Timestamps[0].signedTimestamp = toBase64(instance.stamp(subject.manifest));
    const finding = await find(bundle, bundleLayer(made), { trust: trustOf({ unchecked: ["log"] }), at: signedAt });
    assert.equal(codesOf(finding)[0], "TIMESTAMP_INVALID");
    assert.ok(finding.match.fault);
  });
});
