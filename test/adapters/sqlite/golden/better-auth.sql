-- {users}
u(pos, "id", "field_656d61696c", "field_70686f6e654e756d626572", "form_6964_22757365724964223a22_22", "all_field_656d61696c", "form_656d61696c_7369676e2d696e2d6f74702d", "all_form_656d61696c_7369676e2d696e2d6f74702d", "form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d", "all_form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d", "form_656d61696c_666f726765742d70617373776f72642d6f74702d", "all_form_656d61696c_666f726765742d70617373776f72642d6f74702d", "form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d", "all_form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d", "form_6964_3266612d6f74702d_21", "form_656d61696c_7b22656d61696c223a22_22", "all_form_656d61696c_7b22656d61696c223a22_22", "form_6964_227573657244617461223a7b226964223a22_22", "form_656d61696c_736977652d656d61696c2d636c61696d2d", "all_form_656d61696c_736977652d656d61696c2d636c61696d2d", "all_field_70686f6e654e756d626572", "form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574", "all_form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574") AS MATERIALIZED (SELECT key, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]'), json_extract(value, '$[6]'), json_extract(value, '$[7]'), json_extract(value, '$[8]'), json_extract(value, '$[9]'), json_extract(value, '$[10]'), json_extract(value, '$[11]'), json_extract(value, '$[12]'), json_extract(value, '$[13]'), json_extract(value, '$[14]'), json_extract(value, '$[15]'), json_extract(value, '$[16]'), json_extract(value, '$[17]'), json_extract(value, '$[18]'), json_extract(value, '$[19]'), json_extract(value, '$[20]'), json_extract(value, '$[21]') FROM json_each(@users));

-- find user rows
SELECT j.key AS "user_deletion_position", t0.* FROM json_each(@ids) AS j CROSS JOIN main."user" AS t0 WHERE t0."id" = j.value;

-- find fields
SELECT j.key AS "user_deletion_position", t0."id", t0."email", t0."phoneNumber" FROM json_each(@ids) AS j CROSS JOIN main."user" AS t0 WHERE t0."id" = j.value;

-- end user rows
DELETE FROM main."user" AS t0 WHERE t0."id" IN (SELECT value FROM json_each(@ids));

-- user residue
SELECT count(*) FROM main."user" AS t0 WHERE t0."id" IN (SELECT value FROM json_each(@ids));

-- blank rows
WITH {users} SELECT u.pos, t0."id", (0) IS NOT 1 FROM u, main."user" AS t0 WHERE t0."id" = u."id";

-- check sole_owner
SELECT t0."userId", t0."organizationId" FROM main."member" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids)) AND t0."organizationId" IS NOT NULL AND t0."role" IN ('owner', 'owner,admin', 'owner,admin,member', 'owner,member', 'owner,member,admin', 'admin,owner', 'admin,owner,member', 'admin,member,owner', 'member,owner', 'member,owner,admin', 'member,admin,owner') AND NOT EXISTS (SELECT 1 FROM main."member" AS o WHERE o."organizationId" = t0."organizationId" AND o."userId" IS NOT NULL AND NOT (o."userId" IN (SELECT value FROM json_each(@ids))) AND o."role" IN ('owner', 'owner,admin', 'owner,admin,member', 'owner,member', 'owner,member,admin', 'admin,owner', 'admin,owner,member', 'admin,member,owner', 'member,owner', 'member,owner,admin', 'member,admin,owner'));

-- sharing email in all, @all_field_656d61696c
SELECT DISTINCT t0."email" COLLATE BINARY FROM main."user" AS t0 WHERE t0."email" IN (SELECT value FROM json_each(@all_field_656d61696c)) AND (CASE typeof(t0."email") WHEN 'text' THEN t0."email" WHEN 'integer' THEN CAST(t0."email" AS TEXT) WHEN 'real' THEN CAST(CASE WHEN t0."email" = CAST(t0."email" AS INTEGER) THEN CAST(t0."email" AS INTEGER) ELSE t0."email" END AS TEXT) END COLLATE BINARY) IN (SELECT (CASE typeof(value) WHEN 'text' THEN value WHEN 'integer' THEN CAST(value AS TEXT) WHEN 'real' THEN CAST(CASE WHEN value = CAST(value AS INTEGER) THEN CAST(value AS INTEGER) ELSE value END AS TEXT) END COLLATE BINARY) FROM json_each(@all_field_656d61696c)) AND (t0."id" IN (SELECT value FROM json_each(@ids)) AND 1) IS NOT 1;

-- sharing phoneNumber in all, @all_field_70686f6e654e756d626572
SELECT DISTINCT t0."phoneNumber" COLLATE BINARY FROM main."user" AS t0 WHERE t0."phoneNumber" IN (SELECT value FROM json_each(@all_field_70686f6e654e756d626572)) AND (CASE typeof(t0."phoneNumber") WHEN 'text' THEN t0."phoneNumber" WHEN 'integer' THEN CAST(t0."phoneNumber" AS TEXT) WHEN 'real' THEN CAST(CASE WHEN t0."phoneNumber" = CAST(t0."phoneNumber" AS INTEGER) THEN CAST(t0."phoneNumber" AS INTEGER) ELSE t0."phoneNumber" END AS TEXT) END COLLATE BINARY) IN (SELECT (CASE typeof(value) WHEN 'text' THEN value WHEN 'integer' THEN CAST(value AS TEXT) WHEN 'real' THEN CAST(CASE WHEN value = CAST(value AS INTEGER) THEN CAST(value AS INTEGER) ELSE value END AS TEXT) END COLLATE BINARY) FROM json_each(@all_field_70686f6e654e756d626572)) AND (t0."id" IN (SELECT value FROM json_each(@ids)) AND 1) IS NOT 1;

-- verification#0 delete: count by value
SELECT t0."value", count(*) FROM main."verification" AS t0 WHERE t0."value" IN (SELECT value FROM json_each(@ids)) GROUP BY 1;

-- verification#0 delete: write
DELETE FROM main."verification" AS t0 WHERE t0."value" IN (SELECT value FROM json_each(@ids));

-- verification#0 delete: rows to write
SELECT t0.* FROM main."verification" AS t0 WHERE t0."value" IN (SELECT value FROM json_each(@ids));

-- verification#0 delete: residue at_end
SELECT count(*) FROM main."verification" AS t0 WHERE t0."value" IN (SELECT value FROM json_each(@ids));

-- verification#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."value" = u."id") ORDER BY k0 LIMIT @limit;

-- verification#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."value" = u."id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- verification#0 delete: write named rows
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- verification#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."value" = u."id");

-- verification#0 delete: held ids
SELECT DISTINCT t0."value" COLLATE BINARY AS id FROM main."verification" AS t0 WHERE typeof(t0."value" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- verification#0 delete: held ids, later page
SELECT DISTINCT t0."value" COLLATE BINARY AS id FROM main."verification" AS t0 WHERE typeof(t0."value" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."value" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- verification#1 delete: count by position
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_22757365724964223a22_22") > 0) GROUP BY pos;

-- verification#1 delete: write
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."verification" AS t0 WHERE EXISTS (SELECT 1 FROM json_each(@form_6964_22757365724964223a22_22) AS held WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, held.value) > 0));

-- verification#1 delete: rows to write
SELECT t0.* FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."verification" AS t0 WHERE EXISTS (SELECT 1 FROM json_each(@form_6964_22757365724964223a22_22) AS held WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, held.value) > 0));

-- verification#1 delete: residue at_end
SELECT count(*) FROM main."verification" AS t0 WHERE EXISTS (SELECT 1 FROM json_each(@form_6964_22757365724964223a22_22) AS held WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, held.value) > 0);

-- verification#1 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_22757365724964223a22_22") > 0) ORDER BY k0 LIMIT @limit;

-- verification#1 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_22757365724964223a22_22") > 0 AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- verification#1 delete: write named rows
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- verification#1 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_22757365724964223a22_22") > 0);

-- verification#1 delete: held ids
SELECT DISTINCT substr(t0."value" COLLATE BINARY, length('"userId":"') + 1) AS id FROM main."verification" AS t0 WHERE typeof(t0."value" COLLATE BINARY) = 'text' AND t0."value" COLLATE BINARY > '"userId":"' AND substr(t0."value" COLLATE BINARY, 1, length('"userId":"')) = '"userId":"' ORDER BY id LIMIT @limit;

-- verification#1 delete: held ids, later page
SELECT DISTINCT substr(t0."value" COLLATE BINARY, length('"userId":"') + 1) AS id FROM main."verification" AS t0 WHERE typeof(t0."value" COLLATE BINARY) = 'text' AND t0."value" COLLATE BINARY > CASE typeof(@after) WHEN 'text' THEN '"userId":"' || @after ELSE '"userId":"' END AND substr(t0."value" COLLATE BINARY, 1, length('"userId":"')) = '"userId":"' ORDER BY id LIMIT @limit;

-- verification#2 delete: count by value
SELECT t0."identifier", count(*) FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_field_656d61696c)) GROUP BY 1;

-- verification#2 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."field_656d61696c" AND ((t0."value" = u."id")) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_22757365724964223a22_22") > 0)) IS NOT 1 AND ((t0."identifier" = u."all_field_656d61696c")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_7369676e2d696e2d6f74702d")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_666f726765742d70617373776f72642d6f74702d")) IS NOT 1 AND ((typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."all_form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d") > 0)) IS NOT 1 AND ((typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."form_6964_3266612d6f74702d_21") > 0)) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."all_form_656d61696c_7b22656d61696c223a22_22") > 0)) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_227573657244617461223a7b226964223a22_22") > 0)) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_736977652d656d61696c2d636c61696d2d")) IS NOT 1 AND ((t0."identifier" = u."all_field_70686f6e654e756d626572")) IS NOT 1 AND ((t0."identifier" = u."all_form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574")) IS NOT 1 AND (EXISTS (SELECT 1 FROM main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."userId" = u."id") OR EXISTS (SELECT 1 FROM main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."impersonatedBy" = u."id")) IS NOT 1) GROUP BY pos;

-- verification#2 delete: write
DELETE FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_field_656d61696c));

-- verification#2 delete: rows to write
SELECT t0.* FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_field_656d61696c));

-- verification#2 delete: residue at_end
SELECT count(*) FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_field_656d61696c));

-- verification#2 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_field_656d61696c") ORDER BY k0 LIMIT @limit;

-- verification#2 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_field_656d61696c" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- verification#2 delete: write named rows
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- verification#2 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_field_656d61696c");

-- verification#2 delete: held ids
SELECT DISTINCT t0."identifier" COLLATE BINARY AS id FROM main."verification" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- verification#2 delete: held ids, later page
SELECT DISTINCT t0."identifier" COLLATE BINARY AS id FROM main."verification" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."identifier" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- verification#3 delete: count by value
SELECT t0."identifier", count(*) FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_656d61696c_7369676e2d696e2d6f74702d)) GROUP BY 1;

-- verification#3 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."form_656d61696c_7369676e2d696e2d6f74702d" AND ((t0."value" = u."id")) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_22757365724964223a22_22") > 0)) IS NOT 1 AND ((t0."identifier" = u."all_field_656d61696c")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_7369676e2d696e2d6f74702d")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_666f726765742d70617373776f72642d6f74702d")) IS NOT 1 AND ((typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."all_form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d") > 0)) IS NOT 1 AND ((typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."form_6964_3266612d6f74702d_21") > 0)) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."all_form_656d61696c_7b22656d61696c223a22_22") > 0)) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_227573657244617461223a7b226964223a22_22") > 0)) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_736977652d656d61696c2d636c61696d2d")) IS NOT 1 AND ((t0."identifier" = u."all_field_70686f6e654e756d626572")) IS NOT 1 AND ((t0."identifier" = u."all_form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574")) IS NOT 1 AND (EXISTS (SELECT 1 FROM main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."userId" = u."id") OR EXISTS (SELECT 1 FROM main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."impersonatedBy" = u."id")) IS NOT 1) GROUP BY pos;

-- verification#3 delete: write
DELETE FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_656d61696c_7369676e2d696e2d6f74702d));

-- verification#3 delete: rows to write
SELECT t0.* FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_656d61696c_7369676e2d696e2d6f74702d));

-- verification#3 delete: residue at_end
SELECT count(*) FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_656d61696c_7369676e2d696e2d6f74702d));

-- verification#3 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_form_656d61696c_7369676e2d696e2d6f74702d") ORDER BY k0 LIMIT @limit;

-- verification#3 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_form_656d61696c_7369676e2d696e2d6f74702d" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- verification#3 delete: write named rows
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- verification#3 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_form_656d61696c_7369676e2d696e2d6f74702d");

-- verification#3 delete: held ids
SELECT DISTINCT substr(t0."identifier" COLLATE BINARY, length('sign-in-otp-') + 1) AS id FROM main."verification" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) = 'text' AND t0."identifier" COLLATE BINARY > 'sign-in-otp-' AND substr(t0."identifier" COLLATE BINARY, 1, length('sign-in-otp-')) = 'sign-in-otp-' ORDER BY id LIMIT @limit;

-- verification#3 delete: held ids, later page
SELECT DISTINCT substr(t0."identifier" COLLATE BINARY, length('sign-in-otp-') + 1) AS id FROM main."verification" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) = 'text' AND t0."identifier" COLLATE BINARY > CASE typeof(@after) WHEN 'text' THEN 'sign-in-otp-' || @after ELSE 'sign-in-otp-' END AND substr(t0."identifier" COLLATE BINARY, 1, length('sign-in-otp-')) = 'sign-in-otp-' ORDER BY id LIMIT @limit;

-- verification#4 delete: count by value
SELECT t0."identifier", count(*) FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d)) GROUP BY 1;

-- verification#4 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d" AND ((t0."value" = u."id")) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_22757365724964223a22_22") > 0)) IS NOT 1 AND ((t0."identifier" = u."all_field_656d61696c")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_7369676e2d696e2d6f74702d")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_666f726765742d70617373776f72642d6f74702d")) IS NOT 1 AND ((typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."all_form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d") > 0)) IS NOT 1 AND ((typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."form_6964_3266612d6f74702d_21") > 0)) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."all_form_656d61696c_7b22656d61696c223a22_22") > 0)) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_227573657244617461223a7b226964223a22_22") > 0)) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_736977652d656d61696c2d636c61696d2d")) IS NOT 1 AND ((t0."identifier" = u."all_field_70686f6e654e756d626572")) IS NOT 1 AND ((t0."identifier" = u."all_form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574")) IS NOT 1 AND (EXISTS (SELECT 1 FROM main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."userId" = u."id") OR EXISTS (SELECT 1 FROM main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."impersonatedBy" = u."id")) IS NOT 1) GROUP BY pos;

-- verification#4 delete: write
DELETE FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d));

-- verification#4 delete: rows to write
SELECT t0.* FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d));

-- verification#4 delete: residue at_end
SELECT count(*) FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d));

-- verification#4 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d") ORDER BY k0 LIMIT @limit;

-- verification#4 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- verification#4 delete: write named rows
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- verification#4 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d");

-- verification#4 delete: held ids
SELECT DISTINCT substr(t0."identifier" COLLATE BINARY, length('email-verification-otp-') + 1) AS id FROM main."verification" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) = 'text' AND t0."identifier" COLLATE BINARY > 'email-verification-otp-' AND substr(t0."identifier" COLLATE BINARY, 1, length('email-verification-otp-')) = 'email-verification-otp-' ORDER BY id LIMIT @limit;

-- verification#4 delete: held ids, later page
SELECT DISTINCT substr(t0."identifier" COLLATE BINARY, length('email-verification-otp-') + 1) AS id FROM main."verification" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) = 'text' AND t0."identifier" COLLATE BINARY > CASE typeof(@after) WHEN 'text' THEN 'email-verification-otp-' || @after ELSE 'email-verification-otp-' END AND substr(t0."identifier" COLLATE BINARY, 1, length('email-verification-otp-')) = 'email-verification-otp-' ORDER BY id LIMIT @limit;

-- verification#5 delete: count by value
SELECT t0."identifier", count(*) FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_656d61696c_666f726765742d70617373776f72642d6f74702d)) GROUP BY 1;

-- verification#5 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."form_656d61696c_666f726765742d70617373776f72642d6f74702d" AND ((t0."value" = u."id")) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_22757365724964223a22_22") > 0)) IS NOT 1 AND ((t0."identifier" = u."all_field_656d61696c")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_7369676e2d696e2d6f74702d")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_666f726765742d70617373776f72642d6f74702d")) IS NOT 1 AND ((typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."all_form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d") > 0)) IS NOT 1 AND ((typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."form_6964_3266612d6f74702d_21") > 0)) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."all_form_656d61696c_7b22656d61696c223a22_22") > 0)) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_227573657244617461223a7b226964223a22_22") > 0)) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_736977652d656d61696c2d636c61696d2d")) IS NOT 1 AND ((t0."identifier" = u."all_field_70686f6e654e756d626572")) IS NOT 1 AND ((t0."identifier" = u."all_form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574")) IS NOT 1 AND (EXISTS (SELECT 1 FROM main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."userId" = u."id") OR EXISTS (SELECT 1 FROM main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."impersonatedBy" = u."id")) IS NOT 1) GROUP BY pos;

-- verification#5 delete: write
DELETE FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_656d61696c_666f726765742d70617373776f72642d6f74702d));

-- verification#5 delete: rows to write
SELECT t0.* FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_656d61696c_666f726765742d70617373776f72642d6f74702d));

-- verification#5 delete: residue at_end
SELECT count(*) FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_656d61696c_666f726765742d70617373776f72642d6f74702d));

-- verification#5 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_form_656d61696c_666f726765742d70617373776f72642d6f74702d") ORDER BY k0 LIMIT @limit;

-- verification#5 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_form_656d61696c_666f726765742d70617373776f72642d6f74702d" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- verification#5 delete: write named rows
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- verification#5 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_form_656d61696c_666f726765742d70617373776f72642d6f74702d");

-- verification#5 delete: held ids
SELECT DISTINCT substr(t0."identifier" COLLATE BINARY, length('forget-password-otp-') + 1) AS id FROM main."verification" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) = 'text' AND t0."identifier" COLLATE BINARY > 'forget-password-otp-' AND substr(t0."identifier" COLLATE BINARY, 1, length('forget-password-otp-')) = 'forget-password-otp-' ORDER BY id LIMIT @limit;

-- verification#5 delete: held ids, later page
SELECT DISTINCT substr(t0."identifier" COLLATE BINARY, length('forget-password-otp-') + 1) AS id FROM main."verification" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) = 'text' AND t0."identifier" COLLATE BINARY > CASE typeof(@after) WHEN 'text' THEN 'forget-password-otp-' || @after ELSE 'forget-password-otp-' END AND substr(t0."identifier" COLLATE BINARY, 1, length('forget-password-otp-')) = 'forget-password-otp-' ORDER BY id LIMIT @limit;

-- verification#6 delete: count by position
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."all_form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d") > 0) GROUP BY pos;

-- verification#6 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d") > 0 AND ((t0."value" = u."id")) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_22757365724964223a22_22") > 0)) IS NOT 1 AND ((t0."identifier" = u."all_field_656d61696c")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_7369676e2d696e2d6f74702d")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_666f726765742d70617373776f72642d6f74702d")) IS NOT 1 AND ((typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."all_form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d") > 0)) IS NOT 1 AND ((typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."form_6964_3266612d6f74702d_21") > 0)) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."all_form_656d61696c_7b22656d61696c223a22_22") > 0)) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_227573657244617461223a7b226964223a22_22") > 0)) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_736977652d656d61696c2d636c61696d2d")) IS NOT 1 AND ((t0."identifier" = u."all_field_70686f6e654e756d626572")) IS NOT 1 AND ((t0."identifier" = u."all_form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574")) IS NOT 1 AND (EXISTS (SELECT 1 FROM main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."userId" = u."id") OR EXISTS (SELECT 1 FROM main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."impersonatedBy" = u."id")) IS NOT 1) GROUP BY pos;

-- verification#6 delete: write
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."verification" AS t0 WHERE EXISTS (SELECT 1 FROM json_each(@all_form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d) AS held WHERE typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, held.value) > 0));

-- verification#6 delete: rows to write
SELECT t0.* FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."verification" AS t0 WHERE EXISTS (SELECT 1 FROM json_each(@all_form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d) AS held WHERE typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, held.value) > 0));

-- verification#6 delete: residue at_end
SELECT count(*) FROM main."verification" AS t0 WHERE EXISTS (SELECT 1 FROM json_each(@all_form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d) AS held WHERE typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, held.value) > 0);

-- verification#6 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."all_form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d") > 0) ORDER BY k0 LIMIT @limit;

-- verification#6 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."all_form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d") > 0 AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- verification#6 delete: write named rows
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- verification#6 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."all_form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d") > 0);

-- verification#6 delete: held ids
SELECT DISTINCT substr(t0."identifier" COLLATE BINARY, length('change-email-otp-') + 1) AS id FROM main."verification" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) = 'text' AND t0."identifier" COLLATE BINARY > 'change-email-otp-' AND substr(t0."identifier" COLLATE BINARY, 1, length('change-email-otp-')) = 'change-email-otp-' ORDER BY id LIMIT @limit;

-- verification#6 delete: held ids, later page
SELECT DISTINCT substr(t0."identifier" COLLATE BINARY, length('change-email-otp-') + 1) AS id FROM main."verification" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) = 'text' AND t0."identifier" COLLATE BINARY > CASE typeof(@after) WHEN 'text' THEN 'change-email-otp-' || @after ELSE 'change-email-otp-' END AND substr(t0."identifier" COLLATE BINARY, 1, length('change-email-otp-')) = 'change-email-otp-' ORDER BY id LIMIT @limit;

-- verification#7 delete: count by position
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."form_6964_3266612d6f74702d_21") > 0) GROUP BY pos;

-- verification#7 delete: write
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."verification" AS t0 WHERE EXISTS (SELECT 1 FROM json_each(@form_6964_3266612d6f74702d_21) AS held WHERE typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, held.value) > 0));

-- verification#7 delete: rows to write
SELECT t0.* FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."verification" AS t0 WHERE EXISTS (SELECT 1 FROM json_each(@form_6964_3266612d6f74702d_21) AS held WHERE typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, held.value) > 0));

-- verification#7 delete: residue at_end
SELECT count(*) FROM main."verification" AS t0 WHERE EXISTS (SELECT 1 FROM json_each(@form_6964_3266612d6f74702d_21) AS held WHERE typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, held.value) > 0);

-- verification#7 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."form_6964_3266612d6f74702d_21") > 0) ORDER BY k0 LIMIT @limit;

-- verification#7 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."form_6964_3266612d6f74702d_21") > 0 AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- verification#7 delete: write named rows
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- verification#7 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."form_6964_3266612d6f74702d_21") > 0);

-- verification#7 delete: held ids
SELECT DISTINCT substr(t0."identifier" COLLATE BINARY, length('2fa-otp-') + 1) AS id FROM main."verification" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) = 'text' AND t0."identifier" COLLATE BINARY > '2fa-otp-' AND substr(t0."identifier" COLLATE BINARY, 1, length('2fa-otp-')) = '2fa-otp-' ORDER BY id LIMIT @limit;

-- verification#7 delete: held ids, later page
SELECT DISTINCT substr(t0."identifier" COLLATE BINARY, length('2fa-otp-') + 1) AS id FROM main."verification" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) = 'text' AND t0."identifier" COLLATE BINARY > CASE typeof(@after) WHEN 'text' THEN '2fa-otp-' || @after ELSE '2fa-otp-' END AND substr(t0."identifier" COLLATE BINARY, 1, length('2fa-otp-')) = '2fa-otp-' ORDER BY id LIMIT @limit;

-- verification#8 delete: count by position
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."all_form_656d61696c_7b22656d61696c223a22_22") > 0) GROUP BY pos;

-- verification#8 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_656d61696c_7b22656d61696c223a22_22") > 0 AND ((t0."value" = u."id")) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_22757365724964223a22_22") > 0)) IS NOT 1 AND ((t0."identifier" = u."all_field_656d61696c")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_7369676e2d696e2d6f74702d")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_666f726765742d70617373776f72642d6f74702d")) IS NOT 1 AND ((typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."all_form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d") > 0)) IS NOT 1 AND ((typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."form_6964_3266612d6f74702d_21") > 0)) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."all_form_656d61696c_7b22656d61696c223a22_22") > 0)) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_227573657244617461223a7b226964223a22_22") > 0)) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_736977652d656d61696c2d636c61696d2d")) IS NOT 1 AND ((t0."identifier" = u."all_field_70686f6e654e756d626572")) IS NOT 1 AND ((t0."identifier" = u."all_form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574")) IS NOT 1 AND (EXISTS (SELECT 1 FROM main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."userId" = u."id") OR EXISTS (SELECT 1 FROM main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."impersonatedBy" = u."id")) IS NOT 1) GROUP BY pos;

-- verification#8 delete: write
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."verification" AS t0 WHERE EXISTS (SELECT 1 FROM json_each(@all_form_656d61696c_7b22656d61696c223a22_22) AS held WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, held.value) > 0));

-- verification#8 delete: rows to write
SELECT t0.* FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."verification" AS t0 WHERE EXISTS (SELECT 1 FROM json_each(@all_form_656d61696c_7b22656d61696c223a22_22) AS held WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, held.value) > 0));

-- verification#8 delete: residue at_end
SELECT count(*) FROM main."verification" AS t0 WHERE EXISTS (SELECT 1 FROM json_each(@all_form_656d61696c_7b22656d61696c223a22_22) AS held WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, held.value) > 0);

-- verification#8 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."all_form_656d61696c_7b22656d61696c223a22_22") > 0) ORDER BY k0 LIMIT @limit;

-- verification#8 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."all_form_656d61696c_7b22656d61696c223a22_22") > 0 AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- verification#8 delete: write named rows
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- verification#8 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."all_form_656d61696c_7b22656d61696c223a22_22") > 0);

-- verification#8 delete: held ids
SELECT DISTINCT substr(t0."value" COLLATE BINARY, length('{"email":"') + 1) AS id FROM main."verification" AS t0 WHERE typeof(t0."value" COLLATE BINARY) = 'text' AND t0."value" COLLATE BINARY > '{"email":"' AND substr(t0."value" COLLATE BINARY, 1, length('{"email":"')) = '{"email":"' ORDER BY id LIMIT @limit;

-- verification#8 delete: held ids, later page
SELECT DISTINCT substr(t0."value" COLLATE BINARY, length('{"email":"') + 1) AS id FROM main."verification" AS t0 WHERE typeof(t0."value" COLLATE BINARY) = 'text' AND t0."value" COLLATE BINARY > CASE typeof(@after) WHEN 'text' THEN '{"email":"' || @after ELSE '{"email":"' END AND substr(t0."value" COLLATE BINARY, 1, length('{"email":"')) = '{"email":"' ORDER BY id LIMIT @limit;

-- verification#9 delete: count by position
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_227573657244617461223a7b226964223a22_22") > 0) GROUP BY pos;

-- verification#9 delete: write
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."verification" AS t0 WHERE EXISTS (SELECT 1 FROM json_each(@form_6964_227573657244617461223a7b226964223a22_22) AS held WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, held.value) > 0));

-- verification#9 delete: rows to write
SELECT t0.* FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."verification" AS t0 WHERE EXISTS (SELECT 1 FROM json_each(@form_6964_227573657244617461223a7b226964223a22_22) AS held WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, held.value) > 0));

-- verification#9 delete: residue at_end
SELECT count(*) FROM main."verification" AS t0 WHERE EXISTS (SELECT 1 FROM json_each(@form_6964_227573657244617461223a7b226964223a22_22) AS held WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, held.value) > 0);

-- verification#9 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_227573657244617461223a7b226964223a22_22") > 0) ORDER BY k0 LIMIT @limit;

-- verification#9 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_227573657244617461223a7b226964223a22_22") > 0 AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- verification#9 delete: write named rows
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- verification#9 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_227573657244617461223a7b226964223a22_22") > 0);

-- verification#9 delete: held ids
SELECT DISTINCT substr(t0."value" COLLATE BINARY, length('"userData":{"id":"') + 1) AS id FROM main."verification" AS t0 WHERE typeof(t0."value" COLLATE BINARY) = 'text' AND t0."value" COLLATE BINARY > '"userData":{"id":"' AND substr(t0."value" COLLATE BINARY, 1, length('"userData":{"id":"')) = '"userData":{"id":"' ORDER BY id LIMIT @limit;

-- verification#9 delete: held ids, later page
SELECT DISTINCT substr(t0."value" COLLATE BINARY, length('"userData":{"id":"') + 1) AS id FROM main."verification" AS t0 WHERE typeof(t0."value" COLLATE BINARY) = 'text' AND t0."value" COLLATE BINARY > CASE typeof(@after) WHEN 'text' THEN '"userData":{"id":"' || @after ELSE '"userData":{"id":"' END AND substr(t0."value" COLLATE BINARY, 1, length('"userData":{"id":"')) = '"userData":{"id":"' ORDER BY id LIMIT @limit;

-- verification#10 delete: count by value
SELECT t0."identifier", count(*) FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_656d61696c_736977652d656d61696c2d636c61696d2d)) GROUP BY 1;

-- verification#10 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."form_656d61696c_736977652d656d61696c2d636c61696d2d" AND ((t0."value" = u."id")) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_22757365724964223a22_22") > 0)) IS NOT 1 AND ((t0."identifier" = u."all_field_656d61696c")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_7369676e2d696e2d6f74702d")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_666f726765742d70617373776f72642d6f74702d")) IS NOT 1 AND ((typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."all_form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d") > 0)) IS NOT 1 AND ((typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."form_6964_3266612d6f74702d_21") > 0)) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."all_form_656d61696c_7b22656d61696c223a22_22") > 0)) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_227573657244617461223a7b226964223a22_22") > 0)) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_736977652d656d61696c2d636c61696d2d")) IS NOT 1 AND ((t0."identifier" = u."all_field_70686f6e654e756d626572")) IS NOT 1 AND ((t0."identifier" = u."all_form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574")) IS NOT 1 AND (EXISTS (SELECT 1 FROM main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."userId" = u."id") OR EXISTS (SELECT 1 FROM main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."impersonatedBy" = u."id")) IS NOT 1) GROUP BY pos;

-- verification#10 delete: write
DELETE FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_656d61696c_736977652d656d61696c2d636c61696d2d));

-- verification#10 delete: rows to write
SELECT t0.* FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_656d61696c_736977652d656d61696c2d636c61696d2d));

-- verification#10 delete: residue at_end
SELECT count(*) FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_656d61696c_736977652d656d61696c2d636c61696d2d));

-- verification#10 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_form_656d61696c_736977652d656d61696c2d636c61696d2d") ORDER BY k0 LIMIT @limit;

-- verification#10 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_form_656d61696c_736977652d656d61696c2d636c61696d2d" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- verification#10 delete: write named rows
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- verification#10 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_form_656d61696c_736977652d656d61696c2d636c61696d2d");

-- verification#10 delete: held ids
SELECT DISTINCT substr(t0."identifier" COLLATE BINARY, length('siwe-email-claim-') + 1) AS id FROM main."verification" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) = 'text' AND t0."identifier" COLLATE BINARY > 'siwe-email-claim-' AND substr(t0."identifier" COLLATE BINARY, 1, length('siwe-email-claim-')) = 'siwe-email-claim-' ORDER BY id LIMIT @limit;

-- verification#10 delete: held ids, later page
SELECT DISTINCT substr(t0."identifier" COLLATE BINARY, length('siwe-email-claim-') + 1) AS id FROM main."verification" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) = 'text' AND t0."identifier" COLLATE BINARY > CASE typeof(@after) WHEN 'text' THEN 'siwe-email-claim-' || @after ELSE 'siwe-email-claim-' END AND substr(t0."identifier" COLLATE BINARY, 1, length('siwe-email-claim-')) = 'siwe-email-claim-' ORDER BY id LIMIT @limit;

-- verification#11 delete: count by value
SELECT t0."identifier", count(*) FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_field_70686f6e654e756d626572)) GROUP BY 1;

-- verification#11 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."field_70686f6e654e756d626572" AND ((t0."value" = u."id")) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_22757365724964223a22_22") > 0)) IS NOT 1 AND ((t0."identifier" = u."all_field_656d61696c")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_7369676e2d696e2d6f74702d")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_666f726765742d70617373776f72642d6f74702d")) IS NOT 1 AND ((typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."all_form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d") > 0)) IS NOT 1 AND ((typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."form_6964_3266612d6f74702d_21") > 0)) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."all_form_656d61696c_7b22656d61696c223a22_22") > 0)) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_227573657244617461223a7b226964223a22_22") > 0)) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_736977652d656d61696c2d636c61696d2d")) IS NOT 1 AND ((t0."identifier" = u."all_field_70686f6e654e756d626572")) IS NOT 1 AND ((t0."identifier" = u."all_form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574")) IS NOT 1 AND (EXISTS (SELECT 1 FROM main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."userId" = u."id") OR EXISTS (SELECT 1 FROM main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."impersonatedBy" = u."id")) IS NOT 1) GROUP BY pos;

-- verification#11 delete: write
DELETE FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_field_70686f6e654e756d626572));

-- verification#11 delete: rows to write
SELECT t0.* FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_field_70686f6e654e756d626572));

-- verification#11 delete: residue at_end
SELECT count(*) FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_field_70686f6e654e756d626572));

-- verification#11 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_field_70686f6e654e756d626572") ORDER BY k0 LIMIT @limit;

-- verification#11 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_field_70686f6e654e756d626572" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- verification#11 delete: write named rows
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- verification#11 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_field_70686f6e654e756d626572");

-- verification#11 delete: held ids
SELECT DISTINCT t0."identifier" COLLATE BINARY AS id FROM main."verification" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- verification#11 delete: held ids, later page
SELECT DISTINCT t0."identifier" COLLATE BINARY AS id FROM main."verification" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."identifier" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- verification#12 delete: count by value
SELECT t0."identifier", count(*) FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574)) GROUP BY 1;

-- verification#12 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574" AND ((t0."value" = u."id")) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_22757365724964223a22_22") > 0)) IS NOT 1 AND ((t0."identifier" = u."all_field_656d61696c")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_7369676e2d696e2d6f74702d")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_656d61696c2d766572696669636174696f6e2d6f74702d")) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_666f726765742d70617373776f72642d6f74702d")) IS NOT 1 AND ((typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."all_form_656d61696c_6368616e67652d656d61696c2d6f74702d_2d") > 0)) IS NOT 1 AND ((typeof(t0."identifier") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."identifier") = 'blob' THEN CASE WHEN json_valid(t0."identifier", 8) THEN json(t0."identifier") ELSE CAST(t0."identifier" AS TEXT) END ELSE t0."identifier" END, u."form_6964_3266612d6f74702d_21") > 0)) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."all_form_656d61696c_7b22656d61696c223a22_22") > 0)) IS NOT 1 AND ((typeof(t0."value") IN ('text', 'blob') AND instr(CASE WHEN typeof(t0."value") = 'blob' THEN CASE WHEN json_valid(t0."value", 8) THEN json(t0."value") ELSE CAST(t0."value" AS TEXT) END ELSE t0."value" END, u."form_6964_227573657244617461223a7b226964223a22_22") > 0)) IS NOT 1 AND ((t0."identifier" = u."all_form_656d61696c_736977652d656d61696c2d636c61696d2d")) IS NOT 1 AND ((t0."identifier" = u."all_field_70686f6e654e756d626572")) IS NOT 1 AND ((t0."identifier" = u."all_form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574")) IS NOT 1 AND (EXISTS (SELECT 1 FROM main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."userId" = u."id") OR EXISTS (SELECT 1 FROM main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."impersonatedBy" = u."id")) IS NOT 1) GROUP BY pos;

-- verification#12 delete: write
DELETE FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574));

-- verification#12 delete: rows to write
SELECT t0.* FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574));

-- verification#12 delete: residue at_end
SELECT count(*) FROM main."verification" AS t0 WHERE t0."identifier" IN (SELECT value FROM json_each(@all_form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574));

-- verification#12 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574") ORDER BY k0 LIMIT @limit;

-- verification#12 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- verification#12 delete: write named rows
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- verification#12 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0 WHERE t0."identifier" = u."all_form_70686f6e654e756d626572__2d726571756573742d70617373776f72642d7265736574");

-- verification#12 delete: held ids
SELECT DISTINCT t0."identifier" COLLATE BINARY AS id FROM main."verification" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- verification#12 delete: held ids, later page
SELECT DISTINCT t0."identifier" COLLATE BINARY AS id FROM main."verification" AS t0 WHERE typeof(t0."identifier" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."identifier" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- verification#13 delete: count by value
SELECT value, count(*) FROM (SELECT DISTINCT t1."userId" AS value, t0."rowid" FROM main."verification" AS t0, main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."userId" IN (SELECT value FROM json_each(@ids)) UNION SELECT DISTINCT t1."impersonatedBy" AS value, t0."rowid" FROM main."verification" AS t0, main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."impersonatedBy" IN (SELECT value FROM json_each(@ids))) GROUP BY value;

-- verification#13 delete: write
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."verification" AS t0, main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."userId" IN (SELECT value FROM json_each(@ids)) UNION SELECT t0."rowid" FROM main."verification" AS t0, main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."impersonatedBy" IN (SELECT value FROM json_each(@ids)));

-- verification#13 delete: rows to write
SELECT t0.* FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."verification" AS t0, main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."userId" IN (SELECT value FROM json_each(@ids)) UNION SELECT t0."rowid" FROM main."verification" AS t0, main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."impersonatedBy" IN (SELECT value FROM json_each(@ids)));

-- verification#13 delete: residue at_once
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0, main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."userId" = u."id" UNION SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0, main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."impersonatedBy" = u."id");

-- verification#13 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0, main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."userId" = u."id" UNION SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0, main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."impersonatedBy" = u."id") ORDER BY k0 LIMIT @limit;

-- verification#13 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0, main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."userId" = u."id" AND t0."rowid" > (@after0) UNION SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0, main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."impersonatedBy" = u."id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- verification#13 delete: write named rows
DELETE FROM main."verification" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- verification#13 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0, main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."userId" = u."id" UNION SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."verification" AS t0, main."session" AS t1 WHERE t1."token" = t0."value" AND (t1."token" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."token" AS BLOB), instr(CAST(t1."token" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."token") = 'blob' AND length(t1."token") > 0) AND t1."impersonatedBy" = u."id");

-- verification#13 delete: held ids
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."session" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') UNION SELECT DISTINCT t0."impersonatedBy" COLLATE BINARY AS id FROM main."session" AS t0 WHERE typeof(t0."impersonatedBy" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- verification#13 delete: held ids, later page
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."session" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."userId" COLLATE BINARY > @after UNION SELECT DISTINCT t0."impersonatedBy" COLLATE BINARY AS id FROM main."session" AS t0 WHERE typeof(t0."impersonatedBy" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."impersonatedBy" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- session#0 delete: count by value
SELECT t0."userId", count(*) FROM main."session" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids)) GROUP BY 1;

-- session#0 delete: write
DELETE FROM main."session" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- session#0 delete: rows to write
SELECT t0.* FROM main."session" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- session#0 delete: residue at_end
SELECT count(*) FROM main."session" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- session#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."session" AS t0 WHERE t0."userId" = u."id") ORDER BY k0 LIMIT @limit;

-- session#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."session" AS t0 WHERE t0."userId" = u."id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- session#0 delete: write named rows
DELETE FROM main."session" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- session#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."session" AS t0 WHERE t0."userId" = u."id");

-- session#0 delete: held ids
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."session" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- session#0 delete: held ids, later page
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."session" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."userId" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- session#1 delete: count by value
SELECT t0."impersonatedBy", count(*) FROM main."session" AS t0 WHERE t0."impersonatedBy" IN (SELECT value FROM json_each(@ids)) GROUP BY 1;

-- session#1 delete: write
DELETE FROM main."session" AS t0 WHERE t0."impersonatedBy" IN (SELECT value FROM json_each(@ids));

-- session#1 delete: rows to write
SELECT t0.* FROM main."session" AS t0 WHERE t0."impersonatedBy" IN (SELECT value FROM json_each(@ids));

-- session#1 delete: residue at_end
SELECT count(*) FROM main."session" AS t0 WHERE t0."impersonatedBy" IN (SELECT value FROM json_each(@ids));

-- session#1 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."session" AS t0 WHERE t0."impersonatedBy" = u."id") ORDER BY k0 LIMIT @limit;

-- session#1 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."session" AS t0 WHERE t0."impersonatedBy" = u."id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- session#1 delete: write named rows
DELETE FROM main."session" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- session#1 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."session" AS t0 WHERE t0."impersonatedBy" = u."id");

-- session#1 delete: held ids
SELECT DISTINCT t0."impersonatedBy" COLLATE BINARY AS id FROM main."session" AS t0 WHERE typeof(t0."impersonatedBy" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- session#1 delete: held ids, later page
SELECT DISTINCT t0."impersonatedBy" COLLATE BINARY AS id FROM main."session" AS t0 WHERE typeof(t0."impersonatedBy" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."impersonatedBy" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- apikey#0 delete: count by value
SELECT t0."referenceId", count(*) FROM main."apikey" AS t0 WHERE t0."referenceId" IN (SELECT value FROM json_each(@ids)) GROUP BY 1;

-- apikey#0 delete: write
DELETE FROM main."apikey" AS t0 WHERE t0."referenceId" IN (SELECT value FROM json_each(@ids));

-- apikey#0 delete: rows to write
SELECT t0.* FROM main."apikey" AS t0 WHERE t0."referenceId" IN (SELECT value FROM json_each(@ids));

-- apikey#0 delete: residue at_end
SELECT count(*) FROM main."apikey" AS t0 WHERE t0."referenceId" IN (SELECT value FROM json_each(@ids));

-- apikey#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."apikey" AS t0 WHERE t0."referenceId" = u."id") ORDER BY k0 LIMIT @limit;

-- apikey#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."apikey" AS t0 WHERE t0."referenceId" = u."id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- apikey#0 delete: write named rows
DELETE FROM main."apikey" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- apikey#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."apikey" AS t0 WHERE t0."referenceId" = u."id");

-- apikey#0 delete: held ids
SELECT DISTINCT t0."referenceId" COLLATE BINARY AS id FROM main."apikey" AS t0 WHERE typeof(t0."referenceId" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- apikey#0 delete: held ids, later page
SELECT DISTINCT t0."referenceId" COLLATE BINARY AS id FROM main."apikey" AS t0 WHERE typeof(t0."referenceId" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."referenceId" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- deviceCode#0 delete: count by value
SELECT t0."userId", count(*) FROM main."deviceCode" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids)) GROUP BY 1;

-- deviceCode#0 delete: write
DELETE FROM main."deviceCode" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- deviceCode#0 delete: rows to write
SELECT t0.* FROM main."deviceCode" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- deviceCode#0 delete: residue at_end
SELECT count(*) FROM main."deviceCode" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- deviceCode#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."deviceCode" AS t0 WHERE t0."userId" = u."id") ORDER BY k0 LIMIT @limit;

-- deviceCode#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."deviceCode" AS t0 WHERE t0."userId" = u."id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- deviceCode#0 delete: write named rows
DELETE FROM main."deviceCode" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- deviceCode#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."deviceCode" AS t0 WHERE t0."userId" = u."id");

-- deviceCode#0 delete: held ids
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."deviceCode" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- deviceCode#0 delete: held ids, later page
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."deviceCode" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."userId" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- account#0 delete: count by value
SELECT t0."userId", count(*) FROM main."account" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids)) GROUP BY 1;

-- account#0 delete: write
DELETE FROM main."account" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- account#0 delete: rows to write
SELECT t0.* FROM main."account" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- account#0 delete: residue at_end
SELECT count(*) FROM main."account" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- account#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."account" AS t0 WHERE t0."userId" = u."id") ORDER BY k0 LIMIT @limit;

-- account#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."account" AS t0 WHERE t0."userId" = u."id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- account#0 delete: write named rows
DELETE FROM main."account" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- account#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."account" AS t0 WHERE t0."userId" = u."id");

-- account#0 delete: held ids
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."account" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- account#0 delete: held ids, later page
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."account" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."userId" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- member#0 delete: count by value
SELECT t0."userId", count(*) FROM main."member" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids)) GROUP BY 1;

-- member#0 delete: write
DELETE FROM main."member" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- member#0 delete: rows to write
SELECT t0.* FROM main."member" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- member#0 delete: residue at_end
SELECT count(*) FROM main."member" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- member#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."member" AS t0 WHERE t0."userId" = u."id") ORDER BY k0 LIMIT @limit;

-- member#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."member" AS t0 WHERE t0."userId" = u."id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- member#0 delete: write named rows
DELETE FROM main."member" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- member#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."member" AS t0 WHERE t0."userId" = u."id");

-- member#0 delete: held ids
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."member" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- member#0 delete: held ids, later page
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."member" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."userId" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- invitation#0 delete: count by value
SELECT t0."email", count(*) FROM main."invitation" AS t0 WHERE t0."email" IN (SELECT value FROM json_each(@all_field_656d61696c)) GROUP BY 1;

-- invitation#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitation" AS t0 WHERE t0."email" = u."field_656d61696c" AND ((t0."email" = u."all_field_656d61696c")) IS NOT 1 AND ((t0."inviterId" = u."id")) IS NOT 1) GROUP BY pos;

-- invitation#0 delete: write
DELETE FROM main."invitation" AS t0 WHERE t0."email" IN (SELECT value FROM json_each(@all_field_656d61696c));

-- invitation#0 delete: rows to write
SELECT t0.* FROM main."invitation" AS t0 WHERE t0."email" IN (SELECT value FROM json_each(@all_field_656d61696c));

-- invitation#0 delete: residue at_end
SELECT count(*) FROM main."invitation" AS t0 WHERE t0."email" IN (SELECT value FROM json_each(@all_field_656d61696c));

-- invitation#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitation" AS t0 WHERE t0."email" = u."all_field_656d61696c") ORDER BY k0 LIMIT @limit;

-- invitation#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitation" AS t0 WHERE t0."email" = u."all_field_656d61696c" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- invitation#0 delete: write named rows
DELETE FROM main."invitation" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- invitation#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitation" AS t0 WHERE t0."email" = u."all_field_656d61696c");

-- invitation#0 delete: held ids
SELECT DISTINCT t0."email" COLLATE BINARY AS id FROM main."invitation" AS t0 WHERE typeof(t0."email" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- invitation#0 delete: held ids, later page
SELECT DISTINCT t0."email" COLLATE BINARY AS id FROM main."invitation" AS t0 WHERE typeof(t0."email" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."email" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- invitation#1 delete: count by value
SELECT t0."inviterId", count(*) FROM main."invitation" AS t0 WHERE t0."inviterId" IN (SELECT value FROM json_each(@ids)) GROUP BY 1;

-- invitation#1 delete: write
DELETE FROM main."invitation" AS t0 WHERE t0."inviterId" IN (SELECT value FROM json_each(@ids));

-- invitation#1 delete: rows to write
SELECT t0.* FROM main."invitation" AS t0 WHERE t0."inviterId" IN (SELECT value FROM json_each(@ids));

-- invitation#1 delete: residue at_end
SELECT count(*) FROM main."invitation" AS t0 WHERE t0."inviterId" IN (SELECT value FROM json_each(@ids));

-- invitation#1 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitation" AS t0 WHERE t0."inviterId" = u."id") ORDER BY k0 LIMIT @limit;

-- invitation#1 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitation" AS t0 WHERE t0."inviterId" = u."id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- invitation#1 delete: write named rows
DELETE FROM main."invitation" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- invitation#1 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitation" AS t0 WHERE t0."inviterId" = u."id");

-- invitation#1 delete: held ids
SELECT DISTINCT t0."inviterId" COLLATE BINARY AS id FROM main."invitation" AS t0 WHERE typeof(t0."inviterId" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- invitation#1 delete: held ids, later page
SELECT DISTINCT t0."inviterId" COLLATE BINARY AS id FROM main."invitation" AS t0 WHERE typeof(t0."inviterId" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."inviterId" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- teamMember#0 delete: count by value
SELECT t0."userId", count(*) FROM main."teamMember" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids)) GROUP BY 1;

-- teamMember#0 delete: write
DELETE FROM main."teamMember" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- teamMember#0 delete: rows to write
SELECT t0.* FROM main."teamMember" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- teamMember#0 delete: residue at_end
SELECT count(*) FROM main."teamMember" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- teamMember#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."teamMember" AS t0 WHERE t0."userId" = u."id") ORDER BY k0 LIMIT @limit;

-- teamMember#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."teamMember" AS t0 WHERE t0."userId" = u."id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- teamMember#0 delete: write named rows
DELETE FROM main."teamMember" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- teamMember#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."teamMember" AS t0 WHERE t0."userId" = u."id");

-- teamMember#0 delete: held ids
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."teamMember" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- teamMember#0 delete: held ids, later page
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."teamMember" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."userId" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- twoFactor#0 delete: count by value
SELECT t0."userId", count(*) FROM main."twoFactor" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids)) GROUP BY 1;

-- twoFactor#0 delete: write
DELETE FROM main."twoFactor" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- twoFactor#0 delete: rows to write
SELECT t0.* FROM main."twoFactor" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- twoFactor#0 delete: residue at_end
SELECT count(*) FROM main."twoFactor" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- twoFactor#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."twoFactor" AS t0 WHERE t0."userId" = u."id") ORDER BY k0 LIMIT @limit;

-- twoFactor#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."twoFactor" AS t0 WHERE t0."userId" = u."id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- twoFactor#0 delete: write named rows
DELETE FROM main."twoFactor" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- twoFactor#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."twoFactor" AS t0 WHERE t0."userId" = u."id");

-- twoFactor#0 delete: held ids
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."twoFactor" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- twoFactor#0 delete: held ids, later page
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."twoFactor" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."userId" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- passkey#0 delete: count by value
SELECT t0."userId", count(*) FROM main."passkey" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids)) GROUP BY 1;

-- passkey#0 delete: write
DELETE FROM main."passkey" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- passkey#0 delete: rows to write
SELECT t0.* FROM main."passkey" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- passkey#0 delete: residue at_end
SELECT count(*) FROM main."passkey" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- passkey#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."passkey" AS t0 WHERE t0."userId" = u."id") ORDER BY k0 LIMIT @limit;

-- passkey#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."passkey" AS t0 WHERE t0."userId" = u."id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- passkey#0 delete: write named rows
DELETE FROM main."passkey" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- passkey#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."passkey" AS t0 WHERE t0."userId" = u."id");

-- passkey#0 delete: held ids
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."passkey" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- passkey#0 delete: held ids, later page
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."passkey" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."userId" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- walletAddress#0 delete: count by value
SELECT t0."userId", count(*) FROM main."walletAddress" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids)) GROUP BY 1;

-- walletAddress#0 delete: write
DELETE FROM main."walletAddress" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- walletAddress#0 delete: rows to write
SELECT t0.* FROM main."walletAddress" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- walletAddress#0 delete: residue at_end
SELECT count(*) FROM main."walletAddress" AS t0 WHERE t0."userId" IN (SELECT value FROM json_each(@ids));

-- walletAddress#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."walletAddress" AS t0 WHERE t0."userId" = u."id") ORDER BY k0 LIMIT @limit;

-- walletAddress#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."walletAddress" AS t0 WHERE t0."userId" = u."id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- walletAddress#0 delete: write named rows
DELETE FROM main."walletAddress" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- walletAddress#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."walletAddress" AS t0 WHERE t0."userId" = u."id");

-- walletAddress#0 delete: held ids
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."walletAddress" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- walletAddress#0 delete: held ids, later page
SELECT DISTINCT t0."userId" COLLATE BINARY AS id FROM main."walletAddress" AS t0 WHERE typeof(t0."userId" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."userId" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- list users
SELECT t0."id" FROM main."user" AS t0 WHERE t0."id" IS NOT NULL ORDER BY t0."id" COLLATE BINARY LIMIT @limit;

-- list users, later page
SELECT t0."id" FROM main."user" AS t0 WHERE t0."id" IS NOT NULL AND t0."id" COLLATE BINARY > @after ORDER BY t0."id" COLLATE BINARY LIMIT @limit;

-- select users
SELECT * FROM main."user" AS t0 WHERE t0."id" IN (SELECT value FROM json_each(@ids));

-- set user
UPDATE OR ABORT main."user" AS t0 SET "status" = @value0, "at" = @value1 WHERE t0."id" = @id;

-- insert row
INSERT OR ABORT INTO main."audit_log" ("id", "at") VALUES (@value0, @value1);

-- spellings in rows
SELECT asked.key, t0."id", NULL FROM json_each(@forms) AS asked CROSS JOIN main."user" AS t0 ON t0."id" = asked.value;

-- deletions of an id, byte by byte
SELECT asked.key, l.tenant_id FROM json_each(@subjects) AS asked CROSS JOIN main."own_ledger" AS l ON l.subject = asked.value WHERE l.user_table = @userTable AND l.tenant_id IS @tenantId AND l.kind = 'user.deleted' ORDER BY l.seq DESC;

-- deletions of an id, by collations
SELECT asked.key, l.tenant_id FROM json_each(@subjects) AS asked CROSS JOIN main."own_ledger" AS l ON l.subject = asked.value WHERE l.user_table = @userTable AND l.tenant_id IS @tenantId COLLATE "BY_TENANTS" AND l.kind = 'user.deleted' ORDER BY l.seq DESC;

-- deletions of a spelling, by collations
SELECT DISTINCT l.subject, l.tenant_id FROM main."own_ledger" AS l WHERE l.user_table = @userTable AND l.subject COLLATE "BY_IDS" IN (SELECT value FROM json_each(@texts)) AND l.tenant_id IS @tenantId COLLATE "BY_TENANTS" AND l.kind = 'user.deleted';
