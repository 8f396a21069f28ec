-- {users}
u(pos, "id", "field_656d61696c", "all_id", "tenant_field_656d61696c", "form_6964_757365723a", "all_form_6964_757365723a", d0, d1) AS MATERIALIZED (SELECT key, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]'), json_extract(value, '$[6]'), json_extract(value, '$[7]') FROM json_each(@users));

-- find user rows
SELECT j.key AS "user_deletion_position", t0.* FROM json_each(@ids) AS j CROSS JOIN main."users" AS t0 WHERE t0."id" = j.value AND (t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END)) IS 1;

-- find fields
SELECT j.key AS "user_deletion_position", t0."id", t0."email" FROM json_each(@ids) AS j CROSS JOIN main."users" AS t0 WHERE t0."id" = j.value AND (t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END)) IS 1;

-- end user rows
DELETE FROM main."users" AS t0 WHERE t0."id" IN (SELECT value FROM json_each(@ids)) AND (t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END)) IS 1;

-- user residue
SELECT count(*) FROM main."users" AS t0 WHERE t0."id" IN (SELECT value FROM json_each(@ids)) AND (t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END)) IS 1;

-- blank rows
WITH {users} SELECT u.pos, t0."id", (0) IS NOT 1 FROM u, main."users" AS t0 WHERE t0."id" = u."id" AND t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END);

-- check sole_owner
SELECT t0."user_id", t0."org" FROM main."members" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@ids)) AND t0."org" IS NOT NULL AND t0."role" IN ('owner') AND NOT EXISTS (SELECT 1 FROM main."members" AS o WHERE o."org" = t0."org" AND o."user_id" IS NOT NULL AND NOT (o."user_id" IN (SELECT value FROM json_each(@ids))) AND o."role" IN ('owner'));

-- hurdle 0 held
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT p.pos AS pos, c."rowid" AS k0 FROM (SELECT u.pos AS pos, t0."rowid" AS k0 FROM u CROSS JOIN main."users" AS t0 WHERE t0."id" = u."id" AND (t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END)) IS TRUE) AS p CROSS JOIN main."users" AS t ON t."rowid" = p.k0 CROSS JOIN main."invoices" AS c ON t."id" = c."user_id" WHERE TRUE) GROUP BY pos;

-- hurdle 1 lost
WITH {users} SELECT pos, count(*) FROM (SELECT p.pos FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."posts" AS t0 WHERE t0."author_id" = u."all_id") AS p CROSS JOIN main."posts" AS r ON r."rowid" = p.k0 WHERE 'usr_ghost' IS NOT NULL AND NOT EXISTS (SELECT 1 FROM main."users" AS o WHERE o."id" = 'usr_ghost')) GROUP BY pos;

-- sharing id in all, @all_id
SELECT DISTINCT t0."id" COLLATE BINARY FROM main."users" AS t0 WHERE t0."id" IN (SELECT value FROM json_each(@all_id)) AND (CASE typeof(t0."id") WHEN 'text' THEN t0."id" WHEN 'integer' THEN CAST(t0."id" AS TEXT) WHEN 'real' THEN CAST(CASE WHEN t0."id" = CAST(t0."id" AS INTEGER) THEN CAST(t0."id" AS INTEGER) ELSE t0."id" END AS TEXT) END COLLATE BINARY) IN (SELECT (CASE typeof(value) WHEN 'text' THEN value WHEN 'integer' THEN CAST(value AS TEXT) WHEN 'real' THEN CAST(CASE WHEN value = CAST(value AS INTEGER) THEN CAST(value AS INTEGER) ELSE value END AS TEXT) END COLLATE BINARY) FROM json_each(@all_id)) AND (t0."id" IN (SELECT value FROM json_each(@ids)) AND t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END)) IS NOT 1;

-- sharing email in tenant, @tenant_field_656d61696c
SELECT DISTINCT t0."email" COLLATE BINARY FROM main."users" AS t0 WHERE t0."email" IN (SELECT value FROM json_each(@tenant_field_656d61696c)) AND (CASE typeof(t0."email") WHEN 'text' THEN t0."email" WHEN 'integer' THEN CAST(t0."email" AS TEXT) WHEN 'real' THEN CAST(CASE WHEN t0."email" = CAST(t0."email" AS INTEGER) THEN CAST(t0."email" AS INTEGER) ELSE t0."email" END AS TEXT) END COLLATE BINARY) IN (SELECT (CASE typeof(value) WHEN 'text' THEN value WHEN 'integer' THEN CAST(value AS TEXT) WHEN 'real' THEN CAST(CASE WHEN value = CAST(value AS INTEGER) THEN CAST(value AS INTEGER) ELSE value END AS TEXT) END COLLATE BINARY) FROM json_each(@tenant_field_656d61696c)) AND (t0."id" IN (SELECT value FROM json_each(@ids)) AND t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END)) IS NOT 1 AND (t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END)) IS 1;

-- hint_items#0 delete: count by value
SELECT value, count(*) FROM (SELECT DISTINCT t2."user_id" AS value, t0."rowid" FROM main."hint_items" AS t0, main."session_hints" AS t1, main."sessions" AS t2 WHERE t1."id" = t0."hint_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND t2."id" = t1."session_id" AND (t2."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t2."id" AS BLOB), instr(CAST(t2."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t2."id") = 'blob' AND length(t2."id") > 0) AND t2."user_id" IN (SELECT value FROM json_each(@all_id))) GROUP BY value;

-- hint_items#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."hint_items" AS t0, main."session_hints" AS t1, main."sessions" AS t2 WHERE t1."id" = t0."hint_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND t2."id" = t1."session_id" AND (t2."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t2."id" AS BLOB), instr(CAST(t2."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t2."id") = 'blob' AND length(t2."id") > 0) AND t2."user_id" = u."id" AND (EXISTS (SELECT 1 FROM main."session_hints" AS t1, main."sessions" AS t2 WHERE t1."id" = t0."hint_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND t2."id" = t1."session_id" AND (t2."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t2."id" AS BLOB), instr(CAST(t2."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t2."id") = 'blob' AND length(t2."id") > 0) AND t2."user_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- hint_items#0 delete: write
DELETE FROM main."hint_items" AS t0 WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."hint_items" AS t0, main."session_hints" AS t1, main."sessions" AS t2 WHERE t1."id" = t0."hint_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND t2."id" = t1."session_id" AND (t2."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t2."id" AS BLOB), instr(CAST(t2."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t2."id") = 'blob' AND length(t2."id") > 0) AND t2."user_id" IN (SELECT value FROM json_each(@all_id)));

-- hint_items#0 delete: rows to write
SELECT t0.* FROM main."hint_items" AS t0 WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."hint_items" AS t0, main."session_hints" AS t1, main."sessions" AS t2 WHERE t1."id" = t0."hint_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND t2."id" = t1."session_id" AND (t2."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t2."id" AS BLOB), instr(CAST(t2."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t2."id") = 'blob' AND length(t2."id") > 0) AND t2."user_id" IN (SELECT value FROM json_each(@all_id)));

-- hint_items#0 delete: residue at_once
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."hint_items" AS t0, main."session_hints" AS t1, main."sessions" AS t2 WHERE t1."id" = t0."hint_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND t2."id" = t1."session_id" AND (t2."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t2."id" AS BLOB), instr(CAST(t2."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t2."id") = 'blob' AND length(t2."id") > 0) AND t2."user_id" = u."all_id");

-- hint_items#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."hint_items" AS t0, main."session_hints" AS t1, main."sessions" AS t2 WHERE t1."id" = t0."hint_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND t2."id" = t1."session_id" AND (t2."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t2."id" AS BLOB), instr(CAST(t2."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t2."id") = 'blob' AND length(t2."id") > 0) AND t2."user_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- hint_items#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."hint_items" AS t0, main."session_hints" AS t1, main."sessions" AS t2 WHERE t1."id" = t0."hint_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND t2."id" = t1."session_id" AND (t2."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t2."id" AS BLOB), instr(CAST(t2."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t2."id") = 'blob' AND length(t2."id") > 0) AND t2."user_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- hint_items#0 delete: write named rows
DELETE FROM main."hint_items" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- hint_items#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."hint_items" AS t0, main."session_hints" AS t1, main."sessions" AS t2 WHERE t1."id" = t0."hint_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND t2."id" = t1."session_id" AND (t2."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t2."id" AS BLOB), instr(CAST(t2."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t2."id") = 'blob' AND length(t2."id") > 0) AND t2."user_id" = u."all_id");

-- hint_items#0 delete: held ids
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."sessions" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- hint_items#0 delete: held ids, later page
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."sessions" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."user_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- session_hints#0 delete: count by value
SELECT value, count(*) FROM (SELECT DISTINCT t1."user_id" AS value, t0."rowid" FROM main."session_hints" AS t0, main."sessions" AS t1 WHERE t1."id" = t0."session_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND t1."user_id" IN (SELECT value FROM json_each(@all_id))) GROUP BY value;

-- session_hints#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."session_hints" AS t0, main."sessions" AS t1 WHERE t1."id" = t0."session_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND t1."user_id" = u."id" AND (EXISTS (SELECT 1 FROM main."sessions" AS t1 WHERE t1."id" = t0."session_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND t1."user_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- session_hints#0 delete: write
DELETE FROM main."session_hints" AS t0 WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."session_hints" AS t0, main."sessions" AS t1 WHERE t1."id" = t0."session_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND t1."user_id" IN (SELECT value FROM json_each(@all_id)));

-- session_hints#0 delete: rows to write
SELECT t0.* FROM main."session_hints" AS t0 WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."session_hints" AS t0, main."sessions" AS t1 WHERE t1."id" = t0."session_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND t1."user_id" IN (SELECT value FROM json_each(@all_id)));

-- session_hints#0 delete: residue at_once
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."session_hints" AS t0, main."sessions" AS t1 WHERE t1."id" = t0."session_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND t1."user_id" = u."all_id");

-- session_hints#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."session_hints" AS t0, main."sessions" AS t1 WHERE t1."id" = t0."session_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND t1."user_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- session_hints#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."session_hints" AS t0, main."sessions" AS t1 WHERE t1."id" = t0."session_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND t1."user_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- session_hints#0 delete: write named rows
DELETE FROM main."session_hints" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- session_hints#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."session_hints" AS t0, main."sessions" AS t1 WHERE t1."id" = t0."session_id" AND (t1."id" GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR CAST(substr(CAST(t1."id" AS BLOB), instr(CAST(t1."id" AS BLOB), x'00') + 1) AS TEXT) GLOB '*[^- - ­-­͏-͏؀-؅؜-؜۝-۝܏-܏࢐-࢑࣢-࣢ᅟ-ᅠ - ឴-឵᠋-᠏ -‏ -  -⁯⠀-⠀　-　ㅤ-ㅤ︀-️﻿-﻿ﾠ-ﾠ￰-￻𑂽-𑂽𑃍-𑃍𓐰-𓐿𛲠-𛲣𝅳-𝅺󠀀-󠿿]*' OR typeof(t1."id") = 'blob' AND length(t1."id") > 0) AND t1."user_id" = u."all_id");

-- session_hints#0 delete: held ids
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."sessions" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- session_hints#0 delete: held ids, later page
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."sessions" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."user_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

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

-- invitations#0 delete: count by value
SELECT t0."email", count(*) FROM main."invitations" AS t0 WHERE t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND t0."email" IN (SELECT value FROM json_each(@tenant_field_656d61696c)) GROUP BY 1;

-- invitations#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND t0."email" = u."field_656d61696c" AND ((t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1 AND ((t0."invited_by" = u."all_id")) IS NOT 1) GROUP BY pos;

-- invitations#0 delete: write
DELETE FROM main."invitations" AS t0 WHERE t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND t0."email" IN (SELECT value FROM json_each(@tenant_field_656d61696c));

-- invitations#0 delete: rows to write
SELECT t0.* FROM main."invitations" AS t0 WHERE t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND t0."email" IN (SELECT value FROM json_each(@tenant_field_656d61696c));

-- invitations#0 delete: residue at_end
SELECT count(*) FROM main."invitations" AS t0 WHERE t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND t0."email" IN (SELECT value FROM json_each(@tenant_field_656d61696c));

-- invitations#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND t0."email" = u."tenant_field_656d61696c") ORDER BY k0 LIMIT @limit;

-- invitations#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND t0."email" = u."tenant_field_656d61696c" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- invitations#0 delete: write named rows
DELETE FROM main."invitations" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- invitations#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND t0."email" = u."tenant_field_656d61696c");

-- invitations#0 delete: held ids
SELECT DISTINCT t0."email" COLLATE BINARY AS id FROM main."invitations" AS t0 WHERE typeof(t0."email" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- invitations#0 delete: held ids, later page
SELECT DISTINCT t0."email" COLLATE BINARY AS id FROM main."invitations" AS t0 WHERE typeof(t0."email" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."email" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- invitations#1 detach: count by position
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."invited_by" = u."all_id" AND ((t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1) GROUP BY pos;

-- invitations#1 detach: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."invited_by" = u."id" AND ((t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1 AND ((t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1 AND ((t0."invited_by" = u."all_id")) IS NOT 1) GROUP BY pos;

-- invitations#1 detach: write
WITH {users} UPDATE OR ABORT main."invitations" AS t0 SET "invited_by" = NULL WHERE t0."rowid" IN (SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."invited_by" = u."all_id" AND ((t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1)) AND (t0."invited_by" COLLATE BINARY IS NOT (NULL));

-- invitations#1 detach: rows to write
WITH {users} SELECT t0.* FROM main."invitations" AS t0 WHERE t0."rowid" IN (SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."invited_by" = u."all_id" AND ((t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1));

-- invitations#1 detach: residue at_end
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."invited_by" = u."all_id" AND ((t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1);

-- invitations#1 detach: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."invited_by" = u."all_id" AND ((t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1) ORDER BY k0 LIMIT @limit;

-- invitations#1 detach: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."invited_by" = u."all_id" AND ((t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1 AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- invitations#1 detach: write named rows
UPDATE OR ABORT main."invitations" AS t0 SET "invited_by" = NULL WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- invitations#1 detach: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invitations" AS t0 WHERE t0."invited_by" = u."all_id" AND ((t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND t0."email" = u."tenant_field_656d61696c")) IS NOT 1);

-- invitations#1 detach: held ids
SELECT DISTINCT t0."invited_by" COLLATE BINARY AS id FROM main."invitations" AS t0 WHERE typeof(t0."invited_by" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- invitations#1 detach: held ids, later page
SELECT DISTINCT t0."invited_by" COLLATE BINARY AS id FROM main."invitations" AS t0 WHERE typeof(t0."invited_by" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."invited_by" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- posts#0 detach: count by value
SELECT t0."author_id", count(*) FROM main."posts" AS t0 WHERE t0."author_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- posts#0 detach: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."posts" AS t0 WHERE t0."author_id" = u."id" AND ((t0."author_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- posts#0 detach: write
UPDATE OR ABORT main."posts" AS t0 SET "author_id" = 'usr_ghost' WHERE t0."author_id" IN (SELECT value FROM json_each(@all_id)) AND (t0."author_id" COLLATE BINARY IS NOT ('usr_ghost'));

-- posts#0 detach: rows to write
SELECT t0.* FROM main."posts" AS t0 WHERE t0."author_id" IN (SELECT value FROM json_each(@all_id));

-- posts#0 detach: residue at_end
SELECT count(*) FROM main."posts" AS t0 WHERE t0."author_id" IN (SELECT value FROM json_each(@all_id));

-- posts#0 detach: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."posts" AS t0 WHERE t0."author_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- posts#0 detach: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."posts" AS t0 WHERE t0."author_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- posts#0 detach: write named rows
UPDATE OR ABORT main."posts" AS t0 SET "author_id" = 'usr_ghost' WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- posts#0 detach: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."posts" AS t0 WHERE t0."author_id" = u."all_id");

-- posts#0 detach: held ids
SELECT DISTINCT t0."author_id" COLLATE BINARY AS id FROM main."posts" AS t0 WHERE typeof(t0."author_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- posts#0 detach: held ids, later page
SELECT DISTINCT t0."author_id" COLLATE BINARY AS id FROM main."posts" AS t0 WHERE typeof(t0."author_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."author_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- audit_log#2 anonymize: count by value
SELECT CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, count(*) FROM main."audit_log" AS t0 WHERE t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (SELECT value FROM json_each(@tenant_field_656d61696c)) AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (0, 1) THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END GROUP BY 1;

-- audit_log#2 anonymize: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (0, 1) THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END AND ((t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (0, 1) THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END)) IS NOT 1 AND ((t0."actor_type" IN ('user') AND t0."actor_id" = u."all_id")) IS NOT 1 AND ((t0."resource_type" IN ('user') AND t0."resource_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- audit_log#2 anonymize: write
UPDATE OR ABORT main."audit_log" AS t0 SET "ip_address" = NULL, "metadata" = CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."email"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."email"') AS BLOB) END ELSE json_remove(t0."metadata", '$."email"') END ELSE NULL END WHERE t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (SELECT value FROM json_each(@tenant_field_656d61696c)) AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (0, 1) THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END AND (t0."ip_address" COLLATE BINARY IS NOT (NULL) OR t0."metadata" COLLATE BINARY IS NOT (CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."email"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."email"') AS BLOB) END ELSE json_remove(t0."metadata", '$."email"') END ELSE NULL END));

-- audit_log#2 anonymize: rows to write
SELECT t0.* FROM main."audit_log" AS t0 WHERE t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (SELECT value FROM json_each(@tenant_field_656d61696c)) AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (0, 1) THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END;

-- audit_log#2 anonymize: residue at_once
SELECT count(*) FROM main."audit_log" AS t0 WHERE t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (SELECT value FROM json_each(@tenant_field_656d61696c)) AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (0, 1) THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END AND (t0."ip_address" COLLATE BINARY IS NOT NULL OR CASE WHEN t0."metadata" IS NULL THEN 0 WHEN json_valid(t0."metadata") AND typeof(t0."metadata") = 'text' AND NOT (instr(t0."metadata", '\') OR instr(t0."metadata", char(0)) OR json_type(t0."metadata") <> 'object' OR json_type(t0."metadata", '$."email"') IS NOT NULL) THEN 0 WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["email"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."metadata") IN ('array', 'object') THEN t0."metadata" ELSE json_extract(t0."metadata", '$') END, json_type(t0."metadata"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END);

-- audit_log#2 anonymize: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (0, 1) THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END) ORDER BY k0 LIMIT @limit;

-- audit_log#2 anonymize: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (0, 1) THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- audit_log#2 anonymize: write named rows
UPDATE OR ABORT main."audit_log" AS t0 SET "ip_address" = NULL, "metadata" = CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."email"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."email"') AS BLOB) END ELSE json_remove(t0."metadata", '$."email"') END ELSE NULL END WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- audit_log#2 anonymize: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (0, 1) THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END AND (t0."ip_address" COLLATE BINARY IS NOT NULL OR CASE WHEN t0."metadata" IS NULL THEN 0 WHEN json_valid(t0."metadata") AND typeof(t0."metadata") = 'text' AND NOT (instr(t0."metadata", '\') OR instr(t0."metadata", char(0)) OR json_type(t0."metadata") <> 'object' OR json_type(t0."metadata", '$."email"') IS NOT NULL) THEN 0 WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["email"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."metadata") IN ('array', 'object') THEN t0."metadata" ELSE json_extract(t0."metadata", '$') END, json_type(t0."metadata"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END));

-- audit_log#2 anonymize: held ids
SELECT DISTINCT CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END COLLATE BINARY AS id FROM main."audit_log" AS t0 WHERE t0."type" IN ('user.sign_in_failed') AND typeof(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END COLLATE BINARY) IN ('integer', 'real', 'text') AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (0, 1) THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END ORDER BY id LIMIT @limit;

-- audit_log#2 anonymize: held ids, later page
SELECT DISTINCT CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END COLLATE BINARY AS id FROM main."audit_log" AS t0 WHERE t0."type" IN ('user.sign_in_failed') AND typeof(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END COLLATE BINARY) IN ('integer', 'real', 'text') AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END COLLATE BINARY > @after AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (0, 1) THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END ORDER BY id LIMIT @limit;

-- audit_log#0 anonymize: count by value
SELECT t0."actor_id", count(*) FROM main."audit_log" AS t0 WHERE t0."actor_type" IN ('user') AND t0."actor_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- audit_log#0 anonymize: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."actor_type" IN ('user') AND t0."actor_id" = u."id" AND ((t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (0, 1) THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END)) IS NOT 1 AND ((t0."actor_type" IN ('user') AND t0."actor_id" = u."all_id")) IS NOT 1 AND ((t0."resource_type" IN ('user') AND t0."resource_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- audit_log#0 anonymize: write
UPDATE OR ABORT main."audit_log" AS t0 SET "actor_email" = NULL, "ip_address" = NULL, "user_agent" = 'removed', "metadata" = CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."email"', '$."device"."name"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."email"', '$."device"."name"') AS BLOB) END ELSE json_remove(t0."metadata", '$."email"', '$."device"."name"') END ELSE NULL END WHERE t0."actor_type" IN ('user') AND t0."actor_id" IN (SELECT value FROM json_each(@all_id)) AND (t0."actor_email" COLLATE BINARY IS NOT (NULL) OR t0."ip_address" COLLATE BINARY IS NOT (NULL) OR t0."user_agent" COLLATE BINARY IS NOT ('removed') OR t0."metadata" COLLATE BINARY IS NOT (CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."email"', '$."device"."name"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."email"', '$."device"."name"') AS BLOB) END ELSE json_remove(t0."metadata", '$."email"', '$."device"."name"') END ELSE NULL END));

-- audit_log#0 anonymize: rows to write
SELECT t0.* FROM main."audit_log" AS t0 WHERE t0."actor_type" IN ('user') AND t0."actor_id" IN (SELECT value FROM json_each(@all_id));

-- audit_log#0 anonymize: residue at_end
SELECT count(*) FROM main."audit_log" AS t0 WHERE t0."actor_type" IN ('user') AND t0."actor_id" IN (SELECT value FROM json_each(@all_id)) AND (t0."actor_email" COLLATE BINARY IS NOT NULL OR t0."ip_address" COLLATE BINARY IS NOT NULL OR t0."user_agent" COLLATE BINARY IS NOT 'removed' OR CASE WHEN t0."metadata" IS NULL THEN 0 WHEN json_valid(t0."metadata") AND typeof(t0."metadata") = 'text' AND NOT (instr(t0."metadata", '\') OR instr(t0."metadata", char(0)) OR json_type(t0."metadata") <> 'object' OR json_type(t0."metadata", '$."email"') IS NOT NULL OR instr(t0."metadata", '"name"') AND t0."metadata" GLOB '*"name"[: 	\n]*' AND instr(t0."metadata", '"device"') AND t0."metadata" GLOB '*"device"[: 	\n]*') THEN 0 WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["email"],["device","name"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."metadata") IN ('array', 'object') THEN t0."metadata" ELSE json_extract(t0."metadata", '$') END, json_type(t0."metadata"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END);

-- audit_log#0 anonymize: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."actor_type" IN ('user') AND t0."actor_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- audit_log#0 anonymize: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."actor_type" IN ('user') AND t0."actor_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- audit_log#0 anonymize: write named rows
UPDATE OR ABORT main."audit_log" AS t0 SET "actor_email" = NULL, "ip_address" = NULL, "user_agent" = 'removed', "metadata" = CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."email"', '$."device"."name"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."email"', '$."device"."name"') AS BLOB) END ELSE json_remove(t0."metadata", '$."email"', '$."device"."name"') END ELSE NULL END WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- audit_log#0 anonymize: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."actor_type" IN ('user') AND t0."actor_id" = u."all_id" AND (t0."actor_email" COLLATE BINARY IS NOT NULL OR t0."ip_address" COLLATE BINARY IS NOT NULL OR t0."user_agent" COLLATE BINARY IS NOT 'removed' OR CASE WHEN t0."metadata" IS NULL THEN 0 WHEN json_valid(t0."metadata") AND typeof(t0."metadata") = 'text' AND NOT (instr(t0."metadata", '\') OR instr(t0."metadata", char(0)) OR json_type(t0."metadata") <> 'object' OR json_type(t0."metadata", '$."email"') IS NOT NULL OR instr(t0."metadata", '"name"') AND t0."metadata" GLOB '*"name"[: 	\n]*' AND instr(t0."metadata", '"device"') AND t0."metadata" GLOB '*"device"[: 	\n]*') THEN 0 WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["email"],["device","name"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."metadata") IN ('array', 'object') THEN t0."metadata" ELSE json_extract(t0."metadata", '$') END, json_type(t0."metadata"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END));

-- audit_log#0 anonymize: held ids
SELECT DISTINCT t0."actor_id" COLLATE BINARY AS id FROM main."audit_log" AS t0 WHERE t0."actor_type" IN ('user') AND typeof(t0."actor_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- audit_log#0 anonymize: held ids, later page
SELECT DISTINCT t0."actor_id" COLLATE BINARY AS id FROM main."audit_log" AS t0 WHERE t0."actor_type" IN ('user') AND typeof(t0."actor_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."actor_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- audit_log#1 anonymize: count by value
SELECT t0."resource_id", count(*) FROM main."audit_log" AS t0 WHERE t0."resource_type" IN ('user') AND t0."resource_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- audit_log#1 anonymize: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."resource_type" IN ('user') AND t0."resource_id" = u."id" AND ((t0."type" IN ('user.sign_in_failed') AND t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END) AND CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END = u."tenant_field_656d61696c" AND CASE WHEN substr(CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."metadata", 9) THEN json_extract(t0."metadata", '$."email"') END IN (0, 1) THEN CASE WHEN json_valid(t0."metadata", 9) THEN json_type(t0."metadata", '$."email"') IN ('text', 'integer', 'real') END ELSE 1 END)) IS NOT 1 AND ((t0."actor_type" IN ('user') AND t0."actor_id" = u."all_id")) IS NOT 1 AND ((t0."resource_type" IN ('user') AND t0."resource_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- audit_log#1 anonymize: write
UPDATE OR ABORT main."audit_log" AS t0 SET "metadata" = CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."email"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."email"') AS BLOB) END ELSE json_remove(t0."metadata", '$."email"') END ELSE NULL END WHERE t0."resource_type" IN ('user') AND t0."resource_id" IN (SELECT value FROM json_each(@all_id)) AND (t0."metadata" COLLATE BINARY IS NOT (CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."email"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."email"') AS BLOB) END ELSE json_remove(t0."metadata", '$."email"') END ELSE NULL END));

-- audit_log#1 anonymize: rows to write
SELECT t0.* FROM main."audit_log" AS t0 WHERE t0."resource_type" IN ('user') AND t0."resource_id" IN (SELECT value FROM json_each(@all_id));

-- audit_log#1 anonymize: residue at_end
SELECT count(*) FROM main."audit_log" AS t0 WHERE t0."resource_type" IN ('user') AND t0."resource_id" IN (SELECT value FROM json_each(@all_id)) AND (CASE WHEN t0."metadata" IS NULL THEN 0 WHEN json_valid(t0."metadata") AND typeof(t0."metadata") = 'text' AND NOT (instr(t0."metadata", '\') OR instr(t0."metadata", char(0)) OR json_type(t0."metadata") <> 'object' OR json_type(t0."metadata", '$."email"') IS NOT NULL) THEN 0 WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["email"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."metadata") IN ('array', 'object') THEN t0."metadata" ELSE json_extract(t0."metadata", '$') END, json_type(t0."metadata"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END);

-- audit_log#1 anonymize: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."resource_type" IN ('user') AND t0."resource_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- audit_log#1 anonymize: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."resource_type" IN ('user') AND t0."resource_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- audit_log#1 anonymize: write named rows
UPDATE OR ABORT main."audit_log" AS t0 SET "metadata" = CASE WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."metadata") = 'blob' THEN CASE WHEN json_valid(t0."metadata", 8) THEN jsonb(json_remove(json(t0."metadata"), '$."email"')) ELSE CAST(json_remove(CAST(t0."metadata" AS TEXT), '$."email"') AS BLOB) END ELSE json_remove(t0."metadata", '$."email"') END ELSE NULL END WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- audit_log#1 anonymize: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."audit_log" AS t0 WHERE t0."resource_type" IN ('user') AND t0."resource_id" = u."all_id" AND (CASE WHEN t0."metadata" IS NULL THEN 0 WHEN json_valid(t0."metadata") AND typeof(t0."metadata") = 'text' AND NOT (instr(t0."metadata", '\') OR instr(t0."metadata", char(0)) OR json_type(t0."metadata") <> 'object' OR json_type(t0."metadata", '$."email"') IS NOT NULL) THEN 0 WHEN CASE WHEN json_valid(t0."metadata", 9) THEN CASE WHEN instr(t0."metadata", char(0)) = 0 OR typeof(t0."metadata") = 'blob' AND json_valid(t0."metadata", 8) THEN CASE json_type(t0."metadata") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["email"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."metadata") IN ('array', 'object') THEN t0."metadata" ELSE json_extract(t0."metadata", '$') END, json_type(t0."metadata"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END));

-- audit_log#1 anonymize: held ids
SELECT DISTINCT t0."resource_id" COLLATE BINARY AS id FROM main."audit_log" AS t0 WHERE t0."resource_type" IN ('user') AND typeof(t0."resource_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- audit_log#1 anonymize: held ids, later page
SELECT DISTINCT t0."resource_id" COLLATE BINARY AS id FROM main."audit_log" AS t0 WHERE t0."resource_type" IN ('user') AND typeof(t0."resource_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."resource_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- webhook_events#0 retain: count by value
SELECT CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, count(*) FROM main."webhook_events" AS t0 WHERE CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (SELECT value FROM json_each(@all_id)) AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END GROUP BY 1;

-- webhook_events#0 retain: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."webhook_events" AS t0 WHERE CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END = u."id" AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END AND ((CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END = u."all_id" AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END)) IS NOT 1) GROUP BY pos;

-- webhook_events#0 retain: write
UPDATE OR ABORT main."webhook_events" AS t0 SET "data" = CASE WHEN CASE WHEN json_valid(t0."data", 9) THEN CASE WHEN instr(t0."data", char(0)) = 0 OR typeof(t0."data") = 'blob' AND json_valid(t0."data", 8) THEN CASE json_type(t0."data") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."data") = 'blob' THEN CASE WHEN json_valid(t0."data", 8) THEN jsonb(json_remove(json(t0."data"), '$."user"."email"', '$."user"."name"')) ELSE CAST(json_remove(CAST(t0."data" AS TEXT), '$."user"."email"', '$."user"."name"') AS BLOB) END ELSE json_remove(t0."data", '$."user"."email"', '$."user"."name"') END ELSE NULL END WHERE CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (SELECT value FROM json_each(@all_id)) AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END AND (t0."data" COLLATE BINARY IS NOT (CASE WHEN CASE WHEN json_valid(t0."data", 9) THEN CASE WHEN instr(t0."data", char(0)) = 0 OR typeof(t0."data") = 'blob' AND json_valid(t0."data", 8) THEN CASE json_type(t0."data") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."data") = 'blob' THEN CASE WHEN json_valid(t0."data", 8) THEN jsonb(json_remove(json(t0."data"), '$."user"."email"', '$."user"."name"')) ELSE CAST(json_remove(CAST(t0."data" AS TEXT), '$."user"."email"', '$."user"."name"') AS BLOB) END ELSE json_remove(t0."data", '$."user"."email"', '$."user"."name"') END ELSE NULL END));

-- webhook_events#0 retain: rows to write
SELECT t0.* FROM main."webhook_events" AS t0 WHERE CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (SELECT value FROM json_each(@all_id)) AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END;

-- webhook_events#0 retain: residue at_end
SELECT count(*) FROM main."webhook_events" AS t0 WHERE CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (SELECT value FROM json_each(@all_id)) AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END AND (CASE WHEN t0."data" IS NULL THEN 0 WHEN json_valid(t0."data") AND typeof(t0."data") = 'text' AND NOT (instr(t0."data", '\') OR instr(t0."data", char(0)) OR instr(t0."data", '"email"') AND t0."data" GLOB '*"email"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*' OR instr(t0."data", '"name"') AND t0."data" GLOB '*"name"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*') THEN 0 WHEN CASE WHEN json_valid(t0."data", 9) THEN CASE WHEN instr(t0."data", char(0)) = 0 OR typeof(t0."data") = 'blob' AND json_valid(t0."data", 8) THEN CASE json_type(t0."data") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["user","email"],["user","name"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."data") IN ('array', 'object') THEN t0."data" ELSE json_extract(t0."data", '$') END, json_type(t0."data"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END);

-- webhook_events#0 retain: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."webhook_events" AS t0 WHERE CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END = u."all_id" AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END) ORDER BY k0 LIMIT @limit;

-- webhook_events#0 retain: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."webhook_events" AS t0 WHERE CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END = u."all_id" AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- webhook_events#0 retain: write named rows
UPDATE OR ABORT main."webhook_events" AS t0 SET "data" = CASE WHEN CASE WHEN json_valid(t0."data", 9) THEN CASE WHEN instr(t0."data", char(0)) = 0 OR typeof(t0."data") = 'blob' AND json_valid(t0."data", 8) THEN CASE json_type(t0."data") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN CASE WHEN typeof(t0."data") = 'blob' THEN CASE WHEN json_valid(t0."data", 8) THEN jsonb(json_remove(json(t0."data"), '$."user"."email"', '$."user"."name"')) ELSE CAST(json_remove(CAST(t0."data" AS TEXT), '$."user"."email"', '$."user"."name"') AS BLOB) END ELSE json_remove(t0."data", '$."user"."email"', '$."user"."name"') END ELSE NULL END WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- webhook_events#0 retain: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."webhook_events" AS t0 WHERE CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END = u."all_id" AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END AND (CASE WHEN t0."data" IS NULL THEN 0 WHEN json_valid(t0."data") AND typeof(t0."data") = 'text' AND NOT (instr(t0."data", '\') OR instr(t0."data", char(0)) OR instr(t0."data", '"email"') AND t0."data" GLOB '*"email"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*' OR instr(t0."data", '"name"') AND t0."data" GLOB '*"name"[: 	\n]*' AND instr(t0."data", '"user"') AND t0."data" GLOB '*"user"[: 	\n]*') THEN 0 WHEN CASE WHEN json_valid(t0."data", 9) THEN CASE WHEN instr(t0."data", char(0)) = 0 OR typeof(t0."data") = 'blob' AND json_valid(t0."data", 8) THEN CASE json_type(t0."data") WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END ELSE 0 END ELSE 0 END THEN EXISTS (SELECT 1 FROM json_each('[["user","email"],["user","name"]]') AS p WHERE EXISTS (WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT CASE WHEN json_type(t0."data") IN ('array', 'object') THEN t0."data" ELSE json_extract(t0."data", '$') END, json_type(t0."data"), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR json_extract(p.value, '$[' || w.place || ']') IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(p.value) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = json_extract(p.value, '$[' || w.place || ']'))) SELECT 1 FROM w WHERE place = json_array_length(p.value))) ELSE 1 END));

-- webhook_events#0 retain: held ids
SELECT DISTINCT CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END COLLATE BINARY AS id FROM main."webhook_events" AS t0 WHERE typeof(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END COLLATE BINARY) IN ('integer', 'real', 'text') AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END ORDER BY id LIMIT @limit;

-- webhook_events#0 retain: held ids, later page
SELECT DISTINCT CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END COLLATE BINARY AS id FROM main."webhook_events" AS t0 WHERE typeof(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END COLLATE BINARY) IN ('integer', 'real', 'text') AND CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END COLLATE BINARY > @after AND CASE WHEN substr(CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END, 1, 1) IN ('[', '{') OR CASE WHEN json_valid(t0."data", 9) THEN json_extract(t0."data", '$."user"."id"') END IN (0, 1) THEN CASE WHEN json_valid(t0."data", 9) THEN json_type(t0."data", '$."user"."id"') IN ('text', 'integer', 'real') END ELSE 1 END ORDER BY id LIMIT @limit;

-- groups#0 detach: count by value
SELECT value, count(*) FROM (SELECT DISTINCT CASE WHEN t0_each.type IN ('text', 'integer', 'real') THEN t0_each.value END AS value, t0."rowid" FROM main."groups" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE CASE WHEN t0_each.type IN ('text', 'integer', 'real') THEN t0_each.value END IN (SELECT value FROM json_each(@all_id))) GROUP BY value;

-- groups#0 detach: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."groups" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE CASE WHEN t0_each.type IN ('text', 'integer', 'real') THEN t0_each.value END = u."id" AND (EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE CASE WHEN t0_each.type IN ('text', 'integer', 'real') THEN t0_each.value END = u."all_id")) IS NOT 1) GROUP BY pos;

-- groups#0 detach: write
UPDATE OR ABORT main."groups" AS t0 SET "members" = CASE WHEN json_valid(t0."members", 9) THEN CASE WHEN typeof(t0."members") = 'blob' THEN CASE WHEN json_valid(t0."members", 8) THEN jsonb(CASE json_type(json(t0."members")) WHEN 'array' THEN (SELECT json_group_array(json(CASE WHEN e0.type IN ('array', 'object') THEN e0.value ELSE CASE WHEN e0.type IN ('true', 'false', 'null') THEN e0.type WHEN typeof(e0.value) = 'real' AND e0.key < 1000 THEN e0.json -> e0.fullkey ELSE json_quote(e0.value) END END)) FROM json_each(json(t0."members"), '$') AS e0 WHERE (CASE WHEN e0.type IN ('text', 'integer', 'real') THEN e0.value END IN (SELECT value FROM json_each(@all_id))) IS NOT 1) ELSE json(t0."members") END) ELSE CAST(CASE json_type(CAST(t0."members" AS TEXT)) WHEN 'array' THEN (SELECT json_group_array(json(CASE WHEN e0.type IN ('array', 'object') THEN e0.value ELSE CASE WHEN e0.type IN ('true', 'false', 'null') THEN e0.type WHEN typeof(e0.value) = 'real' AND e0.key < 1000 THEN e0.json -> e0.fullkey ELSE json_quote(e0.value) END END)) FROM json_each(CAST(t0."members" AS TEXT), '$') AS e0 WHERE (CASE WHEN e0.type IN ('text', 'integer', 'real') THEN e0.value END IN (SELECT value FROM json_each(@all_id))) IS NOT 1) ELSE CAST(t0."members" AS TEXT) END AS BLOB) END ELSE CASE json_type(t0."members") WHEN 'array' THEN (SELECT json_group_array(json(CASE WHEN e0.type IN ('array', 'object') THEN e0.value ELSE CASE WHEN e0.type IN ('true', 'false', 'null') THEN e0.type WHEN typeof(e0.value) = 'real' AND e0.key < 1000 THEN e0.json -> e0.fullkey ELSE json_quote(e0.value) END END)) FROM json_each(t0."members", '$') AS e0 WHERE (CASE WHEN e0.type IN ('text', 'integer', 'real') THEN e0.value END IN (SELECT value FROM json_each(@all_id))) IS NOT 1) ELSE t0."members" END END ELSE t0."members" END WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."groups" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE CASE WHEN t0_each.type IN ('text', 'integer', 'real') THEN t0_each.value END IN (SELECT value FROM json_each(@all_id))) AND (t0."members" COLLATE BINARY IS NOT (CASE WHEN json_valid(t0."members", 9) THEN CASE WHEN typeof(t0."members") = 'blob' THEN CASE WHEN json_valid(t0."members", 8) THEN jsonb(CASE json_type(json(t0."members")) WHEN 'array' THEN (SELECT json_group_array(json(CASE WHEN e0.type IN ('array', 'object') THEN e0.value ELSE CASE WHEN e0.type IN ('true', 'false', 'null') THEN e0.type WHEN typeof(e0.value) = 'real' AND e0.key < 1000 THEN e0.json -> e0.fullkey ELSE json_quote(e0.value) END END)) FROM json_each(json(t0."members"), '$') AS e0 WHERE (CASE WHEN e0.type IN ('text', 'integer', 'real') THEN e0.value END IN (SELECT value FROM json_each(@all_id))) IS NOT 1) ELSE json(t0."members") END) ELSE CAST(CASE json_type(CAST(t0."members" AS TEXT)) WHEN 'array' THEN (SELECT json_group_array(json(CASE WHEN e0.type IN ('array', 'object') THEN e0.value ELSE CASE WHEN e0.type IN ('true', 'false', 'null') THEN e0.type WHEN typeof(e0.value) = 'real' AND e0.key < 1000 THEN e0.json -> e0.fullkey ELSE json_quote(e0.value) END END)) FROM json_each(CAST(t0."members" AS TEXT), '$') AS e0 WHERE (CASE WHEN e0.type IN ('text', 'integer', 'real') THEN e0.value END IN (SELECT value FROM json_each(@all_id))) IS NOT 1) ELSE CAST(t0."members" AS TEXT) END AS BLOB) END ELSE CASE json_type(t0."members") WHEN 'array' THEN (SELECT json_group_array(json(CASE WHEN e0.type IN ('array', 'object') THEN e0.value ELSE CASE WHEN e0.type IN ('true', 'false', 'null') THEN e0.type WHEN typeof(e0.value) = 'real' AND e0.key < 1000 THEN e0.json -> e0.fullkey ELSE json_quote(e0.value) END END)) FROM json_each(t0."members", '$') AS e0 WHERE (CASE WHEN e0.type IN ('text', 'integer', 'real') THEN e0.value END IN (SELECT value FROM json_each(@all_id))) IS NOT 1) ELSE t0."members" END END ELSE t0."members" END));

-- groups#0 detach: rows to write
SELECT t0.* FROM main."groups" AS t0 WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."groups" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE CASE WHEN t0_each.type IN ('text', 'integer', 'real') THEN t0_each.value END IN (SELECT value FROM json_each(@all_id)));

-- groups#0 detach: residue at_end
SELECT count(*) FROM main."groups" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE CASE WHEN t0_each.type IN ('text', 'integer', 'real') THEN t0_each.value END IN (SELECT value FROM json_each(@all_id));

-- groups#0 detach: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."groups" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE CASE WHEN t0_each.type IN ('text', 'integer', 'real') THEN t0_each.value END = u."all_id") ORDER BY k0 LIMIT @limit;

-- groups#0 detach: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."groups" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE CASE WHEN t0_each.type IN ('text', 'integer', 'real') THEN t0_each.value END = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- groups#0 detach: write named rows
UPDATE OR ABORT main."groups" AS t0 SET "members" = CASE WHEN json_valid(t0."members", 9) THEN CASE WHEN typeof(t0."members") = 'blob' THEN CASE WHEN json_valid(t0."members", 8) THEN jsonb(CASE json_type(json(t0."members")) WHEN 'array' THEN (SELECT json_group_array(json(CASE WHEN e0.type IN ('array', 'object') THEN e0.value ELSE CASE WHEN e0.type IN ('true', 'false', 'null') THEN e0.type WHEN typeof(e0.value) = 'real' AND e0.key < 1000 THEN e0.json -> e0.fullkey ELSE json_quote(e0.value) END END)) FROM json_each(json(t0."members"), '$') AS e0 WHERE (CASE WHEN e0.type IN ('text', 'integer', 'real') THEN e0.value END IN (SELECT value FROM json_each(@all_id))) IS NOT 1) ELSE json(t0."members") END) ELSE CAST(CASE json_type(CAST(t0."members" AS TEXT)) WHEN 'array' THEN (SELECT json_group_array(json(CASE WHEN e0.type IN ('array', 'object') THEN e0.value ELSE CASE WHEN e0.type IN ('true', 'false', 'null') THEN e0.type WHEN typeof(e0.value) = 'real' AND e0.key < 1000 THEN e0.json -> e0.fullkey ELSE json_quote(e0.value) END END)) FROM json_each(CAST(t0."members" AS TEXT), '$') AS e0 WHERE (CASE WHEN e0.type IN ('text', 'integer', 'real') THEN e0.value END IN (SELECT value FROM json_each(@all_id))) IS NOT 1) ELSE CAST(t0."members" AS TEXT) END AS BLOB) END ELSE CASE json_type(t0."members") WHEN 'array' THEN (SELECT json_group_array(json(CASE WHEN e0.type IN ('array', 'object') THEN e0.value ELSE CASE WHEN e0.type IN ('true', 'false', 'null') THEN e0.type WHEN typeof(e0.value) = 'real' AND e0.key < 1000 THEN e0.json -> e0.fullkey ELSE json_quote(e0.value) END END)) FROM json_each(t0."members", '$') AS e0 WHERE (CASE WHEN e0.type IN ('text', 'integer', 'real') THEN e0.value END IN (SELECT value FROM json_each(@all_id))) IS NOT 1) ELSE t0."members" END END ELSE t0."members" END WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- groups#0 detach: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."groups" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE CASE WHEN t0_each.type IN ('text', 'integer', 'real') THEN t0_each.value END = u."all_id");

-- groups#0 detach: held ids
SELECT DISTINCT CASE WHEN t0_each.type IN ('text', 'integer', 'real') THEN t0_each.value END COLLATE BINARY AS id FROM main."groups" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE typeof(CASE WHEN t0_each.type IN ('text', 'integer', 'real') THEN t0_each.value END COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- groups#0 detach: held ids, later page
SELECT DISTINCT CASE WHEN t0_each.type IN ('text', 'integer', 'real') THEN t0_each.value END COLLATE BINARY AS id FROM main."groups" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE typeof(CASE WHEN t0_each.type IN ('text', 'integer', 'real') THEN t0_each.value END COLLATE BINARY) IN ('integer', 'real', 'text') AND CASE WHEN t0_each.type IN ('text', 'integer', 'real') THEN t0_each.value END COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- legal_holds#0 block: count by value
SELECT t0."user_id", count(*) FROM main."legal_holds" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- legal_holds#0 block: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."legal_holds" AS t0 WHERE t0."user_id" = u."id" AND ((t0."user_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- legal_holds#0 block: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."legal_holds" AS t0 WHERE t0."user_id" = u."all_id" AND (0));

-- legal_holds#0 block: held ids
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."legal_holds" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- legal_holds#0 block: held ids, later page
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."legal_holds" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."user_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- crm_contacts#0 external: count by value
SELECT t0."user_id", count(*) FROM main."crm_contacts" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- crm_contacts#0 external: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."crm_contacts" AS t0 WHERE t0."user_id" = u."id") GROUP BY pos;

-- crm_contacts#0 external: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."crm_contacts" AS t0 WHERE t0."user_id" = u."all_id" AND (0));

-- crm_contacts#0 external: held ids
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."crm_contacts" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- crm_contacts#0 external: held ids, later page
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."crm_contacts" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."user_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- feedback#0 anonymize: count by value
SELECT t0."author", count(*) FROM main."feedback" AS t0 WHERE t0."author" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- feedback#0 anonymize: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."feedback" AS t0 WHERE t0."author" = u."id" AND ((t0."author" = u."all_id")) IS NOT 1) GROUP BY pos;

-- feedback#0 anonymize: write
WITH {users}, p AS MATERIALIZED (SELECT last.*, u.d0 AS d0, u.d1 AS d1 FROM (SELECT k0, max(pos) AS pos FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."feedback" AS t0 WHERE t0."author" = u."all_id") GROUP BY k0) AS last JOIN u ON u.pos = last.pos) UPDATE OR ABORT main."feedback" AS t0 SET "author" = p.d0 FROM p WHERE t0."rowid" = p.k0 AND (t0."author" COLLATE BINARY IS NOT (p.d0));

-- feedback#0 anonymize: rows to write
SELECT t0.* FROM main."feedback" AS t0 WHERE t0."author" IN (SELECT value FROM json_each(@all_id));

-- feedback#0 anonymize: residue at_end
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."feedback" AS t0 WHERE t0."author" = u."all_id" AND (coalesce(t0."author" IN (SELECT d0 FROM u), 0) = 0));

-- feedback#0 anonymize: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."feedback" AS t0 WHERE t0."author" = u."all_id") ORDER BY k0 LIMIT @limit;

-- feedback#0 anonymize: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."feedback" AS t0 WHERE t0."author" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- feedback#0 anonymize: write named rows
UPDATE OR ABORT main."feedback" AS t0 SET "author" = @d0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- feedback#0 anonymize: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."feedback" AS t0 WHERE t0."author" = u."all_id" AND (t0."author" COLLATE BINARY IS NOT u.d0));

-- feedback#0 anonymize: pending, derived unknown
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."feedback" AS t0 WHERE t0."author" = u."all_id" AND (0));

-- feedback#0 anonymize: held ids
SELECT DISTINCT t0."author" COLLATE BINARY AS id FROM main."feedback" AS t0 WHERE typeof(t0."author" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- feedback#0 anonymize: held ids, later page
SELECT DISTINCT t0."author" COLLATE BINARY AS id FROM main."feedback" AS t0 WHERE typeof(t0."author" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."author" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- visits#0 anonymize: count by value
SELECT t0."visitor", count(*) FROM main."visits" AS t0 WHERE t0."visitor" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- visits#0 anonymize: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."visits" AS t0 WHERE t0."visitor" = u."id" AND ((t0."visitor" = u."all_id")) IS NOT 1) GROUP BY pos;

-- visits#0 anonymize: write
WITH {users}, p AS MATERIALIZED (SELECT last.*, u.d0 AS d0, u.d1 AS d1 FROM (SELECT k0, max(pos) AS pos FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."visits" AS t0 WHERE t0."visitor" = u."all_id") GROUP BY k0) AS last JOIN u ON u.pos = last.pos) UPDATE OR ABORT main."visits" AS t0 SET "visitor" = p.d1 FROM p WHERE t0."rowid" = p.k0 AND (t0."visitor" COLLATE BINARY IS NOT (p.d1));

-- visits#0 anonymize: rows to write
SELECT t0.* FROM main."visits" AS t0 WHERE t0."visitor" IN (SELECT value FROM json_each(@all_id));

-- visits#0 anonymize: residue at_end
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."visits" AS t0 WHERE t0."visitor" = u."all_id" AND (coalesce(t0."visitor" IN (SELECT d1 FROM u), 0) = 0));

-- visits#0 anonymize: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."visits" AS t0 WHERE t0."visitor" = u."all_id") ORDER BY k0 LIMIT @limit;

-- visits#0 anonymize: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."visits" AS t0 WHERE t0."visitor" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- visits#0 anonymize: write named rows
UPDATE OR ABORT main."visits" AS t0 SET "visitor" = @d1 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- visits#0 anonymize: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."visits" AS t0 WHERE t0."visitor" = u."all_id" AND (t0."visitor" COLLATE BINARY IS NOT u.d1));

-- visits#0 anonymize: pending, derived unknown
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."visits" AS t0 WHERE t0."visitor" = u."all_id" AND (0));

-- visits#0 anonymize: held ids
SELECT DISTINCT t0."visitor" COLLATE BINARY AS id FROM main."visits" AS t0 WHERE typeof(t0."visitor" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- visits#0 anonymize: held ids, later page
SELECT DISTINCT t0."visitor" COLLATE BINARY AS id FROM main."visits" AS t0 WHERE typeof(t0."visitor" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."visitor" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- comments#0 delete: count by value
SELECT t0."author_id", count(*) FROM main."comments" AS t0 WHERE t0."author_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- comments#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."comments" AS t0 WHERE t0."author_id" = u."id" AND ((t0."author_id" = u."all_id")) IS NOT 1 AND ((t0."pinned_by" = u."all_id")) IS NOT 1) GROUP BY pos;

-- comments#0 delete: write
DELETE FROM main."comments" AS t0 WHERE t0."author_id" IN (SELECT value FROM json_each(@all_id));

-- comments#0 delete: rows to write
SELECT t0.* FROM main."comments" AS t0 WHERE t0."author_id" IN (SELECT value FROM json_each(@all_id));

-- comments#0 delete: residue at_end
SELECT count(*) FROM main."comments" AS t0 WHERE t0."author_id" IN (SELECT value FROM json_each(@all_id));

-- comments#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."comments" AS t0 WHERE t0."author_id" = u."all_id") ORDER BY k0 LIMIT @limit;

-- comments#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."comments" AS t0 WHERE t0."author_id" = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- comments#0 delete: write named rows
DELETE FROM main."comments" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- comments#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."comments" AS t0 WHERE t0."author_id" = u."all_id");

-- comments#0 delete: held ids
SELECT DISTINCT t0."author_id" COLLATE BINARY AS id FROM main."comments" AS t0 WHERE typeof(t0."author_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- comments#0 delete: held ids, later page
SELECT DISTINCT t0."author_id" COLLATE BINARY AS id FROM main."comments" AS t0 WHERE typeof(t0."author_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."author_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- comments#1 detach: count by position
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."comments" AS t0 WHERE t0."pinned_by" = u."all_id" AND ((t0."author_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- comments#1 detach: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."comments" AS t0 WHERE t0."pinned_by" = u."id" AND ((t0."author_id" = u."all_id")) IS NOT 1 AND ((t0."author_id" = u."all_id")) IS NOT 1 AND ((t0."pinned_by" = u."all_id")) IS NOT 1) GROUP BY pos;

-- comments#1 detach: write
WITH {users} UPDATE OR ABORT main."comments" AS t0 SET "pinned_by" = NULL WHERE t0."rowid" IN (SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."comments" AS t0 WHERE t0."pinned_by" = u."all_id" AND ((t0."author_id" = u."all_id")) IS NOT 1)) AND (t0."pinned_by" COLLATE BINARY IS NOT (NULL));

-- comments#1 detach: rows to write
WITH {users} SELECT t0.* FROM main."comments" AS t0 WHERE t0."rowid" IN (SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."comments" AS t0 WHERE t0."pinned_by" = u."all_id" AND ((t0."author_id" = u."all_id")) IS NOT 1));

-- comments#1 detach: residue at_end
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."comments" AS t0 WHERE t0."pinned_by" = u."all_id" AND ((t0."author_id" = u."all_id")) IS NOT 1);

-- comments#1 detach: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."comments" AS t0 WHERE t0."pinned_by" = u."all_id" AND ((t0."author_id" = u."all_id")) IS NOT 1) ORDER BY k0 LIMIT @limit;

-- comments#1 detach: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."comments" AS t0 WHERE t0."pinned_by" = u."all_id" AND ((t0."author_id" = u."all_id")) IS NOT 1 AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- comments#1 detach: write named rows
UPDATE OR ABORT main."comments" AS t0 SET "pinned_by" = NULL WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- comments#1 detach: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."comments" AS t0 WHERE t0."pinned_by" = u."all_id" AND ((t0."author_id" = u."all_id")) IS NOT 1);

-- comments#1 detach: held ids
SELECT DISTINCT t0."pinned_by" COLLATE BINARY AS id FROM main."comments" AS t0 WHERE typeof(t0."pinned_by" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- comments#1 detach: held ids, later page
SELECT DISTINCT t0."pinned_by" COLLATE BINARY AS id FROM main."comments" AS t0 WHERE typeof(t0."pinned_by" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."pinned_by" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- members#0 delete: count by value
SELECT t0."user_id", count(*) FROM main."members" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- members#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."org" AS k0, t0."user_id" AS k1 FROM u, main."members" AS t0 WHERE t0."user_id" = u."id" AND ((t0."user_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- members#0 delete: write
DELETE FROM main."members" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- members#0 delete: rows to write
SELECT t0.* FROM main."members" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- members#0 delete: residue at_end
SELECT count(*) FROM main."members" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id));

-- members#0 delete: first keys
WITH {users} SELECT k0, k1 FROM (SELECT DISTINCT u.pos AS pos, t0."org" AS k0, t0."user_id" AS k1 FROM u, main."members" AS t0 WHERE t0."user_id" = u."all_id") ORDER BY k0, k1 LIMIT @limit;

-- members#0 delete: next keys
WITH {users} SELECT k0, k1 FROM (SELECT DISTINCT u.pos AS pos, t0."org" AS k0, t0."user_id" AS k1 FROM u, main."members" AS t0 WHERE t0."user_id" = u."all_id" AND (t0."org", t0."user_id") > (@after0, @after1)) ORDER BY k0, k1 LIMIT @limit;

-- members#0 delete: write named rows
DELETE FROM main."members" AS t0 WHERE (t0."org", t0."user_id") IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(@keys));

-- members#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."org" AS k0, t0."user_id" AS k1 FROM u, main."members" AS t0 WHERE t0."user_id" = u."all_id");

-- members#0 delete: held ids
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."members" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- members#0 delete: held ids, later page
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."members" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."user_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- invoices#0 retain: count by value
SELECT t0."user_id", count(*) FROM main."invoices" AS t0 WHERE t0."user_id" IN (SELECT value FROM json_each(@all_id)) GROUP BY 1;

-- invoices#0 retain: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invoices" AS t0 WHERE t0."user_id" = u."id" AND ((t0."user_id" = u."all_id")) IS NOT 1) GROUP BY pos;

-- invoices#0 retain: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."invoices" AS t0 WHERE t0."user_id" = u."all_id" AND (0));

-- invoices#0 retain: held ids
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."invoices" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- invoices#0 retain: held ids, later page
SELECT DISTINCT t0."user_id" COLLATE BINARY AS id FROM main."invoices" AS t0 WHERE typeof(t0."user_id" COLLATE BINARY) IN ('integer', 'real', 'text') AND t0."user_id" COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- settings#0 delete: count by value
SELECT t0."key", count(*) FROM main."settings" AS t0 WHERE t0."key" IN (SELECT value FROM json_each(@all_form_6964_757365723a)) GROUP BY 1;

-- settings#0 delete: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."settings" AS t0 WHERE t0."key" = u."form_6964_757365723a" AND ((t0."key" = u."all_form_6964_757365723a")) IS NOT 1) GROUP BY pos;

-- settings#0 delete: write
DELETE FROM main."settings" AS t0 WHERE t0."key" IN (SELECT value FROM json_each(@all_form_6964_757365723a));

-- settings#0 delete: rows to write
SELECT t0.* FROM main."settings" AS t0 WHERE t0."key" IN (SELECT value FROM json_each(@all_form_6964_757365723a));

-- settings#0 delete: residue at_end
SELECT count(*) FROM main."settings" AS t0 WHERE t0."key" IN (SELECT value FROM json_each(@all_form_6964_757365723a));

-- settings#0 delete: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."settings" AS t0 WHERE t0."key" = u."all_form_6964_757365723a") ORDER BY k0 LIMIT @limit;

-- settings#0 delete: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."settings" AS t0 WHERE t0."key" = u."all_form_6964_757365723a" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- settings#0 delete: write named rows
DELETE FROM main."settings" AS t0 WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- settings#0 delete: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."settings" AS t0 WHERE t0."key" = u."all_form_6964_757365723a");

-- settings#0 delete: held ids
SELECT DISTINCT substr(t0."key" COLLATE BINARY, length('user:') + 1) AS id FROM main."settings" AS t0 WHERE typeof(t0."key" COLLATE BINARY) = 'text' AND t0."key" COLLATE BINARY > 'user:' AND substr(t0."key" COLLATE BINARY, 1, length('user:')) = 'user:' ORDER BY id LIMIT @limit;

-- settings#0 delete: held ids, later page
SELECT DISTINCT substr(t0."key" COLLATE BINARY, length('user:') + 1) AS id FROM main."settings" AS t0 WHERE typeof(t0."key" COLLATE BINARY) = 'text' AND t0."key" COLLATE BINARY > CASE typeof(@after) WHEN 'text' THEN 'user:' || @after ELSE 'user:' END AND substr(t0."key" COLLATE BINARY, 1, length('user:')) = 'user:' ORDER BY id LIMIT @limit;

-- rooms#0 detach: count by value
SELECT value, count(*) FROM (SELECT DISTINCT CASE t0_each.type WHEN 'object' THEN CASE WHEN json_type(t0_each.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(t0_each.value, '$."user"."id"') END END AS value, t0."rowid" FROM main."rooms" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE CASE t0_each.type WHEN 'object' THEN CASE WHEN json_type(t0_each.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(t0_each.value, '$."user"."id"') END END IN (SELECT value FROM json_each(@all_id))) GROUP BY value;

-- rooms#0 detach: shared
WITH {users} SELECT pos, count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."rooms" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE CASE t0_each.type WHEN 'object' THEN CASE WHEN json_type(t0_each.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(t0_each.value, '$."user"."id"') END END = u."id" AND (EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE CASE t0_each.type WHEN 'object' THEN CASE WHEN json_type(t0_each.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(t0_each.value, '$."user"."id"') END END = u."all_id")) IS NOT 1) GROUP BY pos;

-- rooms#0 detach: write
UPDATE OR ABORT main."rooms" AS t0 SET "members" = CASE WHEN json_valid(t0."members", 9) THEN CASE WHEN typeof(t0."members") = 'blob' THEN CASE WHEN json_valid(t0."members", 8) THEN jsonb(CASE json_type(json(t0."members")) WHEN 'array' THEN (SELECT json_group_array(json(CASE WHEN e0.type IN ('array', 'object') THEN e0.value ELSE CASE WHEN e0.type IN ('true', 'false', 'null') THEN e0.type WHEN typeof(e0.value) = 'real' AND e0.key < 1000 THEN e0.json -> e0.fullkey ELSE json_quote(e0.value) END END)) FROM json_each(json(t0."members"), '$') AS e0 WHERE (CASE e0.type WHEN 'object' THEN CASE WHEN json_type(e0.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(e0.value, '$."user"."id"') END END IN (SELECT value FROM json_each(@all_id))) IS NOT 1) ELSE json(t0."members") END) ELSE CAST(CASE json_type(CAST(t0."members" AS TEXT)) WHEN 'array' THEN (SELECT json_group_array(json(CASE WHEN e0.type IN ('array', 'object') THEN e0.value ELSE CASE WHEN e0.type IN ('true', 'false', 'null') THEN e0.type WHEN typeof(e0.value) = 'real' AND e0.key < 1000 THEN e0.json -> e0.fullkey ELSE json_quote(e0.value) END END)) FROM json_each(CAST(t0."members" AS TEXT), '$') AS e0 WHERE (CASE e0.type WHEN 'object' THEN CASE WHEN json_type(e0.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(e0.value, '$."user"."id"') END END IN (SELECT value FROM json_each(@all_id))) IS NOT 1) ELSE CAST(t0."members" AS TEXT) END AS BLOB) END ELSE CASE json_type(t0."members") WHEN 'array' THEN (SELECT json_group_array(json(CASE WHEN e0.type IN ('array', 'object') THEN e0.value ELSE CASE WHEN e0.type IN ('true', 'false', 'null') THEN e0.type WHEN typeof(e0.value) = 'real' AND e0.key < 1000 THEN e0.json -> e0.fullkey ELSE json_quote(e0.value) END END)) FROM json_each(t0."members", '$') AS e0 WHERE (CASE e0.type WHEN 'object' THEN CASE WHEN json_type(e0.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(e0.value, '$."user"."id"') END END IN (SELECT value FROM json_each(@all_id))) IS NOT 1) ELSE t0."members" END END ELSE t0."members" END WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."rooms" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE CASE t0_each.type WHEN 'object' THEN CASE WHEN json_type(t0_each.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(t0_each.value, '$."user"."id"') END END IN (SELECT value FROM json_each(@all_id))) AND (t0."members" COLLATE BINARY IS NOT (CASE WHEN json_valid(t0."members", 9) THEN CASE WHEN typeof(t0."members") = 'blob' THEN CASE WHEN json_valid(t0."members", 8) THEN jsonb(CASE json_type(json(t0."members")) WHEN 'array' THEN (SELECT json_group_array(json(CASE WHEN e0.type IN ('array', 'object') THEN e0.value ELSE CASE WHEN e0.type IN ('true', 'false', 'null') THEN e0.type WHEN typeof(e0.value) = 'real' AND e0.key < 1000 THEN e0.json -> e0.fullkey ELSE json_quote(e0.value) END END)) FROM json_each(json(t0."members"), '$') AS e0 WHERE (CASE e0.type WHEN 'object' THEN CASE WHEN json_type(e0.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(e0.value, '$."user"."id"') END END IN (SELECT value FROM json_each(@all_id))) IS NOT 1) ELSE json(t0."members") END) ELSE CAST(CASE json_type(CAST(t0."members" AS TEXT)) WHEN 'array' THEN (SELECT json_group_array(json(CASE WHEN e0.type IN ('array', 'object') THEN e0.value ELSE CASE WHEN e0.type IN ('true', 'false', 'null') THEN e0.type WHEN typeof(e0.value) = 'real' AND e0.key < 1000 THEN e0.json -> e0.fullkey ELSE json_quote(e0.value) END END)) FROM json_each(CAST(t0."members" AS TEXT), '$') AS e0 WHERE (CASE e0.type WHEN 'object' THEN CASE WHEN json_type(e0.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(e0.value, '$."user"."id"') END END IN (SELECT value FROM json_each(@all_id))) IS NOT 1) ELSE CAST(t0."members" AS TEXT) END AS BLOB) END ELSE CASE json_type(t0."members") WHEN 'array' THEN (SELECT json_group_array(json(CASE WHEN e0.type IN ('array', 'object') THEN e0.value ELSE CASE WHEN e0.type IN ('true', 'false', 'null') THEN e0.type WHEN typeof(e0.value) = 'real' AND e0.key < 1000 THEN e0.json -> e0.fullkey ELSE json_quote(e0.value) END END)) FROM json_each(t0."members", '$') AS e0 WHERE (CASE e0.type WHEN 'object' THEN CASE WHEN json_type(e0.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(e0.value, '$."user"."id"') END END IN (SELECT value FROM json_each(@all_id))) IS NOT 1) ELSE t0."members" END END ELSE t0."members" END));

-- rooms#0 detach: rows to write
SELECT t0.* FROM main."rooms" AS t0 WHERE t0."rowid" IN (SELECT t0."rowid" FROM main."rooms" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE CASE t0_each.type WHEN 'object' THEN CASE WHEN json_type(t0_each.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(t0_each.value, '$."user"."id"') END END IN (SELECT value FROM json_each(@all_id)));

-- rooms#0 detach: residue at_end
SELECT count(*) FROM main."rooms" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE CASE t0_each.type WHEN 'object' THEN CASE WHEN json_type(t0_each.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(t0_each.value, '$."user"."id"') END END IN (SELECT value FROM json_each(@all_id));

-- rooms#0 detach: first keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."rooms" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE CASE t0_each.type WHEN 'object' THEN CASE WHEN json_type(t0_each.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(t0_each.value, '$."user"."id"') END END = u."all_id") ORDER BY k0 LIMIT @limit;

-- rooms#0 detach: next keys
WITH {users} SELECT k0 FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."rooms" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE CASE t0_each.type WHEN 'object' THEN CASE WHEN json_type(t0_each.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(t0_each.value, '$."user"."id"') END END = u."all_id" AND t0."rowid" > (@after0)) ORDER BY k0 LIMIT @limit;

-- rooms#0 detach: write named rows
UPDATE OR ABORT main."rooms" AS t0 SET "members" = CASE WHEN json_valid(t0."members", 9) THEN CASE WHEN typeof(t0."members") = 'blob' THEN CASE WHEN json_valid(t0."members", 8) THEN jsonb(CASE json_type(json(t0."members")) WHEN 'array' THEN (SELECT json_group_array(json(CASE WHEN e0.type IN ('array', 'object') THEN e0.value ELSE CASE WHEN e0.type IN ('true', 'false', 'null') THEN e0.type WHEN typeof(e0.value) = 'real' AND e0.key < 1000 THEN e0.json -> e0.fullkey ELSE json_quote(e0.value) END END)) FROM json_each(json(t0."members"), '$') AS e0 WHERE (CASE e0.type WHEN 'object' THEN CASE WHEN json_type(e0.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(e0.value, '$."user"."id"') END END IN (SELECT value FROM json_each(@all_id))) IS NOT 1) ELSE json(t0."members") END) ELSE CAST(CASE json_type(CAST(t0."members" AS TEXT)) WHEN 'array' THEN (SELECT json_group_array(json(CASE WHEN e0.type IN ('array', 'object') THEN e0.value ELSE CASE WHEN e0.type IN ('true', 'false', 'null') THEN e0.type WHEN typeof(e0.value) = 'real' AND e0.key < 1000 THEN e0.json -> e0.fullkey ELSE json_quote(e0.value) END END)) FROM json_each(CAST(t0."members" AS TEXT), '$') AS e0 WHERE (CASE e0.type WHEN 'object' THEN CASE WHEN json_type(e0.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(e0.value, '$."user"."id"') END END IN (SELECT value FROM json_each(@all_id))) IS NOT 1) ELSE CAST(t0."members" AS TEXT) END AS BLOB) END ELSE CASE json_type(t0."members") WHEN 'array' THEN (SELECT json_group_array(json(CASE WHEN e0.type IN ('array', 'object') THEN e0.value ELSE CASE WHEN e0.type IN ('true', 'false', 'null') THEN e0.type WHEN typeof(e0.value) = 'real' AND e0.key < 1000 THEN e0.json -> e0.fullkey ELSE json_quote(e0.value) END END)) FROM json_each(t0."members", '$') AS e0 WHERE (CASE e0.type WHEN 'object' THEN CASE WHEN json_type(e0.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(e0.value, '$."user"."id"') END END IN (SELECT value FROM json_each(@all_id))) IS NOT 1) ELSE t0."members" END END ELSE t0."members" END WHERE t0."rowid" IN (SELECT json_extract(value, '$[0]') FROM json_each(@keys));

-- rooms#0 detach: pending
WITH {users} SELECT count(*) FROM (SELECT DISTINCT u.pos AS pos, t0."rowid" AS k0 FROM u, main."rooms" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE CASE t0_each.type WHEN 'object' THEN CASE WHEN json_type(t0_each.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(t0_each.value, '$."user"."id"') END END = u."all_id");

-- rooms#0 detach: held ids
SELECT DISTINCT CASE t0_each.type WHEN 'object' THEN CASE WHEN json_type(t0_each.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(t0_each.value, '$."user"."id"') END END COLLATE BINARY AS id FROM main."rooms" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE typeof(CASE t0_each.type WHEN 'object' THEN CASE WHEN json_type(t0_each.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(t0_each.value, '$."user"."id"') END END COLLATE BINARY) IN ('integer', 'real', 'text') ORDER BY id LIMIT @limit;

-- rooms#0 detach: held ids, later page
SELECT DISTINCT CASE t0_each.type WHEN 'object' THEN CASE WHEN json_type(t0_each.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(t0_each.value, '$."user"."id"') END END COLLATE BINARY AS id FROM main."rooms" AS t0, json_each(CASE WHEN json_valid(t0."members", 9) AND json_type(t0."members", '$') = 'array' THEN json_extract(t0."members", '$') ELSE '[]' END) AS t0_each WHERE typeof(CASE t0_each.type WHEN 'object' THEN CASE WHEN json_type(t0_each.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(t0_each.value, '$."user"."id"') END END COLLATE BINARY) IN ('integer', 'real', 'text') AND CASE t0_each.type WHEN 'object' THEN CASE WHEN json_type(t0_each.value, '$."user"."id"') IN ('text', 'integer', 'real') THEN json_extract(t0_each.value, '$."user"."id"') END END COLLATE BINARY > @after ORDER BY id LIMIT @limit;

-- list users
SELECT t0."id" FROM main."users" AS t0 WHERE t0."id" IS NOT NULL AND (t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END)) IS 1 ORDER BY t0."id" COLLATE BINARY LIMIT @limit;

-- list users, later page
SELECT t0."id" FROM main."users" AS t0 WHERE t0."id" IS NOT NULL AND (t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END)) IS 1 AND t0."id" COLLATE BINARY > @after ORDER BY t0."id" COLLATE BINARY LIMIT @limit;

-- select users
SELECT * FROM main."users" AS t0 WHERE t0."id" IN (SELECT value FROM json_each(@ids));

-- set user
UPDATE OR ABORT main."users" AS t0 SET "status" = @value0, "at" = @value1 WHERE t0."id" = @id AND t0."tenant_id" IN (@tenant, CASE typeof(@tenant) WHEN 'integer' THEN CAST(@tenant AS TEXT) WHEN 'text' THEN CASE WHEN CAST(CAST(@tenant AS INTEGER) AS TEXT) = @tenant THEN CAST(@tenant AS INTEGER) ELSE @tenant END ELSE @tenant END);

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
