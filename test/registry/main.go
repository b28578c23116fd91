// A real OCI registry for the tests, in memory: that of the Distribution project, with a token service beside it.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/distribution/distribution/v3/configuration"
	_ "github.com/distribution/distribution/v3/registry/auth/htpasswd"
	"github.com/distribution/distribution/v3/registry/auth/token"
	"github.com/distribution/distribution/v3/registry/handlers"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/inmemory"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/sirupsen/logrus"
	"golang.org/x/crypto/bcrypt"
)

const issuer, service = "test-issuer", "test-registry"

// The one user. Without a login nobody gets anything where there is authentication.
const user, password = "ana", "secret"

type seen struct {
	Method        string `json:"method"`
	Path          string `json:"path"`
	Authorization string `json:"authorization"`
}

type requests struct {
	sync.Mutex
	all []seen
}

func (r *requests) record(request *http.Request) {
	scheme, _, _ := strings.Cut(request.Header.Get("Authorization"), " ")
	r.Lock()
	defer r.Unlock()
	r.all = append(r.all, seen{request.Method, request.URL.RequestURI(), scheme})
}

func main() {
	cert := flag.String("cert", "", "certificate, PEM file; without one there is no TLS")
	key := flag.String("key", "", "key, PEM file")
	auth := flag.String("auth", "none", "none, basic or token")
	flag.StringVar(&directory, "directory", "", "for files that the registry reads")
	redirect := flag.Bool("redirect-blobs", false, "send who reads a blob to another port")
	flag.Parse()
	logrus.SetOutput(io.Discard)

	listener, scheme := listen(*cert, *key), "http"
	if *cert != "" {
		scheme = "https"
	}
	host := listener.Addr().String()
	signer := newSigner()
	app := handlers.NewApp(context.Background(), configure(*auth, scheme+"://"+host+"/token", signer))
	var requested requests
	mux := http.NewServeMux()
	mux.HandleFunc("GET /token", signer.serve)
	mux.HandleFunc("GET /requests", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, requested.all) })
	if *redirect {
		storage := newStorage(app)
		mux.HandleFunc("GET /v2/", func(w http.ResponseWriter, r *http.Request) { storage.redirect(w, r) })
	}
	mux.Handle("/", app)
	go func() {
		// Whoever started this has ended.
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Printf("{\"host\":%q}\n", host)
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/requests" {
				requested.record(r)
			}
			mux.ServeHTTP(w, r)
		}),
		// Clients that do not trust it are what some tests are about.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	fail(server.Serve(listener))
}

func listen(cert, key string) net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fail(err)
	if cert == "" {
		return listener
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	fail(err)
	return tls.NewListener(listener, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}})
}

func configure(auth, realm string, signer *signer) *configuration.Configuration {
	config := &configuration.Configuration{
		Version: configuration.CurrentVersion,
		Storage: configuration.Storage{"inmemory": configuration.Parameters{}},
	}
	config.HTTP.Secret = "only for tests"
	config.Catalog.MaxEntries = 10
	switch auth {
	case "basic":
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
		fail(err)
		path := temporary(user + ":" + string(hash) + "\n")
		config.Auth = configuration.Auth{"htpasswd": {"realm": "test", "path": path}}
	case "token":
		keys, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{signer.public()}})
		fail(err)
		config.Auth = configuration.Auth{"token": {
			"realm": realm, "service": service, "issuer": issuer, "jwks": temporary(string(keys)),
			"signingalgorithms": []interface{}{"ES256"},
		}}
	}
	return config
}

var directory string

// A file that the registry reads while it starts and whenever somebody logs in.
func temporary(content string) string {
	file, err := os.CreateTemp(directory, "registry-")
	fail(err)
	defer file.Close()
	_, err = file.WriteString(content)
	fail(err)
	return file.Name()
}

type signer struct{ key *ecdsa.PrivateKey }

func newSigner() *signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	fail(err)
	return &signer{key}
}

func (s *signer) public() jose.JSONWebKey {
	return jose.JSONWebKey{Key: s.key.Public(), KeyID: "test", Algorithm: "ES256", Use: "sig"}
}

// Gives whoever knows the password what the scope asks for, and refuses everybody else.
func (s *signer) serve(w http.ResponseWriter, r *http.Request) {
	if name, given, _ := r.BasicAuth(); name != user || given != password {
		http.Error(w, "{}", http.StatusUnauthorized)
		return
	}
	writeJSON(w, map[string]string{"token": s.sign(r.URL.Query()["scope"])})
}

func (s *signer) sign(scopes []string) string {
	access := []*token.ResourceActions{}
	for _, scope := range scopes {
		if part := strings.Split(scope, ":"); len(part) == 3 {
			access = append(access, &token.ResourceActions{Type: part[0], Name: part[1], Actions: strings.Split(part[2], ",")})
		}
	}
	now := time.Now()
	options := (&jose.SignerOptions{}).WithHeader("kid", "test")
	by, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: s.key}, options)
	fail(err)
	claims := token.ClaimSet{
		Issuer: issuer, Audience: token.AudienceList{service}, Access: access, JWTID: "1",
		Expiration: now.Add(time.Hour).Unix(), NotBefore: now.Add(-time.Minute).Unix(), IssuedAt: now.Unix(),
	}
	raw, err := jwt.Signed(by).Claims(claims).Serialize()
	fail(err)
	return raw
}

// Serves blobs from a port of their own, as registries in clouds do, and nobody who comes with credentials.
type storage struct {
	app   http.Handler
	host  string
	blobs sync.Map
}

func newStorage(app http.Handler) *storage {
	listener := listen("", "")
	s := &storage{app: app, host: listener.Addr().String()}
	go func() { fail(http.Serve(listener, http.HandlerFunc(s.serve))) }()
	return s
}

func (s *storage) redirect(w http.ResponseWriter, r *http.Request) {
	if !strings.Contains(r.URL.Path, "/blobs/") {
		s.app.ServeHTTP(w, r)
		return
	}
	answer := httptest.NewRecorder()
	s.app.ServeHTTP(answer, r)
	if answer.Code != http.StatusOK {
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
		return
	}
	s.blobs.Store(r.URL.Path, answer.Body.Bytes())
	http.Redirect(w, r, "http://"+s.host+r.URL.Path, http.StatusTemporaryRedirect)
}

func (s *storage) serve(w http.ResponseWriter, r *http.Request) {
	blob, known := s.blobs.Load(r.URL.Path)
	if !known || r.Header.Get("Authorization") != "" {
		http.Error(w, "no credentials are wanted here", http.StatusBadRequest)
		return
	}
	_, _ = w.Write(blob.([]byte))
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

func fail(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
