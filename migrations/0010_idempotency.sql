-- Up Migration

-- admin: requests that may be repeated ---------------------------------------------------------------
CREATE TABLE idempotency_keys (
  key_digest   bytea PRIMARY KEY,
  fingerprint  bytea NOT NULL,
  claim        uuid NOT NULL,
  lease_until  timestamptz NOT NULL,
  status       smallint,
  answer       text,
  expires_at   timestamptz NOT NULL,
  CHECK ((status IS NULL) = (answer IS NULL))
);
COMMENT ON TABLE idempotency_keys IS 'requests with an Idempotency-Key, and what they were answered';
COMMENT ON COLUMN idempotency_keys.key_digest IS 'of who calls and the key that they sent';
COMMENT ON COLUMN idempotency_keys.claim IS 'which of several attempts may write the answer';
COMMENT ON COLUMN idempotency_keys.answer IS 'sealed: it may hold a secret that is shown once';
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);

-- Down Migration

DROP TABLE idempotency_keys;
