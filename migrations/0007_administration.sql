-- Up Migration

-- identity: finding people among very many -------------------------------------------------------
-- How a text is compared when people are looked for: width, case and accents make no difference.
-- Everything in it is of pg_catalog, so it means the same whatever the search path is.
CREATE FUNCTION search_key(text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$ SELECT regexp_replace(normalize(lower(normalize($1, NFKC)), NFKD), '[\u0300-\u036f]', '', 'g') $$;

ALTER TABLE users ADD COLUMN search_text text GENERATED ALWAYS AS (
  E'\n' || search_key(username) || E'\n' || coalesce(search_key(email), '') || E'\n'
    || coalesce(search_key(profile ->> 'name'), '')) STORED;
COMMENT ON COLUMN users.search_text IS 'username, email and name as search compares them, each behind a line break';
-- Whether a text is rare is judged by this sample of the column.
ALTER TABLE users ALTER COLUMN search_text SET STATISTICS 1000;

CREATE INDEX users_by_created ON users (created_at, id);
CREATE INDEX users_by_username ON users (username_key COLLATE "C", id);
CREATE INDEX users_by_email ON users ((coalesce(email_key, '') COLLATE "C"), id) INCLUDE (email_key);
CREATE INDEX users_inactive ON users (created_at, id) WHERE NOT is_active;
CREATE INDEX users_unverified ON users (created_at, id) WHERE NOT email_verified;
CREATE INDEX mfa_accounts_with_email_code ON mfa_accounts (user_id) WHERE email_code_since IS NOT NULL;

-- pg_trgm comes with PostgreSQL and is trusted, yet not every host offers it. Without it people are found
-- by how a username, an address or a name begins.
DO $$
DECLARE
  place text;
BEGIN
  BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
  EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'pg_trgm cannot be created (%): search is by beginning only', SQLERRM;
  END;
  SELECT n.nspname INTO place
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm';
  IF place IS NULL THEN
    CREATE INDEX users_by_name ON users (search_key(profile ->> 'name') COLLATE "C", id);
  ELSE
    EXECUTE format('CREATE INDEX users_by_search ON users USING gin (search_text %I.gin_trgm_ops)', place);
  END IF;
END $$;

-- admin: what is done to many at once --------------------------------------------------------------
CREATE TABLE bulk_operations (
  id              uuid PRIMARY KEY,
  operation       text NOT NULL,
  parameters      jsonb NOT NULL,
  state           text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'cancelled', 'failed')),
  requested_by    jsonb NOT NULL,
  request_origin  jsonb NOT NULL,
  targets         uuid[],
  filter          jsonb,
  horizon         timestamptz NOT NULL,
  total           integer,
  done            integer NOT NULL DEFAULT 0,
  failed          integer NOT NULL DEFAULT 0,
  errors          jsonb NOT NULL DEFAULT '[]',
  chunk           integer NOT NULL DEFAULT 0,
  reached_at      text,
  reached_id      uuid,
  created_at      timestamptz NOT NULL,
  started_at      timestamptz,
  finished_at     timestamptz,
  expires_at      timestamptz NOT NULL,
  CHECK ((targets IS NULL) <> (filter IS NULL))
);
COMMENT ON COLUMN bulk_operations.requested_by IS 'as whom each change is decided and made';
COMMENT ON COLUMN bulk_operations.targets IS 'sorted; who is named here, or whom the filter finds of those who were there at the horizon';
COMMENT ON COLUMN bulk_operations.reached_id IS 'the last user who is done; moved in the transaction of the change';
CREATE INDEX bulk_operations_by_expiry ON bulk_operations (expires_at);

-- session: an administrator in the account of somebody else -------------------------------------------
CREATE TABLE impersonations (
  id             uuid PRIMARY KEY,
  digest         bytea NOT NULL CONSTRAINT impersonations_digest_unique UNIQUE,
  admin_id       uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  admin_name     text NOT NULL,
  user_id        uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  reason         text NOT NULL,
  minutes        integer NOT NULL CHECK (minutes BETWEEN 1 AND 60),
  created_at     timestamptz NOT NULL,
  link_until     timestamptz NOT NULL,
  session_id     uuid,
  started_at     timestamptz,
  ends_at        timestamptz,
  ended_at       timestamptz,
  ended_by       text,
  expires_at     timestamptz NOT NULL
);
COMMENT ON COLUMN impersonations.digest IS 'of the link that opens the session, once';
CREATE INDEX impersonations_by_user ON impersonations (user_id, id);
CREATE INDEX impersonations_by_admin ON impersonations (admin_id);
CREATE INDEX impersonations_by_session ON impersonations (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX impersonations_by_expiry ON impersonations (expires_at);

ALTER TABLE sessions ADD COLUMN impersonator uuid REFERENCES users ON DELETE CASCADE;
COMMENT ON COLUMN sessions.impersonator IS 'the administrator who sees the account of the user in this session';
CREATE INDEX sessions_by_impersonator ON sessions (impersonator) WHERE impersonator IS NOT NULL;

-- Down Migration

-- A server of before does not know whose sessions these are.
DELETE FROM sessions WHERE impersonator IS NOT NULL;
ALTER TABLE sessions DROP COLUMN impersonator;
DROP TABLE impersonations, bulk_operations;
DROP INDEX users_by_created, users_by_username, users_by_email, users_inactive, users_unverified,
  mfa_accounts_with_email_code;
DROP INDEX IF EXISTS users_by_name;
ALTER TABLE users DROP COLUMN search_text;
DROP FUNCTION search_key;
