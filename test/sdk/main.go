// A WASI policy on Kubewarden's own SDK. It asks its host whatever its settings say, and denies with the answer as the SDK understood
// it, or with the error.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	corev1 "github.com/kubewarden/k8s-objects/api/core/v1"
	sdk "github.com/kubewarden/policy-sdk-go"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/crypto"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/kubernetes"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/net"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/manifest"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/manifest_config"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/manifest_digest"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/verify_v1"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/verify_v2"
	"github.com/kubewarden/policy-sdk-go/protocol"
)

type settings struct {
	Ask           string   `json:"ask"`
	Image         string   `json:"image"`
	Namespace     string   `json:"namespace"`
	Name          string   `json:"name"`
	LabelSelector *string  `json:"label_selector"`
	Certificates  []string `json:"certificates"`
	NotAfter      string   `json:"not_after"`
}

var host = capabilities.NewHost()

var questions = map[string]func(settings) (any, error){
	"config maps": func(s settings) (any, error) {
		answer, err := kubernetes.ListResourcesByNamespace(&host, kubernetes.ListResourcesByNamespaceRequest{
			APIVersion: "v1", Kind: "ConfigMap", Namespace: s.Namespace, LabelSelector: s.LabelSelector,
		})
		return read(answer, err, &corev1.ConfigMapList{})
	},
	"namespaces": func(s settings) (any, error) {
		answer, err := kubernetes.ListResources(&host, kubernetes.ListAllResourcesRequest{
			APIVersion: "v1", Kind: "Namespace", LabelSelector: s.LabelSelector,
		})
		return read(answer, err, &corev1.NamespaceList{})
	},
	"namespace": func(s settings) (any, error) {
		answer, err := kubernetes.GetResource(&host, kubernetes.GetResourceRequest{
			APIVersion: "v1", Kind: "Namespace", Name: s.Name,
		})
		return read(answer, err, &corev1.Namespace{})
	},
	"host": func(s settings) (any, error) { return net.LookupHost(&host, s.Name) },
	"certificate": func(s settings) (any, error) {
		certificates := make([]crypto.Certificate, len(s.Certificates))
		for i, text := range s.Certificates {
			certificates[i] = crypto.Certificate{Encoding: crypto.Pem, Data: []rune(text)}
		}
		return crypto.VerifyCert(&host, certificates[0], certificates[1:], s.NotAfter)
	},
	"digest":   func(s settings) (any, error) { return manifest_digest.GetOCIManifestDigest(&host, s.Image) },
	"manifest": func(s settings) (any, error) { return manifest.GetOCIManifest(&host, s.Image) },
	"config":   func(s settings) (any, error) { return manifest_config.GetOCIManifestAndConfig(&host, s.Image) },
	"verify v1 keys": func(s settings) (any, error) {
		return verify_v1.VerifyPubKeys(&host, s.Image, []string{"key"}, nil)
	},
	"verify v2 keys": func(s settings) (any, error) {
		return verify_v2.VerifyPubKeysImage(&host, s.Image, []string{"key"}, map[string]string{"a": "b"})
	},
	"verify v2 actions": func(s settings) (any, error) {
		return verify_v2.VerifyKeylessGithubActions(&host, s.Image, "owner", "", nil)
	},
	"verify v2 certificate": func(s settings) (any, error) {
		return verify_v2.VerifyCertificate(&host, s.Image, []rune("certificate"), nil, true, nil)
	},
	"verify v2 keyless": func(s settings) (any, error) {
		return verify_v2.VerifyKeylessExactMatch(&host, s.Image, []oci.KeylessInfo{{Issuer: "i", Subject: "s"}}, nil)
	},
}

func read[T any](answer []byte, err error, into *T) (any, error) {
	if err != nil {
		return nil, err
	}
	return into, json.Unmarshal(answer, into)
}

func validate(input []byte) ([]byte, error) {
	request := protocol.ValidationRequest{}
	if err := json.Unmarshal(input, &request); err != nil {
		return nil, err
	}
	given := settings{}
	if err := json.Unmarshal(request.Settings, &given); err != nil {
		return nil, err
	}
	ask, known := questions[given.Ask]
	if !known {
		return nil, fmt.Errorf("nobody knows how to ask %q", given.Ask)
	}
	answer, err := ask(given)
	if err != nil {
		return sdk.RejectRequest(sdk.Message("error: "+err.Error()), sdk.NoCode)
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	return sdk.RejectRequest(sdk.Message(text), sdk.NoCode)
}

func main() {
	input, err := io.ReadAll(os.Stdin)
	answer := []byte(`{"valid":true}`)
	if err == nil && os.Args[1] == "validate" {
		answer, err = validate(input)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Stdout.Write(answer)
}
