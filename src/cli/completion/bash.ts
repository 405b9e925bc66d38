/**
 * The script for bash 4 and newer. It needs no package: readline completes paths (`compopt`), including quotes and `~`. COMP_WORDS splits
 * `--flag=value` at the `=`, unless COMP_WORDBREAKS was changed, so both forms are handled.
 */
import type { FlagValues, Position, Values } from "./positions.ts";

export function bash(positions: readonly Position[]): string {
  const paths = positions.filter(({ path }) => path !== "").map(({ path }) => `'${path}'`);
  return `# bash completion for touchmark, made by 'touchmark completion bash'

_touchmark() {
  local IFS=$' \\t\\n' at= prefix= flags= values= paths=
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local -i depth
  for ((depth = 1; depth < COMP_CWORD; depth++)); do
    case "$at \${COMP_WORDS[depth]}" in
      ${paths.join(" | ")})
        at+=" \${COMP_WORDS[depth]}" ;;
      *) break ;;
    esac
  done
  if [[ $current == --*=* ]]; then
    previous=\${current%%=*} prefix=\${current%%=*}= current=\${current#*=}
  elif [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case $at in
${positions.map(arm).join("\n")}
  esac
  if [[ $current == -* && -n $flags ]]; then values=$flags paths=; fi
  if [[ -n $paths ]]; then compopt -o "$paths"; fi
  mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$values" -- "$current")
}

complete -F _touchmark touchmark
`;
}

function arm({ path, next, flags, operands }: Position): string {
  const words = next.map(({ name }) => name).join(" ");
  const longs = flags.map(({ name }) => `--${name}`).join(" ");
  return [
    `    '${path}')`,
    "      case $previous in",
    ...flags.flatMap((flag) => (flag.values === undefined ? [] : [`        ${namesOf(flag)}) ${assign(flag.values)};;`])),
    `        *) flags='${longs}' ${assign(operands)};;`,
    "      esac",
    ...(words === "" ? [] : [`      if ((depth == COMP_CWORD)); then values='${words}' paths=; fi`]),
    "      ;;",
  ].join("\n");
}

const namesOf = ({ name, short }: FlagValues): string => (short === undefined ? `--${name}` : `-${short} | --${name}`);

function assign(values: Values): string {
  if (values === "files") return "paths=default ";
  if (values === "folders") return "paths=dirnames ";
  return values === "anything" ? "" : `values='${values.join(" ")}' `;
}
