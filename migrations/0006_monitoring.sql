-- Up Migration

-- monitor: what deserves the attention of administrators ----------------------------------------
CREATE TABLE security_events (
  id               uuid PRIMARY KEY,
  kind             text NOT NULL,
  severity         text NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
  subject          text NOT NULL,
  actor            text NOT NULL,
  details          jsonb NOT NULL DEFAULT '{}',
  count            bigint NOT NULL DEFAULT 1,
  first_seen       timestamptz NOT NULL,
  last_seen        timestamptz NOT NULL,
  state            text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'acknowledged')),
  acknowledged_by  text,
  acknowledged_at  timestamptz,
  note             text,
  told_at          timestamptz,
  expires_at       timestamptz NOT NULL,
  CHECK ((state = 'acknowledged') = (acknowledged_at IS NOT NULL))
);
COMMENT ON COLUMN security_events.count IS 'how often the same thing was seen within the window that began with first_seen';
COMMENT ON COLUMN security_events.told_at IS 'when it was logged, counted and told to people';
CREATE INDEX security_events_by_time ON security_events (first_seen, id);
CREATE INDEX security_events_by_kind ON security_events (kind, first_seen, id);
CREATE INDEX security_events_by_subject ON security_events (subject, first_seen, id);
CREATE INDEX security_events_by_severity ON security_events (severity, first_seen, id);
CREATE INDEX security_events_open ON security_events (first_seen, id, severity) WHERE state = 'open';
CREATE INDEX security_events_by_expiry ON security_events (expires_at);

CREATE TABLE monitor_states (
  detector    text NOT NULL,
  key         text NOT NULL,
  state       jsonb NOT NULL,
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (detector, key)
);
COMMENT ON TABLE monitor_states IS 'what a detector remembers of somebody between two looks at the audit log';
CREATE INDEX monitor_states_by_expiry ON monitor_states (expires_at);

CREATE TABLE monitor_notices (
  kind        text PRIMARY KEY,
  expires_at  timestamptz NOT NULL
);
COMMENT ON TABLE monitor_notices IS 'kinds of which people were told lately, and until when they are told of no more';
CREATE INDEX monitor_notices_by_expiry ON monitor_notices (expires_at);

-- statistics: numbers that are kept and never counted ---------------------------------------------
CREATE TABLE statistics_deltas (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  metric     text NOT NULL,
  dimension  text NOT NULL DEFAULT '',
  day        date,
  delta      bigint NOT NULL
);
COMMENT ON TABLE statistics_deltas IS 'changes of numbers, appended by whoever makes them, so that nobody waits for a row; a job folds them';
COMMENT ON COLUMN statistics_deltas.day IS 'in UTC; null changes a total';

CREATE TABLE statistics_totals (
  metric     text NOT NULL,
  dimension  text NOT NULL,
  value      bigint NOT NULL,
  PRIMARY KEY (metric, dimension)
) WITH (fillfactor = 70);

CREATE TABLE statistics_daily (
  metric     text NOT NULL,
  day        date NOT NULL,
  dimension  text NOT NULL,
  value      bigint NOT NULL,
  PRIMARY KEY (metric, day, dimension)
) WITH (fillfactor = 70);
CREATE INDEX statistics_daily_by_day ON statistics_daily (day);

CREATE TABLE statistics_protected (
  user_id  uuid PRIMARY KEY
);
COMMENT ON TABLE statistics_protected IS 'users with an authenticator app or a passkey that counts; kept by triggers';

-- Users by state: one row for each state that a statement changes, however many users it touches.
CREATE FUNCTION statistics_user_state(is_active boolean, delete_after timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN is_active THEN 'active' WHEN delete_after IS NULL THEN 'deactivated' ELSE 'deleting' END
$$;
CREATE FUNCTION statistics_users_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO statistics_deltas (metric, dimension, delta)
    SELECT 'users', statistics_user_state(is_active, delete_after), count(*) FROM after GROUP BY 2;
  RETURN NULL;
END $$;
CREATE FUNCTION statistics_users_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO statistics_deltas (metric, dimension, delta)
    SELECT 'users', statistics_user_state(is_active, delete_after), -count(*) FROM before GROUP BY 2;
  RETURN NULL;
END $$;
CREATE FUNCTION statistics_user_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO statistics_deltas (metric, dimension, delta) VALUES
    ('users', statistics_user_state(OLD.is_active, OLD.delete_after), -1),
    ('users', statistics_user_state(NEW.is_active, NEW.delete_after), 1);
  RETURN NULL;
END $$;
CREATE TRIGGER statistics_users_inserted AFTER INSERT ON users
  REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION statistics_users_inserted();
CREATE TRIGGER statistics_users_deleted AFTER DELETE ON users
  REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION statistics_users_deleted();
CREATE TRIGGER statistics_user_changed AFTER UPDATE OF is_active, delete_after ON users FOR EACH ROW
  WHEN ((OLD.is_active, OLD.delete_after IS NULL) IS DISTINCT FROM (NEW.is_active, NEW.delete_after IS NULL))
  EXECUTE FUNCTION statistics_user_changed();

-- Users with a second factor. Whoever changes factors holds the row of mfa_accounts, so nobody else
-- changes those of the same person meanwhile.
CREATE FUNCTION statistics_factor_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  person  uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.user_id ELSE NEW.user_id END;
BEGIN
  IF EXISTS (SELECT 1 FROM mfa_totp WHERE user_id = person AND is_enabled)
    OR EXISTS (SELECT 1 FROM mfa_passkeys WHERE user_id = person AND suspended_at IS NULL)
  THEN
    INSERT INTO statistics_protected (user_id) VALUES (person) ON CONFLICT DO NOTHING;
    IF FOUND THEN INSERT INTO statistics_deltas (metric, delta) VALUES ('users_with_factor', 1); END IF;
  ELSE
    DELETE FROM statistics_protected WHERE user_id = person;
    IF FOUND THEN INSERT INTO statistics_deltas (metric, delta) VALUES ('users_with_factor', -1); END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER statistics_totp_inserted AFTER INSERT ON mfa_totp FOR EACH ROW
  WHEN (NEW.is_enabled) EXECUTE FUNCTION statistics_factor_changed();
CREATE TRIGGER statistics_totp_changed AFTER UPDATE OF is_enabled ON mfa_totp FOR EACH ROW
  WHEN (OLD.is_enabled <> NEW.is_enabled) EXECUTE FUNCTION statistics_factor_changed();
CREATE TRIGGER statistics_totp_deleted AFTER DELETE ON mfa_totp FOR EACH ROW
  WHEN (OLD.is_enabled) EXECUTE FUNCTION statistics_factor_changed();
CREATE TRIGGER statistics_passkey_inserted AFTER INSERT ON mfa_passkeys FOR EACH ROW
  WHEN (NEW.suspended_at IS NULL) EXECUTE FUNCTION statistics_factor_changed();
CREATE TRIGGER statistics_passkey_changed AFTER UPDATE OF suspended_at ON mfa_passkeys FOR EACH ROW
  WHEN ((OLD.suspended_at IS NULL) <> (NEW.suspended_at IS NULL)) EXECUTE FUNCTION statistics_factor_changed();
CREATE TRIGGER statistics_passkey_deleted AFTER DELETE ON mfa_passkeys FOR EACH ROW
  WHEN (OLD.suspended_at IS NULL) EXECUTE FUNCTION statistics_factor_changed();

-- Sessions that were not ended and not swept yet.
CREATE FUNCTION statistics_sessions_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO statistics_deltas (metric, delta)
    SELECT 'sessions', count(*) FROM after WHERE ended_at IS NULL HAVING count(*) > 0;
  RETURN NULL;
END $$;
CREATE FUNCTION statistics_sessions_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO statistics_deltas (metric, delta)
    SELECT 'sessions', -count(*) FROM before WHERE ended_at IS NULL HAVING count(*) > 0;
  RETURN NULL;
END $$;
CREATE FUNCTION statistics_session_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO statistics_deltas (metric, delta)
    VALUES ('sessions', CASE WHEN NEW.ended_at IS NULL THEN 1 ELSE -1 END);
  RETURN NULL;
END $$;
CREATE TRIGGER statistics_sessions_inserted AFTER INSERT ON sessions
  REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION statistics_sessions_inserted();
CREATE TRIGGER statistics_sessions_deleted AFTER DELETE ON sessions
  REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION statistics_sessions_deleted();
CREATE TRIGGER statistics_session_ended AFTER UPDATE OF ended_at ON sessions FOR EACH ROW
  WHEN ((OLD.ended_at IS NULL) <> (NEW.ended_at IS NULL)) EXECUTE FUNCTION statistics_session_ended();

-- The triggers keep writers out until the end of this migration, so what is counted here is exact.
INSERT INTO statistics_totals (metric, dimension, value)
  SELECT 'users', statistics_user_state(is_active, delete_after), count(*) FROM users GROUP BY 2;
INSERT INTO statistics_protected (user_id)
  SELECT user_id FROM mfa_totp WHERE is_enabled
  UNION SELECT user_id FROM mfa_passkeys WHERE suspended_at IS NULL;
INSERT INTO statistics_totals (metric, dimension, value)
  SELECT 'users_with_factor', '', count(*) FROM statistics_protected;
INSERT INTO statistics_totals (metric, dimension, value)
  SELECT 'sessions', '', count(*) FROM sessions WHERE ended_at IS NULL;

-- Down Migration

DROP TRIGGER statistics_users_inserted ON users;
DROP TRIGGER statistics_users_deleted ON users;
DROP TRIGGER statistics_user_changed ON users;
DROP TRIGGER statistics_totp_inserted ON mfa_totp;
DROP TRIGGER statistics_totp_changed ON mfa_totp;
DROP TRIGGER statistics_totp_deleted ON mfa_totp;
DROP TRIGGER statistics_passkey_inserted ON mfa_passkeys;
DROP TRIGGER statistics_passkey_changed ON mfa_passkeys;
DROP TRIGGER statistics_passkey_deleted ON mfa_passkeys;
DROP TRIGGER statistics_sessions_inserted ON sessions;
DROP TRIGGER statistics_sessions_deleted ON sessions;
DROP TRIGGER statistics_session_ended ON sessions;
DROP FUNCTION statistics_users_inserted(), statistics_users_deleted(), statistics_user_changed(),
  statistics_factor_changed(), statistics_sessions_inserted(), statistics_sessions_deleted(),
  statistics_session_ended();
DROP FUNCTION statistics_user_state(boolean, timestamptz);
DROP TABLE statistics_deltas, statistics_totals, statistics_daily, statistics_protected;
DROP TABLE security_events, monitor_states, monitor_notices;
