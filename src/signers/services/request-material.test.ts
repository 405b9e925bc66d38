import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { suite, test, type TestContext } from "node:test";
import { testTime } from "../../../test/fakes/clock.ts";
import { refuse } from "../../../test/fakes/fulcio.ts";
import { rekorV1Fake, type RekorV1Options } from "../../../test/fakes/rekor-v1.ts";
import { rekorV2Fake } from "../../../test/fakes/rekor-v2.ts";
import { handlerOf, type Script } from "../../../test/fakes/scripted-registry.ts";
import { tsaFake, type TsaOptions } from "../../../test/fakes/tsa.ts";
import type { Instant } from "../../core/instant.ts";
import { publicKeyOf } from "../../core/keys/public-key.ts";
import { parseTimestampToken } from "../../core/envelopes/timestamp-token.ts";
import type { Service } from "../../trust/signing-config.ts";
import type { TrustedRoot } from "../../trust/trusted-root.ts";
import { client, serve, signed } from "./fixture.test.ts";
import { requestMaterial, type MaterialRequest } from "./request-material.ts";

const minutes = 60_000;
const paths = { rekor1: "POST /api/v1/log/entries", rekor2: "POST /api/v2/log/entries", tsa: "POST /api/v1/timestamp" } as const;

interface Kind {
  readonly script: Script;
  readonly service: (origin: string) => Service;
  readonly trusted: Partial<Pick<TrustedRoot, "logs" | "timestampAuthorities">>;
}

function serviceAt(url: string, majorApiVersion: number): Service {
  return { url, majorApiVersion, validFor: { start: 0 }, operator: url };
}

const kinds = {
  async rekor1(options: RekorV1Options = {}): Promise<Kind> {
    const { script, authority } = await rekorV1Fake(options);
    return { script, service: (origin) => serviceAt(origin, 1), trusted: { logs: [authority] } };
  },
  async rekor2(): Promise<Kind> {
    const { script, authority } = rekorV2Fake();
    return { script, service: (origin) => serviceAt(origin, 2), trusted: { logs: [authority] } };
  },
  async tsa(options: TsaOptions = {}): Promise<Kind> {
    const { script, authority } = tsaFake(options);
    return { script, service: (origin) => serviceAt(`${origin}/api/v1/timestamp`, 1), trusted: { timestampAuthorities: [authority] } };
  },
};

/** A server for each service, and the options to request verification material from them. */
async function instance(t: TestContext, ...all: readonly Kind[]): Promise<Omit<MaterialRequest, "logged">> {
  const services: { readonly logs: Service[]; readonly timestampAuthorities: Service[] } = { logs: [], timestampAuthorities: [] };
  for (const kind of all) {
    const service = kind.service((await serve(t, kind)).origin);
    services[kind.trusted.logs ? "logs" : "timestampAuthorities"].push(service);
  }
  const root = {
    certificateAuthorities: [],
    certificateLogs: [],
    logs: all.flatMap(({ trusted }) => trusted.logs ?? []),
    timestampAuthorities: all.flatMap(({ trusted }) => trusted.timestampAuthorities ?? []),
  };
  return { services, root };
}

/** The service whose response at this path waits for `until`. */
function waiting(kind: Kind, path: string, { until, asked }: { readonly until: Promise<unknown>; readonly asked: () => void }): Kind {
  const usual = handlerOf(kind.script, path);
  return {
    ...kind,
    script: {
      ...kind.script,
      [path]: async (seen, response) => {
        asked();
        await until;
        return usual(seen, response);
      },
    },
  };
}

suite("the verification material of a signature", () => {
  for (const by of ["key", "certificate"] as const) {
    test(`by ${by} comes from every service, in their order`, async (t) => {
      const at: Instant = testTime - 5000;
      const request = await instance(
        t,
        await kinds.rekor2(),
        await kinds.tsa(),
        await kinds.rekor1(),
        await kinds.tsa({ clock: () => at }),
      );
      const logged = signed("x", by, "envelope");
      const { certificate, entries, timestamps } = await requestMaterial({ logged, ...request }, client());
      assert.deepEqual(certificate, logged.verifier.kind === "certificate" ? logged.verifier.certificate : undefined);
      assert.deepEqual(
        entries.map(({ kindVersion: { version } }) => version),
        ["0.0.2", "0.0.1"],
      );
      assert.deepEqual(
        timestamps.map((timestamp) => parseTimestampToken(timestamp).at === at),
        [false, true],
      );
    });
  }

  test("is empty if no service is named", async (t) => {
    assert.deepEqual(await requestMaterial({ logged: signed("x"), ...(await instance(t)) }, client()), { entries: [], timestamps: [] });
  });

  test("is requested from all services concurrently", async (t) => {
    // Each responds only after all requests have arrived: sequential requests would never end.
    let left = 4;
    const all = Promise.withResolvers<void>();
    const together = { until: all.promise, asked: () => void (--left === 0 && all.resolve()) };
    const request = await instance(
      t,
      waiting(await kinds.rekor1(), paths.rekor1, together),
      waiting(await kinds.rekor2(), paths.rekor2, together),
      waiting(await kinds.tsa(), paths.tsa, together),
      waiting(await kinds.tsa(), paths.tsa, together),
    );
    const { entries, timestamps } = await requestMaterial({ logged: signed("x"), ...request }, client({ patience: 10_000 }));
    assert.deepEqual([entries.length, timestamps.length], [2, 2]);
  });

  test("of two concurrent pipelines is not mixed up", async (t) => {
    const request = await instance(t, await kinds.rekor2(), await kinds.tsa());
    const [one, two] = await Promise.all(
      ["one", "two"].map((text) => requestMaterial({ logged: signed(text, "certificate"), ...request }, client())),
    );
    assert.notEqual(one?.entries[0]?.logIndex, two?.entries[0]?.logIndex);
    assert.notDeepEqual(one?.timestamps, two?.timestamps);
  });

  test("is aborted as a whole as soon as one request is refused", async (t) => {
    const closed = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const silent = await kinds.rekor2();
    const refusing = await kinds.tsa();
    const request = await instance(
      t,
      {
        ...silent,
        script: {
          [paths.rekor2]: (_, response) => {
            response.on("close", closed.resolve);
            asked.resolve();
            return undefined;
          },
        },
      },
      {
        ...refusing,
        script: {
          [paths.tsa]: async () => {
            await asked.promise;
            return refuse(400, "no");
          },
        },
      },
    );
    await assert.rejects(requestMaterial({ logged: signed("x"), ...request }, client()), {
      code: "SERVICE_REFUSED",
      message: /refuses to give a timestamp/,
    });
    await closed.promise;
  });

  test("is aborted with its caller", async (t) => {
    const gone = new AbortController();
    const log = await kinds.rekor2();
    const script: Script = {
      [paths.rekor2]: () => {
        gone.abort();
        return undefined;
      },
    };
    const request = await instance(t, { ...log, script });
    await assert.rejects(requestMaterial({ logged: signed("x"), ...request }, client({ signal: gone.signal })), {
      code: "INTERRUPTED",
      message: /interrupted/,
    });
  });

  test("of a certificate must verify a time, checked before anything is published", async (t) => {
    const request = await instance(t, { ...(await kinds.rekor2()), script: {} });
    await assert.rejects(requestMaterial({ logged: signed("x", "certificate"), ...request }, client()), {
      code: "SERVICE_MISSING",
      message: /a short-lived certificate needs a timestamp/,
    });
  });

  for (const [what, kind] of [
    ["a timestamp authority", () => kinds.tsa({ clock: () => testTime - 3 * minutes })],
    ["a log", () => kinds.rekor1({ clock: () => testTime - 3 * minutes })],
  ] as const) {
    test(`of a certificate must have times within its validity, ${what}'s too`, async (t) => {
      const request = await instance(t, await kind());
      const logged = signed("x", "certificate");
      await assert.rejects(requestMaterial({ logged, ...request }, client()), {
        code: "CERTIFICATE_INVALID",
        message: /it says .*, and the certificate is valid from/,
      });
      assert.ok(await requestMaterial({ logged: signed("x"), ...request }, client()), "without a certificate it is good");
    });
  }

  test("does not include a log that stores only hashes for a signature over no hash", async (t) => {
    const request = await instance(t, { ...(await kinds.rekor2()), script: {} });
    const key = publicKeyOf(generateKeyPairSync("ed25519").publicKey, "key");
    const logged = { ...signed("x"), verifier: { kind: "key", key } } as const;
    await assert.rejects(requestMaterial({ logged, ...request }, client()), { code: "UNSUPPORTED", message: /ed25519/ });
  });
});
