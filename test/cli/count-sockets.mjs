/** Preloaded into a process: prints on its last line of stderr to where it opened sockets. */
import { subscribe } from "node:diagnostics_channel";

const opened = [];
subscribe("net.client.socket", ({ socket }) => {
  socket.on("connectionAttempt", (address, port) => opened.push(`${address}:${port}`));
});
process.on("exit", () => process.stderr.write(`\nsockets: ${JSON.stringify(opened)}\n`));
