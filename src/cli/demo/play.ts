/** The demo: runs real commands in order and checks the outcome of each. */
import { join } from "node:path";
import { TouchmarkError } from "../../core/errors.ts";
import { parseReference } from "../../core/oci/reference.ts";
import type { Repository } from "../../core/repository.ts";
import { createHttpClient } from "../../net/http-client.ts";
import { createCredentials } from "../../registry/credentials/credentials.ts";
import { createRegistries } from "../../registry/registries.ts";
import type { CommandEntry } from "../command.ts";
import { parseCommandLine } from "../command-line.ts";
import { generateKey } from "../../signers/file/generate-key.ts";
import { writeKeyPair } from "../../signers/file/write-key-pair.ts";
import type { Io, Output } from "../io.ts";
import { carrySignatures } from "./carry-signature.ts";
import { pushImage } from "./image.ts";

export interface Stage {
  readonly folder: string;
  /** The registry's address: `127.0.0.1:43211`. */
  readonly address: string;
  readonly io: Io;
  /** All commands. */
  readonly commands: readonly CommandEntry[];
}

/** Plays every scene; returns the outcomes that differ from the expected ones. */
export async function play({ folder, address, io, commands }: Stage): Promise<readonly string[]> {
  const { stdout, signal } = io;
  const say = (text: string): void => stdout.write(`\n${text}\n`);
  const surprises: string[] = [];
  const registries = createRegistries({ http: createHttpClient(), credentials: createCredentials({ env: {}, home: folder }) });
  const repository = (name: string): Repository => registries.open(parseReference(`${address}/demo/${name}`));
  const image = (name: string): string => `${address}/demo/${name}:1.0`;
  const [maintainer, stranger] = [join(folder, "maintainer"), join(folder, "stranger")];

  const password = io.env["TOUCHMARK_PASSWORD"] ?? "";

  /** Runs a command as typed, and expects this exit status. */
  async function run(verb: "sign" | "verify", words: readonly string[], expected: number): Promise<void> {
    const line = `touchmark ${verb} ${words.join(" ")}`;
    stdout.write(`  $ ${line}\n`);
    const inside: Io = {
      ...io,
      stdout: indented(stdout),
      stderr: indented(io.stderr),
      env: { ...io.env, TOUCHMARK_PASSWORD: password },
    };
    const status = await runCommand(verb, words, inside, commands);
    stdout.write(`  exit status ${status}\n`);
    if (status !== expected) surprises.push(`${line} ended with ${status} instead of ${expected}`);
  }
  const check = (name: string, expected: number): Promise<void> => run("verify", ["--key", `${maintainer}.pub`, image(name)], expected);

  say(`A registry of the demo's own listens on ${address}. A trusted maintainer and somebody else make a key each:`);
  for (const prefix of [maintainer, stranger]) {
    const pair = await writeKeyPair({ prefix, privateKey: await generateKey(), password, signal });
    stdout.write(`  ${pair.publicKeyPath}  sha256:${pair.publicKey.fingerprint}\n`);
  }
  await pushImage(repository("yours"), "1.0", "An image for you to sign.\n", signal);

  say("1. The maintainer signs an image. Whoever has the public key can check it.");
  await pushImage(repository("app"), "1.0", "Hello from the maintainer.\n", signal);
  await run("sign", ["--key", `${maintainer}.key`, image("app")], 0);
  await check("app", 0);

  say("2. An image without a signature.");
  await pushImage(repository("unsigned"), "1.0", "Hello, unsigned.\n", signal);
  await check("unsigned", 10);

  say("3. An image whose tag was moved to other content after signing, the old signature carried along.");
  const signed = await pushImage(repository("moved"), "1.0", "Hello from the maintainer, again.\n", signal);
  await run("sign", ["--key", `${maintainer}.key`, `${address}/demo/moved@${signed.digest}`], 0);
  const other = await pushImage(repository("moved"), "1.0", "Hello from an attacker.\n", signal);
  await carrySignatures(repository("moved"), signed, other, signal);
  await check("moved", 12);

  say("4. An image signed with another key.");
  await pushImage(repository("strange"), "1.0", "Hello from a stranger.\n", signal);
  await run("sign", ["--key", `${stranger}.key`, image("strange")], 0);
  await check("strange", 12);

  return surprises;
}

async function runCommand(name: string, words: readonly string[], io: Io, commands: readonly CommandEntry[]): Promise<number> {
  const entry = commands.find((one) => one.name === name);
  if (!entry) throw new TouchmarkError("INTERNAL", `there is no command ${name}`);
  const { command } = await entry.load();
  return command.run(parseCommandLine(name, command, words), io, commands);
}

/** The commands to try on the user's own image. */
export function yourTurn(image: string): string {
  const lines = [
    "touchmark keys generate",
    `touchmark sign --key touchmark.key ${image}`,
    `touchmark verify --key touchmark.pub ${image}`,
    `touchmark tree ${image}`,
  ];
  return `\nThe same with an image of your own:\n\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

function indented(output: Output): Output {
  return { ...output, write: (text) => output.write(text.replace(/^(?=.)/gm, "    ")) };
}
