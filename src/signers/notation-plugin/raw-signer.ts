/**
 * The signer for a plugin that generates raw signatures (Notary Project, plugin-extensibility, "Signature Generator"). Each signature
 * is verified with the key of the certificate that the plugin returned before.
 *
 * A plugin returns its certificates only with a signature, but they are needed earlier: they are part of the signed content, and
 * they identify existing signatures. So the plugin first signs a fixed text that has no other meaning.
 */
import { encodeUtf8, equalBytes, fromBase64, toBase64 } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { memoise } from "../../core/async/memoise.ts";
import type { Fields } from "../../core/json/json.ts";
import type { Signer, SignerDescription } from "../../core/signer.ts";
import { parseCertificate, type Certificate } from "../../core/x509/certificate.ts";
import { runPluginCommand, type PluginSurroundings } from "../../plugins/notation/plugin-command.ts";
import type { Plugin } from "../../plugins/notation/find-plugin.ts";
import { keySpecName, keySpecOf, type KeySpec } from "./key-specs.ts";
import { pluginFailed, keyRequest, quote, type PluginKey } from "./plugin-key.ts";
import { textsOf } from "../../plugins/notation/plugin-metadata.ts";
import { pluginLimits } from "../../plugins/limits.ts";

interface OpenKey {
  readonly spec: KeySpec;
  readonly description: SignerDescription & { readonly chain: readonly Certificate[] };
}

interface RawSignature {
  readonly signature: Uint8Array;
  readonly chain: readonly [Certificate, ...Certificate[]];
}

const trial = encodeUtf8("Touchmark asks for the certificates of this key. This text is not a signature of anything.\n");

/** The plugin is opened once. Describing and signing throw what runPluginCommand throws, UNSUPPORTED, PLUGIN_FAILED for an invalid response. */
export function rawSigner(key: PluginKey, plugin: Plugin): Signer {
  const open = memoise((signal) => openKey(key, plugin, signal));

  return {
    async describe(signal) {
      return (await open(signal)).description;
    },
    async sign({ bytes, scheme }, signal) {
      const { spec, description } = await open(signal);
      if (scheme !== spec.scheme) {
        throw new TouchmarkError("UNSUPPORTED", "notation's plugins sign for the Notary Project alone", {
          hint: "Sign in the format notation.",
        });
      }
      const { signature, chain } = await generateSignature({ key, plugin, spec, bytes }, { env: key.env, signal });
      const [leaf] = description.chain;
      if (!leaf || !equalBytes(chain[0].raw, leaf.raw)) throw pluginFailed(key, "signs with another certificate than it did before");
      return { signature, by: description };
    },
  };
}

async function openKey(key: PluginKey, plugin: Plugin, signal: AbortSignal): Promise<OpenKey> {
  const surroundings = { env: key.env, signal };
  const described = await runPluginCommand(plugin, "describe-key", keyRequest(key), surroundings);
  expectSame(described, key);
  const spec = keySpecOf(described.string("keySpec"));
  if (!spec) throw pluginFailed(key, `has a key of kind ${quote(described.string("keySpec"))}, which is not accepted`);
  const { chain } = await generateSignature({ key, plugin, spec, bytes: trial }, surroundings);
  return { spec, description: { publicKey: chain[0].publicKey, chain } };
}

interface Generation {
  readonly key: PluginKey;
  readonly plugin: Plugin;
  readonly spec: KeySpec;
  readonly bytes: Uint8Array;
}

/** Returns a signature that verifies with the first certificate of its chain. */
async function generateSignature({ key, plugin, spec, bytes }: Generation, surroundings: PluginSurroundings): Promise<RawSignature> {
  const { name: keySpec, hashAlgorithm, signingAlgorithm, scheme } = spec;
  const request = { ...keyRequest(key), keySpec, hashAlgorithm, payload: toBase64(bytes) };
  const answer = await runPluginCommand(plugin, "generate-signature", request, surroundings);
  expectSame(answer, key);
  const algorithm = answer.string("signingAlgorithm");
  if (algorithm !== signingAlgorithm) throw pluginFailed(key, `signs by ${quote(algorithm)}, expected ${signingAlgorithm}`);
  const signature = fromBase64(answer.string("signature"), `${answer.at}.signature`);
  const chain = readChain(answer);
  const { publicKey } = chain[0];
  if (keySpecName(publicKey) !== keySpec) throw pluginFailed(key, `has a key of ${keySpec} and a certificate of ${keySpecName(publicKey)}`);
  if (!scheme.verify(publicKey.key, bytes, signature)) throw pluginFailed(key, "made a signature that its certificate does not verify");
  return { signature, chain };
}

function expectSame(answer: Fields, key: PluginKey): void {
  const id = answer.string("keyId");
  if (id !== key.id) throw pluginFailed(key, `answers for the key ${quote(id)}, asked for ${quote(key.id)}`);
}

function readChain(answer: Fields): readonly [Certificate, ...Certificate[]] {
  const texts = textsOf(answer, "certificateChain");
  if (texts.length > pluginLimits.chain) throw new TouchmarkError("LIMIT_EXCEEDED", `${answer.at} has ${texts.length} certificates`);
  const [leaf, ...issuers] = texts.map((text, i) => {
    const at = `${answer.at}.certificateChain[${i}]`;
    return parseCertificate(fromBase64(text, at), at);
  });
  if (!leaf) throw new TouchmarkError("MALFORMED", `${answer.at} has no certificate`);
  return [leaf, ...issuers];
}
