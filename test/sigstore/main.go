// Checks and makes attestations with the libraries of Sigstore and of DSSE for Go, so that ours are held against those of others.
//
//	sigstore verify BUNDLE PUBLIC.pem ARTIFACT   prints the predicate type, or says why the bundle does not hold
//	sigstore identity BUNDLE ROOT.json ARTIFACT SAN ISSUER   the same for what an identity has signed
//	sigstore envelope BUNDLE PUBLIC.pem          the same for the envelope alone, with the library of DSSE
//	sigstore sign PRIVATE.pem STATEMENT          prints a bundle
package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	bundlepb "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	commonpb "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	dssepb "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"
	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/sigstore/sigstore/pkg/signature"
	sigdsse "github.com/sigstore/sigstore/pkg/signature/dsse"
	"google.golang.org/protobuf/encoding/protojson"
)

const payloadType = "application/vnd.in-toto+json"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 4 && args[0] == "verify":
		return verifyBundle(args[1], args[2], args[3])
	case len(args) == 6 && args[0] == "identity":
		return verifyIdentity(args[1], args[2], args[3], args[4:])
	case len(args) == 3 && args[0] == "envelope":
		return verifyEnvelope(args[1], args[2])
	case len(args) == 3 && args[0] == "sign":
		return sign(args[1], args[2])
	}
	return errors.New("usage: sigstore verify BUNDLE PUBLIC.pem ARTIFACT | identity BUNDLE ROOT.json ARTIFACT SAN ISSUER | envelope BUNDLE PUBLIC.pem | sign PRIVATE.pem STATEMENT")
}

func verifyBundle(path, keyPath, artifactPath string) error {
	signed, err := bundle.LoadJSONFromPath(path)
	if err != nil {
		return err
	}
	verifier, err := loadVerifier(keyPath)
	if err != nil {
		return err
	}
	trusted := root.NewTrustedPublicKeyMaterial(func(string) (root.TimeConstrainedVerifier, error) {
		return root.NewExpiringKey(verifier, time.Time{}, time.Time{}), nil
	})
	checker, err := verify.NewVerifier(trusted, verify.WithNoObserverTimestamps())
	if err != nil {
		return err
	}
	artifact, err := os.ReadFile(artifactPath)
	if err != nil {
		return err
	}
	result, err := checker.Verify(signed, verify.NewPolicy(verify.WithArtifact(bytes.NewReader(artifact)), verify.WithKey()))
	if err != nil {
		return err
	}
	fmt.Println(result.Statement.GetPredicateType())
	return nil
}

// What the root names has to have seen the signature.
func verifyIdentity(path, rootPath, artifactPath string, who []string) error {
	signed, err := bundle.LoadJSONFromPath(path)
	if err != nil {
		return err
	}
	trusted, err := root.NewTrustedRootFromPath(rootPath)
	if err != nil {
		return err
	}
	options := []verify.VerifierOption{verify.WithObserverTimestamps(1)}
	if len(trusted.RekorLogs()) > 0 {
		options = append(options, verify.WithTransparencyLog(1))
	}
	if len(trusted.CTLogs()) > 0 {
		options = append(options, verify.WithSignedCertificateTimestamps(1))
	}
	checker, err := verify.NewVerifier(trusted, options...)
	if err != nil {
		return err
	}
	artifact, err := os.ReadFile(artifactPath)
	if err != nil {
		return err
	}
	identity, err := verify.NewShortCertificateIdentity(who[1], "", who[0], "")
	if err != nil {
		return err
	}
	result, err := checker.Verify(signed, verify.NewPolicy(verify.WithArtifact(bytes.NewReader(artifact)), verify.WithCertificateIdentity(identity)))
	if err != nil {
		return err
	}
	fmt.Println(result.Statement.GetPredicateType())
	return nil
}

func verifyEnvelope(path, keyPath string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var signed struct {
		DsseEnvelope dsse.Envelope `json:"dsseEnvelope"`
	}
	if err := json.Unmarshal(content, &signed); err != nil {
		return err
	}
	verifier, err := loadVerifier(keyPath)
	if err != nil {
		return err
	}
	checker, err := dsse.NewEnvelopeVerifier(&sigdsse.VerifierAdapter{SignatureVerifier: verifier})
	if err != nil {
		return err
	}
	if _, err := checker.Verify(context.Background(), &signed.DsseEnvelope); err != nil {
		return err
	}
	fmt.Println(signed.DsseEnvelope.PayloadType)
	return nil
}

func sign(keyPath, statementPath string) error {
	statement, err := os.ReadFile(statementPath)
	if err != nil {
		return err
	}
	der, err := readPEM(keyPath)
	if err != nil {
		return err
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return err
	}
	signer, err := signature.LoadSigner(key, crypto.SHA256)
	if err != nil {
		return err
	}
	sig, err := signer.SignMessage(bytes.NewReader(dsse.PAE(payloadType, statement)))
	if err != nil {
		return err
	}
	public, err := signer.PublicKey()
	if err != nil {
		return err
	}
	hint, err := hintOf(public)
	if err != nil {
		return err
	}
	made, err := bundle.NewBundle(&bundlepb.Bundle{
		MediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
		VerificationMaterial: &bundlepb.VerificationMaterial{
			Content: &bundlepb.VerificationMaterial_PublicKey{PublicKey: &commonpb.PublicKeyIdentifier{Hint: hint}},
		},
		Content: &bundlepb.Bundle_DsseEnvelope{DsseEnvelope: &dssepb.Envelope{
			Payload:     statement,
			PayloadType: payloadType,
			Signatures:  []*dssepb.Signature{{Sig: sig}},
		}},
	})
	if err != nil {
		return err
	}
	text, err := protojson.Marshal(made.Bundle)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}

func loadVerifier(path string) (signature.Verifier, error) {
	der, err := readPEM(path)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, err
	}
	return signature.LoadVerifier(key, crypto.SHA256)
}

func readPEM(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(content)
	if block == nil {
		return nil, fmt.Errorf("%s is no PEM", path)
	}
	return block.Bytes, nil
}

func hintOf(key crypto.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(der)
	return base64.StdEncoding.EncodeToString(sum[:]), nil
}
