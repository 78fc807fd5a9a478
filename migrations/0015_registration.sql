-- Up Migration

-- clients: who registered them, and for how long --------------------------------------------------------
ALTER TABLE clients
  ADD COLUMN registered_by        text NOT NULL DEFAULT 'administrator'
    CHECK (registered_by IN ('administrator', 'itself', 'document')),
  ADD COLUMN registration_digest  bytea CONSTRAINT clients_registration_digest_unique UNIQUE,
  ADD COLUMN registration_limits  jsonb,
  ADD COLUMN used_at              timestamptz,
  ADD COLUMN expires_at           timestamptz,
  ADD COLUMN document_until       timestamptz;
COMMENT ON COLUMN clients.registered_by IS 'an administrator, the client itself (RFC 7591), or the document that its id is the address of (CIMD)';
COMMENT ON COLUMN clients.registration_digest IS 'SHA-256 of the registration access token (RFC 7592)';
COMMENT ON COLUMN clients.registration_limits IS 'the scopes and grants that its initial access token allowed it; null leaves them to the settings';
COMMENT ON COLUMN clients.used_at IS 'the last token, written once a day at most; only of clients that expire';
COMMENT ON COLUMN clients.expires_at IS 'when it is removed unless it is used before; null never';
COMMENT ON COLUMN clients.document_until IS 'until when its document need not be read again';
CREATE INDEX clients_by_expiry ON clients (expires_at) WHERE expires_at IS NOT NULL;

-- clients: who may register clients -----------------------------------------------------------------------
CREATE TABLE registration_tokens (
  id           uuid PRIMARY KEY,
  digest       bytea NOT NULL CONSTRAINT registration_tokens_digest_unique UNIQUE,
  name         text NOT NULL,
  uses         integer NOT NULL CHECK (uses > 0),
  used         integer NOT NULL DEFAULT 0 CHECK (used BETWEEN 0 AND uses),
  scopes       text[],
  grant_types  text[],
  created_by   text NOT NULL,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL
);
COMMENT ON TABLE registration_tokens IS 'initial access tokens (RFC 7591 section 1.2)';
COMMENT ON COLUMN registration_tokens.digest IS 'SHA-256 of the token, which has 256 random bits and is shown once';
COMMENT ON COLUMN registration_tokens.scopes IS 'the most that clients registered with it may ask for; null leaves it to the setting';
COMMENT ON COLUMN registration_tokens.grant_types IS 'the grants that they may have; null leaves it to the rules for clients that register themselves';
CREATE INDEX registration_tokens_by_expiry ON registration_tokens (expires_at);

INSERT INTO permissions (id, resource, action, built_in)
  SELECT gen_random_uuid(), 'cardea.registration_token', unnest('{create,read,revoke}'::text[]), true;
INSERT INTO role_permissions (role_id, permission_id)
  SELECT r.id, p.id FROM roles r, permissions p
  WHERE r.built_in AND p.built_in AND p.resource = 'cardea.registration_token'
    AND (r.name = 'admin' OR (r.name = 'auditor' AND p.action = 'read'));

-- Down Migration

DELETE FROM permissions WHERE built_in AND resource = 'cardea.registration_token';
DROP TABLE registration_tokens;
ALTER TABLE clients
  DROP COLUMN document_until,
  DROP COLUMN expires_at,
  DROP COLUMN used_at,
  DROP COLUMN registration_limits,
  DROP COLUMN registration_digest,
  DROP COLUMN registered_by;
