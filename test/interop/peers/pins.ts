/** The tools the interop suite runs against that Go builds: commands, each at exactly this version. */
export interface Pin {
  readonly package: string;
  readonly version: string;
}

export type PeerName = "cosign" | "crane" | "regctl" | "distribution" | "fulcio" | "rekor-tiles" | "timestamp-authority";

export const pins: Readonly<Record<PeerName, Pin>> = {
  crane: { package: "github.com/google/go-containerregistry/cmd/crane", version: "v0.22.1" },
  regctl: { package: "github.com/regclient/regclient/cmd/regctl", version: "v0.11.7" },
  distribution: { package: "github.com/distribution/distribution/v3/cmd/registry", version: "v3.1.2" },
  cosign: { package: "github.com/sigstore/cosign/v3/cmd/cosign", version: "v3.1.3" },
  fulcio: { package: "github.com/sigstore/fulcio", version: "v1.8.8" },
  "rekor-tiles": { package: "github.com/sigstore/rekor-tiles/v2/cmd/rekor-server/posix", version: "v2.3.0" },
  // The newest one that Go 1.26 builds.
  "timestamp-authority": { package: "github.com/sigstore/timestamp-authority/v2/cmd/timestamp-server", version: "v2.1.2" },
};

export const peerNames: readonly PeerName[] = ["crane", "regctl", "distribution", "cosign", "fulcio", "rekor-tiles", "timestamp-authority"];
