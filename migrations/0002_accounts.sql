-- Up Migration

-- identity: the life of an account -------------------------------------------------------------
ALTER TABLE users
  ADD COLUMN deactivated_by       text CHECK (deactivated_by IN ('user', 'administrator')),
  ADD COLUMN delete_after         timestamptz,
  ADD COLUMN password_changed_at  timestamptz,
  ADD COLUMN terms_version        text,
  ADD COLUMN terms_accepted_at    timestamptz;
COMMENT ON COLUMN users.delete_after IS 'the account is deactivated and will be erased at this time';
CREATE INDEX users_by_deletion ON users (delete_after) WHERE delete_after IS NOT NULL;

CREATE TABLE password_history (
  user_id        uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  password_hash  text NOT NULL,
  replaced_at    timestamptz NOT NULL,
  PRIMARY KEY (user_id, replaced_at)
);

CREATE TABLE registrations (
  id             uuid PRIMARY KEY,
  digest         bytea NOT NULL CONSTRAINT registrations_digest_unique UNIQUE,
  code_digest    bytea NOT NULL,
  attempts       integer NOT NULL DEFAULT 0,
  browser        bytea,
  username       text NOT NULL,
  username_key   text NOT NULL CONSTRAINT registrations_username_key_unique UNIQUE,
  email          text NOT NULL,
  email_key      text NOT NULL,
  password_hash  text NOT NULL,
  profile        jsonb NOT NULL,
  terms_version  text,
  created_at     timestamptz NOT NULL,
  code_until     timestamptz NOT NULL,
  expires_at     timestamptz NOT NULL
);
COMMENT ON TABLE registrations IS 'accounts that wait for proof of their email address; they reserve their username, and nobody can sign in with them';
CREATE INDEX registrations_by_expiry ON registrations (expires_at);

CREATE TABLE action_tokens (
  id           uuid PRIMARY KEY,
  digest       bytea NOT NULL CONSTRAINT action_tokens_digest_unique UNIQUE,
  purpose      text NOT NULL CHECK (purpose IN ('confirm_email', 'reset_password', 'reactivate')),
  user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  email        text,
  code_digest  bytea,
  code_until   timestamptz,
  attempts     integer NOT NULL DEFAULT 0,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL
);
COMMENT ON TABLE action_tokens IS 'what a mailed link or code may do once; a row is deleted when it is used';
CREATE INDEX action_tokens_by_user ON action_tokens (user_id, purpose);
CREATE INDEX action_tokens_by_expiry ON action_tokens (expires_at);

CREATE TABLE invitations (
  id           uuid PRIMARY KEY,
  digest       bytea NOT NULL CONSTRAINT invitations_digest_unique UNIQUE,
  email        text NOT NULL,
  email_key    text NOT NULL,
  invited_by   text NOT NULL,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL
);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);

CREATE TABLE import_runs (
  digest       bytea PRIMARY KEY,
  lines        bigint NOT NULL,
  updated_at   timestamptz NOT NULL
);
COMMENT ON TABLE import_runs IS 'how many lines of a file have been imported, so that an interrupted import goes on';

-- session: devices -----------------------------------------------------------------------------
ALTER TABLE sessions
  ADD COLUMN remembered  boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN sessions.remembered IS 'whether the cookie outlives the browser window';
CREATE TABLE devices (
  user_id        uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  digest         bytea NOT NULL,
  user_agent     text,
  first_seen_at  timestamptz NOT NULL,
  last_seen_at   timestamptz NOT NULL,
  PRIMARY KEY (user_id, digest)
);
COMMENT ON TABLE devices IS 'browsers in which a person has signed in before, known by a cookie';
CREATE INDEX devices_by_last_seen ON devices (last_seen_at);

-- jobs: work that leaves a transaction ---------------------------------------------------------
CREATE TABLE queued_jobs (
  id            uuid PRIMARY KEY,
  kind          text NOT NULL,
  payload       text NOT NULL,
  attempts      integer NOT NULL DEFAULT 0,
  run_at        timestamptz NOT NULL,
  leased_until  timestamptz,
  last_error    text,
  created_at    timestamptz NOT NULL,
  died_at       timestamptz
);
COMMENT ON COLUMN queued_jobs.payload IS 'sealed under the master key, for it may hold links that work';
COMMENT ON COLUMN queued_jobs.died_at IS 'when it was given up; such rows are the dead letters';
CREATE INDEX queued_jobs_due ON queued_jobs (run_at) WHERE died_at IS NULL;
CREATE INDEX queued_jobs_dead ON queued_jobs (died_at) WHERE died_at IS NOT NULL;

-- Down Migration

DROP TABLE queued_jobs, devices, import_runs, invitations, action_tokens, registrations, password_history;
ALTER TABLE sessions DROP COLUMN remembered;
ALTER TABLE users
  DROP COLUMN deactivated_by,
  DROP COLUMN delete_after,
  DROP COLUMN password_changed_at,
  DROP COLUMN terms_version,
  DROP COLUMN terms_accepted_at;
