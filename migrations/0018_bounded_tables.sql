-- Up Migration

-- What is swept is found by an index, whatever else is in the table ----------------------------------
CREATE INDEX setup_tokens_by_expiry ON setup_tokens (expires_at);
-- A client that was stopped stays, so it must not lie before those that go.
CREATE INDEX clients_unused ON clients (expires_at) WHERE expires_at IS NOT NULL AND is_active;
DROP INDEX clients_by_expiry;

-- Tables whose rows come and go all the time ---------------------------------------------------------
-- Cleaned after a fiftieth of their rows is dead, and not only after a fifth, which of millions are very many.
ALTER TABLE sessions SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE session_clients SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE token_families SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE authorization_codes SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE opaque_tokens SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE revoked_access_tokens SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE queued_jobs SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE devices SET (autovacuum_vacuum_scale_factor = 0.02);

-- Where columns without an index are updated, pages keep room for the new version, so that no index has to know of
-- it. The soak (npm run bench:soak, and with --plain) saw so many such updates (HOT) with it and without:
-- authorization_codes 95 and 59 %, queued_jobs 89 and 40 %, sessions 80 and 52 %.
ALTER TABLE authorization_codes SET (fillfactor = 80);
ALTER TABLE queued_jobs SET (fillfactor = 60);
ALTER TABLE sessions SET (fillfactor = 85);

-- Down Migration

ALTER TABLE sessions RESET (autovacuum_vacuum_scale_factor, fillfactor);
ALTER TABLE session_clients RESET (autovacuum_vacuum_scale_factor);
ALTER TABLE token_families RESET (autovacuum_vacuum_scale_factor);
ALTER TABLE authorization_codes RESET (autovacuum_vacuum_scale_factor, fillfactor);
ALTER TABLE opaque_tokens RESET (autovacuum_vacuum_scale_factor);
ALTER TABLE revoked_access_tokens RESET (autovacuum_vacuum_scale_factor);
ALTER TABLE queued_jobs RESET (autovacuum_vacuum_scale_factor, fillfactor);
ALTER TABLE devices RESET (autovacuum_vacuum_scale_factor);
CREATE INDEX clients_by_expiry ON clients (expires_at) WHERE expires_at IS NOT NULL;
DROP INDEX clients_unused, setup_tokens_by_expiry;
