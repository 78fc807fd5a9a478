-- Up Migration

-- session: what a grant is bound to and limited to ---------------------------------------------------
ALTER TABLE token_families
  ADD COLUMN binding    jsonb,
  ADD COLUMN resources  text[] NOT NULL DEFAULT '{}',
  ADD COLUMN details    jsonb;
COMMENT ON COLUMN token_families.binding IS 'the confirmation (cnf) that every token of the grant has: a DPoP key (RFC 9449) or a certificate (RFC 8705)';
COMMENT ON COLUMN token_families.resources IS 'the resources (RFC 8707) that were granted; none means those of this server itself';
COMMENT ON COLUMN token_families.details IS 'the authorization details (RFC 9396) that were granted';
COMMENT ON COLUMN token_families.session_id IS 'the session in which it was granted; null where no browser took part';

-- clients: a secret that must be read back, and what else a person allowed ------------------------------
ALTER TABLE clients ADD COLUMN sealed_secret text;
COMMENT ON COLUMN clients.sealed_secret IS 'the newest secret under the master key, only for client_secret_jwt (RFC 7523), whose proofs are made with it';
ALTER TABLE consents ADD COLUMN resources text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN consents.resources IS 'the resources (RFC 8707) that the scopes were allowed for';

-- Down Migration

ALTER TABLE consents DROP COLUMN resources;
ALTER TABLE clients DROP COLUMN sealed_secret;
ALTER TABLE token_families
  DROP COLUMN details,
  DROP COLUMN resources,
  DROP COLUMN binding;
