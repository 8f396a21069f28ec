-- end user rows
WITH {users} UPDATE OR ABORT main."users" AS t0 SET "email" = NULL, "name" = NULL, "status" = 'deleted' FROM u WHERE t0."id" = u."id" AND (t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END)) IS 1;

-- user residue
WITH {users} SELECT count(*) FROM main."users" AS t0, u WHERE t0."id" = u."id" AND (t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END)) IS 1 AND (t0."email" COLLATE BINARY IS NOT NULL OR t0."name" COLLATE BINARY IS NOT NULL OR t0."status" COLLATE BINARY IS NOT 'deleted');

-- blank rows
WITH {users} SELECT u.pos, t0."id", (t0."email" COLLATE BINARY IS NOT NULL OR t0."name" COLLATE BINARY IS NOT NULL OR t0."status" COLLATE BINARY IS NOT 'deleted') IS NOT 1 FROM u, main."users" AS t0 WHERE t0."id" = u."id" AND t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END);

-- hurdle 0 lost
WITH {users} SELECT pos, count(*) FROM (SELECT p.pos FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."posts" AS t0 WHERE t0."author_id" = u."all_id") AS p CROSS JOIN main."posts" AS r ON r."rowid" = p.k0 WHERE 'usr_ghost' IS NOT NULL AND NOT EXISTS (SELECT 1 FROM main."users" AS o WHERE o."id" = 'usr_ghost')) GROUP BY pos;
