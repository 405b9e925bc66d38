/** What is opened when it is first needed, and then kept; a failure is not kept. */
export function openedOnce<T>(open: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let opened: Promise<T> | undefined;
  return (signal) => {
    opened ??= open(signal).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}
