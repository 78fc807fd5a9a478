-- Up Migration

-- clients: versions, a second secret while the first is being replaced, and where browsers may call from ---
-- What browsers call an origin (RFC 6454 section 6.1):
-- scheme, host in lower case, and the port unless it is the usual one.
CREATE FUNCTION client_origins(metadata jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(DISTINCT origin ORDER BY origin), '{}') FROM (
    SELECT regexp_replace(lower(substring(uri FROM '^[Hh][Tt][Tt][Pp][Ss]?://[^/?#]+')),
      '^(https(?=:).*):443$|^(http(?=:).*):80$', '\1\2') AS origin
    FROM (
      SELECT jsonb_array_elements_text(metadata -> 'redirect_uris') AS uri
        WHERE jsonb_typeof(metadata -> 'redirect_uris') = 'array'
      UNION ALL
      SELECT jsonb_array_elements_text(metadata -> 'allowed_origins')
        WHERE jsonb_typeof(metadata -> 'allowed_origins') = 'array'
    ) AS uris
  ) AS origins WHERE origin IS NOT NULL
$$;

ALTER TABLE clients
  ADD COLUMN version                     integer NOT NULL DEFAULT 1,
  ADD COLUMN secret_created_at           timestamptz,
  ADD COLUMN secret_used_at              timestamptz,
  ADD COLUMN previous_secret_digest      bytea,
  ADD COLUMN previous_secret_created_at  timestamptz,
  ADD COLUMN previous_secret_used_at     timestamptz,
  ADD COLUMN previous_secret_expires_at  timestamptz,
  ADD COLUMN origins                     text[] NOT NULL GENERATED ALWAYS AS (client_origins(metadata)) STORED,
  ADD CHECK ((previous_secret_digest IS NULL) = (previous_secret_expires_at IS NULL));
COMMENT ON COLUMN clients.secret_digest IS 'the newest secret';
COMMENT ON COLUMN clients.previous_secret_digest IS 'the secret before, which works until previous_secret_expires_at';
COMMENT ON COLUMN clients.origins IS 'where browsers may call the token endpoint and the API from';
CREATE INDEX clients_by_origin ON clients USING gin (origins) WHERE is_active;
CREATE INDEX clients_by_previous_secret ON clients (previous_secret_expires_at)
  WHERE previous_secret_expires_at IS NOT NULL;

-- A server of before that replaces a secret knows nothing of the one before and means that it ends at once.
CREATE FUNCTION end_previous_secret() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.secret_created_at := NEW.updated_at;
  NEW.secret_used_at := NULL;
  NEW.previous_secret_digest := NULL;
  NEW.previous_secret_created_at := NULL;
  NEW.previous_secret_used_at := NULL;
  NEW.previous_secret_expires_at := NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER clients_secret_replaced BEFORE UPDATE ON clients FOR EACH ROW
  WHEN (OLD.secret_digest IS DISTINCT FROM NEW.secret_digest
    AND OLD.version = NEW.version)
  EXECUTE FUNCTION end_previous_secret();

-- session: the grants of a client, page by page -----------------------------------------------------
CREATE INDEX token_families_of_client ON token_families (client_id, id);
DROP INDEX token_families_by_client;

-- Down Migration

CREATE INDEX token_families_by_client ON token_families (client_id);
DROP INDEX token_families_of_client;
DROP TRIGGER clients_secret_replaced ON clients;
DROP FUNCTION end_previous_secret;
ALTER TABLE clients
  DROP COLUMN version,
  DROP COLUMN secret_created_at,
  DROP COLUMN secret_used_at,
  DROP COLUMN previous_secret_digest,
  DROP COLUMN previous_secret_created_at,
  DROP COLUMN previous_secret_used_at,
  DROP COLUMN previous_secret_expires_at,
  DROP COLUMN origins;
DROP FUNCTION client_origins;
