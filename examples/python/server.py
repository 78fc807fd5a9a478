"""An API in Python: GET /documents/<id> for who may read that document.

Needs PyJWT with cryptography (Debian: python3-jwt); the rest is the standard library.
"""

import base64
import json
import os
import re
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt

ISSUER = os.environ["ISSUER"]
AUDIENCE = os.environ.get("AUDIENCE", ISSUER)
PORT = int(os.environ.get("PORT", "3003"))
HOME = os.environ.get("HOME_URL", f"http://localhost:{PORT}")
PATIENCE = 2  # seconds


class Unauthenticated(Exception):
    pass


def fetch(url, body=None, headers=None):
    request = urllib.request.Request(url, data=body, headers=headers or {})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)


class Cardea:
    def __init__(self, client_id, client_secret):
        pair = f"{client_id}:{client_secret}".encode()
        self.basic = "Basic " + base64.b64encode(pair).decode()
        self.lock = threading.Lock()
        self.metadata = None
        self.keys = None
        self.own = (None, 0.0)

    def discover(self):
        """RFC 8414 section 3; once, and again after a failure."""
        with self.lock:
            if self.metadata is None:
                found = fetch(f"{ISSUER}/.well-known/oauth-authorization-server")
                if found["issuer"] != ISSUER:
                    raise RuntimeError("discovery names another issuer")
                self.keys = jwt.PyJWKClient(found["jwks_uri"])
                self.metadata = found
            return self.metadata

    def authenticate(self, authorization):
        """The claims of a token (RFC 9068 section 4), checked without asking anybody."""
        match = re.fullmatch(r"(?i:bearer) +([\w.~+/-]+=*)", authorization or "")
        if match is None:
            raise Unauthenticated("no token")
        token = match[1]
        self.discover()
        try:
            # Before the key is looked up: a token of another kind is not worth a look.
            header = jwt.get_unverified_header(token)
            if header.get("typ", "").lower() not in ("at+jwt", "application/at+jwt"):
                raise Unauthenticated("no access token")
            if header.get("alg") != "ES256":
                raise Unauthenticated("another algorithm")
            key = self.keys.get_signing_key_from_jwt(token).key
            return jwt.decode(
                token,
                key,
                algorithms=["ES256"],
                issuer=ISSUER,
                audience=AUDIENCE,
                leeway=5,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "client_id", "jti"]},
            )
        except (jwt.InvalidTokenError, jwt.PyJWKClientError) as error:
            raise Unauthenticated("invalid token") from error

    def own_token(self):
        """The access token of this API itself, fetched again before it ends (RFC 6749 section 4.4)."""
        endpoint = self.discover()["token_endpoint"]
        with self.lock:
            token, until = self.own
            if token is None or time.time() >= until:
                form = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
                answer = fetch(endpoint, form, {"Authorization": self.basic})
                token = answer["access_token"]
                self.own = (token, time.time() + answer["expires_in"] - 30)
            return token

    def ask(self, question):
        headers = {
            "Authorization": f"Bearer {self.own_token()}",
            "Content-Type": "application/json",
        }
        return fetch(f"{ISSUER}/access/v1/evaluation", json.dumps(question).encode(), headers)

    def allows(self, caller, action, resource):
        """Whether the caller may do something to a thing. What cannot be found out is a no."""
        kind = "client" if caller["sub"] == caller["client_id"] else "user"
        subject = {"type": kind, "id": caller["sub"]}
        question = {"subject": subject, "action": {"name": action}, "resource": resource}
        try:
            try:
                return self.ask(question)["decision"] is True
            except urllib.error.HTTPError as error:
                if error.code != 401:
                    raise
                with self.lock:
                    self.own = (None, 0.0)
                return self.ask(question)["decision"] is True
        except Exception as error:
            print("no decision:", error, file=sys.stderr)
            return False


cardea = Cardea(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/.well-known/oauth-protected-resource":  # RFC 9728
            return self.answer(
                200,
                {
                    "resource": HOME,
                    "authorization_servers": [ISSUER],
                    "bearer_methods_supported": ["header"],
                },
            )
        match = re.fullmatch(r"/documents/([\w-]+)", self.path)
        if match is None:
            return self.answer(404, {"error": "not found"})
        authorization = self.headers.get("Authorization")
        try:
            caller = cardea.authenticate(authorization)
        except Unauthenticated:
            return self.refuse(401, "unauthenticated", "invalid_token" if authorization else None)
        except Exception as error:
            print(error, file=sys.stderr)
            return self.answer(503, {"error": "unavailable"})
        if not cardea.allows(caller, "read", {"type": "document", "id": match[1]}):
            return self.refuse(403, "forbidden", "insufficient_scope")
        return self.answer(200, {"id": match[1], "reader": caller["sub"]})

    def refuse(self, status, error, why):
        """RFC 6750 section 3, RFC 9728 section 5.1."""
        told = f'error="{why}", ' if why else ""
        metadata = f"{HOME}/.well-known/oauth-protected-resource"
        challenge = f'Bearer {told}resource_metadata="{metadata}"'
        self.answer(status, {"error": error}, {"WWW-Authenticate": challenge})

    def answer(self, status, body, headers=None):
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("localhost", PORT), Handler)
    print(f"listening on {HOME}", flush=True)
    server.serve_forever()
