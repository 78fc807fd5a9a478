-- Up Migration

-- api-keys: what the programs of a person show ---------------------------------------------------
CREATE TABLE api_keys (
  id            uuid PRIMARY KEY,
  user_id       uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  name          text NOT NULL,
  start         text NOT NULL,
  digest        bytea NOT NULL CONSTRAINT api_keys_digest_unique UNIQUE,
  scopes        text[] NOT NULL,
  created_at    timestamptz NOT NULL,
  expires_at    timestamptz NOT NULL,
  last_used_at  timestamptz,
  last_ip       inet,
  revoked_at    timestamptz,
  reminded      boolean NOT NULL DEFAULT false,
  ended_at      timestamptz NOT NULL GENERATED ALWAYS AS (least(expires_at, revoked_at)) STORED,
  CHECK (expires_at > created_at)
);
COMMENT ON COLUMN api_keys.digest IS 'SHA-256 of the whole key, which has 256 random bits and is shown once';
COMMENT ON COLUMN api_keys.start IS 'the first characters of the key, to tell keys apart';
COMMENT ON COLUMN api_keys.last_used_at IS 'written once a minute at most';
COMMENT ON COLUMN api_keys.ended_at IS 'from when on it counts no more';
CREATE INDEX api_keys_by_user ON api_keys (user_id, id);
CREATE INDEX api_keys_by_end ON api_keys (ended_at);
CREATE INDEX api_keys_to_remind ON api_keys (expires_at) WHERE NOT reminded AND revoked_at IS NULL;

-- A trigger, so that no way to deactivate an account can forget it: its keys do not come back with it.
CREATE FUNCTION end_api_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE api_keys SET revoked_at = NEW.updated_at
  WHERE user_id = NEW.id AND revoked_at IS NULL AND expires_at > NEW.updated_at;
  RETURN NULL;
END $$;
CREATE TRIGGER users_end_api_keys AFTER UPDATE ON users FOR EACH ROW
  WHEN (OLD.is_active AND NOT NEW.is_active)
  EXECUTE FUNCTION end_api_keys();

-- Down Migration

DROP TRIGGER users_end_api_keys ON users;
DROP FUNCTION end_api_keys;
DROP TABLE api_keys;
