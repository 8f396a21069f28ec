/**
 * The engine's own tables.
 *
 * `subject` and `user_id` are declared without a type on purpose: such a column keeps text as text and
 * integers as integers, so the id "1" and the id 1 stay two different users.
 *
 * @module
 */

/** The SQL that `migrate()` runs, for hosts that keep their own migrations. Safe to repeat. */
export const engineTablesSql: string = `
CREATE TABLE IF NOT EXISTS user_deletion_ledger (
  seq INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  tenant_id TEXT,
  subject,
  idempotency_key TEXT,
  body TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS user_deletion_ledger_subject ON user_deletion_ledger (subject, tenant_id, kind, at) WHERE subject IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS user_deletion_ledger_key ON user_deletion_ledger (coalesce(tenant_id, ''), idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE TABLE IF NOT EXISTS user_deletion_ledger_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  signature TEXT
);
CREATE TABLE IF NOT EXISTS user_deletion_ledger_import (
  run TEXT NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  tenant_id TEXT,
  subject,
  idempotency_key TEXT,
  body TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (run, seq)
);
CREATE TABLE IF NOT EXISTS user_deletion_outbox (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  at TEXT NOT NULL,
  tenant_id TEXT,
  subject,
  receipt_id TEXT,
  rows INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS user_deletion_jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  tenant_id TEXT,
  user_id NOT NULL,
  requested_at TEXT NOT NULL,
  due_at TEXT,
  idempotency_key TEXT,
  owner TEXT NOT NULL,
  lease_until TEXT NOT NULL,
  fence INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  policy_digest TEXT NOT NULL,
  state TEXT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS user_deletion_jobs_user ON user_deletion_jobs (coalesce(tenant_id, ''), user_id);
CREATE TABLE IF NOT EXISTS user_deletion_disabled (
  id INTEGER PRIMARY KEY,
  tenant_id TEXT,
  user_id NOT NULL,
  since TEXT NOT NULL,
  before TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS user_deletion_disabled_user ON user_deletion_disabled (user_id, coalesce(tenant_id, ''));
CREATE TABLE IF NOT EXISTS user_deletion_holds (
  id TEXT PRIMARY KEY,
  tenant_id TEXT,
  user_id NOT NULL,
  reason TEXT NOT NULL,
  tables TEXT,
  placed_at TEXT NOT NULL,
  until TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS user_deletion_holds_user ON user_deletion_holds (user_id);
CREATE TABLE IF NOT EXISTS user_deletion_tokens (
  hash TEXT PRIMARY KEY,
  tenant_id TEXT,
  user_id NOT NULL,
  session_id TEXT NOT NULL,
  expires_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS user_deletion_tokens_user ON user_deletion_tokens (user_id);
CREATE TABLE IF NOT EXISTS user_deletion_spool (
  run TEXT NOT NULL,
  position INTEGER NOT NULL,
  user_id,
  PRIMARY KEY (run, position)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS user_deletion_marks (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
`

/** The statements one by one. */
export function engineTableStatements(): readonly string[] {
  return engineTablesSql
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}
