import type { Sabotage } from '../sabotage.ts'

const caughtBy = 'test/engine/identity.test.ts'

/** That one user is one id in one type, and one tenant in one spelling. */
export const identitySabotages: readonly Sabotage[] = [
  {
    name: 'take 9 and 9n for two users',
    file: 'src/program/stored-id.ts',
    find: 'return Number.isSafeInteger(number) ? number : id',
    replace: 'return number === 0.5 ? number : id',
    caughtBy,
  },
  {
    name: 'look for an integer under the text of its digits',
    file: 'src/program/stored-id.ts',
    find: "return typeof id === 'string' ? integerOf(id) : id",
    replace: 'return id',
    caughtBy,
  },
  {
    name: 'ask no database which spelling an id has there',
    file: 'src/program/stored-id.ts',
    find: 'return isLoose(columns) || formsOf(id, columns.id).length > 1',
    replace: 'return formsOf(id, columns.id).length > 1 && !isLoose(columns)',
    caughtBy,
  },
  {
    name: 'take an id for a user of another type, no matter who else may be meant',
    file: 'src/execution/context/identify.ts',
    find: 'if (!types.includes(type)) return other',
    replace: "if (type !== 'integer' || types.length > 0) return other",
    caughtBy: 'test/engine/bad-input.test.ts',
  },
  {
    name: 'take one of several users whom a spelling may name',
    file: 'src/execution/context/identify.ts',
    find: 'onlyOf(own) ?? ambiguous(column)',
    replace: 'own[0] ?? ambiguous(column)',
    caughtBy,
  },
  {
    name: 'leave the tenant in the spelling that was passed',
    file: 'src/execution/context/identify.ts',
    find: 'if (held !== null) return { ...request, tenantId: held }',
    replace: 'if (held !== null) return request',
    caughtBy,
  },
  {
    name: 'answer the deny list by what was passed',
    file: 'src/engine/engine.ts',
    find: 'const issuedAt = instantOf(scope.given.issuedAt)\n    const { id, request } = await this.#source.identify(scope.id, scope.request)',
    replace: 'const issuedAt = instantOf(scope.given.issuedAt)\n    const { id, request } = scope',
    caughtBy,
  },
  {
    name: 'know users who are gone by the very spelling alone',
    file: 'adapters/sql/answers/spellings.ts',
    find: 'deletedAlike(scene, program, query, strange)',
    replace: 'deletedAlike(scene, program, query, [])',
    caughtBy,
  },
  {
    name: 'schema check: take bytes for ids',
    file: 'src/plan/check/values/check-id-types.ts',
    find: "if (storageOf(tables, user.table, column) !== 'binary') return []",
    replace: "if (storageOf(tables, user.table, column) !== 'number') return []",
    caughtBy,
  },
  {
    name: 'call a ledger altered that an earlier version has written of a bigint',
    file: 'src/receipt/ledger/verify-ledger.ts',
    find: '{ ...content, subject: BigInt(subject) }',
    replace: '{ ...content, subject }',
    caughtBy,
  },
]
