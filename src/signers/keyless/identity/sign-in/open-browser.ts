/** Opens a page in the user's browser. */
import { spawn } from "node:child_process";
import { childEnvironment } from "../../../../core/child-environment.ts";

export interface Desktop {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [program: string, ...args: string[]]>>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Resolves to whether the system's opener succeeded; callers need not await it. */
export function openBrowser(page: URL, { platform, env }: Desktop): Promise<boolean> {
  const [program, ...args] = openers[platform] ?? ["xdg-open"];
  const child = spawn(program, [...args, page.href], { env: childEnvironment(env), stdio: "ignore", detached: true });
  child.unref();
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", (status) => resolve(status === 0));
  });
}
