/** The environment of programs that are started for one purpose: what any program needs, and no secret of ours or of the CI job. */

/** Names of variables, or beginnings of names. */
const harmless = new RegExp(
  [
    "^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\\w+|TZ|TERM|TMPDIR|TMP|TEMP|XDG_\\w+",
    "DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|DBUS_SESSION_BUS_ADDRESS|GPG_TTY|GNUPGHOME|BROWSER",
    "https?_proxy|all_proxy|no_proxy|SSL_CERT_FILE|SSL_CERT_DIR",
    // Windows
    "SystemRoot|SystemDrive|windir|ComSpec|PATHEXT|APPDATA|LOCALAPPDATA|USERPROFILE|HOMEDRIVE|HOMEPATH|ProgramData|ProgramFiles.*)$",
  ].join("|"),
  "i",
);

/** Returns the harmless variables, and those whose names begin with one of the prefixes. */
export function childEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  prefixes: readonly string[] = [],
): Readonly<Record<string, string | undefined>> {
  const isPassed = (name: string): boolean => harmless.test(name) || prefixes.some((prefix) => name.toUpperCase().startsWith(prefix));
  return Object.fromEntries(Object.entries(env).filter(([name]) => isPassed(name)));
}
