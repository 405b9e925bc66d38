/** TLS connections: a separate module, since loading it takes longer than a verification over plain HTTP. */
import { X509Certificate } from "node:crypto";
import { Agent, request, type RequestOptions } from "node:https";
import type { Duplex } from "node:stream";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import { TouchmarkError } from "../../core/errors.ts";
import { keepingAgents, type Opener, type Opening } from "./agents.ts";
import type { Preconnections } from "./preconnect.ts";

type Created = (error: Error | null, connection: Duplex) => void;

/** PEM. The trusted certificate authorities and the client certificate for TLS. */
export interface TlsOptions {
  /** Certificate authorities that are trusted in addition to the defaults. */
  readonly ca?: Uint8Array;
  /** The client certificate, its chain, and its key. */
  readonly client?: { readonly certificate: Uint8Array; readonly key: Uint8Array };
}

/** Throws USAGE for certificates or a key that are not valid. */
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
      // TLS starts after the TCP connection is established: Node crashes if a socket tries the host's next address beneath TLS.
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
    // OpenSSL's message is dropped: it does not help, and might quote the key.
    throw new TouchmarkError("USAGE", "the certificates or the key for TLS cannot be used", {
      hint: "Give PEM files: certificates of authorities, and a certificate with the key that belongs to it, without password.",
    });
  }
}

/** Parses each certificate again: OpenSSL silently skips invalid ones. */
function certificatesIn(pem: Uint8Array): readonly string[] {
  const blocks = Buffer.from(pem)
    .toString("latin1")
    .match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (blocks === null) throw new Error("no certificate");
  return blocks.map((block) => new X509Certificate(block).toString());
}
