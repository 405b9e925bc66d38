/** Text from strangers on its way to a terminal, and columns. */

/** Without control characters, which could move the cursor or hide a line, and cut to a bound. */
export function clean(text: string, max = 500): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const visible = text.replace(/[\u0000-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]/g, "\u{FFFD}");
  return visible.length > max ? `${visible.slice(0, max)}…` : visible;
}

/** `  label    text`, the labels in one column. */
export function field(label: string, text: string): string {
  return `  ${label.padEnd(10)} ${clean(text, 2000)}\n`;
}
