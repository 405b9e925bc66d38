/**
 * The certificate of a running server, renewed without a restart. The files are read again at an interval, which also finds what a
 * notification would miss: a link that is replaced, as Kubernetes does, or a network file system. Established connections go on.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { asTouchmarkError, TouchmarkError, type Code } from "../../core/errors.ts";
import { formatInstant } from "../../core/instant.ts";
import { printableText } from "../../core/printable.ts";
import type { ServerTls } from "./adapter.ts";
import { writeEntry, type ServerLog } from "./log.ts";

/** Reads the certificate and the key; called again to find renewed ones. */
export type ReadTls = (signal: AbortSignal) => Promise<ServerTls>;

export interface RenewalOptions {
  readonly read: ReadTls;
  /** The pair that the server began with. */
  readonly current: ServerTls;
  /** Takes a pair into use for new connections; throws for a broken one and keeps the one before. */
  readonly use: (tls: ServerTls) => void;
  /** Milliseconds between two reads. */
  readonly interval: number;
  readonly log: ServerLog;
}

export interface Renewal {
  /** Reads now. Never rejects: a pair that cannot be used is reported in the log. */
  readonly reload: () => Promise<void>;
  readonly stop: () => void;
}

export function renewCertificate({ read, current, use, interval, log }: RenewalOptions): Renewal {
  const stopping = new AbortController();
  const { signal } = stopping;
  /** The pair that was read last, in use or refused: each is tried and reported once. */
  let seen = current;
  let reported: string | undefined;
  let running: Promise<unknown> | undefined;

  const look = async (): Promise<void> => {
    try {
      const found = await read(signal);
      if (signal.aborted || (found.cert === seen.cert && found.key === seen.key)) return;
      seen = found;
      checkPair(found);
      use(found);
      reported = undefined;
      writeEntry(log, { level: "info", message: `the renewed certificate is in use${validity(found)}` });
    } catch (error) {
      const { code, message } = asTouchmarkError(error);
      if (signal.aborted || message === reported) return;
      reported = message;
      const why = printableText(message, 500);
      writeEntry(log, { level: "error", message: `the renewed certificate cannot be used, the one before stays: ${why}`, code });
    }
  };
  const reload = async (): Promise<void> => {
    await running; // it may have read before the change that this call is about
    await (running = look());
    running = undefined;
  };
  const timer = setInterval(() => void (running === undefined && reload()), interval).unref();
  return {
    reload,
    stop: () => {
      clearInterval(timer);
      stopping.abort();
    },
  };
}

/** Throws for a key of another certificate, and for an empty file, with which Node would refuse every handshake. */
export function checkPair({ cert, key }: ServerTls): void {
  const certificate = parsed("CERTIFICATE_INVALID", "the certificate is not PEM", () => new X509Certificate(cert));
  const privateKey = parsed("INVALID_KEY", "the private key is not unencrypted PEM", () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) throw new TouchmarkError("INVALID_KEY", "the private key is not that of the certificate");
}

function parsed<T>(code: Code, message: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new TouchmarkError(code, message, { cause });
  }
}

function validity({ cert }: ServerTls): string {
  return `; it is valid until ${formatInstant(new X509Certificate(cert).validToDate.getTime())}`;
}
