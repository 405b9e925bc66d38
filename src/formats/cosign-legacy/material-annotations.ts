/** The annotations of a layer under which cosign keeps what came with a signature. */
export const materialAnnotations = {
  certificate: "dev.sigstore.cosign/certificate",
  chain: "dev.sigstore.cosign/chain",
  bundle: "dev.sigstore.cosign/bundle",
  timestamp: "dev.sigstore.cosign/rfc3161timestamp",
} as const;

export type Annotations = Readonly<Record<string, string>>;

/** Whether there is anything but a signature; cosign takes an empty annotation for none. */
export function hasMaterial(annotations: Annotations): boolean {
  return [materialAnnotations.certificate, materialAnnotations.bundle, materialAnnotations.timestamp].some((name) =>
    Boolean(annotations[name]),
  );
}
