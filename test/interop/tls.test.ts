/**
 * The contract over TLS: registries behind a certificate authority of their own, with and without client certificates.
 * Loopback is spoken to without TLS, so the registry has a name, and a proxy leads there.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, describe, test } from "node:test";
import type { TouchmarkError } from "../../src/core/errors.ts";
import type { TlsOptions } from "../../src/net/transport/secure.ts";
import { repositoryContract } from "../contract/repository.ts";
import { makeAuthority, type KeyPair } from "./harness/certificates.ts";
import { releases } from "./harness/distribution.ts";
import { makePlace, type Visit } from "./harness/location.ts";
import { openTunnel, type Tunnel } from "./harness/tunnel.ts";
import { missing } from "./peers/debian.ts";

const signal = new AbortController().signal;
const host = "registry.example";

for (const { name, command, serve } of releases) {
  for (const asksForClient of [false, true]) {
    const skip = missing("openssl") || (command !== undefined && missing(command));
    describe(`${name} over TLS${asksForClient ? " that asks for a client certificate" : ""}`, { skip }, () => {
      let tunnel: Tunnel;
      let ca: Uint8Array;
      let client: TlsOptions["client"];
      let stranger: TlsOptions["client"];
      const location = makePlace(async (folder) => {
        const [authority, other] = [await makeAuthority(folder), await makeAuthority(folder, "other")];
        const server = await authority.server(host);
        ca = await readFile(authority.certificate);
        client = await contentOf(await authority.client("alice"));
        stranger = await contentOf(await other.client("mallory"));
        const clientcas = asksForClient && { clientcas: [authority.certificate] };
        const running = await serve(folder, { tls: { certificate: server.certificate, key: server.key, ...clientcas } });
        tunnel = await openTunnel(Number(running.said));
        return running;
      });
      after(() => tunnel.stop());
      const visit = (tls?: TlsOptions): Visit => ({ host, http: { tls, proxies: () => tunnel.url } });

      repositoryContract(() => location.visit(visit({ ca, ...(asksForClient && client && { client }) })));

      test("is not spoken to without its authority", async () => {
        const repository = await location.visit(visit());
        await assert.rejects(repository.manifest("1", signal), { code: "UNREACHABLE", message: /certificate/ });
      });

      if (!asksForClient) return;
      test("lets in nobody without a certificate of its authority", async () => {
        for (const tls of [{ ca }, { ca, ...(stranger && { client: stranger }) }]) {
          const repository = await location.visit(visit(tls));
          // Which of the two it is depends on the TLS alert, and servers choose different ones.
          await assert.rejects(repository.manifest("1", signal), ({ code }: TouchmarkError) => /^(UNAUTHORIZED|UNREACHABLE)$/.test(code));
        }
      });
    });
  }
}

async function contentOf({ certificate, key }: KeyPair): Promise<NonNullable<TlsOptions["client"]>> {
  return { certificate: await readFile(certificate), key: await readFile(key) };
}
