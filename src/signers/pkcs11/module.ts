/**
 * The modules of this process. Each is initialised by its first user and finalised after its last: C_Initialize
 * and C_Finalize are per process, not per user (PKCS #11 2.40, section 5.4).
 */
import type { Cryptoki } from "./cryptoki.ts";

export interface ModuleSource {
  /** The path of the shared library. */
  readonly modulePath: string;
  readonly load: () => Promise<Cryptoki>;
}

export interface AcquiredModule {
  readonly module: Cryptoki;
  /** Must be called once. */
  readonly release: () => void;
}

interface OpenModule {
  readonly module: Cryptoki;
  users: number;
}

/** By loader and path. */
const modules = new WeakMap<ModuleSource["load"], Map<string, OpenModule>>();

/** Callers of the same path take turns. Throws what the module throws. */
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
    // Other code in this process has finalised it.
  }
  try {
    module.close();
  } catch {
    // It stays loaded until the process ends.
  }
}
