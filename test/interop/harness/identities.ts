/** Who the registries of the suite know, and where a client finds their passwords. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { createCredentials, type Credentials } from "../../../src/registry/credentials/credentials.ts";

export interface Account {
  readonly username: string;
  readonly password: string;
  /** By bcrypt, as htpasswd writes it. */
  readonly hash: string;
  readonly mayPush: boolean;
}

export const writer: Account = {
  username: "alice",
  password: "wonder",
  hash: "$2y$05$abcdefghijklmnopqrstuuLZNkQ1VL/QsuI/EN8Qq4Ia5232KBp7m",
  mayPush: true,
};

export const reader: Account = {
  username: "bob",
  password: "looking",
  hash: "$2y$05$abcdefghijklmnopqrstuufzXJ9KhdhswkbyRWx8/o.aUDeOmtAx6",
  mayPush: false,
};

/** A person's own folder, empty but for what it is to hold. */
export interface Login {
  readonly folder: string;
  readonly registry: string;
  readonly username: string;
  readonly password: string;
}

/** Where a login may be kept. */
export const keptIn = {
  /** In Docker's configuration. */
  async docker({ folder, registry, username, password }: Login): Promise<Credentials> {
    const auths = { [registry]: { auth: btoa(`${username}:${password}`) } };
    await writeFile(join(folder, "config.json"), JSON.stringify({ auths }));
    return createCredentials({ env: { DOCKER_CONFIG: folder }, home: folder });
  },

  /** In podman's file of logins, named by the environment. */
  async podman({ folder, registry, username, password }: Login): Promise<Credentials> {
    const file = join(folder, "auth.json");
    await writeFile(file, JSON.stringify({ auths: { [registry]: { auth: btoa(`${username}:${password}`) } } }));
    return createCredentials({ env: { REGISTRY_AUTH_FILE: file }, home: folder });
  },

  /** With a credential helper: a program of its own, which answers for this registry alone. */
  async helper({ folder, registry, username, password }: Login): Promise<Credentials> {
    const programs = join(folder, "bin");
    await mkdir(programs);
    const program = join(programs, "docker-credential-suite");
    const answer = JSON.stringify({ ServerURL: registry, Username: username, Secret: password });
    const notFound = "credentials not found in native keychain";
    await writeFile(
      program,
      `#!/bin/sh\nread asked\n[ "$1 $asked" = "get ${registry}" ] && echo '${answer}' && exit\necho ${notFound}\nexit 1\n`,
    );
    await chmod(program, 0o755);
    await writeFile(join(folder, "config.json"), JSON.stringify({ credHelpers: { [registry]: "suite" } }));
    return createCredentials({ env: { DOCKER_CONFIG: folder, PATH: `${programs}${delimiter}/usr/bin${delimiter}/bin` }, home: folder });
  },
} as const;
