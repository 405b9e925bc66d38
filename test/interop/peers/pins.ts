/** The tools the interop suite runs against: Go commands, each built at exactly this version. */
export interface Pin {
  readonly package: string;
  readonly version: string;
}

export type PeerName = "cosign" | "crane";

export const pins: Readonly<Record<PeerName, Pin>> = {
  cosign: { package: "github.com/sigstore/cosign/v3/cmd/cosign", version: "v3.1.3" },
  crane: { package: "github.com/google/go-containerregistry/cmd/crane", version: "v0.22.1" },
};
