/** The servers that are measured: each a process of its own on a folder of its own, both gone afterwards. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { peerPath } from "../interop/peers/peer.ts";

export interface MeasuredServer {
  readonly url: string;
  /** The most memory it has held so far, in bytes: resident pages, as Linux counts them (VmHWM). */
  readonly peakMemory: () => Promise<number>;
  /** Seconds of processor time that it has used so far. */
  readonly processorTime: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

const touchmark = join(import.meta.dirname, "../../bin/touchmark.js");

export function startTouchmark(program: string = touchmark): Promise<MeasuredServer> {
  return startOn(async (folder, port) => {
    const args = [program, "serve", "registry", "--dir", join(folder, "images"), "--listen", `127.0.0.1:${port}`];
    return { program: process.execPath, args, stderr: "inherit" };
  });
}

/** As its documentation sets it up: files, and descriptors of blobs remembered in memory. Its log, which has every 404, is not shown. */
export function startDistribution(): Promise<MeasuredServer> {
  const program = peerPath("distribution");
  if (!existsSync(program)) throw new Error(`${program} is missing: run npm run peers -- distribution`);
  return startOn(async (folder, port) => {
    const config = {
      version: 0.1,
      log: { level: "error", accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(folder, "images") }, cache: { blobdescriptor: "inmemory" } },
      http: { addr: `127.0.0.1:${port}` },
    };
    await writeFile(join(folder, "config.yml"), JSON.stringify(config)); // JSON is YAML
    return { program, args: ["serve", join(folder, "config.yml")], stderr: "ignore" };
  });
}

interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly stderr: "inherit" | "ignore";
}

async function startOn(commandFor: (folder: string, port: number) => Promise<Command>): Promise<MeasuredServer> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-bench-"));
  const port = await freePort();
  const { program, args, stderr } = await commandFor(folder, port);
  const child = spawn(program, args, { stdio: ["ignore", "ignore", stderr], env: { ...process.env, OTEL_TRACES_EXPORTER: "none" } });
  const exited = once(child, "exit");
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
    await rm(folder, { recursive: true });
  };
  await answering(url);
  return { url, stop, peakMemory: () => peakMemoryOf(child.pid ?? 0), processorTime: () => processorTimeOf(child.pid ?? 0) };
}

async function peakMemoryOf(pid: number): Promise<number> {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kibibytes) * 1024;
}

/** Linux counts it in hundredths of a second: fields 14 and 15 of /proc/PID/stat, the second of which is the name in parentheses. */
async function processorTimeOf(pid: number): Promise<number> {
  const [, afterName = ""] = /^.*\) (.*)$/s.exec(await readFile(`/proc/${pid}/stat`, "utf8")) ?? [];
  const fields = afterName.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("no port is free");
  return address.port;
}

async function answering(url: string, tries = 500): Promise<void> {
  try {
    await fetch(`${url}/v2/`);
  } catch (error) {
    if (tries === 0) throw error;
    await sleep(20);
    await answering(url, tries - 1);
  }
}
