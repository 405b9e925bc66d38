/**
 * Modules of this process. Each is initialised once, by whoever needs it first, and finalised when nobody needs it any more: C_Initialize
 * and C_Finalize are for the process, not for one of its users (PKCS #11 2.40, section 5.4).
 */
import type { Cryptoki } from "./cryptoki.ts";

export interface ModuleSource {
  /** The path of the shared library. */
  readonly modulePath: string;
  readonly load: () => Promise<Cryptoki>;
}

export interface AcquiredModule {
  readonly module: Cryptoki;
  /** To be called once. */
  readonly release: () => void;
}

interface OpenModule {
  readonly module: Cryptoki;
  users: number;
}

/** By what loads them, and by their paths. */
const modules = new WeakMap<ModuleSource["load"], Map<string, OpenModule>>();

/** Only one caller at a time, of each path. Throws what the module throws. */
export async function acquireModule({ load, modulePath }: ModuleSource): Promise<AcquiredModule> {
  const open = modules.get(load) ?? new Map<string, OpenModule>();
  modules.set(load, open);
  const entry = open.get(modulePath) ?? { module: await initialise(load, modulePath), users: 0 };
  open.set(modulePath, entry);
  entry.users++;
  return {
    module: entry.module,
    release() {
      if (--entry.users > 0) return;
      open.delete(modulePath);
      finalise(entry.module);
    },
  };
}

async function initialise(load: ModuleSource["load"], modulePath: string): Promise<Cryptoki> {
  const module = await load();
  module.load(modulePath);
  try {
    module.C_Initialize();
    return module;
  } catch (thrown) {
    module.close();
    throw thrown;
  }
}

function finalise(module: Cryptoki): void {
  try {
    module.C_Finalize();
  } catch {
    // others in this process have ended it
  }
  try {
    module.close();
  } catch {
    // it stays loaded until the process ends
  }
}
