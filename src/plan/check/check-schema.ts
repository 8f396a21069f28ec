/**
 * Does the policy fit the live schema? Looked at before anything is deleted.
 *
 * @module
 */
import { UserDeletionError } from '../../errors.ts'
import type { PolicyInput } from '../../policy/policy.ts'
import type { Program } from '../../program/program.ts'
import type { DatabaseSchema } from '../../program/schema.ts'
import {
  inOrder,
  type SchemaCheckOptions,
  type SchemaFinding,
  withAccepted,
} from '../schema-finding.ts'
import { checkAccess } from './database/check-access.ts'
import { checkColumns } from './database/check-columns.ts'
import { checkForeignKeys } from './database/check-foreign-keys.ts'
import { checkIndexes } from './database/check-indexes.ts'
import { checkOwnThings } from './database/check-own-things.ts'
import { checkParentKeys } from './database/check-parent-keys.ts'
import { checkPeople } from './database/check-people.ts'
import { checkSearchTables } from './database/check-search-tables.ts'
import { checkTables } from './database/check-tables.ts'
import { checkTokens } from './database/check-tokens.ts'
import { checkTriggers } from './database/check-triggers.ts'
import { checkCase } from './values/check-case.ts'
import { checkFound } from './values/check-found.ts'
import { checkHeld } from './values/check-held.ts'
import { checkIdTypes, checkSpellings } from './values/check-id-types.ts'
import { checkIdsAgain } from './values/check-ids-again.ts'
import { checkKinds } from './values/check-kinds.ts'
import { checkMadeNumbers } from './values/check-made-numbers.ts'
import { checkOrder } from './values/check-order.ts'
import { checkPaths } from './values/check-paths.ts'
import { checkSeveral } from './values/check-several.ts'
import { checkShared } from './values/check-shared.ts'
import { checkWrites } from './values/check-writes.ts'
import { checkWrittenKeys } from './values/check-written-keys.ts'

export interface SchemaCheck extends SchemaCheckOptions {
  /** Set for the tenant's own rows: types that tenant ids are passed in, where no table says. */
  readonly givenIdTypes?: readonly string[]
  /** Receipts name users by a keyed hash. Default: by their ids. */
  readonly hidesIds?: boolean
  /** As the host has written it, where it may be one of an earlier version. */
  readonly policy?: Pick<PolicyInput, 'tables'>
}

/**
 * Everything in which program and schema differ, errors first. The program is the policy's, not yet fitted
 * to the schema. Reads nothing but the description.
 */
export function checkSchema(
  program: Program,
  classified: readonly string[],
  schema: DatabaseSchema,
  options: SchemaCheck = {},
): readonly SchemaFinding[] {
  const { minUnindexedRows: minRows = 1_000, accept = [], givenIdTypes, policy } = options
  const { maxUnindexedRows: maxRows = schema.maxScannedRows ?? 100_000 } = options
  const isTenant = givenIdTypes !== undefined
  const tables = new Map(schema.tables.map((table) => [table.name, table]))
  // A tenant goes once, so reading a large table for it is no more than a warning.
  const bounds = isTenant
    ? { minRows: maxRows, maxRows: Number.POSITIVE_INFINITY }
    : { minRows, maxRows }
  return inOrder(
    withAccepted(
      [
        ...checkTables(program, classified, schema),
        ...checkAccess(program, tables),
        ...checkColumns(program, tables),
        ...checkWrites(program, tables),
        ...checkWrittenKeys(program, schema),
        ...checkForeignKeys(program, classified, schema, isTenant),
        ...(isTenant ? [] : checkPeople(program, classified, tables)),
        ...(isTenant ? [] : checkOwnThings(program, classified, tables)),
        ...(isTenant ? [] : checkTokens(program, tables)),
        ...(isTenant ? [] : checkTriggers(program, tables)),
        ...checkSearchTables(program, tables),
        ...checkParentKeys(program, tables),
        ...(isTenant ? [] : [...checkShared(program, tables), ...checkCase(program, schema)]),
        ...checkIdTypes(program, tables, givenIdTypes),
        ...checkMadeNumbers(program, tables),
        ...(isTenant ? [] : checkSpellings(program, schema, options.hidesIds ?? false)),
        ...(isTenant ? [] : [...checkKinds(program, tables), ...checkIdsAgain(program, tables)]),
        ...checkIndexes(program, tables, bounds),
        ...(isTenant ? [] : checkFound(program, tables)),
        ...checkPaths(program, tables),
        ...checkSeveral(program, tables),
        ...checkHeld(program, tables),
        ...(isTenant || policy === undefined ? [] : checkOrder(policy, schema)),
      ],
      accept,
    ),
  )
}

export function isError({ severity }: SchemaFinding): boolean {
  return severity === 'error'
}

/** @throws {@link UserDeletionError} `schema_mismatch` with all errors. */
export function refuseMismatch(findings: readonly SchemaFinding[]): void {
  const errors = findings.filter(isError)
  const [first] = errors
  if (first === undefined) return
  const more = errors.length === 1 ? '' : ` And ${errors.length - 1} more.`
  throw new UserDeletionError('schema_mismatch', `${first.path}: ${first.message}${more}`, {
    details: { findings: errors },
  })
}
