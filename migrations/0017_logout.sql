-- Up Migration

-- session: the clients that know a session ------------------------------------------------------------
CREATE TABLE session_clients (
  session_id  uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
  client_id   text NOT NULL,
  sid         uuid NOT NULL,
  PRIMARY KEY (session_id, client_id, sid)
);
COMMENT ON TABLE session_clients IS 'who is told when a session ends (OpenID Connect Back-Channel and Front-Channel Logout); the rows go with the session';
COMMENT ON COLUMN session_clients.sid IS 'the name by which the client knows the session; another than session_id where the same person signed in again since';
INSERT INTO session_clients (session_id, client_id, sid)
  SELECT DISTINCT f.session_id, f.client_id, f.session_id
  FROM token_families f JOIN sessions s ON s.id = f.session_id
  WHERE f.kind = 'oauth' AND s.ended_at IS NULL;

-- keys: secrets that outlive the master key ------------------------------------------------------------
CREATE TABLE lasting_secrets (
  name        text PRIMARY KEY,
  sealed      text NOT NULL,
  created_at  timestamptz NOT NULL
);
COMMENT ON TABLE lasting_secrets IS 'secrets that were made once and must stay, each under the newest master key; what hangs on them changes for ever when a row is lost';

-- Down Migration

DROP TABLE lasting_secrets, session_clients;
