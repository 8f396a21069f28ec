-- {users}
u(pos, "id", "field_656d61696c", "all_field_656d61696c") AS MATERIALIZED (SELECT key, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(@users));

-- find user rows
SELECT j.key AS "user_deletion_position", t0.* FROM json_each(@ids) AS j CROSS JOIN main."User" AS t0 WHERE t0."id" = j.value;

-- find fields
SELECT j.key AS "user_deletion_position", t0."id", t0."email" FROM json_each(@ids) AS j CROSS JOIN main."User" AS t0 WHERE t0."id" = j.value;

-- end user rows
DELETE FROM main."User" AS t0 WHERE t0."id" IN (SELECT value FROM json_each(@ids));

-- user residue
SELECT count(*) FROM main."User" AS t0 WHERE t0."id" IN (SELECT value FROM json_each(@ids));

-- blank rows
WITH {users} SELECT u.pos, t0."id", (0) IS NOT 1 FROM u, main."User" AS t0 WHERE t0."id" = u."id";

-- sharing email in all, @all_field_656d61696c
SELECT DISTINCT t0."email" COLLATE BINARY FROM main."User" AS t0 WHERE t0."email" IN (SELECT value FROM json_each(@all_field_656d61696c)) AND (CASE typeof(t0."email") WHEN 'text' THEN t0."email" WHEN 'integer' THEN CAST(t0."email" AS TEXT) WHEN 'real' THEN CAST(CASE WHEN t0."email" = CAST(t0."email" AS INTEGER) THEN CAST(t0."email" AS INTEGER) ELSE t0."email" END AS TEXT) END COLLATE BINARY) IN (SELECT (CASE typeof(value) WHEN 'text' THEN value WHEN 'integer' THEN CAST(value AS TEXT) WHEN 'real' THEN CAST(CASE WHEN value = CAST(value AS INTEGER) THEN CAST(value AS INTEGER) ELSE value END AS TEXT) END COLLATE BINARY) FROM json_each(@all_field_656d61696c)) AND (t0."id" IN (SELECT value FROM json_each(@ids)) AND 1) IS NOT 1;

-- Session#0 delete: count by value
SELECT t0."userId", count(*) FROM main."Session" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids)) GROUP BY 1;

-- Session#0 delete: write
DELETE FROM main."Session" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- Session#0 delete: rows to write
SELECT t0.* FROM main."Session" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- Session#0 delete: residue at_end
SELECT count(*) FROM main."Session" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- Session#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."Session" AS t0 WHERE t0."userId" = u."id") ORDER BY k0 LIMIT @limit;

-- Session#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."Session" AS t0 WHERE t0."userId" = u."id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- Session#0 delete: write named rows
DELETE FROM main."Session" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- Session#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."Session" AS t0 WHERE t0."userId" = u."id");

-- Session#0 delete: held ids
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."Session" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- Session#0 delete: held ids, later page
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."Session" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."userId" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- VerificationToken#0 delete: count by value
SELECT t0."identifier", count(*) FROM main."VerificationToken" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_field_656d61696c)) GROUP BY 1;

-- VerificationToken#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."VerificationToken" AS t0 WHERE t0."identifier" = u."field_656d61696c" AND ((t0."identifier" = u."all_field_656d61696c")) IS NOT 1) GROUP BY pos;

-- VerificationToken#0 delete: write
DELETE FROM main."VerificationToken" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_field_656d61696c));

-- VerificationToken#0 delete: rows to write
SELECT t0.* FROM main."VerificationToken" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_field_656d61696c));

-- VerificationToken#0 delete: residue at_end
SELECT count(*) FROM main."VerificationToken" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_field_656d61696c));

-- VerificationToken#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."VerificationToken" AS t0 WHERE t0."identifier" = u."all_field_656d61696c") ORDER BY k0 LIMIT @limit;

-- VerificationToken#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."VerificationToken" AS t0 WHERE t0."identifier" = u."all_field_656d61696c" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- VerificationToken#0 delete: write named rows
DELETE FROM main."VerificationToken" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- VerificationToken#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."VerificationToken" AS t0 WHERE t0."identifier" = u."all_field_656d61696c");

-- VerificationToken#0 delete: held ids
SELECT DISTINCT t0."identifier" COLLATE BINARY AS id FROM main."VerificationToken" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- VerificationToken#0 delete: held ids, later page
SELECT DISTINCT t0."identifier" COLLATE BINARY AS id FROM main."VerificationToken" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."identifier" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- Account#0 delete: count by value
SELECT t0."userId", count(*) FROM main."Account" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids)) GROUP BY 1;

-- Account#0 delete: write
DELETE FROM main."Account" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- Account#0 delete: rows to write
SELECT t0.* FROM main."Account" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- Account#0 delete: residue at_end
SELECT count(*) FROM main."Account" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- Account#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."Account" AS t0 WHERE t0."userId" = u."id") ORDER BY k0 LIMIT @limit;

-- Account#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."Account" AS t0 WHERE t0."userId" = u."id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- Account#0 delete: write named rows
DELETE FROM main."Account" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- Account#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."Account" AS t0 WHERE t0."userId" = u."id");

-- Account#0 delete: held ids
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."Account" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- Account#0 delete: held ids, later page
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."Account" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."userId" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- list users
SELECT t0."id" FROM main."User" AS t0 WHERE t0."id" IS NOT NULL ORDER BY t0."id" COLLATE BINARY LIMIT @limit;

-- list users, later page
SELECT t0."id" FROM main."User" AS t0 WHERE t0."id" IS NOT NULL AND t0."id" COLLATE BINARY > @after ORDER BY t0."id" COLLATE BINARY LIMIT @limit;

-- select users
SELECT * FROM main."User" AS t0 WHERE t0."id" IN (SELECT value FROM json_each(@ids));

-- set user
UPDATE OR ABORT main."User" AS t0 SET "status" = @value0, "at" = @value1 WHERE t0."id" = @id;

-- insert row
INSERT OR ABORT INTO main."audit_log" ("id", "at") VALUES (@value0, @value1);

-- spellings in rows
SELECT asked.key, t0."id", NULL FROM json_each(@forms) AS asked CROSS JOIN main."User" AS t0 ON t0."id" = asked.value;

-- deletions of an id, byte by byte
SELECT asked.key, l.tenant_id FROM json_each(@subjects) AS asked CROSS JOIN main."own_ledger" AS l ON l.subject = asked.value WHERE l.user_table = @userTable AND l.tenant_id IS @tenantId AND l.kind = 'user.deleted' ORDER BY l.seq DESC;

-- deletions of an id, by collations
SELECT asked.key, l.tenant_id FROM json_each(@subjects) AS asked CROSS JOIN main."own_ledger" AS l ON l.subject = asked.value WHERE l.user_table = @userTable AND l.tenant_id IS @tenantId COLLATE "BY_TENANTS" AND l.kind = 'user.deleted' ORDER BY l.seq DESC;

-- deletions of a spelling, by collations
SELECT DISTINCT l.subject, l.tenant_id FROM main."own_ledger" AS l WHERE l.user_table = @userTable AND l.subject COLLATE "BY_IDS" IN (SELECT value FROM json_each(@texts)) AND l.tenant_id IS @tenantId COLLATE "BY_TENANTS" AND l.kind = 'user.deleted';
