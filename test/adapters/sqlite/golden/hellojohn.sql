-- {users}
u(pos, "id", "field_656d61696c", "all_id", "tenant_field_656d61696c", "either_id", "either_all_id") AS MATERIALIZED (SELECT key, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]') FROM json_each(@users));

-- find user rows
SELECT j.key AS "user_deletion_position", t0.* FROM json_each(@ids) AS j CROSS JOIN main."users" AS t0 WHERE t0."id" = j.value AND (t0."tenant_id" = @tenant) IS 1;

-- find fields
SELECT j.key AS "user_deletion_position", t0."id", t0."email" FROM json_each(@ids) AS j CROSS JOIN main."users" AS t0 WHERE t0."id" = j.value AND (t0."tenant_id" = @tenant) IS 1;

-- end user rows
DELETE FROM main."users" AS t0 WHERE t0."id" IN (SELECT value FROM json_each(@ids)) AND (t0."tenant_id" = @tenant) IS 1;

-- user residue
SELECT count(*) FROM main."users" AS t0 WHERE t0."id" IN (SELECT value FROM json_each(@ids)) AND (t0."tenant_id" = @tenant) IS 1;

-- blank rows
WITH {users} SELECT u.pos, t0."id", (0) IS NOT 1 FROM u, main."users" AS t0 WHERE t0."id" = u."id" AND t0."tenant_id" = @tenant;

-- check sole_owner
SELECT t0."user_id", t0."organization_id" FROM main."organization_memberships" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@ids)) AND t0."organization_id" IS NOT NULL AND t0."role" IN ('owner') AND NOT EXISTS (SELECT 1 FROM main."organization_memberships" AS o WHERE o."organization_id" = t0."organization_id" AND o."user_id" IS NOT NULL AND NOT (o."user_id" IN (SELECT value FROM json_each(@ids))) AND o."role" IN ('owner'));

-- sharing id in all, @all_id
SELECT DISTINCT t0."id" COLLATE BINARY FROM main."users" AS t0 WHERE t0."id" IN (SELECT value FROM json_each(@all_id)) AND (CASE typeof(t0."id") WHEN 'text' THEN t0."id" WHEN 'integer' THEN CAST(t0."id" AS TEXT) WHEN 'real' THEN CAST(CASE WHEN t0."id" = CAST(t0."id" AS INTEGER) THEN CAST(t0."id" AS INTEGER) ELSE t0."id" END AS TEXT) END COLLATE BINARY) IN (SELECT (CASE typeof(value) WHEN 'text' THEN value WHEN 'integer' THEN CAST(value AS TEXT) WHEN 'real' THEN CAST(CASE WHEN value = CAST(value AS INTEGER) THEN CAST(value AS INTEGER) ELSE value END AS TEXT) END COLLATE BINARY) FROM json_each(@all_id)) AND (t0."id" IN (SELECT value FROM json_each(@ids)) AND t0."tenant_id" = @tenant) IS NOT 1;

-- sharing email in tenant, @tenant_field_656d61696c
SELECT DISTINCT t0."email" COLLATE BINARY FROM main."users" AS t0 WHERE t0."email" IN (SELECT value FROM json_each(@tenant_field_656d61696c)) AND (CASE typeof(t0."email") WHEN 'text' THEN t0."email" WHEN 'integer' THEN CAST(t0."email" AS TEXT) WHEN 'real' THEN CAST(CASE WHEN t0."email" = CAST(t0."email" AS INTEGER) THEN CAST(t0."email" AS INTEGER) ELSE t0."email" END AS TEXT) END COLLATE BINARY) IN (SELECT (CASE typeof(value) WHEN 'text' THEN value WHEN 'integer' THEN CAST(value AS TEXT) WHEN 'real' THEN CAST(CASE WHEN value = CAST(value AS INTEGER) THEN CAST(value AS INTEGER) ELSE value END AS TEXT) END COLLATE BINARY) FROM json_each(@tenant_field_656d61696c)) AND (t0."id" IN (SELECT value FROM json_each(@ids)) AND t0."tenant_id" = @tenant) IS NOT 1 AND (t0."tenant_id" = @tenant) IS 1;

-- together audit_log#0 audit_log#1: count by value
SELECT t0."actor_id", count(*), count(*) FILTER (WHERE (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL)) FROM main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."actor_id" IN (SELECT value FROM json_each(@all_id))) GROUP BY 1;

-- together audit_log#0 audit_log#1: write
UPDATE OR ABORT main."audit_log" AS t0 SET "actor_email" = NULL, "ip_address" = NULL, "user_agent" = NULL, "country" = NULL, "metadata" = CASE WHEN (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) THEN CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."device"."name"', '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"', '$."provider_user_id"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."device"."name"', '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"', '$."provider_user_id"') AS BLOB) END ELSE json_remove(t0."metadata", '$."device"."name"', '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"', '$."provider_user_id"') END ELSE NULL END ELSE CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."device"."name"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."device"."name"') AS BLOB) END ELSE json_remove(t0."metadata", '$."device"."name"') END ELSE NULL END END WHERE t0."actor_type" IN ('user', 'admin') AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."actor_id" IN (SELECT value FROM json_each(@all_id))) AND (t0."actor_email" COLLATE BINARY IS NOT (NULL) OR t0."ip_address" COLLATE BINARY IS NOT (NULL) OR t0."user_agent" COLLATE BINARY IS NOT (NULL) OR t0."country" COLLATE BINARY IS NOT (NULL) OR t0."metadata" COLLATE BINARY IS NOT (CASE WHEN (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) THEN CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."device"."name"', '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"', '$."provider_user_id"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."device"."name"', '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"', '$."provider_user_id"') AS BLOB) END ELSE json_remove(t0."metadata", '$."device"."name"', '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"', '$."provider_user_id"') END ELSE NULL END ELSE CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."device"."name"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."device"."name"') AS BLOB) END ELSE json_remove(t0."metadata", '$."device"."name"') END ELSE NULL END END));

-- together audit_log#0 audit_log#1: rows to write
SELECT t0.* FROM main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."actor_id" IN (SELECT value FROM json_each(@all_id)));

-- together audit_log#0 audit_log#1: residue at_end
SELECT count(*) FROM main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."actor_id" IN (SELECT value FROM json_each(@all_id))) AND (t0."actor_email" COLLATE BINARY IS NOT NULL OR t0."ip_address" COLLATE BINARY IS NOT NULL OR t0."user_agent" COLLATE BINARY IS NOT NULL OR t0."country" COLLATE BINARY IS NOT NULL OR CASE WHEN t0."metadata" IS NULL THEN 0 WHEN json_valid(t0."metadata") AND typeof(t0."metadata") = 'text' AND NOT (instr(t0."metadata", '\') OR instr(t0."metadata", char(0)) OR instr(t0."metadata", '"name"') AND t0."metadata" GLOB '*"name"[: 	\n]*' AND instr(t0."metadata", '"device"') AND t0."metadata" GLOB '*"device"[: 	\n]*') THEN 0 WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["device","name"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."metadata") IN ('array', 'object') THEN t0."metadata" ELSE json_extract(t0."metadata", '$') END, json_type(t0."metadata"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END OR (CASE WHEN (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) THEN CASE WHEN t0."metadata" IS NULL THEN 0 WHEN json_valid(t0."metadata") AND typeof(t0."metadata") = 'text' AND NOT (instr(t0."metadata", '\') OR instr(t0."metadata", char(0)) OR json_type(t0."metadata") <> 'object' OR json_type(t0."metadata", '$."email"') IS NOT NULL OR json_type(t0."metadata", '$."username"') IS NOT NULL OR json_type(t0."metadata", '$."name"') IS NOT NULL OR json_type(t0."metadata", '$."phone"') IS NOT NULL OR json_type(t0."metadata", '$."avatar_url"') IS NOT NULL OR json_type(t0."metadata", '$."public_metadata"') IS NOT NULL OR json_type(t0."metadata", '$."disabled_reason"') IS NOT NULL OR json_type(t0."metadata", '$."provider_user_id"') IS NOT NULL) THEN 0 WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["email"],["username"],["name"],["phone"],["avatar_url"],["public_metadata"],["disabled_reason"],["provider_user_id"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."metadata") IN ('array', 'object') THEN t0."metadata" ELSE json_extract(t0."metadata", '$') END, json_type(t0."metadata"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END ELSE 0 END));

-- sessions#0 delete: count by value
SELECT t0."user_id", count(*) FROM main."sessions" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- sessions#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."sessions" AS t0 WHERE t0."user_id" = u."id" AND ((t0."user_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- sessions#0 delete: write
DELETE FROM main."sessions" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- sessions#0 delete: rows to write
SELECT t0.* FROM main."sessions" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- sessions#0 delete: residue at_end
SELECT count(*) FROM main."sessions" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- sessions#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."sessions" AS t0 WHERE t0."user_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- sessions#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."sessions" AS t0 WHERE t0."user_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- sessions#0 delete: write named rows
DELETE FROM main."sessions" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- sessions#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."sessions" AS t0 WHERE t0."user_id" = u."all_id");

-- sessions#0 delete: held ids
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."sessions" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- sessions#0 delete: held ids, later page
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."sessions" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."user_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- trusted_devices#0 delete: count by value
SELECT t0."user_id", count(*) FROM main."trusted_devices" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- trusted_devices#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."trusted_devices" AS t0 WHERE t0."user_id" = u."id" AND ((t0."user_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- trusted_devices#0 delete: write
DELETE FROM main."trusted_devices" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- trusted_devices#0 delete: rows to write
SELECT t0.* FROM main."trusted_devices" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- trusted_devices#0 delete: residue at_end
SELECT count(*) FROM main."trusted_devices" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- trusted_devices#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."trusted_devices" AS t0 WHERE t0."user_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- trusted_devices#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."trusted_devices" AS t0 WHERE t0."user_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- trusted_devices#0 delete: write named rows
DELETE FROM main."trusted_devices" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- trusted_devices#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."trusted_devices" AS t0 WHERE t0."user_id" = u."all_id");

-- trusted_devices#0 delete: held ids
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."trusted_devices" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- trusted_devices#0 delete: held ids, later page
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."trusted_devices" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."user_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- password_reset_tokens#0 delete: count by value
SELECT t0."user_id", count(*) FROM main."password_reset_tokens" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- password_reset_tokens#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."password_reset_tokens" AS t0 WHERE t0."user_id" = u."id" AND ((t0."user_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- password_reset_tokens#0 delete: write
DELETE FROM main."password_reset_tokens" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- password_reset_tokens#0 delete: rows to write
SELECT t0.* FROM main."password_reset_tokens" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- password_reset_tokens#0 delete: residue at_end
SELECT count(*) FROM main."password_reset_tokens" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- password_reset_tokens#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."password_reset_tokens" AS t0 WHERE t0."user_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- password_reset_tokens#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."password_reset_tokens" AS t0 WHERE t0."user_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- password_reset_tokens#0 delete: write named rows
DELETE FROM main."password_reset_tokens" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- password_reset_tokens#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."password_reset_tokens" AS t0 WHERE t0."user_id" = u."all_id");

-- password_reset_tokens#0 delete: held ids
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."password_reset_tokens" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- password_reset_tokens#0 delete: held ids, later page
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."password_reset_tokens" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."user_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- email_verification_tokens#0 delete: count by value
SELECT t0."user_id", count(*) FROM main."email_verification_tokens" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- email_verification_tokens#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."email_verification_tokens" AS t0 WHERE t0."user_id" = u."id" AND ((t0."user_id" = u."all_id")) IS NOT 1 AND ((t0."tenant_id" = @tenant AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1) GROUP BY pos;

-- email_verification_tokens#0 delete: write
DELETE FROM main."email_verification_tokens" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- email_verification_tokens#0 delete: rows to write
SELECT t0.* FROM main."email_verification_tokens" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- email_verification_tokens#0 delete: residue at_end
SELECT count(*) FROM main."email_verification_tokens" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- email_verification_tokens#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."email_verification_tokens" AS t0 WHERE t0."user_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- email_verification_tokens#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."email_verification_tokens" AS t0 WHERE t0."user_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- email_verification_tokens#0 delete: write named rows
DELETE FROM main."email_verification_tokens" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- email_verification_tokens#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."email_verification_tokens" AS t0 WHERE t0."user_id" = u."all_id");

-- email_verification_tokens#0 delete: held ids
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."email_verification_tokens" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- email_verification_tokens#0 delete: held ids, later page
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."email_verification_tokens" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."user_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- email_verification_tokens#1 delete: count by value
SELECT t0."email", count(*) FROM main."email_verification_tokens" AS t0 WHERE t0."tenant_id" = @tenant AND t0."email" IN (SELECT value FROM json_each(@tenant_field_656d61696c)) GROUP BY 1;

-- email_verification_tokens#1 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."email_verification_tokens" AS t0 WHERE t0."tenant_id" = @tenant AND t0."email" = u."field_656d61696c" AND ((t0."user_id" = u."all_id")) IS NOT 1 AND ((t0."tenant_id" = @tenant AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1) GROUP BY pos;

-- email_verification_tokens#1 delete: write
DELETE FROM main."email_verification_tokens" AS t0 WHERE t0."tenant_id" = @tenant AND t0."email" IN (SELECT value FROM json_each(@tenant_field_656d61696c));

-- email_verification_tokens#1 delete: rows to write
SELECT t0.* FROM main."email_verification_tokens" AS t0 WHERE t0."tenant_id" = @tenant AND t0."email" IN (SELECT value FROM json_each(@tenant_field_656d61696c));

-- email_verification_tokens#1 delete: residue at_end
SELECT count(*) FROM main."email_verification_tokens" AS t0 WHERE t0."tenant_id" = @tenant AND t0."email" IN (SELECT value FROM json_each(@tenant_field_656d61696c));

-- email_verification_tokens#1 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."email_verification_tokens" AS t0 WHERE t0."tenant_id" = @tenant AND t0."email" = u."tenant_field_656d61696c") ORDER BY k0 LIMIT @limit;

-- email_verification_tokens#1 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."email_verification_tokens" AS t0 WHERE t0."tenant_id" = @tenant AND t0."email" = u."tenant_field_656d61696c" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- email_verification_tokens#1 delete: write named rows
DELETE FROM main."email_verification_tokens" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- email_verification_tokens#1 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."email_verification_tokens" AS t0 WHERE t0."tenant_id" = @tenant AND t0."email" = u."tenant_field_656d61696c");

-- email_verification_tokens#1 delete: held ids
SELECT DISTINCT t0."email" COLLATE BINARY AS id FROM main."email_verification_tokens" AS t0 WHERE typeof(t0."email" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- email_verification_tokens#1 delete: held ids, later page
SELECT DISTINCT t0."email" COLLATE BINARY AS id FROM main."email_verification_tokens" AS t0 WHERE typeof(t0."email" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."email" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- recovery_codes#0 delete: count by value
SELECT t0."user_id", count(*) FROM main."recovery_codes" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- recovery_codes#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."recovery_codes" AS t0 WHERE t0."user_id" = u."id" AND ((t0."user_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- recovery_codes#0 delete: write
DELETE FROM main."recovery_codes" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- recovery_codes#0 delete: rows to write
SELECT t0.* FROM main."recovery_codes" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- recovery_codes#0 delete: residue at_end
SELECT count(*) FROM main."recovery_codes" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- recovery_codes#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."recovery_codes" AS t0 WHERE t0."user_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- recovery_codes#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."recovery_codes" AS t0 WHERE t0."user_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- recovery_codes#0 delete: write named rows
DELETE FROM main."recovery_codes" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- recovery_codes#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."recovery_codes" AS t0 WHERE t0."user_id" = u."all_id");

-- recovery_codes#0 delete: held ids
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."recovery_codes" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- recovery_codes#0 delete: held ids, later page
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."recovery_codes" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."user_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- webauthn_credentials#0 delete: count by value
SELECT t0."user_id", count(*) FROM main."webauthn_credentials" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- webauthn_credentials#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."webauthn_credentials" AS t0 WHERE t0."user_id" = u."id" AND ((t0."user_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- webauthn_credentials#0 delete: write
DELETE FROM main."webauthn_credentials" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- webauthn_credentials#0 delete: rows to write
SELECT t0.* FROM main."webauthn_credentials" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- webauthn_credentials#0 delete: residue at_end
SELECT count(*) FROM main."webauthn_credentials" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- webauthn_credentials#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."webauthn_credentials" AS t0 WHERE t0."user_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- webauthn_credentials#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."webauthn_credentials" AS t0 WHERE t0."user_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- webauthn_credentials#0 delete: write named rows
DELETE FROM main."webauthn_credentials" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- webauthn_credentials#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."webauthn_credentials" AS t0 WHERE t0."user_id" = u."all_id");

-- webauthn_credentials#0 delete: held ids
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."webauthn_credentials" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- webauthn_credentials#0 delete: held ids, later page
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."webauthn_credentials" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."user_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- mfa_factors#0 delete: count by value
SELECT t0."user_id", count(*) FROM main."mfa_factors" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- mfa_factors#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."mfa_factors" AS t0 WHERE t0."user_id" = u."id" AND ((t0."user_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- mfa_factors#0 delete: write
DELETE FROM main."mfa_factors" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- mfa_factors#0 delete: rows to write
SELECT t0.* FROM main."mfa_factors" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- mfa_factors#0 delete: residue at_end
SELECT count(*) FROM main."mfa_factors" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- mfa_factors#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."mfa_factors" AS t0 WHERE t0."user_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- mfa_factors#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."mfa_factors" AS t0 WHERE t0."user_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- mfa_factors#0 delete: write named rows
DELETE FROM main."mfa_factors" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- mfa_factors#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."mfa_factors" AS t0 WHERE t0."user_id" = u."all_id");

-- mfa_factors#0 delete: held ids
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."mfa_factors" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- mfa_factors#0 delete: held ids, later page
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."mfa_factors" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."user_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- oauth_connections#0 delete: count by value
SELECT t0."user_id", count(*) FROM main."oauth_connections" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- oauth_connections#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."oauth_connections" AS t0 WHERE t0."user_id" = u."id" AND ((t0."user_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- oauth_connections#0 delete: write
DELETE FROM main."oauth_connections" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- oauth_connections#0 delete: rows to write
SELECT t0.* FROM main."oauth_connections" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- oauth_connections#0 delete: residue at_end
SELECT count(*) FROM main."oauth_connections" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- oauth_connections#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."oauth_connections" AS t0 WHERE t0."user_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- oauth_connections#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."oauth_connections" AS t0 WHERE t0."user_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- oauth_connections#0 delete: write named rows
DELETE FROM main."oauth_connections" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- oauth_connections#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."oauth_connections" AS t0 WHERE t0."user_id" = u."all_id");

-- oauth_connections#0 delete: held ids
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."oauth_connections" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- oauth_connections#0 delete: held ids, later page
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."oauth_connections" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."user_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- password_history#0 delete: count by value
SELECT t0."user_id", count(*) FROM main."password_history" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- password_history#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."password_history" AS t0 WHERE t0."user_id" = u."id" AND ((t0."user_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- password_history#0 delete: write
DELETE FROM main."password_history" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- password_history#0 delete: rows to write
SELECT t0.* FROM main."password_history" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- password_history#0 delete: residue at_end
SELECT count(*) FROM main."password_history" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- password_history#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."password_history" AS t0 WHERE t0."user_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- password_history#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."password_history" AS t0 WHERE t0."user_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- password_history#0 delete: write named rows
DELETE FROM main."password_history" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- password_history#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."password_history" AS t0 WHERE t0."user_id" = u."all_id");

-- password_history#0 delete: held ids
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."password_history" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- password_history#0 delete: held ids, later page
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."password_history" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."user_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- organization_memberships#0 delete: count by value
SELECT t0."user_id", count(*) FROM main."organization_memberships" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- organization_memberships#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."organization_memberships" AS t0 WHERE t0."user_id" = u."id" AND ((t0."user_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- organization_memberships#0 delete: write
DELETE FROM main."organization_memberships" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- organization_memberships#0 delete: rows to write
SELECT t0.* FROM main."organization_memberships" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- organization_memberships#0 delete: residue at_end
SELECT count(*) FROM main."organization_memberships" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- organization_memberships#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."organization_memberships" AS t0 WHERE t0."user_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- organization_memberships#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."organization_memberships" AS t0 WHERE t0."user_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- organization_memberships#0 delete: write named rows
DELETE FROM main."organization_memberships" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- organization_memberships#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."organization_memberships" AS t0 WHERE t0."user_id" = u."all_id");

-- organization_memberships#0 delete: held ids
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."organization_memberships" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- organization_memberships#0 delete: held ids, later page
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."organization_memberships" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."user_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- role_assignments#0 delete: count by value
SELECT t0."user_id", count(*) FROM main."role_assignments" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- role_assignments#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."role_assignments" AS t0 WHERE t0."user_id" = u."id" AND ((t0."user_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- role_assignments#0 delete: write
DELETE FROM main."role_assignments" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- role_assignments#0 delete: rows to write
SELECT t0.* FROM main."role_assignments" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- role_assignments#0 delete: residue at_end
SELECT count(*) FROM main."role_assignments" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- role_assignments#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."role_assignments" AS t0 WHERE t0."user_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- role_assignments#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."role_assignments" AS t0 WHERE t0."user_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- role_assignments#0 delete: write named rows
DELETE FROM main."role_assignments" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- role_assignments#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."role_assignments" AS t0 WHERE t0."user_id" = u."all_id");

-- role_assignments#0 delete: held ids
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."role_assignments" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- role_assignments#0 delete: held ids, later page
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."role_assignments" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."user_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- invitations#0 delete: count by value
SELECT t0."email", count(*) FROM main."invitations" AS t0 WHERE t0."tenant_id" = @tenant AND t0."email" IN (SELECT value FROM json_each(@tenant_field_656d61696c)) GROUP BY 1;

-- invitations#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."tenant_id" = @tenant AND t0."email" = u."field_656d61696c" AND ((t0."tenant_id" = @tenant AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1 AND ((t0."invited_by" = u."all_id")) IS NOT 1) GROUP BY pos;

-- invitations#0 delete: write
DELETE FROM main."invitations" AS t0 WHERE t0."tenant_id" = @tenant AND t0."email" IN (SELECT value FROM json_each(@tenant_field_656d61696c));

-- invitations#0 delete: rows to write
SELECT t0.* FROM main."invitations" AS t0 WHERE t0."tenant_id" = @tenant AND t0."email" IN (SELECT value FROM json_each(@tenant_field_656d61696c));

-- invitations#0 delete: residue at_end
SELECT count(*) FROM main."invitations" AS t0 WHERE t0."tenant_id" = @tenant AND t0."email" IN (SELECT value FROM json_each(@tenant_field_656d61696c));

-- invitations#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."tenant_id" = @tenant AND t0."email" = u."tenant_field_656d61696c") ORDER BY k0 LIMIT @limit;

-- invitations#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."tenant_id" = @tenant AND t0."email" = u."tenant_field_656d61696c" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- invitations#0 delete: write named rows
DELETE FROM main."invitations" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- invitations#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."tenant_id" = @tenant AND t0."email" = u."tenant_field_656d61696c");

-- invitations#0 delete: held ids
SELECT DISTINCT t0."email" COLLATE BINARY AS id FROM main."invitations" AS t0 WHERE typeof(t0."email" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- invitations#0 delete: held ids, later page
SELECT DISTINCT t0."email" COLLATE BINARY AS id FROM main."invitations" AS t0 WHERE typeof(t0."email" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."email" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- invitations#1 detach: count by position
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."invited_by" = u."all_id" AND ((t0."tenant_id" = @tenant AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1) GROUP BY pos;

-- invitations#1 detach: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."invited_by" = u."id" AND ((t0."tenant_id" = @tenant AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1 AND ((t0."tenant_id" = @tenant AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1 AND ((t0."invited_by" = u."all_id")) IS NOT 1) GROUP BY pos;

-- invitations#1 detach: write
WITH {users} UPDATE OR ABORT main."invitations" AS t0 SET "invited_by" = NULL WHERE t0."rowid" IN (SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."invited_by" = u."all_id" AND ((t0."tenant_id" = @tenant AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1)) AND (t0."invited_by" COLLATE BINARY IS NOT (NULL));

-- invitations#1 detach: rows to write
WITH {users} SELECT t0.* FROM main."invitations" AS t0 WHERE t0."rowid" IN (SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."invited_by" = u."all_id" AND ((t0."tenant_id" = @tenant AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1));

-- invitations#1 detach: residue at_end
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."invited_by" = u."all_id" AND ((t0."tenant_id" = @tenant AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1);

-- invitations#1 detach: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."invited_by" = u."all_id" AND ((t0."tenant_id" = @tenant AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1) ORDER BY k0 LIMIT @limit;

-- invitations#1 detach: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."invited_by" = u."all_id" AND ((t0."tenant_id" = @tenant AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1 AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- invitations#1 detach: write named rows
UPDATE OR ABORT main."invitations" AS t0 SET "invited_by" = NULL WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- invitations#1 detach: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."invited_by" = u."all_id" AND ((t0."tenant_id" = @tenant AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1);

-- invitations#1 detach: held ids
SELECT DISTINCT t0."invited_by" COLLATE BINARY AS id FROM main."invitations" AS t0 WHERE typeof(t0."invited_by" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- invitations#1 detach: held ids, later page
SELECT DISTINCT t0."invited_by" COLLATE BINARY AS id FROM main."invitations" AS t0 WHERE typeof(t0."invited_by" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."invited_by" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- user_consents#0 retain: count by value
SELECT t0."user_id", count(*) FROM main."user_consents" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- user_consents#0 retain: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."user_consents" AS t0 WHERE t0."user_id" = u."id" AND ((t0."user_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- user_consents#0 retain: write
UPDATE OR ABORT main."user_consents" AS t0 SET "ip_address" = NULL, "user_agent" = NULL WHERE t0."rowid" IN (SELECT o."rowid" FROM main."user_consents" AS o WHERE o."user_id" IN (SELECT value FROM json_each(@all_id))) AND (t0."ip_address" COLLATE BINARY IS NOT (NULL) OR t0."user_agent" COLLATE BINARY IS NOT (NULL));

-- user_consents#0 retain: rows to write
SELECT t0.* FROM main."user_consents" AS t0 WHERE t0."rowid" IN (SELECT o."rowid" FROM main."user_consents" AS o WHERE o."user_id" IN (SELECT value FROM json_each(@all_id)));

-- user_consents#0 retain: residue at_end
SELECT count(*) FROM main."user_consents" AS t0 WHERE t0."rowid" IN (SELECT o."rowid" FROM main."user_consents" AS o WHERE o."user_id" IN (SELECT value FROM json_each(@all_id))) AND (t0."ip_address" COLLATE BINARY IS NOT NULL OR t0."user_agent" COLLATE BINARY IS NOT NULL);

-- user_consents#0 retain: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."user_consents" AS t0 WHERE t0."user_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- user_consents#0 retain: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."user_consents" AS t0 WHERE t0."user_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- user_consents#0 retain: write named rows
UPDATE OR ABORT main."user_consents" AS t0 SET "ip_address" = NULL, "user_agent" = NULL WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- user_consents#0 retain: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."user_consents" AS t0 WHERE t0."user_id" = u."all_id" AND (t0."ip_address" COLLATE BINARY IS NOT NULL OR t0."user_agent" COLLATE BINARY IS NOT NULL));

-- user_consents#0 retain: held ids
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."user_consents" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- user_consents#0 retain: held ids, later page
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."user_consents" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."user_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- audit_log#3 anonymize: count by value
SELECT CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, count(*) FROM main."audit_log" AS t0 WHERE t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (SELECT value FROM json_each(@tenant_field_656d61696c)) AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END GROUP BY 1;

-- audit_log#3 anonymize: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END AND ((t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END)) IS NOT 1 AND ((t0."actor_id" IS NULL AND t0."tenant_id" = @tenant AND t0."actor_email" = u."tenant_field_656d61696c")) IS NOT 1 AND ((t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END)) IS NOT 1 AND ((t0."actor_type" IN ('user', 'admin') AND t0."actor_id" = u."all_id")) IS NOT 1 AND ((t0."actor_type" IN ('user', 'admin') AND (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) AND t0."actor_id" = u."all_id")) IS NOT 1 AND ((t0."resource_type" IN ('user') AND t0."resource_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- audit_log#3 anonymize: write
UPDATE OR ABORT main."audit_log" AS t0 SET "ip_address" = NULL, "user_agent" = NULL, "country" = NULL, "metadata" = CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."device"."name"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."device"."name"') AS BLOB) END ELSE json_remove(t0."metadata", '$."device"."name"') END ELSE NULL END WHERE t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" = @tenant AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE CASE WHEN json_valid(o."metadata", 9) THEN json_extract(o."metadata", '$."email"') END IN (SELECT value FROM json_each(@tenant_field_656d61696c)) AND CASE WHEN substr(CASE WHEN json_valid(o."metadata", 9) THEN json_extract(o."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(o."metadata", 9) THEN json_type(o."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END) AND (t0."ip_address" COLLATE BINARY IS NOT (NULL) OR t0."user_agent" COLLATE BINARY IS NOT (NULL) OR t0."country" COLLATE BINARY IS NOT (NULL) OR t0."metadata" COLLATE BINARY IS NOT (CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."device"."name"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."device"."name"') AS BLOB) END ELSE json_remove(t0."metadata", '$."device"."name"') END ELSE NULL END));

-- audit_log#3 anonymize: rows to write
SELECT t0.* FROM main."audit_log" AS t0 WHERE t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" = @tenant AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE CASE WHEN json_valid(o."metadata", 9) THEN json_extract(o."metadata", '$."email"') END IN (SELECT value FROM json_each(@tenant_field_656d61696c)) AND CASE WHEN substr(CASE WHEN json_valid(o."metadata", 9) THEN json_extract(o."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(o."metadata", 9) THEN json_type(o."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END);

-- audit_log#3 anonymize: residue at_once
SELECT count(*) FROM main."audit_log" AS t0 WHERE t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" = @tenant AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE CASE WHEN json_valid(o."metadata", 9) THEN json_extract(o."metadata", '$."email"') END IN (SELECT value FROM json_each(@tenant_field_656d61696c)) AND CASE WHEN substr(CASE WHEN json_valid(o."metadata", 9) THEN json_extract(o."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(o."metadata", 9) THEN json_type(o."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END) AND (t0."ip_address" COLLATE BINARY IS NOT NULL OR t0."user_agent" COLLATE BINARY IS NOT NULL OR t0."country" COLLATE BINARY IS NOT NULL OR CASE WHEN t0."metadata" IS NULL THEN 0 WHEN json_valid(t0."metadata") AND typeof(t0."metadata") = 'text' AND NOT (instr(t0."metadata", '\') OR instr(t0."metadata", char(0)) OR instr(t0."metadata", '"name"') AND t0."metadata" GLOB '*"name"[: 	\n]*' AND instr(t0."metadata", '"device"') AND t0."metadata" GLOB '*"device"[: 	\n]*') THEN 0 WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["device","name"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."metadata") IN ('array', 'object') THEN t0."metadata" ELSE json_extract(t0."metadata", '$') END, json_type(t0."metadata"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END);

-- audit_log#3 anonymize: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END) ORDER BY k0 LIMIT @limit;

-- audit_log#3 anonymize: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- audit_log#3 anonymize: write named rows
UPDATE OR ABORT main."audit_log" AS t0 SET "ip_address" = NULL, "user_agent" = NULL, "country" = NULL, "metadata" = CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."device"."name"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."device"."name"') AS BLOB) END ELSE json_remove(t0."metadata", '$."device"."name"') END ELSE NULL END WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- audit_log#3 anonymize: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END AND (t0."ip_address" COLLATE BINARY IS NOT NULL OR t0."user_agent" COLLATE BINARY IS NOT NULL OR t0."country" COLLATE BINARY IS NOT NULL OR CASE WHEN t0."metadata" IS NULL THEN 0 WHEN json_valid(t0."metadata") AND typeof(t0."metadata") = 'text' AND NOT (instr(t0."metadata", '\') OR instr(t0."metadata", char(0)) OR instr(t0."metadata", '"name"') AND t0."metadata" GLOB '*"name"[: 	\n]*' AND instr(t0."metadata", '"device"') AND t0."metadata" GLOB '*"device"[: 	\n]*') THEN 0 WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["device","name"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."metadata") IN ('array', 'object') THEN t0."metadata" ELSE json_extract(t0."metadata", '$') END, json_type(t0."metadata"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END));

-- audit_log#3 anonymize: held ids
SELECT DISTINCT CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END COLLATE BINARY AS id FROM main."audit_log" AS t0 WHERE t0."type" IN ('user.sign_in_failed') AND typeof(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END COLLATE BINARY) IN ('integer', 'real', 'text') AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END ORDER BY id LIMIT @limit;

-- audit_log#3 anonymize: held ids, later page
SELECT DISTINCT CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END COLLATE BINARY AS id FROM main."audit_log" AS t0 WHERE t0."type" IN ('user.sign_in_failed') AND typeof(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END COLLATE BINARY) IN ('integer', 'real', 'text') AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END COLLATE BINARY > @after AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END ORDER BY id LIMIT @limit;

-- audit_log#4 anonymize: count by value
SELECT t0."actor_email", count(*) FROM main."audit_log" AS t0 WHERE t0."actor_id" IS NULL AND t0."tenant_id" = @tenant AND t0."actor_email" IN (SELECT value FROM json_each(@tenant_field_656d61696c)) GROUP BY 1;

-- audit_log#4 anonymize: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."actor_id" IS NULL AND t0."tenant_id" = @tenant AND t0."actor_email" = u."field_656d61696c" AND ((t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END)) IS NOT 1 AND ((t0."actor_id" IS NULL AND t0."tenant_id" = @tenant AND t0."actor_email" = u."tenant_field_656d61696c")) IS NOT 1 AND ((t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END)) IS NOT 1 AND ((t0."actor_type" IN ('user', 'admin') AND t0."actor_id" = u."all_id")) IS NOT 1 AND ((t0."actor_type" IN ('user', 'admin') AND (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) AND t0."actor_id" = u."all_id")) IS NOT 1 AND ((t0."resource_type" IN ('user') AND t0."resource_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- audit_log#4 anonymize: write
UPDATE OR ABORT main."audit_log" AS t0 SET "actor_email" = NULL, "ip_address" = NULL, "user_agent" = NULL, "country" = NULL WHERE t0."actor_id" IS NULL AND t0."tenant_id" = @tenant AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."actor_email" IN (SELECT value FROM json_each(@tenant_field_656d61696c))) AND (t0."actor_email" COLLATE BINARY IS NOT (NULL) OR t0."ip_address" COLLATE BINARY IS NOT (NULL) OR t0."user_agent" COLLATE BINARY IS NOT (NULL) OR t0."country" COLLATE BINARY IS NOT (NULL));

-- audit_log#4 anonymize: rows to write
SELECT t0.* FROM main."audit_log" AS t0 WHERE t0."actor_id" IS NULL AND t0."tenant_id" = @tenant AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."actor_email" IN (SELECT value FROM json_each(@tenant_field_656d61696c)));

-- audit_log#4 anonymize: residue at_once
SELECT count(*) FROM main."audit_log" AS t0 WHERE t0."actor_id" IS NULL AND t0."tenant_id" = @tenant AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."actor_email" IN (SELECT value FROM json_each(@tenant_field_656d61696c))) AND (t0."actor_email" COLLATE BINARY IS NOT NULL OR t0."ip_address" COLLATE BINARY IS NOT NULL OR t0."user_agent" COLLATE BINARY IS NOT NULL OR t0."country" COLLATE BINARY IS NOT NULL);

-- audit_log#4 anonymize: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."actor_id" IS NULL AND t0."tenant_id" = @tenant AND t0."actor_email" = u."tenant_field_656d61696c") ORDER BY k0 LIMIT @limit;

-- audit_log#4 anonymize: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."actor_id" IS NULL AND t0."tenant_id" = @tenant AND t0."actor_email" = u."tenant_field_656d61696c" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- audit_log#4 anonymize: write named rows
UPDATE OR ABORT main."audit_log" AS t0 SET "actor_email" = NULL, "ip_address" = NULL, "user_agent" = NULL, "country" = NULL WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- audit_log#4 anonymize: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."actor_id" IS NULL AND t0."tenant_id" = @tenant AND t0."actor_email" = u."tenant_field_656d61696c" AND (t0."actor_email" COLLATE BINARY IS NOT NULL OR t0."ip_address" COLLATE BINARY IS NOT NULL OR t0."user_agent" COLLATE BINARY IS NOT NULL OR t0."country" COLLATE BINARY IS NOT NULL));

-- audit_log#4 anonymize: held ids
SELECT DISTINCT t0."actor_email" COLLATE BINARY AS id FROM main."audit_log" AS t0 WHERE t0."actor_id" IS NULL AND typeof(t0."actor_email" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- audit_log#4 anonymize: held ids, later page
SELECT DISTINCT t0."actor_email" COLLATE BINARY AS id FROM main."audit_log" AS t0 WHERE t0."actor_id" IS NULL AND typeof(t0."actor_email" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."actor_email" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- audit_log#5 anonymize: count by value
SELECT CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, count(*) FROM main."audit_log" AS t0 WHERE t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (SELECT value FROM json_each(@tenant_field_656d61696c)) AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END GROUP BY 1;

-- audit_log#5 anonymize: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END AND ((t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END)) IS NOT 1 AND ((t0."actor_id" IS NULL AND t0."tenant_id" = @tenant AND t0."actor_email" = u."tenant_field_656d61696c")) IS NOT 1 AND ((t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END)) IS NOT 1 AND ((t0."actor_type" IN ('user', 'admin') AND t0."actor_id" = u."all_id")) IS NOT 1 AND ((t0."actor_type" IN ('user', 'admin') AND (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) AND t0."actor_id" = u."all_id")) IS NOT 1 AND ((t0."resource_type" IN ('user') AND t0."resource_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- audit_log#5 anonymize: write
UPDATE OR ABORT main."audit_log" AS t0 SET "metadata" = CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."email"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."email"') AS BLOB) END ELSE json_remove(t0."metadata", '$."email"') END ELSE NULL END WHERE t0."tenant_id" = @tenant AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE CASE WHEN json_valid(o."metadata", 9) THEN json_extract(o."metadata", '$."email"') END IN (SELECT value FROM json_each(@tenant_field_656d61696c)) AND CASE WHEN substr(CASE WHEN json_valid(o."metadata", 9) THEN json_extract(o."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(o."metadata", 9) THEN json_type(o."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END) AND (t0."metadata" COLLATE BINARY IS NOT (CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."email"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."email"') AS BLOB) END ELSE json_remove(t0."metadata", '$."email"') END ELSE NULL END));

-- audit_log#5 anonymize: rows to write
SELECT t0.* FROM main."audit_log" AS t0 WHERE t0."tenant_id" = @tenant AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE CASE WHEN json_valid(o."metadata", 9) THEN json_extract(o."metadata", '$."email"') END IN (SELECT value FROM json_each(@tenant_field_656d61696c)) AND CASE WHEN substr(CASE WHEN json_valid(o."metadata", 9) THEN json_extract(o."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(o."metadata", 9) THEN json_type(o."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END);

-- audit_log#5 anonymize: residue at_once
SELECT count(*) FROM main."audit_log" AS t0 WHERE t0."tenant_id" = @tenant AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE CASE WHEN json_valid(o."metadata", 9) THEN json_extract(o."metadata", '$."email"') END IN (SELECT value FROM json_each(@tenant_field_656d61696c)) AND CASE WHEN substr(CASE WHEN json_valid(o."metadata", 9) THEN json_extract(o."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(o."metadata", 9) THEN json_type(o."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END) AND (CASE WHEN t0."metadata" IS NULL THEN 0 WHEN json_valid(t0."metadata") AND typeof(t0."metadata") = 'text' AND NOT (instr(t0."metadata", '\') OR instr(t0."metadata", char(0)) OR json_type(t0."metadata") <> 'object' OR json_type(t0."metadata", '$."email"') IS NOT NULL) THEN 0 WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["email"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."metadata") IN ('array', 'object') THEN t0."metadata" ELSE json_extract(t0."metadata", '$') END, json_type(t0."metadata"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END);

-- audit_log#5 anonymize: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END) ORDER BY k0 LIMIT @limit;

-- audit_log#5 anonymize: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- audit_log#5 anonymize: write named rows
UPDATE OR ABORT main."audit_log" AS t0 SET "metadata" = CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."email"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."email"') AS BLOB) END ELSE json_remove(t0."metadata", '$."email"') END ELSE NULL END WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- audit_log#5 anonymize: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END AND (CASE WHEN t0."metadata" IS NULL THEN 0 WHEN json_valid(t0."metadata") AND typeof(t0."metadata") = 'text' AND NOT (instr(t0."metadata", '\') OR instr(t0."metadata", char(0)) OR json_type(t0."metadata") <> 'object' OR json_type(t0."metadata", '$."email"') IS NOT NULL) THEN 0 WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["email"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."metadata") IN ('array', 'object') THEN t0."metadata" ELSE json_extract(t0."metadata", '$') END, json_type(t0."metadata"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END));

-- audit_log#5 anonymize: held ids
SELECT DISTINCT CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END COLLATE BINARY AS id FROM main."audit_log" AS t0 WHERE typeof(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END COLLATE BINARY) IN ('integer', 'real', 'text') AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END ORDER BY id LIMIT @limit;

-- audit_log#5 anonymize: held ids, later page
SELECT DISTINCT CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END COLLATE BINARY AS id FROM main."audit_log" AS t0 WHERE typeof(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END COLLATE BINARY) IN ('integer', 'real', 'text') AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END COLLATE BINARY > @after AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END ORDER BY id LIMIT @limit;

-- audit_log#0 anonymize: count by value
SELECT t0."actor_id", count(*) FROM main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."actor_id" IN (SELECT value FROM json_each(@all_id))) GROUP BY 1;

-- audit_log#0 anonymize: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND t0."actor_id" = u."id" AND ((t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END)) IS NOT 1 AND ((t0."actor_id" IS NULL AND t0."tenant_id" = @tenant AND t0."actor_email" = u."tenant_field_656d61696c")) IS NOT 1 AND ((t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END)) IS NOT 1 AND ((t0."actor_type" IN ('user', 'admin') AND t0."actor_id" = u."all_id")) IS NOT 1 AND ((t0."actor_type" IN ('user', 'admin') AND (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) AND t0."actor_id" = u."all_id")) IS NOT 1 AND ((t0."resource_type" IN ('user') AND t0."resource_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- audit_log#0 anonymize: write
UPDATE OR ABORT main."audit_log" AS t0 SET "actor_email" = NULL, "ip_address" = NULL, "user_agent" = NULL, "country" = NULL, "metadata" = CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."device"."name"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."device"."name"') AS BLOB) END ELSE json_remove(t0."metadata", '$."device"."name"') END ELSE NULL END WHERE t0."actor_type" IN ('user', 'admin') AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."actor_id" IN (SELECT value FROM json_each(@all_id))) AND (t0."actor_email" COLLATE BINARY IS NOT (NULL) OR t0."ip_address" COLLATE BINARY IS NOT (NULL) OR t0."user_agent" COLLATE BINARY IS NOT (NULL) OR t0."country" COLLATE BINARY IS NOT (NULL) OR t0."metadata" COLLATE BINARY IS NOT (CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."device"."name"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."device"."name"') AS BLOB) END ELSE json_remove(t0."metadata", '$."device"."name"') END ELSE NULL END));

-- audit_log#0 anonymize: rows to write
SELECT t0.* FROM main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."actor_id" IN (SELECT value FROM json_each(@all_id)));

-- audit_log#0 anonymize: residue at_end
SELECT count(*) FROM main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."actor_id" IN (SELECT value FROM json_each(@all_id))) AND (t0."actor_email" COLLATE BINARY IS NOT NULL OR t0."ip_address" COLLATE BINARY IS NOT NULL OR t0."user_agent" COLLATE BINARY IS NOT NULL OR t0."country" COLLATE BINARY IS NOT NULL OR CASE WHEN t0."metadata" IS NULL THEN 0 WHEN json_valid(t0."metadata") AND typeof(t0."metadata") = 'text' AND NOT (instr(t0."metadata", '\') OR instr(t0."metadata", char(0)) OR instr(t0."metadata", '"name"') AND t0."metadata" GLOB '*"name"[: 	\n]*' AND instr(t0."metadata", '"device"') AND t0."metadata" GLOB '*"device"[: 	\n]*') THEN 0 WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["device","name"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."metadata") IN ('array', 'object') THEN t0."metadata" ELSE json_extract(t0."metadata", '$') END, json_type(t0."metadata"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END);

-- audit_log#0 anonymize: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND t0."actor_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- audit_log#0 anonymize: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND t0."actor_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- audit_log#0 anonymize: write named rows
UPDATE OR ABORT main."audit_log" AS t0 SET "actor_email" = NULL, "ip_address" = NULL, "user_agent" = NULL, "country" = NULL, "metadata" = CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."device"."name"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."device"."name"') AS BLOB) END ELSE json_remove(t0."metadata", '$."device"."name"') END ELSE NULL END WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- audit_log#0 anonymize: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND t0."actor_id" = u."all_id" AND (t0."actor_email" COLLATE BINARY IS NOT NULL OR t0."ip_address" COLLATE BINARY IS NOT NULL OR t0."user_agent" COLLATE BINARY IS NOT NULL OR t0."country" COLLATE BINARY IS NOT NULL OR CASE WHEN t0."metadata" IS NULL THEN 0 WHEN json_valid(t0."metadata") AND typeof(t0."metadata") = 'text' AND NOT (instr(t0."metadata", '\') OR instr(t0."metadata", char(0)) OR instr(t0."metadata", '"name"') AND t0."metadata" GLOB '*"name"[: 	\n]*' AND instr(t0."metadata", '"device"') AND t0."metadata" GLOB '*"device"[: 	\n]*') THEN 0 WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["device","name"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."metadata") IN ('array', 'object') THEN t0."metadata" ELSE json_extract(t0."metadata", '$') END, json_type(t0."metadata"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END));

-- audit_log#0 anonymize: held ids
SELECT DISTINCT t0."actor_id" COLLATE BINARY AS id FROM main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND typeof(t0."actor_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- audit_log#0 anonymize: held ids, later page
SELECT DISTINCT t0."actor_id" COLLATE BINARY AS id FROM main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND typeof(t0."actor_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."actor_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- audit_log#1 anonymize: count by value
SELECT t0."actor_id", count(*) FROM main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."actor_id" IN (SELECT value FROM json_each(@all_id))) GROUP BY 1;

-- audit_log#1 anonymize: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) AND t0."actor_id" = u."id" AND ((t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END)) IS NOT 1 AND ((t0."actor_id" IS NULL AND t0."tenant_id" = @tenant AND t0."actor_email" = u."tenant_field_656d61696c")) IS NOT 1 AND ((t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END)) IS NOT 1 AND ((t0."actor_type" IN ('user', 'admin') AND t0."actor_id" = u."all_id")) IS NOT 1 AND ((t0."actor_type" IN ('user', 'admin') AND (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) AND t0."actor_id" = u."all_id")) IS NOT 1 AND ((t0."resource_type" IN ('user') AND t0."resource_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- audit_log#1 anonymize: write
UPDATE OR ABORT main."audit_log" AS t0 SET "metadata" = CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"', '$."provider_user_id"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"', '$."provider_user_id"') AS BLOB) END ELSE json_remove(t0."metadata", '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"', '$."provider_user_id"') END ELSE NULL END WHERE t0."actor_type" IN ('user', 'admin') AND (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."actor_id" IN (SELECT value FROM json_each(@all_id))) AND (t0."metadata" COLLATE BINARY IS NOT (CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"', '$."provider_user_id"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"', '$."provider_user_id"') AS BLOB) END ELSE json_remove(t0."metadata", '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"', '$."provider_user_id"') END ELSE NULL END));

-- audit_log#1 anonymize: rows to write
SELECT t0.* FROM main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."actor_id" IN (SELECT value FROM json_each(@all_id)));

-- audit_log#1 anonymize: residue at_end
SELECT count(*) FROM main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."actor_id" IN (SELECT value FROM json_each(@all_id))) AND (CASE WHEN t0."metadata" IS NULL THEN 0 WHEN json_valid(t0."metadata") AND typeof(t0."metadata") = 'text' AND NOT (instr(t0."metadata", '\') OR instr(t0."metadata", char(0)) OR json_type(t0."metadata") <> 'object' OR json_type(t0."metadata", '$."email"') IS NOT NULL OR json_type(t0."metadata", '$."username"') IS NOT NULL OR json_type(t0."metadata", '$."name"') IS NOT NULL OR json_type(t0."metadata", '$."phone"') IS NOT NULL OR json_type(t0."metadata", '$."avatar_url"') IS NOT NULL OR json_type(t0."metadata", '$."public_metadata"') IS NOT NULL OR json_type(t0."metadata", '$."disabled_reason"') IS NOT NULL OR json_type(t0."metadata", '$."provider_user_id"') IS NOT NULL) THEN 0 WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["email"],["username"],["name"],["phone"],["avatar_url"],["public_metadata"],["disabled_reason"],["provider_user_id"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."metadata") IN ('array', 'object') THEN t0."metadata" ELSE json_extract(t0."metadata", '$') END, json_type(t0."metadata"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END);

-- audit_log#1 anonymize: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) AND t0."actor_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- audit_log#1 anonymize: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) AND t0."actor_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- audit_log#1 anonymize: write named rows
UPDATE OR ABORT main."audit_log" AS t0 SET "metadata" = CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"', '$."provider_user_id"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"', '$."provider_user_id"') AS BLOB) END ELSE json_remove(t0."metadata", '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"', '$."provider_user_id"') END ELSE NULL END WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- audit_log#1 anonymize: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) AND t0."actor_id" = u."all_id" AND (CASE WHEN t0."metadata" IS NULL THEN 0 WHEN json_valid(t0."metadata") AND typeof(t0."metadata") = 'text' AND NOT (instr(t0."metadata", '\') OR instr(t0."metadata", char(0)) OR json_type(t0."metadata") <> 'object' OR json_type(t0."metadata", '$."email"') IS NOT NULL OR json_type(t0."metadata", '$."username"') IS NOT NULL OR json_type(t0."metadata", '$."name"') IS NOT NULL OR json_type(t0."metadata", '$."phone"') IS NOT NULL OR json_type(t0."metadata", '$."avatar_url"') IS NOT NULL OR json_type(t0."metadata", '$."public_metadata"') IS NOT NULL OR json_type(t0."metadata", '$."disabled_reason"') IS NOT NULL OR json_type(t0."metadata", '$."provider_user_id"') IS NOT NULL) THEN 0 WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["email"],["username"],["name"],["phone"],["avatar_url"],["public_metadata"],["disabled_reason"],["provider_user_id"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."metadata") IN ('array', 'object') THEN t0."metadata" ELSE json_extract(t0."metadata", '$') END, json_type(t0."metadata"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END));

-- audit_log#1 anonymize: held ids
SELECT DISTINCT t0."actor_id" COLLATE BINARY AS id FROM main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) AND typeof(t0."actor_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- audit_log#1 anonymize: held ids, later page
SELECT DISTINCT t0."actor_id" COLLATE BINARY AS id FROM main."audit_log" AS t0 WHERE t0."actor_type" IN ('user', 'admin') AND (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) AND typeof(t0."actor_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."actor_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- audit_log#2 anonymize: count by value
SELECT t0."resource_id", count(*) FROM main."audit_log" AS t0 WHERE t0."resource_type" IN ('user') AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."resource_id" IN (SELECT value FROM json_each(@all_id))) GROUP BY 1;

-- audit_log#2 anonymize: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."resource_type" IN ('user') AND t0."resource_id" = u."id" AND ((t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END)) IS NOT 1 AND ((t0."actor_id" IS NULL AND t0."tenant_id" = @tenant AND t0."actor_email" = u."tenant_field_656d61696c")) IS NOT 1 AND ((t0."tenant_id" = @tenant AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END)) IS NOT 1 AND ((t0."actor_type" IN ('user', 'admin') AND t0."actor_id" = u."all_id")) IS NOT 1 AND ((t0."actor_type" IN ('user', 'admin') AND (t0."resource_type" IN ('session', 'mfa_factor', 'oauth_connection') OR t0."resource_type" IS NULL) AND t0."actor_id" = u."all_id")) IS NOT 1 AND ((t0."resource_type" IN ('user') AND t0."resource_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- audit_log#2 anonymize: write
UPDATE OR ABORT main."audit_log" AS t0 SET "metadata" = CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"') AS BLOB) END ELSE json_remove(t0."metadata", '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"') END ELSE NULL END WHERE t0."resource_type" IN ('user') AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."resource_id" IN (SELECT value FROM json_each(@all_id))) AND (t0."metadata" COLLATE BINARY IS NOT (CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"') AS BLOB) END ELSE json_remove(t0."metadata", '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"') END ELSE NULL END));

-- audit_log#2 anonymize: rows to write
SELECT t0.* FROM main."audit_log" AS t0 WHERE t0."resource_type" IN ('user') AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."resource_id" IN (SELECT value FROM json_each(@all_id)));

-- audit_log#2 anonymize: residue at_end
SELECT count(*) FROM main."audit_log" AS t0 WHERE t0."resource_type" IN ('user') AND t0."rowid" IN (SELECT o."rowid" FROM main."audit_log" AS o WHERE o."resource_id" IN (SELECT value FROM json_each(@all_id))) AND (CASE WHEN t0."metadata" IS NULL THEN 0 WHEN json_valid(t0."metadata") AND typeof(t0."metadata") = 'text' AND NOT (instr(t0."metadata", '\') OR instr(t0."metadata", char(0)) OR json_type(t0."metadata") <> 'object' OR json_type(t0."metadata", '$."email"') IS NOT NULL OR json_type(t0."metadata", '$."username"') IS NOT NULL OR json_type(t0."metadata", '$."name"') IS NOT NULL OR json_type(t0."metadata", '$."phone"') IS NOT NULL OR json_type(t0."metadata", '$."avatar_url"') IS NOT NULL OR json_type(t0."metadata", '$."public_metadata"') IS NOT NULL OR json_type(t0."metadata", '$."disabled_reason"') IS NOT NULL) THEN 0 WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["email"],["username"],["name"],["phone"],["avatar_url"],["public_metadata"],["disabled_reason"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."metadata") IN ('array', 'object') THEN t0."metadata" ELSE json_extract(t0."metadata", '$') END, json_type(t0."metadata"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END);

-- audit_log#2 anonymize: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."resource_type" IN ('user') AND t0."resource_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- audit_log#2 anonymize: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."resource_type" IN ('user') AND t0."resource_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- audit_log#2 anonymize: write named rows
UPDATE OR ABORT main."audit_log" AS t0 SET "metadata" = CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"') AS BLOB) END ELSE json_remove(t0."metadata", '$."email"', '$."username"', '$."name"', '$."phone"', '$."avatar_url"', '$."public_metadata"', '$."disabled_reason"') END ELSE NULL END WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- audit_log#2 anonymize: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."resource_type" IN ('user') AND t0."resource_id" = u."all_id" AND (CASE WHEN t0."metadata" IS NULL THEN 0 WHEN json_valid(t0."metadata") AND typeof(t0."metadata") = 'text' AND NOT (instr(t0."metadata", '\') OR instr(t0."metadata", char(0)) OR json_type(t0."metadata") <> 'object' OR json_type(t0."metadata", '$."email"') IS NOT NULL OR json_type(t0."metadata", '$."username"') IS NOT NULL OR json_type(t0."metadata", '$."name"') IS NOT NULL OR json_type(t0."metadata", '$."phone"') IS NOT NULL OR json_type(t0."metadata", '$."avatar_url"') IS NOT NULL OR json_type(t0."metadata", '$."public_metadata"') IS NOT NULL OR json_type(t0."metadata", '$."disabled_reason"') IS NOT NULL) THEN 0 WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["email"],["username"],["name"],["phone"],["avatar_url"],["public_metadata"],["disabled_reason"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."metadata") IN ('array', 'object') THEN t0."metadata" ELSE json_extract(t0."metadata", '$') END, json_type(t0."metadata"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END));

-- audit_log#2 anonymize: held ids
SELECT DISTINCT t0."resource_id" COLLATE BINARY AS id FROM main."audit_log" AS t0 WHERE t0."resource_type" IN ('user') AND typeof(t0."resource_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- audit_log#2 anonymize: held ids, later page
SELECT DISTINCT t0."resource_id" COLLATE BINARY AS id FROM main."audit_log" AS t0 WHERE t0."resource_type" IN ('user') AND typeof(t0."resource_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."resource_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- webhook_deliveries#0 retain: count by value
SELECT value, count(*) FROM (SELECT DISTINCT (CASE typeof(CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END) WHEN 'text' THEN CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END WHEN 'integer' THEN CAST(CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END AS TEXT) WHEN 'real' THEN CAST(CASE WHEN CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END = CAST(CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END AS INTEGER) THEN CAST(CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END AS INTEGER) ELSE CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END END AS TEXT) END COLLATE BINARY) AS value, t0."rowid" FROM main."webhook_deliveries" AS t0, main."webhook_events" AS t1 WHERE t1."id" = t0."event_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END IN (SELECT value FROM json_each(@either_all_id)) AND CASE WHEN substr(CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t1."data", 9) THEN json_type(t1."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END) GROUP BY value;

-- webhook_deliveries#0 retain: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."webhook_deliveries" AS t0, main."webhook_events" AS t1 WHERE t1."id" = t0."event_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END IN (u."id", u."either_id") AND CASE WHEN substr(CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t1."data", 9) THEN json_type(t1."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END AND (EXISTS (SELECT 1 FROM main."webhook_events" AS t1 WHERE t1."id" = t0."event_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END IN (u."all_id", u."either_all_id") AND CASE WHEN substr(CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t1."data", 9) THEN json_type(t1."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END)) IS NOT 1) GROUP BY pos;

-- webhook_deliveries#0 retain: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."webhook_deliveries" AS t0, main."webhook_events" AS t1 WHERE t1."id" = t0."event_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END IN (u."all_id", u."either_all_id") AND CASE WHEN substr(CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t1."data", 9) THEN json_extract(t1."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t1."data", 9) THEN json_type(t1."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END AND (0));

-- webhook_deliveries#0 retain: held ids
SELECT DISTINCT CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END COLLATE BINARY AS id FROM main."webhook_events" AS t0 WHERE typeof(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END COLLATE BINARY) IN ('integer', 'real', 'text') AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END ORDER BY id LIMIT @limit;

-- webhook_deliveries#0 retain: held ids, later page
SELECT DISTINCT CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END COLLATE BINARY AS id FROM main."webhook_events" AS t0 WHERE typeof(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END COLLATE BINARY) IN ('integer', 'real', 'text') AND CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END COLLATE BINARY > @after AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END ORDER BY id LIMIT @limit;

-- webhook_events#0 retain: count by value
SELECT CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, count(*) FROM main."webhook_events" AS t0 WHERE CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (SELECT value FROM json_each(@either_all_id)) AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END GROUP BY 1;

-- webhook_events#0 retain: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."webhook_events" AS t0 WHERE CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (u."id", u."either_id") AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END AND ((CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (u."all_id", u."either_all_id") AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END)) IS NOT 1) GROUP BY pos;

-- webhook_events#0 retain: write
UPDATE OR ABORT main."webhook_events" AS t0 SET "data" = CASE WHEN CASE WHEN json_valid(t0."data", 9) THEN CASE WHEN instr(t0."data", char(0)) = 0 OR typeof(t0."data") = 'blob' AND json_valid(t0."data", 8) THEN CASE json_type(t0."data") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."data") = 'blob' THEN CASE WHEN json_valid(t0."data", 8) THEN jsonb(json_remove(json(t0."data"), '$."user"."email"', '$."user"."username"', '$."user"."name"', '$."user"."phone"', '$."user"."avatar_url"', '$."user"."public_metadata"', '$."user"."last_sign_in_at"', '$."user"."disabled_reason"')) ELSE CAST(json_remove(CAST(t0."data" AS TEXT), '$."user"."email"', '$."user"."username"', '$."user"."name"', '$."user"."phone"', '$."user"."avatar_url"', '$."user"."public_metadata"', '$."user"."last_sign_in_at"', '$."user"."disabled_reason"') AS BLOB) END ELSE json_remove(t0."data", '$."user"."email"', '$."user"."username"', '$."user"."name"', '$."user"."phone"', '$."user"."avatar_url"', '$."user"."public_metadata"', '$."user"."last_sign_in_at"', '$."user"."disabled_reason"') END ELSE '{}' END WHERE t0."rowid" IN (SELECT o."rowid" FROM main."webhook_events" AS o WHERE CASE WHEN json_valid(o."data", 9) THEN json_extract(o."data", '$."user"."id"') END IN (SELECT value FROM json_each(@either_all_id)) AND CASE WHEN substr(CASE WHEN json_valid(o."data", 9) THEN json_extract(o."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(o."data", 9) THEN json_extract(o."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(o."data", 9) THEN json_type(o."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END) AND (t0."data" COLLATE BINARY IS NOT (CASE WHEN CASE WHEN json_valid(t0."data", 9) THEN CASE WHEN instr(t0."data", char(0)) = 0 OR typeof(t0."data") = 'blob' AND json_valid(t0."data", 8) THEN CASE json_type(t0."data") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."data") = 'blob' THEN CASE WHEN json_valid(t0."data", 8) THEN jsonb(json_remove(json(t0."data"), '$."user"."email"', '$."user"."username"', '$."user"."name"', '$."user"."phone"', '$."user"."avatar_url"', '$."user"."public_metadata"', '$."user"."last_sign_in_at"', '$."user"."disabled_reason"')) ELSE CAST(json_remove(CAST(t0."data" AS TEXT), '$."user"."email"', '$."user"."username"', '$."user"."name"', '$."user"."phone"', '$."user"."avatar_url"', '$."user"."public_metadata"', '$."user"."last_sign_in_at"', '$."user"."disabled_reason"') AS BLOB) END ELSE json_remove(t0."data", '$."user"."email"', '$."user"."username"', '$."user"."name"', '$."user"."phone"', '$."user"."avatar_url"', '$."user"."public_metadata"', '$."user"."last_sign_in_at"', '$."user"."disabled_reason"') END ELSE '{}' END));

-- webhook_events#0 retain: rows to write
SELECT t0.* FROM main."webhook_events" AS t0 WHERE t0."rowid" IN (SELECT o."rowid" FROM main."webhook_events" AS o WHERE CASE WHEN json_valid(o."data", 9) THEN json_extract(o."data", '$."user"."id"') END IN (SELECT value FROM json_each(@either_all_id)) AND CASE WHEN substr(CASE WHEN json_valid(o."data", 9) THEN json_extract(o."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(o."data", 9) THEN json_extract(o."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(o."data", 9) THEN json_type(o."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END);

-- webhook_events#0 retain: residue at_end
SELECT count(*) FROM main."webhook_events" AS t0 WHERE t0."rowid" IN (SELECT o."rowid" FROM main."webhook_events" AS o WHERE CASE WHEN json_valid(o."data", 9) THEN json_extract(o."data", '$."user"."id"') END IN (SELECT value FROM json_each(@either_all_id)) AND CASE WHEN substr(CASE WHEN json_valid(o."data", 9) THEN json_extract(o."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(o."data", 9) THEN json_extract(o."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(o."data", 9) THEN json_type(o."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END) AND (CASE WHEN t0."data" IS NULL THEN 0 WHEN json_valid(t0."data") AND typeof(t0."data") = 'text' AND NOT (instr(t0."data", '\') OR instr(t0."data", char(0)) OR instr(t0."data", '"email"') AND t0."data" GLOB '*"email"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*' OR instr(t0."data", '"username"') AND t0."data" GLOB '*"username"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*' OR instr(t0."data", '"name"') AND t0."data" GLOB '*"name"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*' OR instr(t0."data", '"phone"') AND t0."data" GLOB '*"phone"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*' OR instr(t0."data", '"avatar_url"') AND t0."data" GLOB '*"avatar_url"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*' OR instr(t0."data", '"public_metadata"') AND t0."data" GLOB '*"public_metadata"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*' OR instr(t0."data", '"last_sign_in_at"') AND t0."data" GLOB '*"last_sign_in_at"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*' OR instr(t0."data", '"disabled_reason"') AND t0."data" GLOB '*"disabled_reason"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*') THEN 0 WHEN CASE WHEN json_valid(t0."data", 9) THEN CASE WHEN instr(t0."data", char(0)) = 0 OR typeof(t0."data") = 'blob' AND json_valid(t0."data", 8) THEN CASE json_type(t0."data") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["user","email"],["user","username"],["user","name"],["user","phone"],["user","avatar_url"],["user","public_metadata"],["user","last_sign_in_at"],["user","disabled_reason"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."data") IN ('array', 'object') THEN t0."data" ELSE json_extract(t0."data", '$') END, json_type(t0."data"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END);

-- webhook_events#0 retain: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."webhook_events" AS t0 WHERE CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (u."all_id", u."either_all_id") AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END) ORDER BY k0 LIMIT @limit;

-- webhook_events#0 retain: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."webhook_events" AS t0 WHERE CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (u."all_id", u."either_all_id") AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- webhook_events#0 retain: write named rows
UPDATE OR ABORT main."webhook_events" AS t0 SET "data" = CASE WHEN CASE WHEN json_valid(t0."data", 9) THEN CASE WHEN instr(t0."data", char(0)) = 0 OR typeof(t0."data") = 'blob' AND json_valid(t0."data", 8) THEN CASE json_type(t0."data") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."data") = 'blob' THEN CASE WHEN json_valid(t0."data", 8) THEN jsonb(json_remove(json(t0."data"), '$."user"."email"', '$."user"."username"', '$."user"."name"', '$."user"."phone"', '$."user"."avatar_url"', '$."user"."public_metadata"', '$."user"."last_sign_in_at"', '$."user"."disabled_reason"')) ELSE CAST(json_remove(CAST(t0."data" AS TEXT), '$."user"."email"', '$."user"."username"', '$."user"."name"', '$."user"."phone"', '$."user"."avatar_url"', '$."user"."public_metadata"', '$."user"."last_sign_in_at"', '$."user"."disabled_reason"') AS BLOB) END ELSE json_remove(t0."data", '$."user"."email"', '$."user"."username"', '$."user"."name"', '$."user"."phone"', '$."user"."avatar_url"', '$."user"."public_metadata"', '$."user"."last_sign_in_at"', '$."user"."disabled_reason"') END ELSE '{}' END WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- webhook_events#0 retain: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."webhook_events" AS t0 WHERE CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (u."all_id", u."either_all_id") AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END AND (CASE WHEN t0."data" IS NULL THEN 0 WHEN json_valid(t0."data") AND typeof(t0."data") = 'text' AND NOT (instr(t0."data", '\') OR instr(t0."data", char(0)) OR instr(t0."data", '"email"') AND t0."data" GLOB '*"email"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*' OR instr(t0."data", '"username"') AND t0."data" GLOB '*"username"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*' OR instr(t0."data", '"name"') AND t0."data" GLOB '*"name"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*' OR instr(t0."data", '"phone"') AND t0."data" GLOB '*"phone"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*' OR instr(t0."data", '"avatar_url"') AND t0."data" GLOB '*"avatar_url"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*' OR instr(t0."data", '"public_metadata"') AND t0."data" GLOB '*"public_metadata"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*' OR instr(t0."data", '"last_sign_in_at"') AND t0."data" GLOB '*"last_sign_in_at"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*' OR instr(t0."data", '"disabled_reason"') AND t0."data" GLOB '*"disabled_reason"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*') THEN 0 WHEN CASE WHEN json_valid(t0."data", 9) THEN CASE WHEN instr(t0."data", char(0)) = 0 OR typeof(t0."data") = 'blob' AND json_valid(t0."data", 8) THEN CASE json_type(t0."data") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["user","email"],["user","username"],["user","name"],["user","phone"],["user","avatar_url"],["user","public_metadata"],["user","last_sign_in_at"],["user","disabled_reason"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."data") IN ('array', 'object') THEN t0."data" ELSE json_extract(t0."data", '$') END, json_type(t0."data"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END));

-- webhook_events#0 retain: held ids
SELECT DISTINCT CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END COLLATE BINARY AS id FROM main."webhook_events" AS t0 WHERE typeof(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END COLLATE BINARY) IN ('integer', 'real', 'text') AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END ORDER BY id LIMIT @limit;

-- webhook_events#0 retain: held ids, later page
SELECT DISTINCT CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END COLLATE BINARY AS id FROM main."webhook_events" AS t0 WHERE typeof(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END COLLATE BINARY) IN ('integer', 'real', 'text') AND CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END COLLATE BINARY > @after AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END ORDER BY id LIMIT @limit;

-- list users
SELECT t0."id" FROM main."users" AS t0 WHERE t0."id" IS NOT NULL AND (t0."tenant_id" = @tenant) IS 1 ORDER BY t0."id" COLLATE BINARY LIMIT @limit;

-- list users, later page
SELECT t0."id" FROM main."users" AS t0 WHERE t0."id" IS NOT NULL AND (t0."tenant_id" = @tenant) IS 1 AND t0."id" COLLATE BINARY > @after ORDER BY t0."id" COLLATE BINARY LIMIT @limit;

-- select users
SELECT * FROM main."users" AS t0 WHERE t0."id" IN (SELECT value FROM json_each(@ids));

-- set user
UPDATE OR ABORT main."users" AS t0 SET "status" = @value0, "at" = @value1 WHERE t0."id" = @id AND t0."tenant_id" = @tenant;

-- insert row
INSERT OR ABORT INTO main."audit_log" ("id", "at") VALUES (@value0, @value1);

-- spellings in rows
SELECT asked.key, t0."id", t0."tenant_id" FROM json_each(@forms) AS asked CROSS JOIN main."users" AS t0 ON t0."id" = asked.value WHERE t0."tenant_id" IN (@tenantId, CASE typeof(@tenantId) WHEN 'integer' THEN CAST(@tenantId AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenantId AS INTEGER) AS TEXT) = @tenantId THEN CAST(@tenantId AS INTEGER) ELSE @tenantId END ELSE @tenantId END);

-- deletions of an id, byte by byte
SELECT asked.key, l.tenant_id FROM json_each(@subjects) AS asked CROSS JOIN main."own_ledger" AS l ON l.subject = asked.value WHERE l.user_table = @userTable AND l.tenant_id IS @tenantId AND l.kind = 'user.deleted' ORDER BY l.seq DESC;

-- tenant, byte by byte
SELECT "tenant_id" FROM main."users" WHERE "tenant_id" IN (@tenantId, CASE typeof(@tenantId) WHEN 'integer' THEN CAST(@tenantId AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenantId AS INTEGER) AS TEXT) = @tenantId THEN CAST(@tenantId AS INTEGER) ELSE @tenantId END ELSE @tenantId END) AND "tenant_id" COLLATE BINARY = @tenantId LIMIT 1;

-- tenant, byte by byte
SELECT "tenant_id" FROM main."users" WHERE "tenant_id" IN (@tenantId, CASE typeof(@tenantId) WHEN 'integer' THEN CAST(@tenantId AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenantId AS INTEGER) AS TEXT) = @tenantId THEN CAST(@tenantId AS INTEGER) ELSE @tenantId END ELSE @tenantId END) LIMIT 1;

-- tenant, byte by byte
SELECT tenant_id FROM main."own_ledger" WHERE user_table = @userTable AND tenant_id IS @tenantId AND tenant_id IS NOT NULL LIMIT 1;

-- deletions of an id, by collations
SELECT asked.key, l.tenant_id FROM json_each(@subjects) AS asked CROSS JOIN main."own_ledger" AS l ON l.subject = asked.value WHERE l.user_table = @userTable AND l.tenant_id IS @tenantId COLLATE "BY_TENANTS" AND l.kind = 'user.deleted' ORDER BY l.seq DESC;

-- deletions of a spelling, by collations
SELECT DISTINCT l.subject, l.tenant_id FROM main."own_ledger" AS l WHERE l.user_table = @userTable AND l.subject COLLATE "BY_IDS" IN (SELECT value FROM json_each(@texts)) AND l.tenant_id IS @tenantId COLLATE "BY_TENANTS" AND l.kind = 'user.deleted';

-- tenant, by collations
SELECT "tenant_id" FROM main."users" WHERE "tenant_id" IN (@tenantId, CASE typeof(@tenantId) WHEN 'integer' THEN CAST(@tenantId AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenantId AS INTEGER) AS TEXT) = @tenantId THEN CAST(@tenantId AS INTEGER) ELSE @tenantId END ELSE @tenantId END) AND "tenant_id" COLLATE BINARY = @tenantId LIMIT 1;

-- tenant, by collations
SELECT "tenant_id" FROM main."users" WHERE "tenant_id" IN (@tenantId, CASE typeof(@tenantId) WHEN 'integer' THEN CAST(@tenantId AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenantId AS INTEGER) AS TEXT) = @tenantId THEN CAST(@tenantId AS INTEGER) ELSE @tenantId END ELSE @tenantId END) LIMIT 1;

-- tenant, by collations
SELECT tenant_id FROM main."own_ledger" WHERE user_table = @userTable AND tenant_id IS @tenantId COLLATE "BY_TENANTS" AND tenant_id IS NOT NULL LIMIT 1;
