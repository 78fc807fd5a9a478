-- Up Migration

-- mfa: what a person has beside the password ---------------------------------------------------
CREATE TABLE mfa_accounts (
  user_id            uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
  must_enrol         boolean NOT NULL DEFAULT false,
  grace_until        timestamptz,
  offered_at         timestamptz,
  email_code_since   timestamptz,
  backup_set         uuid,
  backup_expires_at  timestamptz,
  backup_reminded    boolean NOT NULL DEFAULT false,
  updated_at         timestamptz NOT NULL
);
COMMENT ON TABLE mfa_accounts IS 'one row for everybody who has, had or owes a second factor; locked by whatever changes the factors of a person';
COMMENT ON COLUMN mfa_accounts.must_enrol IS 'an administrator asks for a new factor at the next sign-in';
COMMENT ON COLUMN mfa_accounts.grace_until IS 'until when somebody may sign in without the factor that the policy requires';
COMMENT ON COLUMN mfa_accounts.backup_set IS 'the only set of backup codes that counts';
CREATE INDEX mfa_accounts_by_backup_expiry ON mfa_accounts (backup_expires_at)
  WHERE backup_set IS NOT NULL AND NOT backup_reminded;

CREATE TABLE mfa_totp (
  id             uuid PRIMARY KEY,
  user_id        uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  name           text NOT NULL,
  sealed_secret  text NOT NULL,
  is_enabled     boolean NOT NULL DEFAULT false,
  last_step      bigint NOT NULL DEFAULT -1,
  created_at     timestamptz NOT NULL,
  pending_until  timestamptz,
  last_used_at   timestamptz,
  CHECK (is_enabled = (pending_until IS NULL))
);
COMMENT ON COLUMN mfa_totp.sealed_secret IS 'sealed under the master key for exactly this row';
COMMENT ON COLUMN mfa_totp.last_step IS 'the newest step of RFC 6238 that was accepted; only later ones count';
CREATE INDEX mfa_totp_by_user ON mfa_totp (user_id);
CREATE INDEX mfa_totp_pending ON mfa_totp (pending_until) WHERE pending_until IS NOT NULL;

CREATE TABLE mfa_passkeys (
  id               uuid PRIMARY KEY,
  user_id          uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  credential_id    bytea NOT NULL CONSTRAINT mfa_passkeys_credential_unique UNIQUE,
  public_key       bytea NOT NULL,
  sign_count       bigint NOT NULL,
  name             text NOT NULL,
  transports       text[] NOT NULL,
  aaguid           uuid NOT NULL,
  attestation      text NOT NULL,
  backup_eligible  boolean NOT NULL,
  backed_up        boolean NOT NULL,
  user_verified    boolean NOT NULL,
  created_at       timestamptz NOT NULL,
  last_used_at     timestamptz,
  suspended_at     timestamptz
);
COMMENT ON COLUMN mfa_passkeys.public_key IS 'COSE, as the authenticator sent it';
COMMENT ON COLUMN mfa_passkeys.attestation IS 'the format of its attestation statement; none is the usual one';
COMMENT ON COLUMN mfa_passkeys.suspended_at IS 'its counter went back, so there may be a copy; it does not count any more';
CREATE INDEX mfa_passkeys_by_user ON mfa_passkeys (user_id);

CREATE TABLE mfa_used_challenges (
  digest      bytea PRIMARY KEY,
  expires_at  timestamptz NOT NULL
);
COMMENT ON TABLE mfa_used_challenges IS 'challenges of WebAuthn that were answered; each counts once';
CREATE INDEX mfa_used_challenges_by_expiry ON mfa_used_challenges (expires_at);

CREATE TABLE mfa_backup_codes (
  user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  set_id      uuid NOT NULL,
  digest      bytea NOT NULL,
  used_at     timestamptz,
  used_ip     inet,
  used_agent  text,
  PRIMARY KEY (user_id, digest)
);
COMMENT ON COLUMN mfa_backup_codes.digest IS 'HMAC under a key that is not in the database';

CREATE TABLE mfa_email_codes (
  id          uuid PRIMARY KEY,
  user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  binding     bytea NOT NULL,
  email       text NOT NULL,
  digest      bytea NOT NULL,
  attempts    integer NOT NULL DEFAULT 0,
  created_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL
);
COMMENT ON COLUMN mfa_email_codes.binding IS 'digest of the journey that the code was sent for; it is worth nothing in another one';
CREATE INDEX mfa_email_codes_by_user ON mfa_email_codes (user_id);
CREATE INDEX mfa_email_codes_by_expiry ON mfa_email_codes (expires_at);

CREATE TABLE mfa_remembered_devices (
  user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  digest      bytea NOT NULL,
  user_agent  text,
  created_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (user_id, digest)
);
CREATE INDEX mfa_remembered_devices_by_expiry ON mfa_remembered_devices (expires_at);

CREATE TABLE mfa_emergency_grants (
  id            uuid PRIMARY KEY,
  user_id       uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  reason        text NOT NULL,
  requested_by  text NOT NULL,
  requested_at  timestamptz NOT NULL,
  approved_by   text,
  approved_at   timestamptz,
  digest        bytea,
  cancelled_at  timestamptz,
  used_at       timestamptz,
  expires_at    timestamptz NOT NULL,
  CHECK ((approved_at IS NULL) = (digest IS NULL)),
  CHECK (approved_by <> requested_by OR requested_by = 'system')
);
COMMENT ON TABLE mfa_emergency_grants IS 'break-glass access: asked for by one, approved by another, used once';
CREATE INDEX mfa_emergency_grants_by_user ON mfa_emergency_grants (user_id);
CREATE INDEX mfa_emergency_grants_by_expiry ON mfa_emergency_grants (expires_at);

CREATE TABLE mfa_policy (
  is_current  boolean PRIMARY KEY DEFAULT true CHECK (is_current),
  document    jsonb NOT NULL,
  version     integer NOT NULL,
  updated_at  timestamptz NOT NULL,
  updated_by  text NOT NULL
);
COMMENT ON TABLE mfa_policy IS 'at most one row; without it the policy of src/mfa/policy holds';

-- session: why somebody is in without the factor that the policy asks for ----------------------
ALTER TABLE sessions
  ADD COLUMN exemption  text CHECK (exemption IN ('remembered_device', 'trusted_network', 'emergency'));

-- identity: a link that replaces lost factors --------------------------------------------------
ALTER TABLE action_tokens DROP CONSTRAINT action_tokens_purpose_check;
ALTER TABLE action_tokens ADD CONSTRAINT action_tokens_purpose_check
  CHECK (purpose IN ('confirm_email', 'reset_password', 'reactivate', 'recover_factors'));

-- Down Migration

DELETE FROM action_tokens WHERE purpose = 'recover_factors';
ALTER TABLE action_tokens DROP CONSTRAINT action_tokens_purpose_check;
ALTER TABLE action_tokens ADD CONSTRAINT action_tokens_purpose_check
  CHECK (purpose IN ('confirm_email', 'reset_password', 'reactivate'));
ALTER TABLE sessions DROP COLUMN exemption;
DROP TABLE mfa_policy, mfa_emergency_grants, mfa_remembered_devices, mfa_email_codes, mfa_backup_codes,
  mfa_used_challenges, mfa_passkeys, mfa_totp, mfa_accounts;
