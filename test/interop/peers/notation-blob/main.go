// Signs and verifies files with notation's own library, by the names and flags of the commands that notation 2 has for it:
// `notation blob sign` and `notation blob verify`. No release of notation has them yet.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/notaryproject/notation-go"
	"github.com/notaryproject/notation-go/dir"
	"github.com/notaryproject/notation-go/signer"
	"github.com/notaryproject/notation-go/verifier"
)

var mediaTypes = map[string]string{"jws": "application/jose+json", "cose": "application/cose"}

// metadata is what `--user-metadata KEY=VALUE` gives, as often as it is said.
type metadata map[string]string

func (m metadata) String() string { return fmt.Sprint(map[string]string(m)) }

func (m metadata) Set(pair string) error {
	key, value, found := strings.Cut(pair, "=")
	if !found {
		return errors.New("expected KEY=VALUE")
	}
	m[key] = value
	return nil
}

func main() {
	if len(os.Args) < 2 {
		fail(errors.New("usage: notation-blob sign|verify [flags] FILE"))
	}
	commands := map[string]func([]string) error{"sign": sign, "verify": verify}
	command, found := commands[os.Args[1]]
	if !found {
		fail(fmt.Errorf("no such command: %s", os.Args[1]))
	}
	if err := command(os.Args[2:]); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "Error:", err)
	os.Exit(1)
}

// sign writes FILE.jws.sig or FILE.cose.sig.
func sign(args []string) error {
	flags := flag.NewFlagSet("sign", flag.ExitOnError)
	key := flags.String("key", "", "private key (PEM)")
	chain := flags.String("certificate-chain", "", "its certificates, up to the root (PEM)")
	format := flags.String("signature-format", "jws", "jws or cose")
	mediaType := flags.String("media-type", "application/octet-stream", "of the file")
	expiry := flags.Duration("expiry", 0, "how long it is meant to be used")
	user := metadata{}
	flags.Var(user, "user-metadata", "KEY=VALUE")
	flags.Parse(args)

	by, err := signer.NewGenericSignerFromFiles(*key, *chain)
	if err != nil {
		return err
	}
	file, err := os.Open(flags.Arg(0))
	if err != nil {
		return err
	}
	defer file.Close()
	signature, _, err := notation.SignBlob(context.Background(), by, file, notation.SignBlobOptions{
		SignerSignOptions: notation.SignerSignOptions{SignatureMediaType: mediaTypes[*format], ExpiryDuration: expiry.Round(time.Second)},
		ContentMediaType:  *mediaType,
		UserMetadata:      user,
	})
	if err != nil {
		return err
	}
	return os.WriteFile(fmt.Sprintf("%s.%s.sig", file.Name(), *format), signature, 0o644)
}

// verify goes by trustpolicy.blob.json and the trust store in NOTATION_CONFIG.
func verify(args []string) error {
	flags := flag.NewFlagSet("verify", flag.ExitOnError)
	path := flags.String("signature", "", "FILE.jws.sig or FILE.cose.sig")
	policy := flags.String("policy-name", "", "the global one if there is none")
	mediaType := flags.String("media-type", "", "which the file must be said to be")
	user := metadata{}
	flags.Var(user, "user-metadata", "KEY=VALUE")
	flags.Parse(args)

	dir.UserConfigDir = os.Getenv("NOTATION_CONFIG")
	by, err := verifier.NewBlobVerifierFromConfig()
	if err != nil {
		return err
	}
	signature, err := os.ReadFile(*path)
	if err != nil {
		return err
	}
	file, err := os.Open(flags.Arg(0))
	if err != nil {
		return err
	}
	defer file.Close()
	parts := strings.Split(*path, ".")
	if len(parts) < 3 {
		return fmt.Errorf("%s does not end in .jws.sig or .cose.sig", *path)
	}
	_, _, err = notation.VerifyBlob(context.Background(), by, file, signature, notation.VerifyBlobOptions{
		BlobVerifierVerifyOptions: notation.BlobVerifierVerifyOptions{
			SignatureMediaType: mediaTypes[parts[len(parts)-2]],
			UserMetadata:       user,
			TrustPolicyName:    *policy,
		},
		ContentMediaType: *mediaType,
	})
	return err
}
