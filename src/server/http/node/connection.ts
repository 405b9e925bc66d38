/** Notifies users of a connection that it was closed. */
import type { Socket } from "node:net";

const watchers = new WeakMap<Socket, Set<() => void>>();

/** Calls back once if the connection closes; returns a function that stops watching. */
export function onClose(socket: Socket, callback: () => void): () => void {
  if (socket.destroyed) callback();
  let callbacks = watchers.get(socket);
  if (!callbacks) {
    // One listener for each connection: a client may send many requests before it reads the first response.
    const all = new Set<() => void>();
    socket.once("close", () => {
      for (const each of all) each();
    });
    watchers.set(socket, all);
    callbacks = all;
  }
  const mine = callbacks;
  mine.add(callback);
  return () => mine.delete(callback);
}
