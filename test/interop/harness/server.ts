/** Starts a server that says on stdout or stderr where it listens, and stops it again. */
import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Running {
  /** What the pattern's first group matched. */
  readonly said: string;
  stop(): Promise<void>;
}

/** Added to the environment. */
export type Environment = Readonly<Record<string, string>>;

const patience = 30_000;

/** Resolves as soon as the output matches `ready`; throws with the output if the server ends or says nothing in time. */
export async function startServer(program: string, args: readonly string[], ready: RegExp, env: Environment = {}): Promise<Running> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  const exited = once(child, "exit");
  const heard = Promise.withResolvers<string>();
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const said = ready.exec(output)?.[1];
      if (said !== undefined) heard.resolve(said);
    });
  }
  const fail = (what: string): void => heard.reject(new Error(`${program} ${args.join(" ")} ${what}\n${output}`));
  exited.then(() => fail("ended"), heard.reject);
  const timer = setTimeout(fail, patience, "did not say that it is ready");
  const stop = async (): Promise<void> => {
    child.kill();
    await exited;
  };
  try {
    return { said: await heard.promise, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
