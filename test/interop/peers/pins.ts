/** The tools the interop suite runs against that Go builds: commands of modules, each at exactly this version. */
export interface Pin {
  readonly module: string;
  /** The package of the command in the module; absent where it is the module's own. */
  readonly command?: string;
  readonly version: string;
  /** The module is a library: what is built is a program of ours that calls it, in the folder of the peer's name. */
  readonly isLibrary?: true;
}

export type PeerName =
  | "cosign"
  | "notation"
  | "notation-blob"
  | "crane"
  | "regctl"
  | "distribution"
  | "fulcio"
  | "rekor-tiles"
  | "timestamp-authority";

export const pins: Readonly<Record<PeerName, Pin>> = {
  crane: { module: "github.com/google/go-containerregistry", command: "cmd/crane", version: "v0.22.1" },
  regctl: { module: "github.com/regclient/regclient", command: "cmd/regctl", version: "v0.11.7" },
  distribution: { module: "github.com/distribution/distribution/v3", command: "cmd/registry", version: "v3.1.2" },
  cosign: { module: "github.com/sigstore/cosign/v3", command: "cmd/cosign", version: "v3.1.3" },
  notation: { module: "github.com/notaryproject/notation", command: "cmd/notation", version: "v1.3.2" },
  // What notation 2 is to sign and verify files with, of which there is no release that can be built.
  "notation-blob": {
    module: "github.com/notaryproject/notation-go",
    version: "v1.2.0-beta.1.0.20250512015818-2bc67e7695ef",
    isLibrary: true,
  },
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
  "notation-blob",
  "fulcio",
  "rekor-tiles",
  "timestamp-authority",
];
