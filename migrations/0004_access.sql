-- Up Migration

-- access: roles with parents, permissions, groups ------------------------------------------------
ALTER TABLE roles
  ADD COLUMN built_in    boolean NOT NULL DEFAULT false,
  ADD COLUMN version     integer NOT NULL DEFAULT 1,
  ADD COLUMN updated_at  timestamptz NOT NULL DEFAULT now();

CREATE TABLE permissions (
  id           uuid PRIMARY KEY,
  resource     text NOT NULL,
  action       text NOT NULL,
  description  text NOT NULL DEFAULT '',
  built_in     boolean NOT NULL DEFAULT false,
  created_at   timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT permissions_name_unique UNIQUE (resource, action)
);

CREATE TABLE role_permissions (
  role_id        uuid NOT NULL REFERENCES roles ON DELETE CASCADE,
  permission_id  uuid NOT NULL REFERENCES permissions ON DELETE CASCADE,
  only_own       boolean NOT NULL DEFAULT false,
  created_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (role_id, permission_id)
);
COMMENT ON COLUMN role_permissions.only_own IS 'the permission holds only for things that belong to who asks';
CREATE INDEX role_permissions_by_permission ON role_permissions (permission_id);

CREATE TABLE role_parents (
  role_id    uuid NOT NULL REFERENCES roles ON DELETE CASCADE,
  parent_id  uuid NOT NULL REFERENCES roles ON DELETE CASCADE,
  PRIMARY KEY (role_id, parent_id),
  CHECK (role_id <> parent_id)
);
COMMENT ON TABLE role_parents IS 'a role has the permissions of its parents as well; there is no cycle';
CREATE INDEX role_parents_by_parent ON role_parents (parent_id);

CREATE TABLE groups (
  id           uuid PRIMARY KEY,
  name         text NOT NULL CONSTRAINT groups_name_unique UNIQUE,
  description  text NOT NULL DEFAULT '',
  version      integer NOT NULL DEFAULT 1,
  created_at   timestamptz NOT NULL,
  updated_at   timestamptz NOT NULL
);

CREATE TABLE group_members (
  group_id    uuid NOT NULL REFERENCES groups ON DELETE CASCADE,
  user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_members_by_user ON group_members (user_id);

-- access: who has which role -----------------------------------------------------------------------
CREATE TABLE role_assignments (
  id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  role_id        uuid NOT NULL REFERENCES roles ON DELETE CASCADE,
  user_id        uuid REFERENCES users ON DELETE CASCADE,
  client_id      text REFERENCES clients (client_id) ON DELETE CASCADE,
  group_id       uuid REFERENCES groups ON DELETE CASCADE,
  resource_type  text,
  resource_id    text,
  starts_at      timestamptz,
  ends_at        timestamptz,
  created_by     text NOT NULL DEFAULT 'system',
  created_at     timestamptz NOT NULL,
  CHECK (num_nonnulls(user_id, client_id, group_id) = 1),
  CHECK ((resource_type IS NULL) = (resource_id IS NULL)),
  CHECK (ends_at > starts_at),
  CONSTRAINT role_assignments_once UNIQUE NULLS NOT DISTINCT
    (user_id, client_id, group_id, role_id, resource_type, resource_id, starts_at, ends_at)
);
COMMENT ON COLUMN role_assignments.resource_id IS 'the one thing that the role is limited to; with a * at its end, all whose ids begin so';
CREATE INDEX role_assignments_by_role ON role_assignments (role_id, id);
CREATE INDEX role_assignments_by_client ON role_assignments (client_id) WHERE client_id IS NOT NULL;
CREATE INDEX role_assignments_by_group ON role_assignments (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX role_assignments_by_resource
  ON role_assignments (resource_type, resource_id text_pattern_ops, user_id) WHERE resource_type IS NOT NULL;
-- Who may do what, page by page.
CREATE INDEX role_assignments_for_all ON role_assignments (role_id, user_id)
  WHERE user_id IS NOT NULL AND resource_type IS NULL;
CREATE INDEX role_assignments_by_end ON role_assignments (ends_at) WHERE ends_at IS NOT NULL;

INSERT INTO role_assignments (role_id, user_id, created_at)
  SELECT role_id, user_id, created_at FROM user_roles;
DROP TABLE user_roles;
-- What a server of before reads and writes: the roles of users that hold always and for everything.
CREATE VIEW user_roles AS
  SELECT user_id, role_id, created_at FROM role_assignments
  WHERE user_id IS NOT NULL AND resource_type IS NULL AND starts_at IS NULL AND ends_at IS NULL;

-- access: what changed, so that every process can forget what it remembered --------------------------
CREATE TABLE access_changes (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid         xid8 NOT NULL DEFAULT pg_current_xact_id(),
  kind        text NOT NULL CHECK (kind IN ('model', 'user', 'client', 'group', 'all')),
  subject     text NOT NULL DEFAULT '',
  changed_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE access_changes IS 'written by triggers, so that no writer can forget it; kept for some minutes';
CREATE INDEX access_changes_by_xid ON access_changes (xid);
CREATE INDEX access_changes_by_time ON access_changes (changed_at);

CREATE FUNCTION note_model_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO access_changes (kind) VALUES ('model');
  RETURN NULL;
END $$;
CREATE TRIGGER roles_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON roles
  FOR EACH STATEMENT EXECUTE FUNCTION note_model_change();
CREATE TRIGGER permissions_changed AFTER UPDATE OR DELETE OR TRUNCATE ON permissions
  FOR EACH STATEMENT EXECUTE FUNCTION note_model_change();
CREATE TRIGGER role_permissions_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON role_permissions
  FOR EACH STATEMENT EXECUTE FUNCTION note_model_change();
CREATE TRIGGER role_parents_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON role_parents
  FOR EACH STATEMENT EXECUTE FUNCTION note_model_change();

-- More subjects than this in one statement are told as one change of everybody.
CREATE FUNCTION note_assignment_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM (SELECT 1 FROM changed LIMIT 1001) AS part) > 1000 THEN
    INSERT INTO access_changes (kind) VALUES ('all');
  ELSE
    INSERT INTO access_changes (kind, subject)
      SELECT DISTINCT
        CASE WHEN user_id IS NOT NULL THEN 'user' WHEN client_id IS NOT NULL THEN 'client' ELSE 'group' END,
        coalesce(user_id::text, client_id, group_id::text)
      FROM changed;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER role_assignments_inserted AFTER INSERT ON role_assignments
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_assignment_change();
CREATE TRIGGER role_assignments_updated AFTER UPDATE ON role_assignments
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_assignment_change();
CREATE TRIGGER role_assignments_moved AFTER UPDATE ON role_assignments
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_assignment_change();
CREATE TRIGGER role_assignments_deleted AFTER DELETE ON role_assignments
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_assignment_change();

CREATE FUNCTION note_membership_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM (SELECT 1 FROM changed LIMIT 1001) AS part) > 1000 THEN
    INSERT INTO access_changes (kind) VALUES ('all');
  ELSE
    INSERT INTO access_changes (kind, subject) SELECT DISTINCT 'user', user_id::text FROM changed;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER group_members_inserted AFTER INSERT ON group_members
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_membership_change();
CREATE TRIGGER group_members_updated AFTER UPDATE ON group_members
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_membership_change();
CREATE TRIGGER group_members_moved AFTER UPDATE ON group_members
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_membership_change();
CREATE TRIGGER group_members_deleted AFTER DELETE ON group_members
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_membership_change();

CREATE FUNCTION note_change_of_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO access_changes (kind) VALUES ('all');
  RETURN NULL;
END $$;
CREATE TRIGGER role_assignments_emptied AFTER TRUNCATE ON role_assignments
  FOR EACH STATEMENT EXECUTE FUNCTION note_change_of_all();
CREATE TRIGGER group_members_emptied AFTER TRUNCATE ON group_members
  FOR EACH STATEMENT EXECUTE FUNCTION note_change_of_all();

CREATE FUNCTION note_user_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO access_changes (kind, subject) VALUES ('user', NEW.id::text);
  RETURN NULL;
END $$;
CREATE TRIGGER users_changed AFTER UPDATE ON users FOR EACH ROW
  WHEN (OLD.is_active IS DISTINCT FROM NEW.is_active OR OLD.email_key IS DISTINCT FROM NEW.email_key
    OR OLD.email_verified IS DISTINCT FROM NEW.email_verified)
  EXECUTE FUNCTION note_user_change();

CREATE FUNCTION note_client_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO access_changes (kind, subject) VALUES ('client', NEW.client_id);
  RETURN NULL;
END $$;
CREATE TRIGGER clients_changed AFTER UPDATE ON clients FOR EACH ROW
  WHEN (OLD.is_active IS DISTINCT FROM NEW.is_active)
  EXECUTE FUNCTION note_client_change();

-- access: what Cardea comes with ---------------------------------------------------------------------
UPDATE roles SET built_in = true, description = 'Everything, including who else is an owner'
  WHERE name = 'owner';
UPDATE roles SET built_in = true, description = 'Administration of everything but owners'
  WHERE name = 'admin';
INSERT INTO roles (id, name, description, built_in) VALUES
  ('00000000-0000-7000-8000-000000000003', 'auditor', 'Reads everything and exports the audit log', true),
  ('00000000-0000-7000-8000-000000000004', 'support', 'Helps people with their accounts', true),
  ('00000000-0000-7000-8000-000000000005', 'user', 'For applications to give a meaning to', true),
  ('00000000-0000-7000-8000-000000000006', 'authorizer', 'Asks what others may do: for the servers of applications', true)
ON CONFLICT (name) DO UPDATE SET built_in = true;

CREATE TEMPORARY TABLE own (resource text, actions text[]) ON COMMIT DROP;
INSERT INTO own VALUES
  ('user', '{create,read,update,deactivate,delete,recover,impersonate,invite}'),
  ('session', '{read,end}'),
  ('factor', '{read,manage}'),
  ('mfa_policy', '{read,update}'),
  ('emergency', '{read,manage}'),
  ('role', '{read,manage}'),
  ('permission', '{read,manage}'),
  ('group', '{read,manage}'),
  ('assignment', '{read,manage}'),
  ('client', '{create,read,update,delete,rotate_secret}'),
  ('key', '{read,rotate}'),
  ('consent', '{read,revoke}'),
  ('token', '{read,revoke}'),
  ('settings', '{read}'),
  ('audit', '{read,export}'),
  ('security', '{read,manage}'),
  ('dashboard', '{read}'),
  ('job', '{read,manage}'),
  ('bulk', '{read,run}'),
  ('api_key', '{read,revoke}'),
  ('decision', '{evaluate,search}');
INSERT INTO permissions (id, resource, action, built_in)
  SELECT gen_random_uuid(), 'cardea.' || resource, unnest(actions), true FROM own;
INSERT INTO permissions (id, resource, action, description, built_in)
  VALUES (gen_random_uuid(), '*', '*', 'Everything', true);

INSERT INTO role_permissions (role_id, permission_id)
  SELECT r.id, p.id FROM roles r, permissions p WHERE p.built_in AND CASE r.name
    WHEN 'owner' THEN p.resource = '*'
    WHEN 'admin' THEN p.resource <> '*'
    WHEN 'auditor' THEN p.action = 'read' OR (p.resource, p.action) = ('cardea.audit', 'export')
    WHEN 'support' THEN (p.resource, p.action) IN (('cardea.user', 'read'), ('cardea.user', 'recover'),
      ('cardea.session', 'read'), ('cardea.session', 'end'), ('cardea.factor', 'read'), ('cardea.emergency', 'read'))
    WHEN 'authorizer' THEN p.resource = 'cardea.decision'
    ELSE false
  END;

-- Down Migration

DROP TRIGGER users_changed ON users;
DROP TRIGGER clients_changed ON clients;
DROP TRIGGER roles_changed ON roles;
CREATE TABLE kept_roles AS SELECT DISTINCT ON (user_id, role_id) * FROM user_roles;
DROP VIEW user_roles;
DROP TABLE role_assignments, group_members, groups, role_parents, role_permissions, permissions, access_changes;
DROP FUNCTION note_model_change, note_assignment_change, note_membership_change, note_user_change, note_client_change,
  note_change_of_all;
DELETE FROM roles WHERE name IN ('auditor', 'support', 'user', 'authorizer') AND built_in;
ALTER TABLE roles DROP COLUMN built_in, DROP COLUMN version, DROP COLUMN updated_at;
CREATE TABLE user_roles (
  user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  role_id     uuid NOT NULL REFERENCES roles ON DELETE CASCADE,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (user_id, role_id)
);
CREATE INDEX user_roles_by_role ON user_roles (role_id);
INSERT INTO user_roles SELECT k.user_id, k.role_id, k.created_at FROM kept_roles k JOIN roles ON roles.id = k.role_id;
DROP TABLE kept_roles;
