import { once } from "node:events";
import { decodeUtf8 } from "../../../core/bytes.ts";
import { readSource } from "../../../files/read-source.ts";
import type { ReadTls } from "../../../server/http/certificate.ts";
import { textLog } from "../../../server/http/log.ts";
import { startRegistry } from "../../../server/registry/registry.ts";
import { usageError } from "../../usage-error.ts";
import { defineCommand, type Command } from "../../command.ts";
import { flag } from "../../flags/flag.ts";
import type { Io } from "../../io.ts";
import { commandLimits } from "../../limits.ts";

export const command: Command = defineCommand({
  usage: "--dir DIR [flags]",
  details: [
    "An OCI registry with the referrers API, for tests and small installations. It has no authentication, so it listens on loopback by default.",
    "A renewed certificate is used within ten seconds after its files change, or at once on SIGHUP; open connections continue.",
    "Requests of web pages are refused. On loopback, other host names than localhost are refused too, unless --host-name allows them: a web page can point its own name at this machine.",
  ].join("\n"),
  flags: {
    dir: flag.string({ value: "DIR", summary: "Folder that holds the content; made if it is missing" }),
    listen: flag.string({ value: "HOST:PORT", summary: "Address to listen on; port 0 takes a free one (127.0.0.1:5000)" }),
    hostName: flag.strings({
      value: "NAME",
      summary: "Host name by which clients may call it, beside addresses and localhost (on loopback none, else any)",
    }),
    tlsCert: flag.string({ value: "FILE", summary: "Serve over TLS with this certificate chain, in PEM; needs --tls-key" }),
    tlsKey: flag.string({ value: "FILE", summary: "Private key of the certificate, in PEM, or env://VAR" }),
  },
  operands: { min: 0, max: 0 },
  examples: [
    { command: "touchmark serve registry --dir ./images --listen 127.0.0.1:5000", explains: "Serve the folder ./images until interrupted" },
    {
      command: "touchmark serve registry --dir ./images --listen :5000 --tls-cert registry.crt --tls-key registry.key",
      explains: "Serve it over TLS on all addresses",
    },
  ],
  async run(args, io) {
    const dir = args.dir;
    if (dir === undefined) throw usageError("--dir is missing", "Name it: --dir DIR.");
    const { host, port } = parseListen(args.listen ?? "127.0.0.1:5000");
    const tls = tlsFiles(args, io);
    const httpLimits = { drainTime: commandLimits.drainTime };
    const log = textLog((text) => io.stderr.write(text), io.now);
    const names = args.hostName.length > 0 && { hostNames: args.hostName };
    const registry = await startRegistry({ dir, host, port, httpLimits, log, ...names, ...(tls && { tls }) });
    io.stdout.write(`listening on ${registry.address}\n`);
    // Without TLS there is nothing to reload, and SIGHUP ends the program as it ends others.
    const stopReloading = tls && io.onReload(() => void registry.reloadCertificate());
    if (!io.signal.aborted) await once(io.signal, "abort");
    stopReloading?.();
    await registry.close();
    return 0;
  },
});

interface TlsArgs {
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
}

function tlsFiles({ tlsCert: cert, tlsKey: key }: TlsArgs, { env }: Io): ReadTls | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw usageError("TLS needs a certificate and its key", "Name both: --tls-cert and --tls-key.");
  return async (signal) => {
    const read = async (reference: string): Promise<string> =>
      decodeUtf8(await readSource(reference, { maxBytes: commandLimits.pemBytes, env, signal }));
    return { cert: await read(cert), key: await read(key) };
  };
}

function parseListen(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) throw usageError(`--listen is HOST:PORT; found ${JSON.stringify(text)}`);
  return { host: match[1] ?? (match[2] || "0.0.0.0"), port };
}
