import type { Sabotage } from '../sabotage.ts'

const caughtBy = 'test/plan/other-kinds.test.ts'

/** Things of another kind under the same number. */
export const kindsSabotages: readonly Sabotage[] = [
  {
    name: 'overlook ids that no key keeps apart',
    file: 'src/plan/check/values/check-shared.ts',
    find: 'return known === null ? found : [known, ...found]',
    replace: 'return found',
    caughtBy: 'test/plan/ids-that-are-not-unique.test.ts',
  },
  {
    name: 'say of a user who is there that they are not, where a receipt is missing',
    file: 'src/execution/look-back/prove.ts',
    find: "'The ledger has no such receipt of this user.'",
    replace: "'User not found.'",
    caughtBy: 'test/receipt/proof.test.ts',
  },
  {
    name: 'delete documents that name several without a word',
    file: 'src/plan/check/values/check-several.ts',
    find: 'if (sampled?.several !== true) return []',
    replace: 'if (sampled?.several !== undefined) return []',
    caughtBy: 'test/plan/rows-of-several.test.ts',
  },
  {
    name: 'take a user of several tenants for one of each',
    file: 'src/plan/check/values/check-several.ts',
    find: 'return [...usersOfSeveral(program, tables), ...rowsOfSeveral(program, tables)]',
    replace: 'return rowsOfSeveral(program, tables)',
    caughtBy: 'test/plan/rows-of-several.test.ts',
  },
  {
    name: 'take a reference to another collection for one to the users',
    file: 'src/plan/check/values/check-kinds.ts',
    find: 'const other = named.find((name) => !meant.includes(name))',
    replace: 'const other = named.find((name) => meant.includes(name) && !meant.includes(name))',
    caughtBy: 'test/plan/rows-of-several.test.ts',
  },
  {
    name: 'overlook plain values beside the documents of an array',
    file: 'adapters/mongodb/schema/sampled-types.ts',
    find: "if (value.some((one) => one !== null && !isSubDocument(one))) return before.join('.')",
    replace: '',
    caughtBy: 'test/plan/rows-of-several.test.ts',
  },
  {
    name: 'open an array within an array when types are sampled',
    file: 'adapters/mongodb/schema/sampled-types.ts',
    find: "return path.length === 0 ? ['array of arrays'] : []",
    replace: 'return typesAt(element, path)',
    caughtBy: 'test/plan/rows-of-several.test.ts',
  },
  {
    name: 'overlook plain values beside the objects of an array in JSON',
    file: 'src/program/sampled-json.ts',
    find: 'if (isMixed && instead === null) return { isThere, instead: before }',
    replace: '',
    caughtBy: 'test/plan/rows-of-several.test.ts',
  },
  {
    name: 'overlook objects beside the plain values of an array in JSON',
    file: 'src/program/sampled-json.ts',
    find: 'instead: isMixed && key !== undefined ? [null, key] : null',
    replace: 'instead: null',
    caughtBy: 'test/plan/rows-of-several.test.ts',
  },
  {
    name: 'overlook users who stand in a view',
    file: 'src/plan/check/database/check-tables.ts',
    find: 'return [...unwritableUsers(user, present), ...unwritableRows(steps, present)]',
    replace: 'return unwritableRows(steps, present)',
    caughtBy: 'test/plan/schema-check.test.ts',
  },
  {
    name: 'overlook a column that makes numbers of ids',
    file: 'src/plan/check/values/check-made-numbers.ts',
    find: "if (!makes(tables, number) || storageOf(tables, ...text) !== 'text') return []",
    replace:
      "if (storageOf(tables, ...text) !== 'text' || storageOf(tables, ...number) !== 'number') return []",
    caughtBy: 'test/plan/made-numbers.test.ts',
  },
  {
    name: 'compare the types of ids, and not those of tenants',
    file: 'src/plan/check/values/check-made-numbers.ts',
    find: 'if (user.rowless || tenant === null) return []',
    replace: 'if (user.rowless || tenant !== null) return []',
    caughtBy: 'test/plan/made-numbers.test.ts',
  },
  {
    name: 'take a column of type STRING for one of texts',
    file: 'src/plan/check/values/check-id-types.ts',
    find: "return storage === 'text' && found?.makesNumbers ? null : storage",
    replace: 'return storage',
    caughtBy: 'test/plan/made-numbers.test.ts',
  },
  {
    name: 'overlook a kind that the rule does not ask for',
    file: 'src/plan/check/values/check-kinds.ts',
    find: '!asked.has(other) && saysKindOf',
    replace: 'asked.has(other) && saysKindOf',
    caughtBy,
  },
  {
    name: 'tell of kinds where ids are no numbers',
    file: 'src/plan/check/values/check-kinds.ts',
    find: 'if (!isNumber(program, step, selector, tables)) return []',
    replace: '',
    caughtBy,
  },
  {
    name: 'take the kind of something else for that of the reference',
    file: 'src/plan/check/values/check-kinds.ts',
    find: 'own.every((word, place) => theirs[place] === word) && ',
    replace: '',
    caughtBy,
  },
  {
    name: 'forget the keys beside a value in the sample',
    file: 'src/program/sampled-json.ts',
    find: "one.wants === 'value' ? keysBeside",
    replace: "one.wants === 'array' ? keysBeside",
    caughtBy,
  },
]
