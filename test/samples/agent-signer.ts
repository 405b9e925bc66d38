/** A small signer, written as "How to add a signer" of CONTRIBUTING.md says: its key is held by an agent that is asked over a connection. */
import { memoise } from "../../src/core/async/memoise.ts";
import type { Signer, SignerDescription } from "../../src/core/signer.ts";
import { parsePublicKey } from "../../src/trust/parse-public-key.ts";

export interface Agent extends AsyncDisposable {
  /** The public key, PEM. */
  publicKey(signal: AbortSignal): Promise<Uint8Array>;
  sign(message: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
}

/** Connects when the key is first needed, once for all signatures; a connection that failed is tried anew. */
export function agentSigner(connect: (signal: AbortSignal) => Promise<Agent>): Signer & AsyncDisposable {
  let connected: Agent | undefined;
  const agent = memoise(async (signal) => (connected = await connect(signal)));
  const describe = memoise(async (signal): Promise<SignerDescription> => {
    const pem = await (await agent(signal)).publicKey(signal);
    return { publicKey: parsePublicKey(pem, "the agent's key") };
  });
  return {
    describe,
    sign: async ({ bytes }, signal) => ({ signature: await (await agent(signal)).sign(bytes, signal), by: await describe(signal) }),
    [Symbol.asyncDispose]: async () => connected?.[Symbol.asyncDispose](),
  };
}
