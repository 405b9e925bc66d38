/** Signatures of a file that notation's library made: each verifies, and what it signs is written anew in the same bytes. */
import assert from "node:assert/strict";
import { createReadStream, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { encodeUtf8, streamOf } from "../../core/bytes.ts";
import { readFileSubject } from "../../core/file-subject.ts";
import type { Finding } from "../../core/finding.ts";
import { parsePem } from "../../core/asn1/pem.ts";
import { parseCertificate } from "../../core/x509/certificate.ts";
import { under } from "../../../test/fakes/expectation.ts";
import { authorityIn, trustIn } from "./fixture.test.ts";
import { notation } from "./notation.ts";
import { envelopeKinds } from "./envelope-kinds.ts";
import { typeNamed } from "./envelope-types.ts";
import { parseEnvelope, type NotaryEnvelope } from "./envelope.ts";
import { day, summary, trust } from "./fixture.test.ts";
import { encodeNotaryPayload, parseNotaryPayload } from "./payload.ts";

const folder = join(import.meta.dirname, "../../../test/vectors/notation-files");
const names = readdirSync(folder).filter((name) => name.endsWith(".sig"));
const read = (name: string): Uint8Array => readFileSync(join(folder, name));
const roots = parsePem(read("root.pem"), "root.pem").map(({ bytes }) => parseCertificate(bytes));

function parse(name: string): NotaryEnvelope {
  return parseEnvelope(envelopeKinds[typeNamed[name.endsWith(".jws.sig") ? "jws" : "cose"]], read(name));
}

/** When it was made, unless said otherwise. */
async function verify(
  name: string,
  { content, later = 0 }: { readonly content?: Uint8Array; readonly later?: number } = {},
): Promise<Finding> {
  const evidence = await notation.files.read(read(name), name, new AbortController().signal);
  const stream = content ? streamOf(content) : createReadStream(join(folder, "file.txt"));
  const file = await readFileSubject("file.txt", stream, notation.files.readingOf(evidence));
  const trusted = { ...trust, stores: { ...trust.stores, ca: roots } };
  const at = parse(name).attributes.signingTime + later;
  return under(authorityIn(trusted), await notation.verify(evidence, file, trustIn(trusted), at), at);
}

suite("signatures of a file by notation's library", () => {
  test("are there for both envelopes and every algorithm", () => assert.equal(names.length, 16));

  for (const name of names) {
    test(`${name} verifies, and says what we would`, async () => {
      const checks = ["format", "signature", "certificate", "identity", "validity", ...(name.startsWith("expiring") ? ["expiry"] : [])];
      assert.deepEqual(summary(await verify(name)), [...checks, "subject"]);
      const { payload, toBeSigned, algorithm, attributes } = parse(name);
      const target = parseNotaryPayload(payload);
      assert.equal(target.mediaType, name.startsWith("annotated") ? "text/plain" : "application/octet-stream");
      const ours = encodeNotaryPayload(target, target.annotations ?? {});
      if (name.endsWith(".jws.sig")) assert.deepEqual(Buffer.from(ours), Buffer.from(payload));
      else assert.deepEqual(JSON.parse(Buffer.from(ours).toString()), JSON.parse(Buffer.from(payload).toString()));
      const kind = envelopeKinds[typeNamed[name.endsWith(".jws.sig") ? "jws" : "cose"]];
      assert.deepEqual(Buffer.from(kind.toBeSigned({ algorithm, attributes, payload })), Buffer.from(toBeSigned));
    });
  }

  test("do not verify for another file, nor past their time", async () => {
    for (const name of names) {
      assert.equal(summary(await verify(name, { content: encodeUtf8("something else") })).at(-1), "subject SUBJECT_MISMATCH");
      const late = summary(await verify(name, { later: day }));
      assert.equal(late.includes("expiry EXPIRED"), name.startsWith("expiring"), name);
    }
  });
});
