package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"time"
)

// ErrUnauthenticated says that there is no token, or none that counts.
var ErrUnauthenticated = errors.New("unauthenticated")

// Claims are those of an access token (RFC 9068 section 2.2).
type Claims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience audience `json:"aud"`
	ClientID string   `json:"client_id"`
	ID       string   `json:"jti"`
	IssuedAt int64    `json:"iat"`
	Expires  int64    `json:"exp"`
}

// audience is one text or several (RFC 7519 section 4.1.3).
type audience []string

func (a *audience) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(a))
}

// Authenticate reads the claims behind an Authorization header, without asking anybody.
func (c *Cardea) Authenticate(ctx context.Context, authorization string) (Claims, error) {
	scheme, token, found := strings.Cut(authorization, " ")
	parts := strings.Split(strings.TrimLeft(token, " "), ".")
	if !found || !strings.EqualFold(scheme, "bearer") || len(parts) != 3 {
		return Claims{}, ErrUnauthenticated
	}
	var header struct {
		Algorithm string   `json:"alg"`
		Type      string   `json:"typ"`
		KeyID     string   `json:"kid"`
		Critical  []string `json:"crit"`
	}
	if decode(parts[0], &header) != nil || len(header.Critical) > 0 {
		return Claims{}, ErrUnauthenticated
	}
	// RFC 9068 section 4: one algorithm, and no other kind of token than this.
	kind := strings.TrimPrefix(strings.ToLower(header.Type), "application/")
	if header.Algorithm != "ES256" || kind != "at+jwt" {
		return Claims{}, ErrUnauthenticated
	}
	public, err := c.key(ctx, header.KeyID)
	if err != nil {
		return Claims{}, err
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(signature) != 64 {
		return Claims{}, ErrUnauthenticated
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	if public == nil || !ecdsa.Verify(public, digest[:], r, s) {
		return Claims{}, ErrUnauthenticated
	}
	var claims Claims
	if decode(parts[1], &claims) != nil || !c.accepts(claims) {
		return Claims{}, ErrUnauthenticated
	}
	return claims, nil
}

func (c *Cardea) accepts(claims Claims) bool {
	const leeway = 5
	now := time.Now().Unix()
	complete := claims.Subject != "" && claims.ClientID != "" && claims.ID != "" && claims.IssuedAt != 0
	if !complete || claims.Issuer != c.issuer || now >= claims.Expires+leeway {
		return false
	}
	for _, one := range claims.Audience {
		if one == c.audience {
			return true
		}
	}
	return false
}

// key finds a signing key of the issuer; nil when there is none. An unknown name is a reason to look again,
// but not more than once in half a minute.
func (c *Cardea) key(ctx context.Context, id string) (*ecdsa.PublicKey, error) {
	meta, err := c.discover(ctx)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.keys[id]; !known && time.Since(c.keysAt) > 30*time.Second {
		var set struct {
			Keys []struct{ Kty, Crv, Kid, X, Y string }
		}
		if err := c.get(ctx, meta.JWKSURI, &set); err != nil {
			return nil, err
		}
		c.keys, c.keysAt = map[string]*ecdsa.PublicKey{}, time.Now()
		for _, one := range set.Keys {
			if one.Kty != "EC" || one.Crv != "P-256" {
				continue
			}
			if public := point(one.X, one.Y); public != nil {
				c.keys[one.Kid] = public
			}
		}
	}
	return c.keys[id], nil
}

func point(x, y string) *ecdsa.PublicKey {
	left, errX := base64.RawURLEncoding.DecodeString(x)
	right, errY := base64.RawURLEncoding.DecodeString(y)
	if errX != nil || errY != nil {
		return nil
	}
	curve := elliptic.P256()
	public := &ecdsa.PublicKey{Curve: curve, X: new(big.Int).SetBytes(left), Y: new(big.Int).SetBytes(right)}
	if !curve.IsOnCurve(public.X, public.Y) {
		return nil
	}
	return public
}

func decode(part string, into any) error {
	data, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}
