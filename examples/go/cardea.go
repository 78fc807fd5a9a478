package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Resource is the thing that somebody wants to do something to.
type Resource struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// Cardea tells who calls, and asks whether they may.
type Cardea struct {
	issuer, audience, clientID, clientSecret string
	http                                     *http.Client

	mu       sync.Mutex
	metadata *metadata
	keys     map[string]*ecdsa.PublicKey
	keysAt   time.Time
	token    string
	until    time.Time
}

type metadata struct {
	Issuer        string `json:"issuer"`
	JWKSURI       string `json:"jwks_uri"`
	TokenEndpoint string `json:"token_endpoint"`
}

func NewCardea(issuer, audience, clientID, clientSecret string) *Cardea {
	return &Cardea{
		issuer: issuer, audience: audience, clientID: clientID, clientSecret: clientSecret,
		// An answer that takes longer is not waited for.
		http: &http.Client{Timeout: 2 * time.Second},
	}
}

// Allows asks for a decision (OpenID AuthZEN). What cannot be found out is a no.
func (c *Cardea) Allows(ctx context.Context, caller Claims, action string, resource Resource) bool {
	kind := "user"
	if caller.Subject == caller.ClientID {
		kind = "client"
	}
	question := map[string]any{
		"subject":  map[string]string{"type": kind, "id": caller.Subject},
		"action":   map[string]string{"name": action},
		"resource": resource,
	}
	allowed, err := c.ask(ctx, question)
	var status statusError
	if errors.As(err, &status) && int(status) == http.StatusUnauthorized {
		c.mu.Lock()
		c.token = ""
		c.mu.Unlock()
		allowed, err = c.ask(ctx, question)
	}
	if err != nil {
		log.Println("no decision:", err)
		return false
	}
	return allowed
}

func (c *Cardea) ask(ctx context.Context, question any) (bool, error) {
	token, err := c.ownToken(ctx)
	if err != nil {
		return false, err
	}
	body, err := json.Marshal(question)
	if err != nil {
		return false, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.issuer+"/access/v1/evaluation", bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	var answer struct {
		Decision bool `json:"decision"`
	}
	err = c.do(request, &answer)
	return answer.Decision, err
}

// ownToken is the access token of this API itself, fetched again before it ends (RFC 6749 section 4.4).
func (c *Cardea) ownToken(ctx context.Context) (string, error) {
	meta, err := c.discover(ctx)
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != "" && time.Now().Before(c.until) {
		return c.token, nil
	}
	form := url.Values{"grant_type": {"client_credentials"}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, meta.TokenEndpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.SetBasicAuth(url.QueryEscape(c.clientID), url.QueryEscape(c.clientSecret))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	if err := c.do(request, &answer); err != nil {
		return "", err
	}
	c.token = answer.AccessToken
	c.until = time.Now().Add(time.Duration(answer.ExpiresIn-30) * time.Second)
	return c.token, nil
}

// discover reads the metadata of the issuer (RFC 8414 section 3), once.
func (c *Cardea) discover(ctx context.Context) (*metadata, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.metadata != nil {
		return c.metadata, nil
	}
	var found metadata
	if err := c.get(ctx, c.issuer+"/.well-known/oauth-authorization-server", &found); err != nil {
		return nil, err
	}
	if found.Issuer != c.issuer {
		return nil, errors.New("discovery names another issuer")
	}
	c.metadata = &found
	return c.metadata, nil
}

func (c *Cardea) get(ctx context.Context, address string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	return c.do(request, into)
}

type statusError int

func (s statusError) Error() string { return fmt.Sprintf("the answer was %d", int(s)) }

func (c *Cardea) do(request *http.Request, into any) error {
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return statusError(response.StatusCode)
	}
	return json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(into)
}
