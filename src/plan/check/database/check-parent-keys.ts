/**
 * Does a rule that goes through other rows go through one row at a time?
 *
 * A parent's key that several of its rows may share leads from the user's row to what belongs to the others.
 *
 * @module
 */

import { placeOf } from '../../../program/columns/references.ts'
import type { Program, Selector, Step } from '../../../program/program.ts'
import type { TableSchema } from '../../../program/schema.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

/**
 * One error for each parent whose key is not unique. Collections have no keys but `_id`, and their hosts
 * seldom say what is unique, so nothing is said of them.
 */
export function checkParentKeys(
  { steps }: Program,
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  return steps.flatMap((step) =>
    step.ways
      .flatMap(parentsOf)
      .filter(({ table, key }) => mayRepeat(tables.get(table), key))
      .map(({ table, key }) => sharedKey(step, table, key)),
  )
}

interface ParentKey {
  readonly table: string
  readonly key: string
}

function parentsOf({ target }: Selector): readonly ParentKey[] {
  if (target.kind === 'user') return []
  return target.parents.flatMap((parent) => [
    // By the very column that says whose they are, all who share the key are the same user's.
    ...(parent.locator.column === target.key ? [] : [{ table: parent.table, key: target.key }]),
    ...parentsOf(parent),
  ])
}

function mayRepeat(table: TableSchema | undefined, key: string): boolean {
  if (table === undefined || table.columns === null) return false
  const unique = [
    table.primaryKey,
    ...table.uniqueKeys,
    ...(table.indexes ?? [])
      .filter((index) => index.unique && !index.partial)
      .map(({ keys }) => keys),
  ]
  return !unique.some((keys) => keys.length === 1 && keys[0]?.toLowerCase() === key.toLowerCase())
}

function sharedKey(step: Step, table: string, key: string): SchemaFinding {
  return {
    code: 'shared_parent_key',
    severity: 'error',
    table,
    column: key,
    path: placeOf(step),
    message: `several rows of "${table}" may hold the same "${key}", so through it the rows of "${step.table}" may be those of other users: go by a key that is unique, make it unique, or accept the finding where the user owns all of them.`,
  }
}
