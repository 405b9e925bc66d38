/**
 * A small server of bearer tokens (distribution, spec/auth/token.md and jwt.md): who logs in with a password gets a
 * JWT by RS256 for what the account may do of what was asked, with the signing certificate as x5c.
 */
import { createPrivateKey, randomUUID, sign, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { makeSelfSigned } from "./certificates.ts";
import type { Account } from "./identities.ts";

export interface TokenServer {
  /** What a registry is configured with to believe it. */
  readonly configuration: Readonly<Record<string, string>>;
  /** How many tokens it gave. */
  readonly given: number;
  stop(): Promise<void>;
}

const service = "registry of the suite";
const issuer = "token server of the suite";

export async function startTokenServer(folder: string, accounts: readonly Account[]): Promise<TokenServer> {
  const pair = await makeSelfSigned(folder, "token-signer");
  const key = createPrivateKey(await readFile(pair.key));
  const x5c = [new X509Certificate(await readFile(pair.certificate)).raw.toString("base64")];
  let given = 0;

  function tokenFor(account: Account, scopes: readonly string[]): string {
    const now = Math.floor(Date.now() / 1000);
    const access = scopes.map((scope) => granted(account, scope));
    const claims = { iss: issuer, sub: account.username, aud: service, iat: now, nbf: now - 5, exp: now + 300, jti: randomUUID(), access };
    const signed = [{ typ: "JWT", alg: "RS256", x5c }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    given++;
    return `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
  }

  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "", "http://localhost");
    const account = accounts.find((known) => isBy(request, known));
    const scopes = searchParams.getAll("scope").flatMap((scope) => scope.split(" "));
    const isOurs = searchParams.get("service") === service;
    response.writeHead(account && isOurs ? 200 : 401, { "content-type": "application/json" });
    response.end(
      JSON.stringify(account && isOurs ? { token: tokenFor(account, scopes), expires_in: 300 } : { errors: [{ code: "UNAUTHORIZED" }] }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the token server has no port");
  return {
    configuration: { realm: `http://127.0.0.1:${address.port}/token`, service, issuer, rootcertbundle: pair.certificate },
    get given() {
      return given;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function isBy(request: IncomingMessage, { username, password }: Account): boolean {
  return request.headers.authorization === `Basic ${btoa(`${username}:${password}`)}`;
}

/** `repository:NAME:pull,push`, less what the account may not. */
function granted(account: Account, scope: string): Readonly<Record<string, unknown>> {
  const [, type, name, actions = ""] = /^([a-z]+):(.+):([a-z,*]+)$/.exec(scope) ?? [];
  return { type, name, actions: actions.split(",").filter((action) => account.mayPush || action === "pull") };
}
