import type { Sabotage } from '../sabotage.ts'

const names = 'test/knowledge/user-names.test.ts'
const both = 'test/knowledge/keys-and-types.test.ts'
const values = 'test/knowledge/values-of-users.test.ts'
const valuesOnPostgres = 'test/knowledge/values-on-postgres.test.ts'
const draft = 'test/draft/proposals.test.ts'

/** What schema check and draft know of columns, and what samples tell. */
export const knowledgeSabotages: readonly Sabotage[] = [
  {
    name: 'knowledge: take every word with the ending for somebody',
    file: 'src/words/agent-nouns.ts',
    find: 'if (THINGS.has(word) || THING_ENDINGS.some((ending) => word.endsWith(ending))) return false',
    replace: '',
    caughtBy: names,
  },
  {
    name: 'knowledge: ask a name where the foreign key says otherwise',
    file: 'src/knowledge/user-references.ts',
    find: 'if (!isToUser) return null',
    replace: 'if (!isToUser) return byName(schema, table, column)',
    caughtBy: both,
  },
  {
    name: 'knowledge: follow no key through another table',
    file: 'src/knowledge/user-references.ts',
    find: 'if (parent === undefined || referred === undefined || seen.has(parent.name)) return false',
    replace: 'if (parent !== null) return false',
    caughtBy: both,
  },
  {
    name: 'knowledge: take a flag for an id',
    file: 'src/knowledge/user-references.ts',
    find: "new Set(['flag', 'moment', 'fraction', 'json'])",
    replace: "new Set(['moment', 'fraction', 'json'])",
    caughtBy: both,
  },
  {
    name: 'knowledge: take a number for an address',
    file: 'src/knowledge/personal-columns.ts',
    find: 'if (kind === null || !TAKES[kind].includes(valueKindOf(column))) return null',
    replace: 'if (kind === null) return null',
    caughtBy: both,
  },
  {
    name: 'values: let short texts and numbers prove something',
    file: 'src/program/sampled-values.ts',
    find: 'return value.length >= 8 && !/^-?\\d+$/.test(value)',
    replace: "return value !== ''",
    caughtBy: values,
  },
  {
    name: 'values: look into no document',
    file: 'src/program/sampled-values.ts',
    find: 'const held = depth === 0 ? opened(value) : value',
    replace: 'const held = value',
    caughtBy: values,
  },
  {
    name: 'values: let a single row stop all deletions',
    file: 'src/plan/check/values/check-found.ts',
    find: 'count >= LEAST_ROWS && ',
    replace: '',
    caughtBy: values,
  },
  {
    name: 'values: tell of what goes with the very user',
    file: 'src/program/sampled-values.ts',
    find: 'return ids !== undefined && ![...ids].some((id) => own.has(id))',
    replace: 'return ids !== undefined && own.size >= 0',
    caughtBy: values,
  },
  {
    name: 'values: keep to oneself what was not looked at',
    file: 'src/plan/check/schema-watch.ts',
    find: '...(sampledInPart === undefined ? {} : { sampledInPart }),',
    replace: '',
    caughtBy: valuesOnPostgres,
  },
  {
    name: 'values: take users that were not found in time for nobody',
    file: 'adapters/postgres/schema/sample-values.ts',
    find: 'users === null\n',
    replace: 'false\n',
    caughtBy: valuesOnPostgres,
  },
  {
    name: 'values: know ids of MongoDB by nothing but their text',
    file: 'adapters/mongodb/schema/sample-values.ts',
    find: '? [types.objectId(text)] : []',
    replace: '? [] : []',
    caughtBy: 'test/knowledge/values-on-mongodb.test.ts',
  },
  {
    name: 'values: take a few rows for many',
    file: 'src/plan/check/values/check-found.ts',
    find: ' && count * 5 >= rows',
    replace: '',
    caughtBy: values,
  },
  {
    name: 'values: stop a deletion in the middle',
    file: 'src/plan/check/schema-watch.ts',
    find: 'if (seen === null || (refused && !isToldByValue)) await firstLook()',
    replace: 'await lookAtValues()\n      isToldByValue = false',
    caughtBy: values,
  },
  {
    name: 'values: believe a name against the sample',
    file: 'src/knowledge/seen-values.ts',
    find: 'return Object.keys(seen.holding).length > 0 || seen.held >= ENOUGH',
    replace: 'return seen.held < 0',
    caughtBy: values,
  },
  {
    name: 'draft: name two rules of a table alike',
    file: 'src/draft/propose-through.ts',
    find: 'for (let number = 2; taken.has(name); number += 1)',
    replace: 'for (let number = 2; taken.size < 0; number += 1)',
    caughtBy: draft,
  },
  {
    name: 'draft: follow a way to a parent only where it leads back',
    file: 'src/draft/propose-through.ts',
    find: 'if (!isSelf && leadsTo(',
    replace: 'if (!isSelf && !leadsTo(',
    caughtBy: draft,
  },
  {
    name: 'draft: keep rows that a foreign key deletes',
    file: 'src/draft/propose-tables.ts',
    find: 'if (!keeps) return false',
    replace: 'if (!keeps || keeps) return false',
    caughtBy: draft,
  },
  {
    name: 'draft: delete other users',
    file: 'src/draft/propose-rules.ts',
    find: 'if (table.name === schema.user.name) return lineOnUsers(reference, matching, isFixed)',
    replace: '',
    caughtBy: draft,
  },
  {
    name: 'schema check: take a declared check for a rule',
    file: 'src/program/columns/mentions.ts',
    find: 'namedColumnsOf({ ...program, checks: [] })',
    replace: 'namedColumnsOf(program)',
    caughtBy: 'test/knowledge/people-who-stay.test.ts',
  },
  {
    name: 'schema check: leave the address that rows are found by unnamed',
    file: 'src/plan/check/database/check-personal.ts',
    find: "if (target.kind !== 'user' || target.field === 'id') return []",
    replace: "if (target.kind !== 'user' || target.field !== '') return []",
    caughtBy: 'test/knowledge/people-who-stay.test.ts',
  },
  {
    name: "schema check: forget the user's picture",
    file: 'src/plan/check/database/check-own-things.ts',
    find: "...(user.action === 'delete' ? [user.table] : []),",
    replace: '',
    caughtBy: 'test/knowledge/people-who-stay.test.ts',
  },
  {
    name: 'schema check: let tokens in while the user is disabled',
    file: 'src/plan/check/database/check-tokens.ts',
    find: 'if (token === null) return []',
    replace: 'if (token !== undefined) return []',
    caughtBy: 'test/knowledge/people-who-stay.test.ts',
  },
]
