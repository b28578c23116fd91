// A WASI policy on Kubewarden's own SDK. Where its settings say what to ask its host, it does so and denies with the answer as the SDK
// understood it, or with the error; else it judges Pods by their names.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

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

	Deny  []string          `json:"deny"`
	Label map[string]string `json:"label"`
	Panic bool              `json:"panic"`
	Sleep bool              `json:"sleep"`
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
	if given.Ask == "" {
		return judge(request, given)
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

// Denies Pods with the names of the settings, and labels the others where the settings say so.
func judge(request protocol.ValidationRequest, given settings) ([]byte, error) {
	if given.Panic {
		panic("as the settings want it")
	}
	if given.Sleep {
		time.Sleep(time.Hour)
	}
	pod := corev1.Pod{}
	if err := json.Unmarshal(request.Request.Object, &pod); err != nil {
		return nil, err
	}
	if slices.Contains(given.Deny, pod.Metadata.Name) {
		return sdk.RejectRequest(sdk.Message("the name "+pod.Metadata.Name+" is denied"), 403)
	}
	if len(given.Label) > 0 {
		pod.Metadata.Labels = given.Label
		return sdk.MutateRequest(pod)
	}
	fmt.Fprintln(os.Stderr, "accepted "+pod.Metadata.Name)
	return sdk.AcceptRequest()
}

func validateSettings(input []byte) ([]byte, error) {
	given := settings{}
	if err := json.Unmarshal(input, &given); err != nil {
		return sdk.RejectSettings(sdk.Message("the settings cannot be read: " + err.Error()))
	}
	if slices.Contains(given.Deny, "") {
		return sdk.RejectSettings("deny must hold names")
	}
	return sdk.AcceptSettings()
}

func main() {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		fail(err)
	}
	commands := map[string]func([]byte) ([]byte, error){"validate": validate, "validate-settings": validateSettings}
	command, known := commands[os.Args[1]]
	if !known {
		fail(fmt.Errorf("unknown command %q", os.Args[1]))
	}
	answer, err := command(input)
	if err != nil {
		fail(err)
	}
	os.Stdout.Write(answer)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
