// A large WASI policy: it has the CEL of Google in it, compiles the expression of its settings for each object, and denies what it is false for.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/ext"
	sdk "github.com/kubewarden/policy-sdk-go"
	"github.com/kubewarden/policy-sdk-go/protocol"
)

type settings struct {
	Expression string `json:"expression"`
}

func compile(expression string) (cel.Program, error) {
	environment, err := cel.NewEnv(
		cel.Variable("object", cel.DynType),
		ext.Strings(), ext.Lists(), ext.Sets(), ext.Math(), ext.Encoders(),
	)
	if err != nil {
		return nil, err
	}
	compiled, issues := environment.Compile(expression)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	return environment.Program(compiled)
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
	program, err := compile(given.Expression)
	if err != nil {
		return nil, err
	}
	var object any
	if err := json.Unmarshal(request.Request.Object, &object); err != nil {
		return nil, err
	}
	verdict, _, err := program.Eval(map[string]any{"object": object})
	if err != nil {
		return sdk.RejectRequest(sdk.Message(err.Error()), sdk.NoCode)
	}
	if verdict.Value() != true {
		return sdk.RejectRequest("the expression is false", sdk.NoCode)
	}
	return sdk.AcceptRequest()
}

func validateSettings(input []byte) ([]byte, error) {
	given := settings{}
	if err := json.Unmarshal(input, &given); err != nil {
		return sdk.RejectSettings(sdk.Message("the settings cannot be read: " + err.Error()))
	}
	if _, err := compile(given.Expression); err != nil {
		return sdk.RejectSettings(sdk.Message(err.Error()))
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
