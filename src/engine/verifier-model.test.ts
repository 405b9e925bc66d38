/** A verifier that lives long answers as one that is new, whatever happened before and happens meanwhile. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { anySigner, authority } from "../../test/fakes/expectation.ts";
import { memoryRepository } from "../../test/fakes/memory-repository.ts";
import { person, putImage, type Person } from "../../test/fakes/signers.ts";
import { TouchmarkError } from "../core/errors.ts";
import { parseReference } from "../core/oci/reference.ts";
import type { Repository } from "../core/repository.ts";
import type { Verdict } from "../core/verdict.ts";
import { formats } from "../formats/all.ts";
import type { PolicyAndTrust } from "../policy/compile.ts";
import { makeTrust } from "../trust/trust.ts";
import { createImageVerifier } from "./verifier.ts";
import { alice, mallory, nobodyListens, signed } from "./verify-fixture.test.ts";
import { verify } from "./verify.ts";

const bob: Person = person("bob");
const people = [alice, bob, mallory];
const listingTime = 5000;
const tags = ["1", "2"] as const;
const start = Date.UTC(2026, 10, 21);

type Event =
  | { readonly kind: "sign"; readonly tag: string; readonly by: number; readonly format: string }
  | { readonly kind: "unsign"; readonly tag: string }
  | { readonly kind: "move"; readonly tag: string; readonly to: number }
  | { readonly kind: "carry"; readonly from: number; readonly to: number }
  | { readonly kind: "fail"; readonly call: "referrers" | "manifest" | "blob" }
  | { readonly kind: "ask"; readonly tag: string; readonly callers: readonly number[]; readonly leaving: number };

/** Whom each of several callers expects, who ask at the same time. */
const callers = fc.array(fc.nat(2), { minLength: 1, maxLength: 4 });
const tag = fc.constantFrom(...tags);
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant("sign" as const), tag, by: fc.nat(2), format: fc.constantFrom("bundle", "cosign-legacy") }),
  fc.record({ kind: fc.constant("unsign" as const), tag }),
  fc.record({ kind: fc.constant("move" as const), tag, to: fc.nat(2) }),
  fc.record({ kind: fc.constant("carry" as const), from: fc.nat(2), to: fc.nat(2) }),
  fc.record({ kind: fc.constant("fail" as const), call: fc.constantFrom("referrers" as const, "manifest" as const, "blob" as const) }),
  fc.record({ kind: fc.constant("ask" as const), tag, callers, leaving: fc.nat(4) }),
);

/** A signature that was found good is carried over to another image. */
const carried: Event[] = [
  { kind: "sign", tag: "1", by: 0, format: "cosign-legacy" },
  { kind: "ask", tag: "1", callers: [0], leaving: 0 },
  { kind: "carry", from: 0, to: 1 },
  { kind: "move", tag: "1", to: 1 },
  { kind: "ask", tag: "1", callers: [0], leaving: 0 },
];

const wordOf = ([verdict]: readonly Verdict[]): string => `${verdict?.decision} ${verdict?.reason?.code ?? ""} ${verdict?.subject.digest}`;

/** Trust in everybody, and a policy that expects one of them: findings are shared between policies. */
function basisOf(whom: number): PolicyAndTrust {
  const keys = people.map(({ trust }, i) => ({ ...trust.keys[0], name: `${i}.pub`, publicKey: people[i]?.publicKey ?? alice.publicKey }));
  return { policy: anySigner([authority({ keys: keys.slice(whom, whom + 1) })]), trust: makeTrust({ keys }) };
}

test("a verifier that lives long answers as a new one does", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 14 }), async (events) => {
      const repository = memoryRepository();
      const images = [];
      for (const text of ["a", "b", "c"]) images.push(await putImage(repository, text));
      for (const name of tags) repository.tagged.set(name, images[0]?.digest ?? assert.fail());
      const failing = new Set<string>();
      const once = <T>(call: string, answer: () => Promise<T>): Promise<T> =>
        failing.delete(call) ? Promise.reject(new TouchmarkError("UNREACHABLE", `${call} is down`)) : answer();
      const shaky: Repository = {
        ...repository,
        referrers: (digest, signal) => once("referrers", () => repository.referrers(digest, signal)),
        manifest: (target, signal) => once("manifest", () => repository.manifest(target, signal)),
        blob: (descriptor, max, signal) => once("blob", () => repository.blob(descriptor, max, signal)),
      };
      let now = start;
      let whom = 0;
      const common = { formats, recorder: nobodyListens };
      const clock = (): number => now;
      const verifier = createImageVerifier({
        ...common,
        open: () => shaky,
        basis: () => basisOf(whom),
        clock,
        limits: { listingTime, findings: 3 },
      });

      for (const one of events) {
        if (one.kind === "sign") await signed(people[one.by] ?? alice, repository, `registry.example/app:${one.tag}`, one.format);
        if (one.kind === "unsign") {
          const [first] = await repository.referrers(repository.tagged.get(one.tag) ?? assert.fail(), AbortSignal.timeout(60_000));
          if (first) await repository.deleteManifest(first.digest, AbortSignal.timeout(60_000));
        }
        if (one.kind === "move") repository.tagged.set(one.tag, images[one.to]?.digest ?? assert.fail());
        if (one.kind === "carry") {
          const [from, to] = [images[one.from], images[one.to]].map((image) => `${image?.digest.replace(":", "-")}.sig`);
          const signatures = repository.tagged.get(from ?? "");
          if (signatures) repository.tagged.set(to ?? "", signatures);
        }
        if (one.kind === "fail") failing.add(one.call);
        if (one.kind !== "ask") continue;
        now += listingTime;
        const mayFail = failing.size > 0;
        const reference = parseReference(`registry.example/app:${one.tag}`);
        const asked = one.callers.map((expected) => {
          const leaves = new AbortController();
          whom = expected;
          return { expected, leaves, answer: verifier.verify(reference, { signal: leaves.signal }) };
        });
        const settled = Promise.allSettled(asked.map((caller) => caller.answer));
        await Promise.resolve();
        for (const { leaves } of asked.slice(0, one.leaving)) leaves.abort();
        for (const [i, answer] of (await settled).entries()) {
          const options = {
            ...common,
            basis: basisOf(asked[i]?.expected ?? 0),
            at: now,
            recursive: false,
            signal: AbortSignal.timeout(60_000),
          };
          const expected = wordOf(await verify(repository, reference, options));
          if (answer.status === "rejected") assert.ok(i < one.leaving && answer.reason.code === "INTERRUPTED", String(answer.reason));
          else if (!mayFail) assert.equal(wordOf(answer.value), expected);
          // A failure may leave it undecided; it never allows what is not allowed.
          else assert.ok(wordOf(answer.value) === expected || answer.value[0]?.decision === "undecided", wordOf(answer.value));
        }
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate); // work that all have left ends
      }
    }),
    { numRuns: 60, examples: [[carried]] },
  );
});
