-- Up Migration

-- identity -----------------------------------------------------------------------------------
CREATE TABLE users (
  id              uuid PRIMARY KEY,
  username        text NOT NULL,
  username_key    text NOT NULL CONSTRAINT users_username_key_unique UNIQUE,
  email           text,
  email_key       text CONSTRAINT users_email_key_unique UNIQUE,
  email_verified  boolean NOT NULL DEFAULT false,
  password_hash   text,
  is_active       boolean NOT NULL DEFAULT true,
  profile         jsonb NOT NULL DEFAULT '{}',
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL
);
COMMENT ON COLUMN users.profile IS 'the standard claims of OpenID Connect Core 5.1 that are not columns';

CREATE TABLE setup_tokens (
  digest      bytea PRIMARY KEY,
  expires_at  timestamptz NOT NULL
);
COMMENT ON TABLE setup_tokens IS 'links that may create the first administrator; dead once there is one';

-- access -------------------------------------------------------------------------------------
CREATE TABLE roles (
  id           uuid PRIMARY KEY,
  name         text NOT NULL CONSTRAINT roles_name_unique UNIQUE,
  description  text NOT NULL DEFAULT '',
  created_at   timestamptz NOT NULL DEFAULT now()
);
INSERT INTO roles (id, name, description) VALUES
  ('00000000-0000-7000-8000-000000000001', 'owner', 'Everything, including who else is an owner'),
  ('00000000-0000-7000-8000-000000000002', 'admin', 'Administration of users and clients');

CREATE TABLE user_roles (
  user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  role_id     uuid NOT NULL REFERENCES roles ON DELETE CASCADE,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (user_id, role_id)
);
CREATE INDEX user_roles_by_role ON user_roles (role_id);

-- session ------------------------------------------------------------------------------------
CREATE TABLE sessions (
  id            uuid PRIMARY KEY,
  digest        bytea NOT NULL CONSTRAINT sessions_digest_unique UNIQUE,
  kind          text NOT NULL CHECK (kind IN ('browser', 'api')),
  user_id       uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  auth_time     timestamptz NOT NULL,
  amr           text[] NOT NULL,
  acr           text NOT NULL,
  ip_address    inet,
  user_agent    text,
  created_at    timestamptz NOT NULL,
  last_seen_at  timestamptz NOT NULL,
  expires_at    timestamptz NOT NULL,
  ended_at      timestamptz
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- clients ------------------------------------------------------------------------------------
CREATE TABLE clients (
  id             uuid PRIMARY KEY,
  client_id      text NOT NULL CONSTRAINT clients_client_id_unique UNIQUE,
  secret_digest  bytea,
  name           text NOT NULL,
  is_active      boolean NOT NULL DEFAULT true,
  metadata       jsonb NOT NULL,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL
);
COMMENT ON COLUMN clients.metadata IS 'RFC 7591 client metadata and the require_* policies, validated by src/clients';

CREATE TABLE consents (
  user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  client_id   text NOT NULL REFERENCES clients (client_id) ON DELETE CASCADE,
  scopes      text[] NOT NULL,
  granted_at  timestamptz NOT NULL,
  PRIMARY KEY (user_id, client_id)
);
CREATE INDEX consents_by_client ON consents (client_id);

-- token families: one row per grant to a client or API session, rotated in place ---------------
CREATE TABLE token_families (
  id           uuid PRIMARY KEY,
  kind         text NOT NULL CHECK (kind IN ('oauth', 'api')),
  user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  client_id    text REFERENCES clients (client_id) ON DELETE CASCADE,
  session_id   uuid,
  scopes       text[] NOT NULL,
  claims       jsonb,
  offline      boolean NOT NULL,
  seed         bytea,
  generation   integer NOT NULL DEFAULT 0,
  auth_time    timestamptz NOT NULL,
  amr          text[] NOT NULL,
  acr          text NOT NULL,
  created_at   timestamptz NOT NULL,
  rotated_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  revoked_at   timestamptz,
  CHECK ((kind = 'oauth') = (client_id IS NOT NULL))
) WITH (fillfactor = 80);
COMMENT ON COLUMN token_families.seed IS 'refresh token n is an HMAC over id, n and this seed under a key outside the database; null when no refresh token was issued';
CREATE INDEX token_families_by_user ON token_families (user_id);
CREATE INDEX token_families_by_session ON token_families (session_id);
CREATE INDEX token_families_by_client ON token_families (client_id);
CREATE INDEX token_families_by_expiry ON token_families (expires_at);

-- oauth --------------------------------------------------------------------------------------
CREATE TABLE authorization_codes (
  digest       bytea PRIMARY KEY,
  client_id    text NOT NULL REFERENCES clients (client_id) ON DELETE CASCADE,
  user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  session_id   uuid NOT NULL,
  grant_data   jsonb NOT NULL,
  expires_at   timestamptz NOT NULL,
  used_at      timestamptz,
  family_id    uuid
);
CREATE INDEX authorization_codes_by_user ON authorization_codes (user_id);
CREATE INDEX authorization_codes_by_client ON authorization_codes (client_id);
CREATE INDEX authorization_codes_by_expiry ON authorization_codes (expires_at);

CREATE TABLE revoked_access_tokens (
  jti         text PRIMARY KEY,
  expires_at  timestamptz NOT NULL
);
CREATE INDEX revoked_access_tokens_by_expiry ON revoked_access_tokens (expires_at);

-- keys ---------------------------------------------------------------------------------------
CREATE TABLE signing_keys (
  kid           text PRIMARY KEY,
  alg           text NOT NULL,
  public_jwk    jsonb NOT NULL,
  sealed_jwk    text NOT NULL,
  created_at    timestamptz NOT NULL,
  signs_from    timestamptz NOT NULL,
  signs_until   timestamptz,
  verify_until  timestamptz
);

-- audit --------------------------------------------------------------------------------------
CREATE TABLE audit_log (
  id          uuid PRIMARY KEY,
  actor       text NOT NULL,
  action      text NOT NULL,
  resource    text NOT NULL,
  outcome     text NOT NULL CHECK (outcome IN ('success', 'refused')),
  ip_address  inet,
  user_agent  text,
  request_id  text,
  details     jsonb NOT NULL DEFAULT '{}',
  created_at  timestamptz NOT NULL
);
CREATE INDEX audit_log_by_actor ON audit_log (actor, id);
CREATE INDEX audit_log_by_resource ON audit_log (resource, id);

-- Down Migration

DROP TABLE audit_log, signing_keys, revoked_access_tokens, authorization_codes, token_families,
  consents, clients, sessions, user_roles, roles, setup_tokens, users;
