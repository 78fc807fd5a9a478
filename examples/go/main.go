// An API in Go: GET /documents/<id> for who may read that document. Only the standard library.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
)

func main() {
	port := envOr("PORT", "3004")
	home := envOr("HOME_URL", "http://localhost:"+port)
	issuer := os.Getenv("ISSUER")
	cardea := NewCardea(issuer, envOr("AUDIENCE", issuer), os.Getenv("CLIENT_ID"), os.Getenv("CLIENT_SECRET"))

	mux := http.NewServeMux()
	// RFC 9728: where callers get tokens for this API.
	mux.HandleFunc("/.well-known/oauth-protected-resource", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{
			"resource":                 home,
			"authorization_servers":    []string{issuer},
			"bearer_methods_supported": []string{"header"},
		})
	})
	mux.HandleFunc("/documents/", func(w http.ResponseWriter, r *http.Request) {
		id := strings.TrimPrefix(r.URL.Path, "/documents/")
		caller, ok := protect(cardea, home, w, r, "read", Resource{Type: "document", ID: id})
		if !ok {
			return
		}
		answer(w, http.StatusOK, map[string]any{"id": id, "reader": caller.Subject})
	})

	listener, err := net.Listen("tcp", "localhost:"+port)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", home)
	log.Fatal(http.Serve(listener, mux))
}

// protect answers the request itself unless the caller may do this to the resource.
func protect(cardea *Cardea, home string, w http.ResponseWriter, r *http.Request, action string, resource Resource) (Claims, bool) {
	authorization := r.Header.Get("Authorization")
	caller, err := cardea.Authenticate(r.Context(), authorization)
	switch {
	case errors.Is(err, ErrUnauthenticated):
		why := ""
		if authorization != "" {
			why = "invalid_token"
		}
		refuse(w, home, http.StatusUnauthorized, "unauthenticated", why)
		return caller, false
	case err != nil:
		log.Println(err)
		answer(w, http.StatusServiceUnavailable, map[string]any{"error": "unavailable"})
		return caller, false
	}
	if !cardea.Allows(r.Context(), caller, action, resource) {
		refuse(w, home, http.StatusForbidden, "forbidden", "insufficient_scope")
		return caller, false
	}
	return caller, true
}

// refuse says why in the words of RFC 6750 section 3 and RFC 9728 section 5.1.
func refuse(w http.ResponseWriter, home string, status int, problem, why string) {
	told := ""
	if why != "" {
		told = fmt.Sprintf("error=%q, ", why)
	}
	w.Header().Set("WWW-Authenticate", fmt.Sprintf("Bearer %sresource_metadata=%q", told, home+"/.well-known/oauth-protected-resource"))
	answer(w, status, map[string]any{"error": problem})
}

func answer(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func envOr(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}
