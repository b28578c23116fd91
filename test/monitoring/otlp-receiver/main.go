// A receiver for OTLP over HTTP, on the data model of the OpenTelemetry collector. It prints its address, keeps what it gets, and gives
// it back as JSON under the path that it came to.
package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"

	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

type message interface {
	UnmarshalProto(data []byte) error
	MarshalJSON() ([]byte, error)
}

type response interface{ MarshalProto() ([]byte, error) }

type received struct {
	mutex    sync.Mutex
	requests []json.RawMessage
}

func main() {
	mux := http.NewServeMux()
	mux.Handle("/v1/metrics", receive(
		func() message { return pmetricotlp.NewExportRequest() }, pmetricotlp.NewExportResponse()))
	mux.Handle("/v1/traces", receive(
		func() message { return ptraceotlp.NewExportRequest() }, ptraceotlp.NewExportResponse()))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	log.Fatal(http.Serve(listener, mux))
}

func receive(empty func() message, answer response) http.Handler {
	kept := &received{requests: []json.RawMessage{}}
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if request.Method == http.MethodGet {
			kept.mutex.Lock()
			defer kept.mutex.Unlock()
			_ = json.NewEncoder(writer).Encode(kept.requests)
			return
		}
		if err := kept.add(empty(), request); err != nil {
			http.Error(writer, err.Error(), http.StatusBadRequest)
			return
		}
		body, _ := answer.MarshalProto()
		writer.Header().Set("content-type", "application/x-protobuf")
		_, _ = writer.Write(body)
	})
}

func (kept *received) add(into message, request *http.Request) error {
	if got := request.Header.Get("content-type"); got != "application/x-protobuf" {
		return fmt.Errorf("content-type is %q", got)
	}
	var reader io.Reader = request.Body
	if request.Header.Get("content-encoding") == "gzip" {
		unpacked, err := gzip.NewReader(request.Body)
		if err != nil {
			return err
		}
		reader = unpacked
	}
	body, err := io.ReadAll(reader)
	if err != nil {
		return err
	}
	if err := into.UnmarshalProto(body); err != nil {
		return err
	}
	text, err := into.MarshalJSON()
	if err != nil {
		return err
	}
	kept.mutex.Lock()
	defer kept.mutex.Unlock()
	kept.requests = append(kept.requests, text)
	return nil
}
