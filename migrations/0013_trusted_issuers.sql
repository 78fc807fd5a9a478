-- Up Migration

-- oauth: whose assertions are believed (RFC 7523) ------------------------------------------------------
CREATE TABLE trusted_issuers (
  id                uuid PRIMARY KEY,
  issuer            text NOT NULL CONSTRAINT trusted_issuers_issuer_unique UNIQUE,
  jwks_uri          text,
  jwks              jsonb,
  algorithms        text[] NOT NULL,
  audiences         text[] NOT NULL DEFAULT '{}',
  subject           text NOT NULL CHECK (subject IN ('user_id', 'username', 'email', 'client')),
  subjects          text[],
  client_ids        text[],
  scopes            text[],
  second_factor_acr text[] NOT NULL DEFAULT '{}',
  enabled           boolean NOT NULL,
  version           integer NOT NULL,
  created_at        timestamptz NOT NULL,
  updated_at        timestamptz NOT NULL,
  CHECK (jwks IS NULL OR jwks_uri IS NULL),
  CHECK (subject <> 'client' OR subjects IS NOT NULL)
);
COMMENT ON COLUMN trusted_issuers.jwks IS 'its public keys; with neither them nor an address they are found by its metadata';
COMMENT ON COLUMN trusted_issuers.audiences IS 'what an assertion must be made for; none means this server and its token endpoint';
COMMENT ON COLUMN trusted_issuers.subject IS 'what the assertions name: a person by one of their names, or the client itself';
COMMENT ON COLUMN trusted_issuers.subjects IS 'the only subjects that are believed; null believes every one';
COMMENT ON COLUMN trusted_issuers.client_ids IS 'the only clients that may show its assertions; null lets every one that has the grant';
COMMENT ON COLUMN trusted_issuers.scopes IS 'the most that its assertions give; null gives what the client may have';
COMMENT ON COLUMN trusted_issuers.second_factor_acr IS 'acr values by which it says that a second factor was shown';

INSERT INTO permissions (id, resource, action, built_in)
  SELECT gen_random_uuid(), 'cardea.trusted_issuer', unnest('{read,manage}'::text[]), true;
INSERT INTO role_permissions (role_id, permission_id)
  SELECT r.id, p.id FROM roles r, permissions p
  WHERE r.built_in AND p.built_in AND p.resource = 'cardea.trusted_issuer'
    AND (r.name = 'admin' OR (r.name = 'auditor' AND p.action = 'read'));

-- Down Migration

DELETE FROM permissions WHERE built_in AND resource = 'cardea.trusted_issuer';
DROP TABLE trusted_issuers;
