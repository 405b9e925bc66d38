/** A port of loopback that refuses connections for as long as the test runs. */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { TestContext } from "node:test";

/** `127.0.0.1:PORT`. The port is the near end of a connection: nobody can listen there, and no other test gets it. */
export async function refusedAddress(t: Pick<TestContext, "after">): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has no port");
  const held = connect(address.port, "127.0.0.1");
  await once(held, "connect");
  t.after(() => {
    held.destroy();
    server.close();
  });
  return `127.0.0.1:${held.localPort}`;
}
