// A policy server for the benchmark: it answers like the real one, and is cheap enough not to be what is measured.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// What the real one requires of a review; it ignores or passes on everything else.
type review struct {
	Request struct {
		UID       string          `json:"uid"`
		Operation string          `json:"operation"`
		Kind      json.RawMessage `json:"kind"`
		Resource  json.RawMessage `json:"resource"`
		UserInfo  json.RawMessage `json:"userInfo"`
	} `json:"request"`
}

func (r review) complete() bool {
	in := r.Request
	return in.UID != "" && in.Operation != "" && in.Kind != nil && in.Resource != nil && in.UserInfo != nil
}

type status struct {
	Message string `json:"message"`
}

type response struct {
	UID              string  `json:"uid"`
	Allowed          bool    `json:"allowed"`
	Status           *status `json:"status,omitempty"`
	AuditAnnotations *string `json:"auditAnnotations"`
	Warnings         *string `json:"warnings"`
}

type answer struct {
	Kind       string   `json:"kind"`
	APIVersion string   `json:"apiVersion"`
	Response   response `json:"response"`
}

type stats struct {
	Connections int64 `json:"connections"`
	Requests    int64 `json:"requests"`
	CPUMicros   int64 `json:"cpuMicros"`
}

var connections, requests atomic.Int64

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address:port")
	cert := flag.String("cert", "", "certificate, PEM file")
	key := flag.String("key", "", "key, PEM file")
	clientCA := flag.String("client-ca", "", "require client certificates signed by this PEM file")
	latency := flag.Int("latency-ms", 0, "wait before each answer")
	workers := flag.Int("workers", 0, "evaluate so many at once, 0 for no bound")
	work := flag.Duration("work", 0, "CPU time of an evaluation")
	flag.Parse()

	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{
		Handler:   routes(time.Duration(*latency)*time.Millisecond, pool(*workers, *work)),
		TLSConfig: tlsConfig(*cert, *key, *clientCA),
		ErrorLog:  log.New(io.Discard, "", 0),
		// No HTTP/2, like the real one.
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				connections.Add(1)
			}
		},
	}
	fmt.Printf("{\"url\":\"https://%s\"}\n", listener.Addr())
	log.Fatal(server.ServeTLS(listener, "", ""))
}

func tlsConfig(cert, key, clientCA string) *tls.Config {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		log.Fatal(err)
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}
	if clientCA == "" {
		return config
	}
	pem, err := os.ReadFile(clientCA)
	if err != nil {
		log.Fatal(err)
	}
	config.ClientAuth = tls.RequireAndVerifyClientCert
	config.ClientCAs = x509.NewCertPool()
	if !config.ClientCAs.AppendCertsFromPEM(pem) {
		log.Fatalf("%s holds no certificate", clientCA)
	}
	return config
}

// What the worker threads of the real one do: so many evaluations at once, each busy for a while, the others in a queue.
func pool(workers int, work time.Duration) func() {
	places := make(chan struct{}, max(workers, 1))
	return func() {
		if workers > 0 {
			places <- struct{}{}
			defer func() { <-places }()
		}
		for end := time.Now().Add(work); time.Now().Before(end); {
		}
	}
}

func routes(latency time.Duration, evaluate func()) http.Handler {
	mux := http.NewServeMux()
	answerReview := func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		var in review
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || !in.complete() {
			http.Error(w, "Failed to deserialize the JSON body into the target type", http.StatusUnprocessableEntity)
			return
		}
		time.Sleep(latency)
		evaluate()
		id := r.PathValue("id")
		out := answer{Kind: "AdmissionReview", APIVersion: "admission.k8s.io/v1"}
		out.Response = response{UID: in.Request.UID, Allowed: !strings.Contains(id, "deny")}
		if !out.Response.Allowed {
			out.Response.Status = &status{Message: "denied by " + id}
		}
		writeJSON(w, out)
	}
	mux.HandleFunc("POST /audit/{id}", answerReview)
	mux.HandleFunc("POST /validate/{id}", answerReview)
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) {
		var usage syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
		cpu := usage.Utime.Nano() + usage.Stime.Nano()
		writeJSON(w, stats{connections.Load(), requests.Load(), cpu / 1000})
	})
	mux.HandleFunc("POST /stats/reset", func(w http.ResponseWriter, _ *http.Request) {
		connections.Store(0)
		requests.Store(0)
	})
	return mux
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}
