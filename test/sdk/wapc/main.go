// A waPC policy in Go, as Go itself compiles it: a library that is started once and then called. It judges Pods by their names.
package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"unsafe"

	corev1 "github.com/kubewarden/k8s-objects/api/core/v1"
	sdk "github.com/kubewarden/policy-sdk-go"
	"github.com/kubewarden/policy-sdk-go/protocol"
)

//go:wasmimport wapc __guest_request
//go:noescape
func guestRequest(operation, payload unsafe.Pointer)

//go:wasmimport wapc __guest_response
//go:noescape
func guestResponse(text unsafe.Pointer, length uint32)

//go:wasmimport wapc __guest_error
//go:noescape
func guestError(text unsafe.Pointer, length uint32)

type settings struct {
	Deny  []string `json:"deny"`
	Panic bool     `json:"panic"`
}

var functions = map[string]func([]byte) ([]byte, error){
	"validate":          validate,
	"validate_settings": validateSettings,
	"protocol_version":  func([]byte) ([]byte, error) { return []byte(`"v1"`), nil },
}

// How often this instance was called. Another answer than the first would tell of the calls before.
var calls = 0

//go:wasmexport __guest_call
func guestCall(operationSize, payloadSize uint32) uint32 {
	operation, payload := make([]byte, operationSize), make([]byte, payloadSize)
	guestRequest(at(operation), at(payload))
	calls++
	answer, err := call(string(operation), payload)
	if err != nil {
		text := []byte(err.Error())
		guestError(at(text), uint32(len(text)))
		return 0
	}
	guestResponse(at(answer), uint32(len(answer)))
	return 1
}

func at(bytes []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(bytes)) }

func call(operation string, payload []byte) ([]byte, error) {
	function, known := functions[operation]
	if !known {
		return nil, fmt.Errorf("could not find function %q", operation)
	}
	return function(payload)
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
	pod := corev1.Pod{}
	if err := json.Unmarshal(request.Request.Object, &pod); err != nil {
		return nil, err
	}
	name := ""
	if pod.Metadata != nil {
		name = pod.Metadata.Name
	}
	if slices.Contains(given.Deny, name) {
		if given.Panic {
			panic("as the settings want it")
		}
		return sdk.RejectRequest(sdk.Message(fmt.Sprintf("the name %s is denied, in call %d", name, calls)), 403)
	}
	return sdk.AcceptRequest()
}

func validateSettings(input []byte) ([]byte, error) {
	given := settings{}
	if err := json.Unmarshal(input, &given); err != nil {
		return sdk.RejectSettings(sdk.Message("the settings cannot be read: " + err.Error()))
	}
	return sdk.AcceptSettings()
}

func main() {}
