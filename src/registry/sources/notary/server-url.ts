/** The URL of a repository's notary server, by the docker client's rules. */
import { TouchmarkError } from "../../../core/errors.ts";
import { isLoopback } from "../../../net/loopback.ts";
import { printableText } from "../../../core/printable.ts";
import { addressOf, type PlainHttp } from "../../address.ts";
import type { Gun } from "./gun.ts";

const dockerHub = "docker.io";
const dockerNotary = "https://notary.docker.io";

/** Returns the server of the repository's registry: Docker Hub has its own, other registries use their own host. */
export function defaultServer({ registry }: Gun, plainHttp: PlainHttp): URL {
  return registry === dockerHub ? new URL(dockerNotary) : addressOf(registry, plainHttp).base;
}

/** Parses a server's URL; `what` names it in messages. Throws USAGE, or INSECURE_REGISTRY for plain HTTP if it is not allowed. */
export function parseServer(text: string, what: string, plainHttp: PlainHttp): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`) {
    throw new TouchmarkError("USAGE", `${what} is https://HOST[:PORT]; found ${JSON.stringify(printableText(text, 200))}`, {
      hint: "Name the notary server by its scheme, host and port alone.",
    });
  }
  const mayBePlain = plainHttp === "every" || (plainHttp === "loopback" && isLoopback(url.hostname));
  if (url.protocol === "https:" || mayBePlain) return url;
  throw new TouchmarkError("INSECURE_REGISTRY", `${what} is ${url.origin}, which is plain HTTP`, {
    hint: "Name the notary server by an https URL; plain HTTP is an exception for test networks.",
    remedy: { id: "use-https-notary-server" },
  });
}
