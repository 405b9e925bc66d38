/** The annotations of a layer in which cosign keeps verification material. */
export const materialAnnotations = {
  certificate: "dev.sigstore.cosign/certificate",
  chain: "dev.sigstore.cosign/chain",
  bundle: "dev.sigstore.cosign/bundle",
  timestamp: "dev.sigstore.cosign/rfc3161timestamp",
} as const;

export type Annotations = Readonly<Record<string, string>>;

/** Whether the layer has any verification material; as in cosign, an empty annotation counts as none. */
export function hasMaterial(annotations: Annotations): boolean {
  return [materialAnnotations.certificate, materialAnnotations.bundle, materialAnnotations.timestamp].some((name) =>
    Boolean(annotations[name]),
  );
}
