/** The script for fish 3 and newer: one `complete` for each word and flag, with the preceding words as its condition. */
import type { FlagValues, Position, Values, Word } from "./positions.ts";

export function fish(positions: readonly Position[]): string {
  return `# fish completion for touchmark, made by 'touchmark completion fish'

function __touchmark_at --description 'These words and no more stand before the cursor'
    set -l before (commandline -opc)
    set -e before[1]
    test "$before" = "$argv"
end

function __touchmark_in --description 'The words before the cursor begin with these'
    set -l before (commandline -opc)
    set -e before[1]
    test "$before[1..$(count $argv)]" = "$argv"
end

complete -c touchmark -e
complete -c touchmark -f
${positions.flatMap(lines).join("\n")}
`;
}

function lines({ path, next, flags, operands }: Position): readonly string[] {
  const at = `complete -c touchmark -n '__touchmark_at${path}'`;
  // At the start, any next word leads to another position.
  const within = path === "" ? at : `complete -c touchmark -n '__touchmark_in${path}'`;
  const after = `complete -c touchmark -n '__touchmark_in${path}; and not __touchmark_at${path}'`;
  return [
    ...next.map((word) => `${at} -a ${word.name}${description(word)}`),
    ...(operands === "anything" ? [] : [`${next.length > 0 ? after : within} ${argument(operands)}`]),
    ...flags.map(
      (flag) => `${within} ${spellings(flag)}${flag.values === undefined ? "" : ` -r ${argument(flag.values)}`}${description(flag)}`,
    ),
  ];
}

const spellings = ({ name, short }: FlagValues): string => `${short === undefined ? "" : `-s ${short} `}-l ${name}`;

function argument(values: Values): string {
  if (values === "files") return "-F";
  if (values === "folders") return "-f -a '(__fish_complete_directories)'";
  return values === "anything" ? "-f" : `-f -a '${values.join(" ")}'`;
}

const description = ({ summary }: Word): string => (summary === undefined ? "" : ` -d ${quote(summary)}`);

const quote = (text: string): string => `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
