import type { Sabotage } from '../sabotage.ts'

const findings = 'test/adapters/postgres/findings.test.ts'
const types = 'test/adapters/postgres/types.test.ts'
const beside = 'test/adapters/postgres/foreign-tables.test.ts'
const mixed = 'test/adapters/postgres/mixed-columns.test.ts'
/** On a server. */
const handles = 'test/adapters/postgres/handles.test.ts'

/** PostgreSQL: what stands beside the tables, what hides, and what types make of values. */
export const postgresSabotages: readonly Sabotage[] = [
  {
    name: 'count by values of different types as they are',
    file: 'adapters/sql/steps/count-sql.ts',
    find: 'new Set(leaves.map((leaf) => leaf?.type)).size > 1',
    replace: 'new Set(leaves.map((leaf) => leaf?.type)).size > 9',
    caughtBy: mixed,
  },
  {
    name: 'list ids of different types as they are',
    file: 'adapters/sql/selectors/held-ids-sql.ts',
    find: '.size > 1',
    replace: '.size > 9',
    caughtBy: mixed,
  },
  {
    name: 'take an index on a place inside JSON for none',
    file: 'adapters/postgres/schema/describe.ts',
    find: 'listOf(keys).map(indexKey)',
    replace: 'listOf(keys).map((key) => (indexKey(key) === key ? key : ""))',
    caughtBy: 'test/presets/hellojohn-postgres.test.ts',
  },
  {
    name: 'keep instants of the built-in schema as text in PostgreSQL',
    file: 'src/presets/hellojohn/postgres-schema.ts',
    find: "'$1 timestamptz'",
    replace: "'$1 text'",
    caughtBy: 'test/presets/hellojohn-postgres.test.ts',
  },
  {
    name: 'take rows of tables that inherit',
    file: 'adapters/postgres/sql/dialect.ts',
    find: "placeOf(name)?.hasHeirs ? 'ONLY ' : ''",
    replace: "placeOf(name)?.hasHeirs ? '' : ''",
    caughtBy: beside,
  },
  {
    name: 'forget keys that lead to a partition',
    file: 'adapters/postgres/schema/catalogue.ts',
    find: "whole('k.confrelid')} LEFT",
    replace: "'k.confrelid'} LEFT",
    caughtBy: beside,
  },
  {
    name: 'forget tables of other schemas that go along',
    file: 'src/plan/check/database/check-tables.ts',
    find: '  return elsewhere.some((name) =>',
    replace: '  return elsewhere.slice(elsewhere.length).some((name) =>',
    caughtBy: beside,
  },
  {
    name: 'look for a table of another schema in the own one',
    file: 'adapters/postgres/sql/dialect.ts',
    find: 'return place === undefined ? own(name)',
    replace: 'return place !== undefined ? own(name)',
    caughtBy: beside,
  },
  {
    name: 'let the server cut off the name of a schema',
    file: 'adapters/postgres/index.ts',
    find: 'length > 0 && length < 64',
    replace: 'length > 0 && length < 65',
    caughtBy: beside,
  },
  {
    name: 'take a domain for a type of its own',
    file: 'adapters/postgres/schema/catalogue.ts',
    find: "AND d.typtype = 'd') SELECT oid",
    replace: "AND d.typtype = 'x') SELECT oid",
    caughtBy: types,
  },
  {
    name: 'let spaces that fill up a text be a part of it',
    file: 'adapters/postgres/server/session.ts',
    find: "return text.replace(/ +$/, '')",
    replace: 'return text',
    caughtBy: types,
  },
  {
    name: 'let the scale be a part of an integer',
    file: 'adapters/postgres/server/session.ts',
    find: 'if (/^-?\\d+(\\.0+)?$/.test(text))',
    replace: 'if (/^-?\\d+$/.test(text))',
    caughtBy: types,
  },
  {
    name: 'write an instant as a text into a column of its type',
    file: 'adapters/postgres/sql/mark-types.ts',
    find: "return kindOf(type) === 'text' ? derived",
    replace: "return kindOf(type) !== 'text' ? derived",
    caughtBy: types,
  },
  {
    name: 'compare by bytes what a key takes for one',
    file: 'adapters/postgres/sql/mark-types.ts',
    find: '      target.collation === undefined &&\n',
    replace: '',
    caughtBy: types,
  },
  {
    name: 'find ids in numbers that are kept about as given',
    file: 'src/plan/check/values/check-held.ts',
    find: "|| holds === 'other' ||",
    replace: '||',
    caughtBy: types,
  },
  {
    name: 'believe that what row security hides is not there',
    file: 'src/plan/check/database/check-access.ts',
    find: 'table.hidesRows === true ? [hidden(table)] : []',
    replace: 'table.hidesRows === true ? [] : []',
    caughtBy: findings,
  },
  {
    name: 'remember what a role may do for good',
    file: 'adapters/postgres/schema/catalogue.ts',
    find: ", 'o', o.oid, o.rolsuper, o.rolbypassrls)",
    replace: ", 'o', o.oid)",
    caughtBy: findings,
  },
  {
    name: 'remember what a role may do to a table for good',
    file: 'adapters/postgres/schema/catalogue.ts',
    find: ', c.relforcerowsecurity, c.relacl)',
    replace: ', c.relforcerowsecurity)',
    caughtBy: findings,
  },
  {
    name: 'ask for what is left before triggers that wait for the end have run',
    file: 'adapters/sql/work/work.ts',
    find: '  yield* settle(scene, sql, work, parameters)\n',
    replace: '',
    caughtBy: findings,
  },
  {
    name: 'compare a column with what it cannot hold',
    file: 'src/plan/check/values/check-held.ts',
    find: 'values.find((value) => !takes(column, value))',
    replace: 'values.find((value) => value === column && !takes(column, value))',
    caughtBy: findings,
  },
  {
    name: 'take a transaction of the host for the own one',
    file: 'adapters/postgres/server/in-transaction.ts',
    find: "  if (isOwn === 't') return",
    replace: '  if (isOwn !== null) return',
    caughtBy: handles,
  },
  {
    name: 'let a backslash end a text where the session says so',
    file: 'adapters/postgres/server/transactions.ts',
    find: "['standard_conforming_strings', 'on']",
    replace: "['standard_conforming_strings', 'off']",
    caughtBy: handles,
  },
  {
    name: 'take a lost connection of a pool for a closed one',
    file: 'adapters/postgres/server/postgres-errors.ts',
    find: '(terminated|ended|closed)|connection error|timeout',
    replace: '(ended|closed)|timeout',
    caughtBy: handles,
  },
]
