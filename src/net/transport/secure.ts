/** Connections over TLS: apart, for loading what they need takes longer than a verification over plain HTTP. */
import { X509Certificate } from "node:crypto";
import { Agent, request, type RequestOptions } from "node:https";
import type { Duplex } from "node:stream";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import { TouchmarkError } from "../../core/errors.ts";
import { keepingAgents, type Opener, type Opening } from "./agents.ts";
import type { Preconnections } from "./preconnect.ts";

type Created = (error: Error | null, connection: Duplex) => void;

/** PEM. Who is believed and who we are where TLS is spoken. */
export interface TlsOptions {
  /** Certificate authorities that are trusted beside the usual ones. */
  readonly ca?: Uint8Array;
  /** Our own certificate, its chain, and its key. */
  readonly client?: { readonly certificate: Uint8Array; readonly key: Uint8Array };
}

/** Throws USAGE for certificates or a key that cannot be used. */
export function createSecureOpener(
  early: Preconnections,
  { tls, sockets }: { readonly tls: TlsOptions | undefined; readonly sockets: number },
): Opener {
  const secure = tls && { secureContext: contextOf(tls) };
  class EarlyAgent extends Agent {
    override createConnection(options: RequestOptions & Opening, created: Created): Duplex | null | undefined {
      const socket = early.take(options);
      const begin = (): Duplex | null | undefined => super.createConnection({ ...options, ...(socket && { socket }) }, created);
      const connection = socket?.connecting ? socket : begin();
      if (connection) options.connecting?.(connection);
      if (!socket || connection !== socket) return connection;
      // TLS waits until it stands: Node crashes where a connection takes the host's next address beneath TLS.
      socket.once("connect", () => {
        const secured = begin();
        if (secured) created(null, secured);
      });
      socket.once("error", (error) => created(error, socket));
      return undefined;
    }
  }
  return keepingAgents(
    sockets,
    (options) => new EarlyAgent({ ...options, ...secure }),
    (address, agent) => request({ ...address, agent }),
  );
}

function contextOf({ ca, client }: TlsOptions): SecureContext {
  try {
    return createSecureContext({
      ...(ca && { ca: [...getCACertificates("default"), ...certificatesIn(ca)] }),
      ...(client && { cert: Buffer.from(client.certificate), key: Buffer.from(client.key) }),
    });
  } catch {
    // OpenSSL's own words, left out, say nothing that helps and might quote the key.
    throw new TouchmarkError("USAGE", "the certificates or the key for TLS cannot be used", {
      hint: "Give PEM files: certificates of authorities, and a certificate with the key that belongs to it, without password.",
    });
  }
}

/** Each is read once more here: OpenSSL passes over what is no certificate in silence. */
function certificatesIn(pem: Uint8Array): readonly string[] {
  const blocks = Buffer.from(pem)
    .toString("latin1")
    .match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (blocks === null) throw new Error("no certificate");
  return blocks.map((block) => new X509Certificate(block).toString());
}
