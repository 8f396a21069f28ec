/**
 * Is the same value written a second time, where the database wants each only once?
 *
 * @module
 */

import type { DerivedValue } from '../../../program/program.ts'
import type { TableSchema } from '../../../program/schema.ts'
import type { Write, Written } from '../../../program/writes.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

type Found = Pick<SchemaFinding, 'code' | 'severity' | 'message'>

/** A constant, or what one user's rows have in common, in a unique column. `column`: or the place in documents. */
export function collisionOf(
  table: TableSchema,
  column: string,
  { assignment, locator }: Write,
  derived: readonly DerivedValue[] = [],
): readonly Found[] {
  const { kind } = assignment
  const isConstant = (kind === 'constant' || kind === 'json_value') && assignment.value !== null
  const comesAgain = kind === 'derived' && isOfWhatComesAgain(derived[assignment.index])
  if (!isConstant && !comesAgain && !(kind === 'derived' && locator !== null)) return []
  const keys = table.uniqueKeys.filter((key) => key.includes(column))
  // One row of a user, so one value of a user.
  const isSingle =
    locator !== null &&
    table.uniqueKeys.some(([only, more]) => only === locator && more === undefined)
  if (keys.length === 0) return []
  if (kind === 'derived' && (isSingle || locator === null)) {
    return comesAgain ? [againFound(table, column)] : []
  }
  const isAlone = keys.some(({ length }) => length === 1)
  const often = isConstant ? 'the same value for every user' : 'one value for all rows of a user'
  return [
    {
      code: 'constant_into_unique',
      severity: isAlone && isConstant ? 'error' : 'warning',
      message: `"${table.name}.${column}" is unique, and is given ${often}: ${isAlone ? 'a second one is' : 'one like it may be'} refused. Write null, or \`randomToken\` where there is one row a user.`,
    },
  ]
}

/** A hash of what somebody else may have later: an address that is free again, say. */
function isOfWhatComesAgain(value: DerivedValue | undefined): boolean {
  return value?.kind === 'pseudonym' && value.field !== 'id'
}

function againFound(table: TableSchema, column: string): Found {
  return {
    code: 'constant_into_unique',
    severity: 'warning',
    message: `"${table.name}.${column}" is unique, and is given a pseudonym of a field that a later user may hold again: that one's is the same, and is refused. Write \`randomToken\`, or a pseudonym of the id.`,
  }
}

/** Null in a unique key that takes it but once, and nothing where that counts as null. */
export function nullCollisionOf(
  table: TableSchema,
  place: string,
  written: Written,
): readonly Found[] {
  const isNull = written.kind === 'value' && written.value === null
  if (!isNull && written.kind !== 'unset') return []
  const keys = (table.nullKeys ?? []).filter((key) => key.keys.includes(place))
  const refusing = keys.filter(({ missing }) => isNull || missing)
  if (refusing.length === 0) return []
  const isAlone = refusing.some((key) => key.keys.length === 1)
  const message = `"${table.name}.${place}" is unique, ${isNull ? 'null' : 'a field that is not there'} counts as a value there, and every user's comes to be that: ${isAlone ? 'a second one is' : 'one like it may be'} refused. Write \`randomToken\` where there is one row a user, or leave all but texts out of the index (\`partialFilterExpression\`).`
  return [{ code: 'constant_into_unique', severity: isAlone ? 'error' : 'warning', message }]
}
