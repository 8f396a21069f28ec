-- layout 0
CREATE TABLE IF NOT EXISTS main.own_ledger (\n  seq INTEGER PRIMARY KEY,\n  kind TEXT NOT NULL,\n  at TEXT NOT NULL,\n  user_table TEXT,\n  tenant_id TEXT,\n  subject,\n  idempotency_key TEXT,\n  body TEXT NOT NULL,\n  hash TEXT NOT NULL\n);

-- layout 1
CREATE TABLE IF NOT EXISTS main.own_ledger_head (\n  id INTEGER PRIMARY KEY,\n  seq INTEGER NOT NULL,\n  hash TEXT NOT NULL,\n  signature TEXT\n);

-- layout 2
CREATE TABLE IF NOT EXISTS main.own_ledger_import (\n  run TEXT NOT NULL,\n  seq INTEGER NOT NULL,\n  kind TEXT NOT NULL,\n  at TEXT NOT NULL,\n  user_table TEXT,\n  tenant_id TEXT,\n  subject,\n  idempotency_key TEXT,\n  body TEXT NOT NULL,\n  hash TEXT NOT NULL,\n  PRIMARY KEY (run, seq)\n) WITHOUT ROWID;

-- layout 3
CREATE TABLE IF NOT EXISTS main.own_outbox (\n  id TEXT NOT NULL,\n  type TEXT NOT NULL,\n  at TEXT NOT NULL,\n  user_table TEXT,\n  tenant_id TEXT,\n  subject,\n  receipt_id TEXT,\n  rows INTEGER NOT NULL,\n  PRIMARY KEY (id)\n) WITHOUT ROWID;

-- layout 4
CREATE TABLE IF NOT EXISTS main.own_jobs (\n  id TEXT NOT NULL,\n  kind TEXT NOT NULL,\n  user_table TEXT,\n  tenant_id TEXT,\n  user_id NOT NULL,\n  requested_at TEXT NOT NULL,\n  due_at TEXT,\n  idempotency_key TEXT,\n  owner TEXT NOT NULL,\n  lease_until TEXT NOT NULL,\n  fence INTEGER NOT NULL,\n  created_at TEXT NOT NULL,\n  policy_digest TEXT NOT NULL,\n  state TEXT NOT NULL,\n  PRIMARY KEY (id)\n) WITHOUT ROWID;

-- layout 5
CREATE TABLE IF NOT EXISTS main.own_disabled (\n  id INTEGER PRIMARY KEY,\n  user_table TEXT,\n  tenant_id TEXT,\n  user_id NOT NULL,\n  since TEXT NOT NULL,\n  before TEXT NOT NULL\n);

-- layout 6
CREATE TABLE IF NOT EXISTS main.own_holds (\n  id TEXT NOT NULL,\n  user_table TEXT,\n  tenant_id TEXT,\n  user_id NOT NULL,\n  reason TEXT NOT NULL,\n  tables TEXT,\n  placed_at TEXT NOT NULL,\n  until TEXT,\n  PRIMARY KEY (id)\n) WITHOUT ROWID;

-- layout 7
CREATE TABLE IF NOT EXISTS main.own_tokens (\n  hash TEXT NOT NULL,\n  user_table TEXT,\n  tenant_id TEXT,\n  user_id NOT NULL,\n  session_id TEXT NOT NULL,\n  expires_at TEXT NOT NULL,\n  PRIMARY KEY (hash)\n) WITHOUT ROWID;

-- layout 8
CREATE TABLE IF NOT EXISTS main.own_spool (\n  run TEXT NOT NULL,\n  position INTEGER NOT NULL,\n  ids TEXT NOT NULL,\n  PRIMARY KEY (run, position)\n) WITHOUT ROWID;

-- layout 9
CREATE TABLE IF NOT EXISTS main.own_marks (\n  name TEXT NOT NULL,\n  value TEXT NOT NULL,\n  PRIMARY KEY (name)\n) WITHOUT ROWID;

-- layout 10
CREATE TABLE IF NOT EXISTS main.own_retentions (\n  step TEXT NOT NULL,\n  seq INTEGER NOT NULL,\n  state TEXT NOT NULL,\n  at TEXT NOT NULL,\n  tenant_id TEXT,\n  hidden INTEGER NOT NULL,\n  subjects TEXT NOT NULL,\n  PRIMARY KEY (step, seq)\n) WITHOUT ROWID;

-- layout 11
CREATE TABLE IF NOT EXISTS main.own_reservations (\n  id TEXT NOT NULL,\n  user_table TEXT NOT NULL,\n  hash TEXT NOT NULL,\n  key_name TEXT NOT NULL,\n  until TEXT NOT NULL,\n  PRIMARY KEY (id)\n) WITHOUT ROWID;

-- layout 12
CREATE INDEX IF NOT EXISTS main.own_ledger_facts ON own_ledger (kind, CASE WHEN json_valid(body) THEN coalesce(json_extract(body, '$.stepId'), json_extract(body, '$.level')) END, tenant_id) WHERE subject IS NULL;

-- layout 13
CREATE UNIQUE INDEX IF NOT EXISTS main.own_ledger_by_idempotency_key ON own_ledger (idempotency_key, coalesce(user_table, ''), coalesce(tenant_id, '')) WHERE idempotency_key IS NOT NULL;

-- layout 14
CREATE INDEX IF NOT EXISTS main.own_ledger_by_user_table ON own_ledger (user_table, subject, tenant_id, kind, at);

-- layout 15
CREATE UNIQUE INDEX IF NOT EXISTS main.own_jobs_by_user_id ON own_jobs (user_id, coalesce(user_table, ''), coalesce(tenant_id, ''));

-- layout 16
CREATE UNIQUE INDEX IF NOT EXISTS main.own_disabled_by_user_id ON own_disabled (user_id, coalesce(tenant_id, ''), coalesce(user_table, ''));

-- layout 17
CREATE INDEX IF NOT EXISTS main.own_holds_by_user_id ON own_holds (user_id);

-- layout 18
CREATE INDEX IF NOT EXISTS main.own_tokens_by_user_id ON own_tokens (user_id);

-- layout 19
CREATE INDEX IF NOT EXISTS main.own_retentions_by_step ON own_retentions (step, state, at, seq);

-- layout 20
CREATE INDEX IF NOT EXISTS main.own_reservations_by_hash ON own_reservations (hash);

-- layout 21
CREATE INDEX IF NOT EXISTS main.own_reservations_by_user_table ON own_reservations (user_table, until, id);

-- ledger: one
SELECT seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger" WHERE hash = @p0 ORDER BY seq;

-- ledger: several
SELECT seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger" WHERE hash IN (SELECT value FROM json_each(@p0)) ORDER BY seq;

-- ledger: several or null
SELECT seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger" WHERE (hash IS NULL OR hash IN (SELECT value FROM json_each(@p0))) ORDER BY seq;

-- ledger: null
SELECT seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger" WHERE hash IS NULL ORDER BY seq;

-- ledger: none
SELECT seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger" WHERE 1 = 0 ORDER BY seq;

-- ledger: above
SELECT seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger" WHERE hash > @p0 ORDER BY seq;

-- ledger: from
SELECT seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger" WHERE hash >= @p0 ORDER BY seq;

-- ledger: up to
SELECT seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger" WHERE hash <= @p0 ORDER BY seq;

-- ledger: up to or null
SELECT seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger" WHERE (hash IS NULL OR hash <= @p0) ORDER BY seq;

-- ledger: begins with
SELECT seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger" WHERE substr(hash, 1, length(@p0)) = @p0 ORDER BY seq;

-- ledger: fact
SELECT seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger" WHERE CASE WHEN json_valid(body) THEN coalesce(json_extract(body, '$.stepId'), json_extract(body, '$.level')) END = @p0 ORDER BY seq;

-- ledger: all
SELECT seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger" ORDER BY seq;

-- ledger: a page
SELECT seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger" WHERE seq > @after0 ORDER BY seq LIMIT @limit;

-- ledger: in another order
SELECT seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger" ORDER BY hash DESC, seq DESC LIMIT @limit;

-- ledger: the newest
SELECT seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger" WHERE seq IN (SELECT max(seq) FROM main."own_ledger" WHERE hash >= @p0 GROUP BY hash) ORDER BY seq;

-- ledger: insert
INSERT INTO main."own_ledger" (seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);

-- ledger: put
INSERT INTO main."own_ledger" (seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (seq) DO UPDATE SET kind = excluded.kind, at = excluded.at, user_table = excluded.user_table, tenant_id = excluded.tenant_id, subject = excluded.subject, idempotency_key = excluded.idempotency_key, body = excluded.body, hash = excluded.hash;

-- ledger: patch
UPDATE main."own_ledger" SET seq = @set_seq, kind = @set_kind, at = @set_at, user_table = @set_userTable, tenant_id = @set_tenantId, subject = @set_subject, idempotency_key = @set_idempotencyKey, body = @set_body, hash = @set_hash WHERE seq = @p0;

-- ledger: remove
DELETE FROM main."own_ledger" WHERE seq = @p0;

-- ledger_head: one
SELECT id, seq, hash, signature FROM main."own_ledger_head" WHERE signature = @p0 ORDER BY id;

-- ledger_head: several
SELECT id, seq, hash, signature FROM main."own_ledger_head" WHERE signature IN (SELECT value FROM json_each(@p0)) ORDER BY id;

-- ledger_head: several or null
SELECT id, seq, hash, signature FROM main."own_ledger_head" WHERE (signature IS NULL OR signature IN (SELECT value FROM json_each(@p0))) ORDER BY id;

-- ledger_head: null
SELECT id, seq, hash, signature FROM main."own_ledger_head" WHERE signature IS NULL ORDER BY id;

-- ledger_head: none
SELECT id, seq, hash, signature FROM main."own_ledger_head" WHERE 1 = 0 ORDER BY id;

-- ledger_head: above
SELECT id, seq, hash, signature FROM main."own_ledger_head" WHERE signature > @p0 ORDER BY id;

-- ledger_head: from
SELECT id, seq, hash, signature FROM main."own_ledger_head" WHERE signature >= @p0 ORDER BY id;

-- ledger_head: up to
SELECT id, seq, hash, signature FROM main."own_ledger_head" WHERE signature <= @p0 ORDER BY id;

-- ledger_head: up to or null
SELECT id, seq, hash, signature FROM main."own_ledger_head" WHERE (signature IS NULL OR signature <= @p0) ORDER BY id;

-- ledger_head: begins with
SELECT id, seq, hash, signature FROM main."own_ledger_head" WHERE substr(signature, 1, length(@p0)) = @p0 ORDER BY id;

-- ledger_head: all
SELECT id, seq, hash, signature FROM main."own_ledger_head" ORDER BY id;

-- ledger_head: a page
SELECT id, seq, hash, signature FROM main."own_ledger_head" WHERE id > @after0 ORDER BY id LIMIT @limit;

-- ledger_head: in another order
SELECT id, seq, hash, signature FROM main."own_ledger_head" ORDER BY signature DESC, id DESC LIMIT @limit;

-- ledger_head: the newest
SELECT id, seq, hash, signature FROM main."own_ledger_head" WHERE id IN (SELECT max(id) FROM main."own_ledger_head" WHERE signature >= @p0 GROUP BY signature) ORDER BY id;

-- ledger_head: insert
INSERT INTO main."own_ledger_head" (id, seq, hash, signature) VALUES (?, ?, ?, ?);

-- ledger_head: put
INSERT INTO main."own_ledger_head" (id, seq, hash, signature) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, signature = excluded.signature;

-- ledger_head: patch
UPDATE main."own_ledger_head" SET id = @set_id, seq = @set_seq, hash = @set_hash, signature = @set_signature WHERE id = @p0;

-- ledger_head: remove
DELETE FROM main."own_ledger_head" WHERE id = @p0;

-- ledger_import: one
SELECT run, seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger_import" WHERE hash = @p0 ORDER BY run, seq;

-- ledger_import: several
SELECT run, seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger_import" WHERE hash IN (SELECT value FROM json_each(@p0)) ORDER BY run, seq;

-- ledger_import: several or null
SELECT run, seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger_import" WHERE (hash IS NULL OR hash IN (SELECT value FROM json_each(@p0))) ORDER BY run, seq;

-- ledger_import: null
SELECT run, seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger_import" WHERE hash IS NULL ORDER BY run, seq;

-- ledger_import: none
SELECT run, seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger_import" WHERE 1 = 0 ORDER BY run, seq;

-- ledger_import: above
SELECT run, seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger_import" WHERE hash > @p0 ORDER BY run, seq;

-- ledger_import: from
SELECT run, seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger_import" WHERE hash >= @p0 ORDER BY run, seq;

-- ledger_import: up to
SELECT run, seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger_import" WHERE hash <= @p0 ORDER BY run, seq;

-- ledger_import: up to or null
SELECT run, seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger_import" WHERE (hash IS NULL OR hash <= @p0) ORDER BY run, seq;

-- ledger_import: begins with
SELECT run, seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger_import" WHERE substr(hash, 1, length(@p0)) = @p0 ORDER BY run, seq;

-- ledger_import: all
SELECT run, seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger_import" ORDER BY run, seq;

-- ledger_import: a page
SELECT run, seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger_import" WHERE (run, seq) > (@after0, @after1) ORDER BY run, seq LIMIT @limit;

-- ledger_import: in another order
SELECT run, seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger_import" ORDER BY hash DESC, run DESC LIMIT @limit;

-- ledger_import: the newest
SELECT run, seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger_import" WHERE (run, seq) IN (SELECT run, max(seq) FROM main."own_ledger_import" WHERE hash >= @p0 GROUP BY run) ORDER BY run, seq;

-- ledger_import: insert
INSERT INTO main."own_ledger_import" (run, seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- ledger_import: put
DELETE FROM main."own_ledger_import" WHERE run = @p0 AND seq = @p1;

-- ledger_import: put
INSERT INTO main."own_ledger_import" (run, seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- ledger_import: patch
UPDATE main."own_ledger_import" SET run = @set_run, seq = @set_seq, kind = @set_kind, at = @set_at, user_table = @set_userTable, tenant_id = @set_tenantId, subject = @set_subject, idempotency_key = @set_idempotencyKey, body = @set_body, hash = @set_hash WHERE run = @p0 AND seq = @p1;

-- ledger_import: remove
DELETE FROM main."own_ledger_import" WHERE run = @p0 AND seq = @p1;

-- outbox: one
SELECT id, type, at, user_table, tenant_id, subject, receipt_id, rows FROM main."own_outbox" WHERE rows = @p0 ORDER BY id;

-- outbox: several
SELECT id, type, at, user_table, tenant_id, subject, receipt_id, rows FROM main."own_outbox" WHERE rows IN (SELECT value FROM json_each(@p0)) ORDER BY id;

-- outbox: several or null
SELECT id, type, at, user_table, tenant_id, subject, receipt_id, rows FROM main."own_outbox" WHERE (rows IS NULL OR rows IN (SELECT value FROM json_each(@p0))) ORDER BY id;

-- outbox: null
SELECT id, type, at, user_table, tenant_id, subject, receipt_id, rows FROM main."own_outbox" WHERE rows IS NULL ORDER BY id;

-- outbox: none
SELECT id, type, at, user_table, tenant_id, subject, receipt_id, rows FROM main."own_outbox" WHERE 1 = 0 ORDER BY id;

-- outbox: above
SELECT id, type, at, user_table, tenant_id, subject, receipt_id, rows FROM main."own_outbox" WHERE rows > @p0 ORDER BY id;

-- outbox: from
SELECT id, type, at, user_table, tenant_id, subject, receipt_id, rows FROM main."own_outbox" WHERE rows >= @p0 ORDER BY id;

-- outbox: up to
SELECT id, type, at, user_table, tenant_id, subject, receipt_id, rows FROM main."own_outbox" WHERE rows <= @p0 ORDER BY id;

-- outbox: up to or null
SELECT id, type, at, user_table, tenant_id, subject, receipt_id, rows FROM main."own_outbox" WHERE (rows IS NULL OR rows <= @p0) ORDER BY id;

-- outbox: begins with
SELECT id, type, at, user_table, tenant_id, subject, receipt_id, rows FROM main."own_outbox" WHERE substr(rows, 1, length(@p0)) = @p0 ORDER BY id;

-- outbox: all
SELECT id, type, at, user_table, tenant_id, subject, receipt_id, rows FROM main."own_outbox" ORDER BY id;

-- outbox: a page
SELECT id, type, at, user_table, tenant_id, subject, receipt_id, rows FROM main."own_outbox" WHERE id > @after0 ORDER BY id LIMIT @limit;

-- outbox: in another order
SELECT id, type, at, user_table, tenant_id, subject, receipt_id, rows FROM main."own_outbox" ORDER BY rows DESC, id DESC LIMIT @limit;

-- outbox: the newest
SELECT id, type, at, user_table, tenant_id, subject, receipt_id, rows FROM main."own_outbox" WHERE id IN (SELECT max(id) FROM main."own_outbox" WHERE rows >= @p0 GROUP BY rows) ORDER BY id;

-- outbox: insert
INSERT INTO main."own_outbox" (id, type, at, user_table, tenant_id, subject, receipt_id, rows) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- outbox: put
INSERT INTO main."own_outbox" (id, type, at, user_table, tenant_id, subject, receipt_id, rows) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET type = excluded.type, at = excluded.at, user_table = excluded.user_table, tenant_id = excluded.tenant_id, subject = excluded.subject, receipt_id = excluded.receipt_id, rows = excluded.rows;

-- outbox: patch
UPDATE main."own_outbox" SET id = @set_id, type = @set_type, at = @set_at, user_table = @set_userTable, tenant_id = @set_tenantId, subject = @set_subject, receipt_id = @set_receiptId, rows = @set_rows WHERE id = @p0;

-- outbox: remove
DELETE FROM main."own_outbox" WHERE id = @p0;

-- jobs: one
SELECT id, kind, user_table, tenant_id, user_id, requested_at, due_at, idempotency_key, owner, lease_until, fence, created_at, policy_digest, state FROM main."own_jobs" WHERE state = @p0 ORDER BY id;

-- jobs: several
SELECT id, kind, user_table, tenant_id, user_id, requested_at, due_at, idempotency_key, owner, lease_until, fence, created_at, policy_digest, state FROM main."own_jobs" WHERE state IN (SELECT value FROM json_each(@p0)) ORDER BY id;

-- jobs: several or null
SELECT id, kind, user_table, tenant_id, user_id, requested_at, due_at, idempotency_key, owner, lease_until, fence, created_at, policy_digest, state FROM main."own_jobs" WHERE (state IS NULL OR state IN (SELECT value FROM json_each(@p0))) ORDER BY id;

-- jobs: null
SELECT id, kind, user_table, tenant_id, user_id, requested_at, due_at, idempotency_key, owner, lease_until, fence, created_at, policy_digest, state FROM main."own_jobs" WHERE state IS NULL ORDER BY id;

-- jobs: none
SELECT id, kind, user_table, tenant_id, user_id, requested_at, due_at, idempotency_key, owner, lease_until, fence, created_at, policy_digest, state FROM main."own_jobs" WHERE 1 = 0 ORDER BY id;

-- jobs: above
SELECT id, kind, user_table, tenant_id, user_id, requested_at, due_at, idempotency_key, owner, lease_until, fence, created_at, policy_digest, state FROM main."own_jobs" WHERE state > @p0 ORDER BY id;

-- jobs: from
SELECT id, kind, user_table, tenant_id, user_id, requested_at, due_at, idempotency_key, owner, lease_until, fence, created_at, policy_digest, state FROM main."own_jobs" WHERE state >= @p0 ORDER BY id;

-- jobs: up to
SELECT id, kind, user_table, tenant_id, user_id, requested_at, due_at, idempotency_key, owner, lease_until, fence, created_at, policy_digest, state FROM main."own_jobs" WHERE state <= @p0 ORDER BY id;

-- jobs: up to or null
SELECT id, kind, user_table, tenant_id, user_id, requested_at, due_at, idempotency_key, owner, lease_until, fence, created_at, policy_digest, state FROM main."own_jobs" WHERE (state IS NULL OR state <= @p0) ORDER BY id;

-- jobs: begins with
SELECT id, kind, user_table, tenant_id, user_id, requested_at, due_at, idempotency_key, owner, lease_until, fence, created_at, policy_digest, state FROM main."own_jobs" WHERE substr(state, 1, length(@p0)) = @p0 ORDER BY id;

-- jobs: all
SELECT id, kind, user_table, tenant_id, user_id, requested_at, due_at, idempotency_key, owner, lease_until, fence, created_at, policy_digest, state FROM main."own_jobs" ORDER BY id;

-- jobs: a page
SELECT id, kind, user_table, tenant_id, user_id, requested_at, due_at, idempotency_key, owner, lease_until, fence, created_at, policy_digest, state FROM main."own_jobs" WHERE id > @after0 ORDER BY id LIMIT @limit;

-- jobs: in another order
SELECT id, kind, user_table, tenant_id, user_id, requested_at, due_at, idempotency_key, owner, lease_until, fence, created_at, policy_digest, state FROM main."own_jobs" ORDER BY state DESC, id DESC LIMIT @limit;

-- jobs: the newest
SELECT id, kind, user_table, tenant_id, user_id, requested_at, due_at, idempotency_key, owner, lease_until, fence, created_at, policy_digest, state FROM main."own_jobs" WHERE id IN (SELECT max(id) FROM main."own_jobs" WHERE state >= @p0 GROUP BY state) ORDER BY id;

-- jobs: insert
INSERT INTO main."own_jobs" (id, kind, user_table, tenant_id, user_id, requested_at, due_at, idempotency_key, owner, lease_until, fence, created_at, policy_digest, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- jobs: put
INSERT INTO main."own_jobs" (id, kind, user_table, tenant_id, user_id, requested_at, due_at, idempotency_key, owner, lease_until, fence, created_at, policy_digest, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, user_table = excluded.user_table, tenant_id = excluded.tenant_id, user_id = excluded.user_id, requested_at = excluded.requested_at, due_at = excluded.due_at, idempotency_key = excluded.idempotency_key, owner = excluded.owner, lease_until = excluded.lease_until, fence = excluded.fence, created_at = excluded.created_at, policy_digest = excluded.policy_digest, state = excluded.state;

-- jobs: patch
UPDATE main."own_jobs" SET id = @set_id, kind = @set_kind, user_table = @set_userTable, tenant_id = @set_tenantId, user_id = @set_userId, requested_at = @set_requestedAt, due_at = @set_dueAt, idempotency_key = @set_idempotencyKey, owner = @set_owner, lease_until = @set_leaseUntil, fence = @set_fence, created_at = @set_createdAt, policy_digest = @set_policyDigest, state = @set_state WHERE id = @p0;

-- jobs: remove
DELETE FROM main."own_jobs" WHERE id = @p0;

-- disabled: one
SELECT user_table, tenant_id, user_id, since, before FROM main."own_disabled" WHERE before = @p0 ORDER BY user_table, tenant_id, user_id;

-- disabled: several
SELECT user_table, tenant_id, user_id, since, before FROM main."own_disabled" WHERE before IN (SELECT value FROM json_each(@p0)) ORDER BY user_table, tenant_id, user_id;

-- disabled: several or null
SELECT user_table, tenant_id, user_id, since, before FROM main."own_disabled" WHERE (before IS NULL OR before IN (SELECT value FROM json_each(@p0))) ORDER BY user_table, tenant_id, user_id;

-- disabled: null
SELECT user_table, tenant_id, user_id, since, before FROM main."own_disabled" WHERE before IS NULL ORDER BY user_table, tenant_id, user_id;

-- disabled: none
SELECT user_table, tenant_id, user_id, since, before FROM main."own_disabled" WHERE 1 = 0 ORDER BY user_table, tenant_id, user_id;

-- disabled: above
SELECT user_table, tenant_id, user_id, since, before FROM main."own_disabled" WHERE before > @p0 ORDER BY user_table, tenant_id, user_id;

-- disabled: from
SELECT user_table, tenant_id, user_id, since, before FROM main."own_disabled" WHERE before >= @p0 ORDER BY user_table, tenant_id, user_id;

-- disabled: up to
SELECT user_table, tenant_id, user_id, since, before FROM main."own_disabled" WHERE before <= @p0 ORDER BY user_table, tenant_id, user_id;

-- disabled: up to or null
SELECT user_table, tenant_id, user_id, since, before FROM main."own_disabled" WHERE (before IS NULL OR before <= @p0) ORDER BY user_table, tenant_id, user_id;

-- disabled: begins with
SELECT user_table, tenant_id, user_id, since, before FROM main."own_disabled" WHERE substr(before, 1, length(@p0)) = @p0 ORDER BY user_table, tenant_id, user_id;

-- disabled: all
SELECT user_table, tenant_id, user_id, since, before FROM main."own_disabled" ORDER BY user_table, tenant_id, user_id;

-- disabled: a page
SELECT user_table, tenant_id, user_id, since, before FROM main."own_disabled" WHERE (user_table, tenant_id, user_id) > (@after0, @after1, @after2) ORDER BY user_table, tenant_id, user_id LIMIT @limit;

-- disabled: in another order
SELECT user_table, tenant_id, user_id, since, before FROM main."own_disabled" ORDER BY before DESC, user_table DESC LIMIT @limit;

-- disabled: the newest
SELECT user_table, tenant_id, user_id, since, before FROM main."own_disabled" WHERE (user_table, tenant_id, user_id) IN (SELECT user_table, tenant_id, max(user_id) FROM main."own_disabled" WHERE before >= @p0 GROUP BY user_table) ORDER BY user_table, tenant_id, user_id;

-- disabled: insert
INSERT INTO main."own_disabled" (user_table, tenant_id, user_id, since, before) VALUES (?, ?, ?, ?, ?);

-- disabled: put
DELETE FROM main."own_disabled" WHERE user_table = @p0 AND tenant_id = @p1 AND user_id = @p2;

-- disabled: put
INSERT INTO main."own_disabled" (user_table, tenant_id, user_id, since, before) VALUES (?, ?, ?, ?, ?);

-- disabled: patch
UPDATE main."own_disabled" SET user_table = @set_userTable, tenant_id = @set_tenantId, user_id = @set_userId, since = @set_since, before = @set_before WHERE user_table = @p0 AND tenant_id = @p1 AND user_id = @p2;

-- disabled: remove
DELETE FROM main."own_disabled" WHERE user_table = @p0 AND tenant_id = @p1 AND user_id = @p2;

-- holds: one
SELECT id, user_table, tenant_id, user_id, reason, tables, placed_at, until FROM main."own_holds" WHERE until = @p0 ORDER BY id;

-- holds: several
SELECT id, user_table, tenant_id, user_id, reason, tables, placed_at, until FROM main."own_holds" WHERE until IN (SELECT value FROM json_each(@p0)) ORDER BY id;

-- holds: several or null
SELECT id, user_table, tenant_id, user_id, reason, tables, placed_at, until FROM main."own_holds" WHERE (until IS NULL OR until IN (SELECT value FROM json_each(@p0))) ORDER BY id;

-- holds: null
SELECT id, user_table, tenant_id, user_id, reason, tables, placed_at, until FROM main."own_holds" WHERE until IS NULL ORDER BY id;

-- holds: none
SELECT id, user_table, tenant_id, user_id, reason, tables, placed_at, until FROM main."own_holds" WHERE 1 = 0 ORDER BY id;

-- holds: above
SELECT id, user_table, tenant_id, user_id, reason, tables, placed_at, until FROM main."own_holds" WHERE until > @p0 ORDER BY id;

-- holds: from
SELECT id, user_table, tenant_id, user_id, reason, tables, placed_at, until FROM main."own_holds" WHERE until >= @p0 ORDER BY id;

-- holds: up to
SELECT id, user_table, tenant_id, user_id, reason, tables, placed_at, until FROM main."own_holds" WHERE until <= @p0 ORDER BY id;

-- holds: up to or null
SELECT id, user_table, tenant_id, user_id, reason, tables, placed_at, until FROM main."own_holds" WHERE (until IS NULL OR until <= @p0) ORDER BY id;

-- holds: begins with
SELECT id, user_table, tenant_id, user_id, reason, tables, placed_at, until FROM main."own_holds" WHERE substr(until, 1, length(@p0)) = @p0 ORDER BY id;

-- holds: all
SELECT id, user_table, tenant_id, user_id, reason, tables, placed_at, until FROM main."own_holds" ORDER BY id;

-- holds: a page
SELECT id, user_table, tenant_id, user_id, reason, tables, placed_at, until FROM main."own_holds" WHERE id > @after0 ORDER BY id LIMIT @limit;

-- holds: in another order
SELECT id, user_table, tenant_id, user_id, reason, tables, placed_at, until FROM main."own_holds" ORDER BY until DESC, id DESC LIMIT @limit;

-- holds: the newest
SELECT id, user_table, tenant_id, user_id, reason, tables, placed_at, until FROM main."own_holds" WHERE id IN (SELECT max(id) FROM main."own_holds" WHERE until >= @p0 GROUP BY until) ORDER BY id;

-- holds: insert
INSERT INTO main."own_holds" (id, user_table, tenant_id, user_id, reason, tables, placed_at, until) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- holds: put
INSERT INTO main."own_holds" (id, user_table, tenant_id, user_id, reason, tables, placed_at, until) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET user_table = excluded.user_table, tenant_id = excluded.tenant_id, user_id = excluded.user_id, reason = excluded.reason, tables = excluded.tables, placed_at = excluded.placed_at, until = excluded.until;

-- holds: patch
UPDATE main."own_holds" SET id = @set_id, user_table = @set_userTable, tenant_id = @set_tenantId, user_id = @set_userId, reason = @set_reason, tables = @set_tables, placed_at = @set_placedAt, until = @set_until WHERE id = @p0;

-- holds: remove
DELETE FROM main."own_holds" WHERE id = @p0;

-- tokens: one
SELECT hash, user_table, tenant_id, user_id, session_id, expires_at FROM main."own_tokens" WHERE expires_at = @p0 ORDER BY hash;

-- tokens: several
SELECT hash, user_table, tenant_id, user_id, session_id, expires_at FROM main."own_tokens" WHERE expires_at IN (SELECT value FROM json_each(@p0)) ORDER BY hash;

-- tokens: several or null
SELECT hash, user_table, tenant_id, user_id, session_id, expires_at FROM main."own_tokens" WHERE (expires_at IS NULL OR expires_at IN (SELECT value FROM json_each(@p0))) ORDER BY hash;

-- tokens: null
SELECT hash, user_table, tenant_id, user_id, session_id, expires_at FROM main."own_tokens" WHERE expires_at IS NULL ORDER BY hash;

-- tokens: none
SELECT hash, user_table, tenant_id, user_id, session_id, expires_at FROM main."own_tokens" WHERE 1 = 0 ORDER BY hash;

-- tokens: above
SELECT hash, user_table, tenant_id, user_id, session_id, expires_at FROM main."own_tokens" WHERE expires_at > @p0 ORDER BY hash;

-- tokens: from
SELECT hash, user_table, tenant_id, user_id, session_id, expires_at FROM main."own_tokens" WHERE expires_at >= @p0 ORDER BY hash;

-- tokens: up to
SELECT hash, user_table, tenant_id, user_id, session_id, expires_at FROM main."own_tokens" WHERE expires_at <= @p0 ORDER BY hash;

-- tokens: up to or null
SELECT hash, user_table, tenant_id, user_id, session_id, expires_at FROM main."own_tokens" WHERE (expires_at IS NULL OR expires_at <= @p0) ORDER BY hash;

-- tokens: begins with
SELECT hash, user_table, tenant_id, user_id, session_id, expires_at FROM main."own_tokens" WHERE substr(expires_at, 1, length(@p0)) = @p0 ORDER BY hash;

-- tokens: all
SELECT hash, user_table, tenant_id, user_id, session_id, expires_at FROM main."own_tokens" ORDER BY hash;

-- tokens: a page
SELECT hash, user_table, tenant_id, user_id, session_id, expires_at FROM main."own_tokens" WHERE hash > @after0 ORDER BY hash LIMIT @limit;

-- tokens: in another order
SELECT hash, user_table, tenant_id, user_id, session_id, expires_at FROM main."own_tokens" ORDER BY expires_at DESC, hash DESC LIMIT @limit;

-- tokens: the newest
SELECT hash, user_table, tenant_id, user_id, session_id, expires_at FROM main."own_tokens" WHERE hash IN (SELECT max(hash) FROM main."own_tokens" WHERE expires_at >= @p0 GROUP BY expires_at) ORDER BY hash;

-- tokens: insert
INSERT INTO main."own_tokens" (hash, user_table, tenant_id, user_id, session_id, expires_at) VALUES (?, ?, ?, ?, ?, ?);

-- tokens: put
INSERT INTO main."own_tokens" (hash, user_table, tenant_id, user_id, session_id, expires_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO UPDATE SET user_table = excluded.user_table, tenant_id = excluded.tenant_id, user_id = excluded.user_id, session_id = excluded.session_id, expires_at = excluded.expires_at;

-- tokens: patch
UPDATE main."own_tokens" SET hash = @set_hash, user_table = @set_userTable, tenant_id = @set_tenantId, user_id = @set_userId, session_id = @set_sessionId, expires_at = @set_expiresAt WHERE hash = @p0;

-- tokens: remove
DELETE FROM main."own_tokens" WHERE hash = @p0;

-- spool: one
SELECT run, position, ids FROM main."own_spool" WHERE ids = @p0 ORDER BY run, position;

-- spool: several
SELECT run, position, ids FROM main."own_spool" WHERE ids IN (SELECT value FROM json_each(@p0)) ORDER BY run, position;

-- spool: several or null
SELECT run, position, ids FROM main."own_spool" WHERE (ids IS NULL OR ids IN (SELECT value FROM json_each(@p0))) ORDER BY run, position;

-- spool: null
SELECT run, position, ids FROM main."own_spool" WHERE ids IS NULL ORDER BY run, position;

-- spool: none
SELECT run, position, ids FROM main."own_spool" WHERE 1 = 0 ORDER BY run, position;

-- spool: above
SELECT run, position, ids FROM main."own_spool" WHERE ids > @p0 ORDER BY run, position;

-- spool: from
SELECT run, position, ids FROM main."own_spool" WHERE ids >= @p0 ORDER BY run, position;

-- spool: up to
SELECT run, position, ids FROM main."own_spool" WHERE ids <= @p0 ORDER BY run, position;

-- spool: up to or null
SELECT run, position, ids FROM main."own_spool" WHERE (ids IS NULL OR ids <= @p0) ORDER BY run, position;

-- spool: begins with
SELECT run, position, ids FROM main."own_spool" WHERE substr(ids, 1, length(@p0)) = @p0 ORDER BY run, position;

-- spool: all
SELECT run, position, ids FROM main."own_spool" ORDER BY run, position;

-- spool: a page
SELECT run, position, ids FROM main."own_spool" WHERE (run, position) > (@after0, @after1) ORDER BY run, position LIMIT @limit;

-- spool: in another order
SELECT run, position, ids FROM main."own_spool" ORDER BY ids DESC, run DESC LIMIT @limit;

-- spool: the newest
SELECT run, position, ids FROM main."own_spool" WHERE (run, position) IN (SELECT run, max(position) FROM main."own_spool" WHERE ids >= @p0 GROUP BY run) ORDER BY run, position;

-- spool: insert
INSERT INTO main."own_spool" (run, position, ids) VALUES (?, ?, ?);

-- spool: put
DELETE FROM main."own_spool" WHERE run = @p0 AND position = @p1;

-- spool: put
INSERT INTO main."own_spool" (run, position, ids) VALUES (?, ?, ?);

-- spool: patch
UPDATE main."own_spool" SET run = @set_run, position = @set_position, ids = @set_ids WHERE run = @p0 AND position = @p1;

-- spool: remove
DELETE FROM main."own_spool" WHERE run = @p0 AND position = @p1;

-- marks: one
SELECT name, value FROM main."own_marks" WHERE value = @p0 ORDER BY name;

-- marks: several
SELECT name, value FROM main."own_marks" WHERE value IN (SELECT value FROM json_each(@p0)) ORDER BY name;

-- marks: several or null
SELECT name, value FROM main."own_marks" WHERE (value IS NULL OR value IN (SELECT value FROM json_each(@p0))) ORDER BY name;

-- marks: null
SELECT name, value FROM main."own_marks" WHERE value IS NULL ORDER BY name;

-- marks: none
SELECT name, value FROM main."own_marks" WHERE 1 = 0 ORDER BY name;

-- marks: above
SELECT name, value FROM main."own_marks" WHERE value > @p0 ORDER BY name;

-- marks: from
SELECT name, value FROM main."own_marks" WHERE value >= @p0 ORDER BY name;

-- marks: up to
SELECT name, value FROM main."own_marks" WHERE value <= @p0 ORDER BY name;

-- marks: up to or null
SELECT name, value FROM main."own_marks" WHERE (value IS NULL OR value <= @p0) ORDER BY name;

-- marks: begins with
SELECT name, value FROM main."own_marks" WHERE substr(value, 1, length(@p0)) = @p0 ORDER BY name;

-- marks: all
SELECT name, value FROM main."own_marks" ORDER BY name;

-- marks: a page
SELECT name, value FROM main."own_marks" WHERE name > @after0 ORDER BY name LIMIT @limit;

-- marks: in another order
SELECT name, value FROM main."own_marks" ORDER BY value DESC, name DESC LIMIT @limit;

-- marks: the newest
SELECT name, value FROM main."own_marks" WHERE name IN (SELECT max(name) FROM main."own_marks" WHERE value >= @p0 GROUP BY value) ORDER BY name;

-- marks: insert
INSERT INTO main."own_marks" (name, value) VALUES (?, ?);

-- marks: put
INSERT INTO main."own_marks" (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- marks: patch
UPDATE main."own_marks" SET name = @set_name, value = @set_value WHERE name = @p0;

-- marks: remove
DELETE FROM main."own_marks" WHERE name = @p0;

-- retentions: one
SELECT step, seq, state, at, tenant_id, hidden, subjects FROM main."own_retentions" WHERE subjects = @p0 ORDER BY step, seq;

-- retentions: several
SELECT step, seq, state, at, tenant_id, hidden, subjects FROM main."own_retentions" WHERE subjects IN (SELECT value FROM json_each(@p0)) ORDER BY step, seq;

-- retentions: several or null
SELECT step, seq, state, at, tenant_id, hidden, subjects FROM main."own_retentions" WHERE (subjects IS NULL OR subjects IN (SELECT value FROM json_each(@p0))) ORDER BY step, seq;

-- retentions: null
SELECT step, seq, state, at, tenant_id, hidden, subjects FROM main."own_retentions" WHERE subjects IS NULL ORDER BY step, seq;

-- retentions: none
SELECT step, seq, state, at, tenant_id, hidden, subjects FROM main."own_retentions" WHERE 1 = 0 ORDER BY step, seq;

-- retentions: above
SELECT step, seq, state, at, tenant_id, hidden, subjects FROM main."own_retentions" WHERE subjects > @p0 ORDER BY step, seq;

-- retentions: from
SELECT step, seq, state, at, tenant_id, hidden, subjects FROM main."own_retentions" WHERE subjects >= @p0 ORDER BY step, seq;

-- retentions: up to
SELECT step, seq, state, at, tenant_id, hidden, subjects FROM main."own_retentions" WHERE subjects <= @p0 ORDER BY step, seq;

-- retentions: up to or null
SELECT step, seq, state, at, tenant_id, hidden, subjects FROM main."own_retentions" WHERE (subjects IS NULL OR subjects <= @p0) ORDER BY step, seq;

-- retentions: begins with
SELECT step, seq, state, at, tenant_id, hidden, subjects FROM main."own_retentions" WHERE substr(subjects, 1, length(@p0)) = @p0 ORDER BY step, seq;

-- retentions: all
SELECT step, seq, state, at, tenant_id, hidden, subjects FROM main."own_retentions" ORDER BY step, seq;

-- retentions: a page
SELECT step, seq, state, at, tenant_id, hidden, subjects FROM main."own_retentions" WHERE (step, seq) > (@after0, @after1) ORDER BY step, seq LIMIT @limit;

-- retentions: in another order
SELECT step, seq, state, at, tenant_id, hidden, subjects FROM main."own_retentions" ORDER BY subjects DESC, step DESC LIMIT @limit;

-- retentions: the newest
SELECT step, seq, state, at, tenant_id, hidden, subjects FROM main."own_retentions" WHERE (step, seq) IN (SELECT step, max(seq) FROM main."own_retentions" WHERE subjects >= @p0 GROUP BY step) ORDER BY step, seq;

-- retentions: insert
INSERT INTO main."own_retentions" (step, seq, state, at, tenant_id, hidden, subjects) VALUES (?, ?, ?, ?, ?, ?, ?);

-- retentions: put
DELETE FROM main."own_retentions" WHERE step = @p0 AND seq = @p1;

-- retentions: put
INSERT INTO main."own_retentions" (step, seq, state, at, tenant_id, hidden, subjects) VALUES (?, ?, ?, ?, ?, ?, ?);

-- retentions: patch
UPDATE main."own_retentions" SET step = @set_step, seq = @set_seq, state = @set_state, at = @set_at, tenant_id = @set_tenantId, hidden = @set_hidden, subjects = @set_subjects WHERE step = @p0 AND seq = @p1;

-- retentions: remove
DELETE FROM main."own_retentions" WHERE step = @p0 AND seq = @p1;

-- reservations: one
SELECT id, user_table, hash, key_name, until FROM main."own_reservations" WHERE until = @p0 ORDER BY id;

-- reservations: several
SELECT id, user_table, hash, key_name, until FROM main."own_reservations" WHERE until IN (SELECT value FROM json_each(@p0)) ORDER BY id;

-- reservations: several or null
SELECT id, user_table, hash, key_name, until FROM main."own_reservations" WHERE (until IS NULL OR until IN (SELECT value FROM json_each(@p0))) ORDER BY id;

-- reservations: null
SELECT id, user_table, hash, key_name, until FROM main."own_reservations" WHERE until IS NULL ORDER BY id;

-- reservations: none
SELECT id, user_table, hash, key_name, until FROM main."own_reservations" WHERE 1 = 0 ORDER BY id;

-- reservations: above
SELECT id, user_table, hash, key_name, until FROM main."own_reservations" WHERE until > @p0 ORDER BY id;

-- reservations: from
SELECT id, user_table, hash, key_name, until FROM main."own_reservations" WHERE until >= @p0 ORDER BY id;

-- reservations: up to
SELECT id, user_table, hash, key_name, until FROM main."own_reservations" WHERE until <= @p0 ORDER BY id;

-- reservations: up to or null
SELECT id, user_table, hash, key_name, until FROM main."own_reservations" WHERE (until IS NULL OR until <= @p0) ORDER BY id;

-- reservations: begins with
SELECT id, user_table, hash, key_name, until FROM main."own_reservations" WHERE substr(until, 1, length(@p0)) = @p0 ORDER BY id;

-- reservations: all
SELECT id, user_table, hash, key_name, until FROM main."own_reservations" ORDER BY id;

-- reservations: a page
SELECT id, user_table, hash, key_name, until FROM main."own_reservations" WHERE id > @after0 ORDER BY id LIMIT @limit;

-- reservations: in another order
SELECT id, user_table, hash, key_name, until FROM main."own_reservations" ORDER BY until DESC, id DESC LIMIT @limit;

-- reservations: the newest
SELECT id, user_table, hash, key_name, until FROM main."own_reservations" WHERE id IN (SELECT max(id) FROM main."own_reservations" WHERE until >= @p0 GROUP BY until) ORDER BY id;

-- reservations: insert
INSERT INTO main."own_reservations" (id, user_table, hash, key_name, until) VALUES (?, ?, ?, ?, ?);

-- reservations: put
INSERT INTO main."own_reservations" (id, user_table, hash, key_name, until) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET user_table = excluded.user_table, hash = excluded.hash, key_name = excluded.key_name, until = excluded.until;

-- reservations: patch
UPDATE main."own_reservations" SET id = @set_id, user_table = @set_userTable, hash = @set_hash, key_name = @set_keyName, until = @set_until WHERE id = @p0;

-- reservations: remove
DELETE FROM main."own_reservations" WHERE id = @p0;

-- ledger_import: move
INSERT INTO main."own_ledger" (seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash) SELECT seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash FROM main."own_ledger_import" WHERE run = @p0 ORDER BY seq;

-- ledger_import: move
DELETE FROM main."own_ledger_import" WHERE run = @p0;
