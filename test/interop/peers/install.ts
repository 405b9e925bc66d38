/**
 * Installs the peers that are not there yet: `npm run peers` all of them, `npm run peers -- distribution` the named ones
 * of those that Go builds.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { installDebianPackages } from "./install-debian.ts";
import { installPkcs11js } from "./install-pkcs11js.ts";
import { peerFolder, peerPackage, peerPath } from "./peer.ts";
import { peerNames, pins, type PeerName } from "./pins.ts";

const named = new Set(process.argv.slice(2));
for (const name of peerNames) if ((named.size === 0 || named.has(name)) && !existsSync(peerPath(name))) install(name);
if (named.size === 0) {
  installDebianPackages();
  installPkcs11js(); // with a compiler of those
}

/** Builds into a folder beside the place and moves it there whole, so that half a build is never taken for a peer. */
function install(name: PeerName): void {
  const { module, version, isLibrary } = pins[name];
  process.stderr.write(`building ${name} ${version}, which takes a few minutes the first time\n`);
  const parent = dirname(peerFolder(name));
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `${name}-`));
  const built = join(folder, "bin");
  try {
    // In a module of its own: `go install PACKAGE@VERSION` asks a proxy for the list of versions too, which not every one has.
    writeFileSync(join(folder, "go.mod"), `module peer\n\ngo 1.24\n\nrequire ${module} ${version}\n`);
    if (isLibrary) cpSync(join(import.meta.dirname, name), join(folder, name), { recursive: true });
    const { error, status } = spawnSync("go", ["install", peerPackage(name)], {
      cwd: folder,
      env: { ...process.env, GOBIN: built, GOFLAGS: "-mod=mod" },
      stdio: ["ignore", "inherit", "inherit"],
    });
    if (error) throw new Error(`go could not be started: install Go from your system's packages (${error.message})`);
    if (status !== 0) throw new Error(`go install ${peerPackage(name)} of ${version} failed with status ${status}`);
    if (!existsSync(peerPath(name))) renameSync(built, peerFolder(name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
