/**
 * Which plugin signs, for whom, and what whoever verifies then says; of which answers both refuse to make a signature; and whom both trust
 * by names that only a plugin can read.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { encodeUtf8, toBase64 } from "../../src/core/bytes.ts";
import { formatInstant } from "../../src/core/instant.ts";
import { mediaTypes } from "../../src/core/oci/manifest.ts";
import type { Certificate } from "../../src/core/x509/certificate.ts";
import { makeKey } from "../../src/core/x509/fixture.test.ts";
import { looseCose, looseJws, type LooseParts } from "../../src/formats/notation/fixture.test.ts";
import { installPlugin, moods, type Moods } from "../fakes/notation-plugin.ts";
import { day, makeCompany, writeTrustFolder, type Signer } from "../fakes/notary.ts";
import { pushImage } from "./harness/crane.ts";
import * as notation from "./harness/notation.ts";
import type { Ran } from "./harness/run.ts";
import type { Running } from "./harness/server.ts";
import { craneRegistry } from "./harness/site.ts";
import * as touchmark from "./harness/touchmark.ts";
import { openTable } from "./page/table.ts";

const signers = ["notation", "touchmark"] as const;
const envelopes = ["jws", "cose"] as const;
const capabilities = { "a raw signature": "SIGNATURE_GENERATOR.RAW", "an envelope": "SIGNATURE_GENERATOR.ENVELOPE" };
const made = Object.keys(capabilities);
const authority = "a signing authority's envelope";

const signatures = openTable({
  section: "notation-plugins",
  names: ["signed by", "the plugin makes", "envelope", "in the registry of"],
  outcomes: ["notation verify", "touchmark verify"],
  rows: signers.flatMap((signer) => made.flatMap((what) => envelopes.map((envelope) => [signer, what, envelope, craneRegistry.name]))),
});

const profile = "arn:aws:signer:eu-west-1:111122223333:/signing-profiles/release";
const another = `${profile}-of-others`;
const [ours, theirs] = ["x509.subject: C=US, ST=WA, O=acme", "x509.subject: C=US, ST=WA, O=other"];
const identity = "SIGNATURE_VERIFIER.TRUSTED_IDENTITY";
const revocation = "SIGNATURE_VERIFIER.REVOCATION_CHECK";

/** How a signature speaks of its plugin, and of the profile that it was made by. */
type Naming = "critically" | "with a profile that is not critical" | "not at all";

/** A plugin that verifies. */
interface Verifier {
  /** What it can; absent where it is not installed. */
  readonly capabilities?: readonly string[];
  readonly answer?: Moods[string];
  readonly named?: Naming;
}
const knowsProfiles: Verifier = { capabilities: [identity], answer: "profiles" };
const verifiers: Readonly<Record<string, Verifier>> = {
  "knows profiles": knowsProfiles,
  "knows profiles, and of revocation": { ...knowsProfiles, capabilities: [identity, revocation] },
  "accepts whoever signed": { capabilities: [identity], answer: {} },
  "looks at revocation alone": { capabilities: [revocation] },
  "verifies nothing": { capabilities: [capabilities["a raw signature"]] },
  "is not installed": {},
  "is not named": { ...knowsProfiles, named: "not at all" },
  "knows profiles, which are not critical": { ...knowsProfiles, named: "with a profile that is not critical" },
  "leaves out who signed": { ...knowsProfiles, answer: { verificationResults: {} } },
  "leaves out an attribute": { ...knowsProfiles, answer: { processedAttributes: [] } },
  "is not JSON": { ...knowsProfiles, answer: "chatter" },
  "breaks down": { ...knowsProfiles, answer: "crash" },
};
const names: Readonly<Record<string, readonly string[]>> = {
  "the profile": [profile],
  "another profile": [another],
  "another profile, the subject": [another, ours],
  "the profile, the subject": [profile, ours],
  "the profile, another subject": [profile, theirs],
  "another profile, another subject": [another, theirs],
  "another subject": [theirs],
  "the profile, anyone": [profile, "*"],
  "a word": ["release"],
};
const trusting: readonly (readonly [whom: string, verifier: string])[] = [
  ...Object.keys(names).map((whom) => [whom, "knows profiles"] as const),
  ...["the profile", "another profile"].flatMap((whom) =>
    ["knows profiles, and of revocation", "knows profiles, which are not critical"].map((verifier) => [whom, verifier] as const),
  ),
  ["another subject", "accepts whoever signed"],
  ...["looks at revocation alone", "is not named"].flatMap((verifier) =>
    ["the profile", "the profile, the subject", "the profile, another subject"].map((whom) => [whom, verifier] as const),
  ),
  ...["verifies nothing", "is not installed", "leaves out who signed", "leaves out an attribute", "is not JSON", "breaks down"].map(
    (verifier) => ["the profile, the subject", verifier] as const,
  ),
];
/** Where Touchmark is stricter: a subject it reads itself, so no plugin can vouch for it. */
const stricter: readonly string[] = ["another subject", "accepts whoever signed"];

const decisions = openTable({
  section: "notation-plugin-identities",
  names: ["the trust policy trusts", "the plugin", "in the registry of"],
  outcomes: ["notation verify", "touchmark verify"],
  rows: trusting.map(([whom, verifier]) => [whom, verifier, craneRegistry.name]),
});

after(() => signatures.write());
after(() => decisions.write());

describe("signatures by notation's plugins", { skip: process.platform === "win32" && "the plugin is a script" }, () => {
  let folder: string;
  let server: Running;
  let root: Certificate;
  let release: Signer;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "touchmark-plugins-"));
    server = await craneRegistry.serve(folder);
    const company = await makeCompany(folder, "acme", { notBefore: Date.now() - day, notAfter: Date.now() + day });
    ({ root } = company);
    release = await company.signer("release");
    const install = async (what: string, store: "ca" | "signingAuthority", ...can: readonly string[]): Promise<void> => {
      const trustStores = [`${store}:acme`];
      await writeTrustFolder(config(what), { statements: [{ trustStores }], stores: { [`${store}/acme`]: [root] } });
      await installPlugin(config(what), { key: release.privateKey, chain: [release.certificate.raw, root.raw], capabilities: can });
    };
    for (const [what, capability] of Object.entries(capabilities)) await install(what, "ca", capability);
    await install(authority, "signingAuthority", capabilities["an envelope"], identity);
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const config = (what: string): string => join(folder, what.replaceAll(/\W/g, "-"));
  const push = (repository: string): Promise<string> => pushImage(`127.0.0.1:${server.said}/${repository}:1`);

  function sign(image: string, by: string, { what, envelope, mood = {} }: Asked): Promise<Ran> {
    const common = ["--plugin", "com.example.fake", "--id", "release", "--plugin-config", "region=here", "--expiry", "1h"];
    if (by === "notation") {
      const flags = [...common, "--signature-format", envelope, "--user-metadata", "stage=test"];
      return notation.signByPlugin(image, config(what), flags, moods(mood));
    }
    const flags = [...common, "--notation-config", config(what), "--envelope", envelope, "--annotations", "stage=test"];
    return touchmark.signByPlugin(image, flags, moods(mood));
  }

  const verify = async (image: string, what: string): Promise<readonly Ran[]> => [
    await notation.verify(image, config(what), ["--user-metadata", "stage=test"]),
    await touchmark.verifyBy(image, ["--notation-config", config(what), "-a", "stage=test"]),
  ];

  for (const signer of signers) {
    for (const what of made) {
      for (const envelope of envelopes) {
        test(`${signer} signs with a plugin that makes ${what}, in ${envelope}`, async () => {
          const image = await push(`${signer}/${envelope}/${what.replaceAll(" ", "-")}`);
          const { status, stdout, stderr } = await sign(image, signer, { what, envelope });
          assert.equal(status, 0, stdout + stderr);
          const said = await verify(image, what);
          const row = [signer, what, envelope, craneRegistry.name];
          signatures.found(
            row,
            said.map((one) => (one.status === 0 ? "accepted" : `refused (${one.status})`)),
          );
          for (const one of said) assert.equal(one.status, 0, one.stdout + one.stderr);
          signatures.check(row);
        });
      }
    }
  }

  /** A good answer for an image. */
  async function good(image: string): Promise<{ readonly parts: LooseParts; readonly target: Readonly<Record<string, unknown>> }> {
    const [, host, name, digest] = /^([^/]+)\/(.+)@(.+)$/.exec(image) ?? [];
    const stored = await fetch(`http://${host}/v2/${name}/manifests/${digest}`, { headers: { accept: mediaTypes.ociManifest } });
    const { length: size } = await stored.bytes();
    const target = { mediaType: stored.headers.get("content-type"), digest, size, annotations: { stage: "test" } };
    const at = Math.floor(Date.now() / 1000) * 1000;
    const headers = {
      crit: [notary("signingScheme"), notary("expiry")],
      [notary("signingTime")]: formatInstant(at),
      [notary("expiry")]: formatInstant(at + 60 * 60 * 1000),
    };
    return { parts: { headers, payload: of(target), certificates: [release.certificate, root], key: release.privateKey }, target };
  }

  const kinds: Readonly<Record<string, (parts: LooseParts) => LooseParts>> = {
    "an envelope": (parts) => parts,
    [authority]: (parts) => asAuthority(parts),
  };
  for (const [what, change] of Object.entries(kinds)) {
    for (const signer of signers) {
      test(`${signer} signs with a plugin that answers with ${what}, and both verify it`, async () => {
        const image = await push(`by-hand/${signer}/${what.replaceAll(/\W/g, "-")}`);
        const { parts } = await good(image);
        const signed = await sign(image, signer, { what, envelope: "jws", mood: { "generate-envelope": jws(change(parts)) } });
        for (const { status, stdout, stderr } of [signed, ...(await verify(image, what))]) assert.equal(status, 0, stdout + stderr);
      });
    }
  }

  /** By a trust policy that trusts these, with this plugin, in a folder of its own. */
  async function decide(image: string, whom: string, verifier: string): Promise<readonly Ran[]> {
    const location = config(`${whom} ${verifier}`);
    const statements = [{ trustStores: ["signingAuthority:acme"], trustedIdentities: names[whom] }];
    await writeTrustFolder(location, { statements, stores: { "signingAuthority/acme": [root] } });
    const { capabilities: can, answer = {} } = verifiers[verifier] ?? {};
    const keys = { key: release.privateKey, chain: [release.certificate.raw, root.raw] };
    if (can) await installPlugin(location, { ...keys, capabilities: can });
    const env = moods({ "verify-signature": answer });
    return [await notation.verify(image, location, [], env), await touchmark.verifyBy(image, ["--notation-config", location], env)];
  }

  const images = new Map<Naming, Promise<string>>();
  /** An image that a signing authority has signed. */
  const naming = (named: Naming): Promise<string> => {
    const image = images.get(named) ?? signByAuthority(named);
    images.set(named, image);
    return image;
  };
  async function signByAuthority(named: Naming): Promise<string> {
    const image = await push(`decided/${named.replaceAll(" ", "-")}`);
    const { parts } = await good(image);
    const envelope = jws(asAuthority(parts, named));
    const { status, stdout, stderr } = await sign(image, "touchmark", {
      what: authority,
      envelope: "jws",
      mood: { "generate-envelope": envelope },
    });
    assert.equal(status, 0, stdout + stderr);
    return image;
  }

  for (const [whom, verifier] of trusting) {
    test(`both decide alike where ${whom} is trusted and the plugin ${verifier}`, async () => {
      const image = await naming(verifiers[verifier]?.named ?? "critically");
      const said = await decide(image, whom, verifier);
      const outcomes = said.map(({ status }) => (status === 0 ? "accepted" : "refused"));
      const row = [whom, verifier, craneRegistry.name];
      decisions.found(row, outcomes);
      decisions.check(row);
      const expected = row.slice(0, 2).join() === stricter.join() ? ["accepted", "refused"] : [outcomes[0], outcomes[0]];
      assert.deepEqual(outcomes, expected, said.map(({ stdout, stderr }) => stdout + stderr).join("\n"));
    });
  }

  const spoilt: Readonly<Record<string, (parts: LooseParts, target: object) => Moods[string]>> = {
    "for another image": (parts, target) => jws({ ...parts, payload: of({ ...target, digest: `sha256:${"0".repeat(64)}` }) }),
    "for another type of image": (parts, target) => jws({ ...parts, payload: of({ ...target, mediaType: "a/b" }) }),
    "of more than was asked": (parts, target) => jws({ ...parts, payload: of({ ...target, more: 1 }) }),
    "without an annotation that was asked": (parts, target) => jws({ ...parts, payload: of({ ...target, annotations: {} }) }),
    "by another key than its certificate's": (parts) => jws({ ...parts, key: makeKey().privateKey }),
    "without the root of its chain": (parts) => jws({ ...parts, certificates: [release.certificate] }),
    "of another kind": () => ({ signatureEnvelope: toBase64(looseCose().envelope) }),
    "said to be of another kind": (parts) => ({ ...jws(parts), signatureEnvelopeType: "application/cose" }),
    empty: () => ({ signatureEnvelope: "" }),
    "an error": () => "refuse",
  };
  for (const [name, spoil] of Object.entries(spoilt)) {
    test(`neither signs where the plugin's envelope is ${name}`, async () => {
      const image = await push("spoilt");
      const { parts, target } = await good(image);
      const asked = { what: "an envelope", envelope: "jws", mood: { "generate-envelope": spoil(parts, target) } } as const;
      for (const signer of signers) assert.notEqual((await sign(image, signer, asked)).status, 0, signer);
    });
  }
});

/** As AWS Signer makes them: by an authority that vouches for the time, and for its plugin to verify. */
function asAuthority(parts: LooseParts, named: Naming = "critically"): LooseParts {
  const { [notary("signingTime")]: time, [notary("expiry")]: expiry } = parts.headers ?? {};
  const by = { "com.example.profile": `${profile}/1` };
  const critical = {
    [notary("signingScheme")]: "notary.x509.signingAuthority",
    [notary("authenticSigningTime")]: time,
    [notary("expiry")]: expiry,
    ...(named !== "not at all" && { [notary("verificationPlugin")]: "com.example.fake" }),
    ...(named === "critically" && by),
  };
  return { ...parts, headers: { ...critical, ...by, crit: Object.keys(critical), [notary("signingTime")]: undefined } };
}

const notary = (name: string): string => `io.cncf.notary.${name}`;
const of = (targetArtifact: object): Uint8Array => encodeUtf8(JSON.stringify({ targetArtifact }));
const jws = (parts: LooseParts): Readonly<Record<string, string>> => ({ signatureEnvelope: toBase64(looseJws(parts).envelope) });

interface Asked {
  readonly what: string;
  readonly envelope: notation.Envelope;
  readonly mood?: Moods;
}
