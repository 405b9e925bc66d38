/** The tools the interop suite runs against that Go builds: commands of modules, each at exactly this version. */
export interface Pin {
  readonly module: string;
  /** The package of the command in the module; absent where it is the module's own. */
  readonly command?: string;
  readonly version: string;
}

export type PeerName = "cosign" | "notation" | "crane" | "regctl" | "distribution" | "fulcio" | "rekor-tiles" | "timestamp-authority";

export const pins: Readonly<Record<PeerName, Pin>> = {
  crane: { module: "github.com/google/go-containerregistry", command: "cmd/crane", version: "v0.22.1" },
  regctl: { module: "github.com/regclient/regclient", command: "cmd/regctl", version: "v0.11.7" },
  distribution: { module: "github.com/distribution/distribution/v3", command: "cmd/registry", version: "v3.1.2" },
  cosign: { module: "github.com/sigstore/cosign/v3", command: "cmd/cosign", version: "v3.1.3" },
  notation: { module: "github.com/notaryproject/notation", command: "cmd/notation", version: "v1.3.2" },
  fulcio: { module: "github.com/sigstore/fulcio", version: "v1.8.8" },
  "rekor-tiles": { module: "github.com/sigstore/rekor-tiles/v2", command: "cmd/rekor-server/posix", version: "v2.3.0" },
  // The newest one that Go 1.26 builds.
  "timestamp-authority": { module: "github.com/sigstore/timestamp-authority/v2", command: "cmd/timestamp-server", version: "v2.1.2" },
};

export const peerNames: readonly PeerName[] = [
  "crane",
  "regctl",
  "distribution",
  "cosign",
  "notation",
  "fulcio",
  "rekor-tiles",
  "timestamp-authority",
];
