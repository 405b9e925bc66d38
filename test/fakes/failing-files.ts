/** The system's file operations with one that fails, before or after it takes effect. */
import type { FileHandle } from "node:fs/promises";
import { systemFiles, type FileOperations } from "../../src/files/durable-files.ts";

export interface FileFailure {
  /** `sync` is of the file, `sync folder` of the folder with its name. */
  readonly step: "open" | "sync" | "link" | "rename" | "renameSync" | "sync folder";
  readonly kind: "failed" | "failed but persisted";
  /** The number of the call of that step that fails, from 1; the default is the first. */
  readonly call?: number;
}

export interface FailingFiles {
  readonly files: FileOperations;
  /** The steps that were called, in order. */
  readonly calls: string[];
}

export function failingFiles(failure?: FileFailure): FailingFiles {
  const calls: string[] = [];
  let seen = 0;
  const isFailing = (step: string): boolean => step === failure?.step && ++seen === (failure.call ?? 1);
  const broken = (step: string): Error => Object.assign(new Error(`EIO: ${step}`), { code: "EIO" });

  const failing = async <T>(step: FileFailure["step"], work: () => Promise<T>): Promise<T> => {
    const fails = isFailing(step);
    if (fails && failure?.kind === "failed") throw broken(step);
    const result = await work();
    if (fails) throw broken(step);
    return result;
  };
  const noted = <T>(step: FileFailure["step"], work: () => Promise<T>): Promise<T> => {
    calls.push(step);
    return failing(step, work);
  };

  return {
    calls,
    files: {
      ...systemFiles,
      async open(path, flags, mode) {
        calls.push("open");
        const isFolder = flags === "r";
        const file = isFolder ? await systemFiles.open(path, flags, mode) : await openFailing(() => systemFiles.open(path, flags, mode));
        const sync = file.sync.bind(file);
        file.sync = () => {
          calls.push("sync");
          return failing(isFolder ? "sync folder" : "sync", sync);
        };
        return file;
      },
      link: (from, to) => noted("link", () => systemFiles.link(from, to)),
      rename: (from, to) => noted("rename", () => systemFiles.rename(from, to)),
      renameSync(from, to) {
        calls.push("renameSync");
        const fails = isFailing("renameSync");
        if (fails && failure?.kind === "failed") throw broken("renameSync");
        systemFiles.renameSync(from, to);
        if (fails) throw broken("renameSync");
      },
    },
  };

  /** Closes a handle that the caller does not get. */
  async function openFailing(open: () => Promise<FileHandle>): Promise<FileHandle> {
    let file: FileHandle | undefined;
    try {
      return await failing("open", async () => (file = await open()));
    } catch (error) {
      await file?.close();
      throw error;
    }
  }
}
