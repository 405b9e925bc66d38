/** Servers on loopback that end an exchange in every way that a socket can: each sends some bytes, then acts. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";

/** Called with each connection once a request has arrived on it. */
export type RawBehaviour = (socket: Socket) => void;

/** None of them is a complete answer that HTTP allows here. */
export const rawBehaviours: Readonly<Record<string, RawBehaviour>> = {
  "answers 101 and upgrades": says("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
  "answers 101, upgrades and hangs up": says("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", ends),
  "answers 101 without saying to what": says("HTTP/1.1 101 Switching Protocols\r\n\r\n", ends),
  "answers 100 and hangs up": says("HTTP/1.1 100 Continue\r\n\r\n", ends),
  "answers 103 and hangs up": says("HTTP/1.1 103 Early Hints\r\n\r\n", ends),
  "hangs up without an answer": ends,
  "resets the connection": (socket) => void socket.resetAndDestroy(),
  "hangs up in the middle of the headers": says("HTTP/1.1 200 OK\r\nContent-Le", ends),
  "resets in the middle of the headers": says("HTTP/1.1 200 OK\r\nContent-Le", (socket) => void socket.resetAndDestroy()),
  "hangs up in the middle of the body": says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234", ends),
  "resets in the middle of the body": says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0", (socket) => void socket.resetAndDestroy()),
  "hangs up in the middle of a chunk": says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n0", ends),
  "answers what is not HTTP": says("220 mail.example ESMTP\r\n", ends),
};

function says(text: string, then: RawBehaviour = () => undefined): RawBehaviour {
  return (socket) => void socket.write(text, () => then(socket));
}

function ends(socket: Socket): void {
  socket.end();
}

/** Starts a server that ends with the test. Returns its port. */
export async function rawPeer(t: Pick<TestContext, "after">, behave: RawBehaviour): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    socket.once("data", () => behave(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server listens on no port");
  return address.port;
}
