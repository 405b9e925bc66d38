/** An HTTP proxy that leads whoever asks for a tunnel, whatever its end is called, to one port on loopback. */
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";

export interface Tunnel {
  readonly url: URL;
  stop(): Promise<void>;
}

export async function openTunnel(port: number): Promise<Tunnel> {
  const ends = new Set<Socket>();
  const server = createServer().on("connect", (_request, near, head) => {
    const far = connect(port, "127.0.0.1", () => {
      near.write("HTTP/1.1 200 Connection established\r\n\r\n");
      far.write(head);
      far.pipe(near).pipe(far);
    });
    ends.add(far);
    far.on("error", () => near.destroy()).on("close", () => near.destroy());
    near.on("error", () => far.destroy()).on("close", () => far.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the tunnel has no port");
  return {
    url: new URL(`http://127.0.0.1:${address.port}`),
    stop: async () => {
      for (const end of ends) end.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
