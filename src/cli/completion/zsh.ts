/** The script for zsh: a file `_touchmark` on `fpath`, or sourced after `compinit`. Each position is one call of zsh's own `_arguments`. */
import type { FlagValues, ValueKind, Position, Values, Word } from "./positions.ts";

export function zsh(positions: readonly Position[]): string {
  const paths = positions.filter(({ path }) => path !== "").map(({ path }) => quote(path));
  return `#compdef touchmark
# zsh completion for touchmark, made by 'touchmark completion zsh'

_touchmark() {
  local at= ret=1
  local -i depth=1
  local -a following
  while ((depth + 1 < CURRENT)); do
    case "$at \${words[depth + 1]}" in
      ${paths.join(" | ")})
        at+=" \${words[depth + 1]}"
        ((depth++)) ;;
      *) break ;;
    esac
  done
  words=("touchmark$at" "\${(@)words[depth + 1,-1]}")
  ((CURRENT -= depth - 1))
  case $at in
${positions.map(arm).join("\n")}
  esac
  return ret
}

if [[ \${funcstack[1]} == _touchmark ]]; then
  _touchmark "$@"
else
  compdef _touchmark touchmark
fi
`;
}

function arm({ path, next, flags, operands }: Position): string {
  const specs = [
    ...(next.length > 0 ? ["1:argument: _describe -t commands argument following"] : []),
    ...operandSpecs(operands),
    ...flags.flatMap(flagSpecs),
  ];
  return [
    `    ${quote(path)})`,
    ...(next.length > 0 ? ["      following=(", ...next.map((word) => `        ${quote(described(word))}`), "      )"] : []),
    ["      _arguments -s -S :", ...specs.map(quote)].join(" \\\n        ") + " && ret=0",
    "      ;;",
  ].join("\n");
}

function operandSpecs(operands: ValueKind): readonly string[] {
  return operands === "anything" ? [] : [`*:argument:${action(operands)}`];
}

/** One specification for each spelling; the spellings exclude each other, unless the flag may be repeated. */
function flagSpecs({ name, short, value = "", values, repeatable, summary }: FlagValues): readonly string[] {
  const spellings = [...(short === undefined ? [] : [`-${short}`]), `--${name}`];
  const once = repeatable === true ? "*" : `(${spellings.join(" ")})`;
  const rest = `[${escape(summary)}]${values === undefined ? "" : `:${escape(value)}:${action(values)}`}`;
  const takes = (spelling: string): string => (values === undefined ? "" : spelling.startsWith("--") ? "=" : "+");
  return spellings.map((spelling) => `${once}${spelling}${takes(spelling)}${rest}`);
}

function action(values: Values): string {
  if (values === "files") return "_files";
  if (values === "folders") return "_files -/";
  return values === "anything" ? " " : `(${values.join(" ")})`;
}

const described = ({ name, summary }: Word): string => (summary === undefined ? name : `${name}:${escape(summary)}`);

const escape = (text: string): string => text.replaceAll(/[\\:[\]]/g, String.raw`\$&`);

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
