-- Up Migration

-- oauth: what tokens may be for, and tokens that only we can read ------------------------------------
CREATE TABLE resources (
  id                     uuid PRIMARY KEY,
  identifier             text NOT NULL,
  key                    text NOT NULL CONSTRAINT resources_key_unique UNIQUE,
  name                   text NOT NULL,
  scopes                 jsonb NOT NULL,
  format                 text NOT NULL CHECK (format IN ('jwt', 'opaque')),
  lifetime               integer CHECK (lifetime > 0),
  signing_alg            text NOT NULL,
  require_binding        boolean NOT NULL,
  introspection_clients  text[] NOT NULL,
  version                integer NOT NULL DEFAULT 1,
  created_at             timestamptz NOT NULL,
  updated_at             timestamptz NOT NULL
);
COMMENT ON COLUMN resources.identifier IS 'an absolute URI without fragment (RFC 8707 section 2), the audience of tokens for it';
COMMENT ON COLUMN resources.key IS 'the identifier as it is compared';
COMMENT ON COLUMN resources.scopes IS 'what tokens for it may allow, with words for people';
COMMENT ON COLUMN resources.lifetime IS 'seconds that a token for it lives; null leaves it to the setting';
COMMENT ON COLUMN resources.introspection_clients IS 'the clients by which its servers ask about tokens (RFC 7662)';

CREATE TABLE opaque_tokens (
  digest      bytea PRIMARY KEY,
  client_id   text NOT NULL REFERENCES clients (client_id) ON DELETE CASCADE,
  user_id     uuid REFERENCES users ON DELETE CASCADE,
  grant_id    uuid,
  token       jsonb NOT NULL,
  expires_at  timestamptz NOT NULL
);
COMMENT ON COLUMN opaque_tokens.digest IS 'SHA-256 of the access token, which has 256 random bits';
COMMENT ON COLUMN opaque_tokens.user_id IS 'the person it is about; null when a client acts for itself';
COMMENT ON COLUMN opaque_tokens.grant_id IS 'the token family it belongs to and ends with';
COMMENT ON COLUMN opaque_tokens.token IS 'what a JWT would say';
CREATE INDEX opaque_tokens_by_client ON opaque_tokens (client_id);
CREATE INDEX opaque_tokens_by_user ON opaque_tokens (user_id);
CREATE INDEX opaque_tokens_by_expiry ON opaque_tokens (expires_at);

INSERT INTO permissions (id, resource, action, built_in)
  SELECT gen_random_uuid(), 'cardea.resource', unnest('{create,read,update,delete}'::text[]), true;
INSERT INTO role_permissions (role_id, permission_id)
  SELECT r.id, p.id FROM roles r, permissions p WHERE p.resource = 'cardea.resource'
    AND (r.name = 'admin' OR r.name = 'auditor' AND p.action = 'read');

-- Down Migration

DELETE FROM permissions WHERE resource = 'cardea.resource' AND built_in;
DROP TABLE opaque_tokens, resources;
