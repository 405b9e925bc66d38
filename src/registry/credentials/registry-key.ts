/**
 * The keys of credential files:
 *
 *     registry.example.com[:PORT][/NAMESPACE…]        podman (containers-auth.json(5)): the longest match wins
 *     https://registry.example.com[/v1/…]             Docker's older files; as in Docker, the path does not matter
 *
 * A key matches whole components: neither `example.com` nor `example.com/te` matches `evil-example.com` or `example.com/team`.
 */
import { aliasesOf } from "../address.ts";

interface RegistryKey {
  readonly registry: string;
  readonly namespace: readonly string[];
}

/** Returns the value of the key that matches the repository best. */
export function mostSpecific<T>(entries: ReadonlyMap<string, T>, registry: string, repository: string): T | undefined {
  const names = aliasesOf(registry);
  const components = repository.split("/");
  let best: { readonly value: T; readonly depth: number } | undefined;
  for (const [text, value] of entries) {
    const key = parseKey(text);
    const fits = key !== undefined && names.includes(key.registry) && key.namespace.every((part, i) => part === components[i]);
    if (fits && (best === undefined || key.namespace.length > best.depth)) best = { value, depth: key.namespace.length };
  }
  return best?.value;
}

function parseKey(text: string): RegistryKey | undefined {
  const [, scheme, registry = "", path = ""] = /^(https?:\/\/)?([^/]+)(\/.*)?$/s.exec(text) ?? [];
  if (scheme !== undefined) return { registry, namespace: [] };
  return { registry, namespace: path.split("/").slice(1) };
}
