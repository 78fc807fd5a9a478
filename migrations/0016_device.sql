-- Up Migration

-- oauth: what waits for a person on another device (RFC 8628, OpenID Connect CIBA) ----------------------
CREATE TABLE device_requests (
  id             uuid PRIMARY KEY,
  device_digest  bytea NOT NULL CONSTRAINT device_requests_device_unique UNIQUE,
  user_digest    bytea NOT NULL CONSTRAINT device_requests_user_unique UNIQUE,
  client_id      text NOT NULL REFERENCES clients (client_id) ON DELETE CASCADE,
  asked          jsonb NOT NULL,
  status         text NOT NULL CHECK (status IN ('pending', 'approved', 'denied', 'redeemed')),
  user_id        uuid REFERENCES users ON DELETE CASCADE,
  approval       jsonb,
  created_at     timestamptz NOT NULL,
  expires_at     timestamptz NOT NULL,
  CHECK (status NOT IN ('approved', 'redeemed') OR (user_id IS NOT NULL AND approval IS NOT NULL))
);
CREATE INDEX device_requests_by_expiry ON device_requests (expires_at);
CREATE INDEX device_requests_by_user ON device_requests (user_id);
CREATE INDEX device_requests_by_client ON device_requests (client_id);
COMMENT ON COLUMN device_requests.device_digest IS 'SHA-256 of the device code';
COMMENT ON COLUMN device_requests.user_digest IS 'HMAC of the user code, which alone could be guessed from a digest';
COMMENT ON COLUMN device_requests.asked IS 'scopes, resources and authorization details';
COMMENT ON COLUMN device_requests.approval IS 'the session of the person who allowed it, and what it stood for';

CREATE TABLE backchannel_requests (
  id                   uuid PRIMARY KEY,
  digest               bytea NOT NULL CONSTRAINT backchannel_requests_digest_unique UNIQUE,
  client_id            text NOT NULL REFERENCES clients (client_id) ON DELETE CASCADE,
  asked                jsonb NOT NULL,
  binding_message      text,
  sealed_notification  text,
  status               text NOT NULL CHECK (status IN ('pending', 'approved', 'denied', 'redeemed')),
  user_id              uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  approval             jsonb,
  created_at           timestamptz NOT NULL,
  expires_at           timestamptz NOT NULL,
  CHECK (status NOT IN ('approved', 'redeemed') OR approval IS NOT NULL)
);
CREATE INDEX backchannel_requests_by_expiry ON backchannel_requests (expires_at);
CREATE INDEX backchannel_requests_by_user ON backchannel_requests (user_id, id);
CREATE INDEX backchannel_requests_by_client ON backchannel_requests (client_id);
COMMENT ON COLUMN backchannel_requests.digest IS 'SHA-256 of the auth_req_id';
COMMENT ON COLUMN backchannel_requests.asked IS 'scopes, resources, authorization details and what is asked of the authentication';
COMMENT ON COLUMN backchannel_requests.sealed_notification IS 'the auth_req_id and the token that the client is told with in ping mode';

-- Down Migration

DROP TABLE backchannel_requests, device_requests;
