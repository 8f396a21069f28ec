/**
 * The tables of the built-in schema whose rows outlive the user: they hold the id as plain text, because
 * a foreign key would keep the user row.
 *
 * The indexes on JSON values repeat, word for word, the expressions that the SQLite adapter compares:
 * SQLite uses an expression index only then.
 *
 * @module
 */

export const keptTables: string = `
CREATE TABLE user_consents (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  version TEXT,
  ip_address TEXT,
  user_agent TEXT,
  granted_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  withdrawn_at TEXT
);
CREATE INDEX user_consents_user_id ON user_consents (user_id);

CREATE TABLE audit_log (
  id TEXT NOT NULL PRIMARY KEY,
  type TEXT NOT NULL,
  actor_id TEXT,
  actor_email TEXT,
  actor_type TEXT NOT NULL CHECK (actor_type IN ('user', 'admin', 'api_key', 'system')),
  resource_id TEXT,
  resource_type TEXT,
  tenant_id TEXT NOT NULL,
  organization_id TEXT,
  ip_address TEXT,
  user_agent TEXT,
  country TEXT,
  result TEXT NOT NULL DEFAULT 'success' CHECK (result IN ('success', 'failure')),
  metadata TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX audit_log_actor_id ON audit_log (actor_id);
-- With actor_id in it, SQLite does not walk all entries that have no actor.
CREATE INDEX audit_log_actor_email ON audit_log (actor_email, tenant_id, actor_id);
CREATE INDEX audit_log_resource_id ON audit_log (resource_id);
CREATE INDEX audit_log_metadata_email ON audit_log (
  CASE WHEN json_valid("metadata", 9) THEN json_extract("metadata", '$."email"') END, tenant_id, type
);

CREATE TABLE webhook_events (
  id TEXT NOT NULL PRIMARY KEY,
  type TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  data TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX webhook_events_user_id ON webhook_events (
  CASE WHEN json_valid("data", 9) THEN json_extract("data", '$."user"."id"') END
);

CREATE TABLE webhook_deliveries (
  id TEXT NOT NULL PRIMARY KEY,
  event_id TEXT NOT NULL REFERENCES webhook_events (id),
  webhook_id TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'pending',
  attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  next_attempt_at TEXT,
  response_status INTEGER
);
CREATE INDEX webhook_deliveries_event_id ON webhook_deliveries (event_id);
`
