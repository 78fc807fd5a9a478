-- Up Migration

-- audit: the log by month, in an order that is never given twice ---------------------------------
ALTER TABLE audit_log RENAME TO audit_log_before;
ALTER INDEX audit_log_pkey RENAME TO audit_log_before_pkey;
ALTER INDEX audit_log_by_actor RENAME TO audit_log_before_by_actor;
ALTER INDEX audit_log_by_resource RENAME TO audit_log_before_by_resource;

-- One number at a time: a sequence that hands out blocks would make its position meaningless.
CREATE SEQUENCE audit_log_seq AS bigint CACHE 1;

CREATE TABLE audit_log (
  id            uuid NOT NULL,
  seq           bigint NOT NULL DEFAULT nextval('audit_log_seq'),
  actor         text NOT NULL,
  on_behalf_of  text,
  action        text NOT NULL,
  resource      text NOT NULL,
  outcome       text NOT NULL CHECK (outcome IN ('success', 'refused')),
  ip_address    inet,
  user_agent    text,
  request_id    text,
  details       jsonb NOT NULL DEFAULT '{}',
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (seq, created_at)
) PARTITION BY RANGE (created_at);
COMMENT ON COLUMN audit_log.seq IS 'the order of the log; numbers of transactions that were undone are missing';
COMMENT ON COLUMN audit_log.on_behalf_of IS 'whose account it was when the actor was an administrator in it';

CREATE INDEX audit_log_by_time ON audit_log (created_at, seq);
CREATE INDEX audit_log_by_actor ON audit_log (actor, created_at, seq);
CREATE INDEX audit_log_by_on_behalf_of ON audit_log (on_behalf_of, created_at, seq)
  WHERE on_behalf_of IS NOT NULL;
CREATE INDEX audit_log_by_action ON audit_log (action text_pattern_ops, created_at, seq);
CREATE INDEX audit_log_by_resource ON audit_log (resource, created_at, seq);
CREATE INDEX audit_log_by_ip_address ON audit_log (ip_address, created_at, seq)
  WHERE ip_address IS NOT NULL;
CREATE INDEX audit_log_by_request_id ON audit_log (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX audit_log_refused ON audit_log (created_at, seq) WHERE outcome = 'refused';

CREATE TABLE audit_log_default PARTITION OF audit_log DEFAULT;
COMMENT ON TABLE audit_log_default IS 'rows of months that have no partition yet; normally empty';

-- audit: the chain of seals -----------------------------------------------------------------------
CREATE TABLE audit_batches (
  number      bigint PRIMARY KEY,
  month       date NOT NULL,
  from_seq    bigint NOT NULL,
  to_seq      bigint NOT NULL,
  count       integer NOT NULL,
  previous    bytea NOT NULL,
  digest      bytea NOT NULL,
  mac         bytea NOT NULL,
  key_id      text NOT NULL,
  checkpoint  text,
  created_at  timestamptz NOT NULL
);
COMMENT ON COLUMN audit_batches.month IS 'in UTC, of every row that the batch seals';
COMMENT ON COLUMN audit_batches.mac IS 'HMAC under a key derived from the master key';
COMMENT ON COLUMN audit_batches.checkpoint IS 'a signed statement (JWS) about this batch for people outside';
CREATE INDEX audit_batches_by_month ON audit_batches (month);
CREATE INDEX audit_batches_by_time ON audit_batches (created_at);
CREATE INDEX audit_batches_checkpoints ON audit_batches (number) WHERE checkpoint IS NOT NULL;

CREATE TABLE audit_locators (
  number  bigint PRIMARY KEY,
  month   date NOT NULL,
  leaves  bytea NOT NULL
);
COMMENT ON TABLE audit_locators IS 'seq, id and the beginning of the digest of every sealed row, to say which one was touched';
CREATE INDEX audit_locators_by_month ON audit_locators (month);

CREATE TABLE audit_keys (
  kid         text PRIMARY KEY,
  public_jwk  jsonb NOT NULL,
  mac         bytea NOT NULL,
  key_id      text NOT NULL,
  created_at  timestamptz NOT NULL
);
COMMENT ON TABLE audit_keys IS 'public halves of the keys that signed checkpoints, kept when the keys themselves are gone';

CREATE TABLE audit_prunes (
  month       date NOT NULL,
  last_batch  bigint NOT NULL,
  rows        bigint NOT NULL,
  mac         bytea NOT NULL,
  key_id      text NOT NULL,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (month, last_batch)
);
COMMENT ON TABLE audit_prunes IS 'months whose rows the retention rule deleted';

CREATE TABLE audit_cursors (
  name        text PRIMARY KEY,
  seq         bigint NOT NULL,
  failures    integer NOT NULL DEFAULT 0,
  retry_at    timestamptz,
  updated_at  timestamptz NOT NULL
);
COMMENT ON TABLE audit_cursors IS 'how far each follower of the log has come';

-- audit: months as partitions ---------------------------------------------------------------------
-- False when the month has its partition already. Rows of the month that went to the default partition
-- are moved. What default privileges give away on the new table is taken back: the way to a row is audit_log.
CREATE FUNCTION audit_add_month(month date) RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  part   text := 'audit_log_' || to_char(month, 'YYYY_MM');
  lower  timestamptz := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
  upper  timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
  who    text;
BEGIN
  IF to_regclass(part) IS NOT NULL THEN RETURN false; END IF;
  LOCK TABLE audit_log_default IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('CREATE TABLE %I (LIKE audit_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
  FOR who IN
    SELECT DISTINCT CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END
    FROM pg_class c, aclexplode(c.relacl) acl
    WHERE c.oid = to_regclass(part) AND acl.grantee <> c.relowner
  LOOP
    EXECUTE format('REVOKE ALL ON %I FROM %s', part, who);
  END LOOP;
  EXECUTE format(
    'WITH moved AS (DELETE FROM audit_log_default WHERE created_at >= %L AND created_at < %L RETURNING *)
     INSERT INTO %I SELECT * FROM moved', lower, upper, part);
  EXECUTE format('ALTER TABLE audit_log ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, lower, upper);
  RETURN true;
END $$;

CREATE FUNCTION audit_drop_month(month date) RETURNS void
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  part   text := 'audit_log_' || to_char(month, 'YYYY_MM');
  lower  timestamptz := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
  upper  timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
BEGIN
  EXECUTE format('DROP TABLE IF EXISTS %I', part);
  DELETE FROM audit_log_default WHERE created_at >= lower AND created_at < upper;
END $$;

REVOKE EXECUTE ON FUNCTION audit_add_month(date), audit_drop_month(date) FROM PUBLIC;

SELECT audit_add_month(month::date) FROM (
  SELECT date_trunc('month', created_at AT TIME ZONE 'UTC') AS month FROM audit_log_before
  UNION SELECT date_trunc('month', now() AT TIME ZONE 'UTC') + n * interval '1 month'
    FROM generate_series(0, 2) AS n
) AS months ORDER BY month;

INSERT INTO audit_log (id, actor, action, resource, outcome, ip_address, user_agent, request_id, details, created_at)
  SELECT id, actor, action, resource, outcome, ip_address, user_agent, request_id, details, created_at
  FROM audit_log_before ORDER BY created_at, id;
DROP TABLE audit_log_before;

-- Down Migration

CREATE TABLE audit_log_after (
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
INSERT INTO audit_log_after
  SELECT id, actor, action, resource, outcome, ip_address, user_agent, request_id, details, created_at
  FROM audit_log ORDER BY seq ON CONFLICT DO NOTHING;
DROP TABLE audit_log, audit_batches, audit_locators, audit_keys, audit_prunes, audit_cursors;
DROP FUNCTION audit_add_month(date), audit_drop_month(date);
DROP SEQUENCE audit_log_seq;
ALTER TABLE audit_log_after RENAME TO audit_log;
ALTER INDEX audit_log_after_pkey RENAME TO audit_log_pkey;
ALTER TABLE audit_log RENAME CONSTRAINT audit_log_after_outcome_check TO audit_log_outcome_check;
CREATE INDEX audit_log_by_actor ON audit_log (actor, id);
CREATE INDEX audit_log_by_resource ON audit_log (resource, id);
