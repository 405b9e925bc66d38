/** Preloaded into a process: prints on its last line of stderr the built-in modules that were loaded after Node's own start. */
"use strict";

const atStart = new Set(process.moduleLoadList);
process.on("exit", () => {
  const later = process.moduleLoadList.filter((name) => !atStart.has(name) && /^NativeModule (?!internal\/)/.test(name));
  process.stderr.write(`\nmodules: ${JSON.stringify(later.map((name) => name.slice("NativeModule ".length)))}\n`);
});
