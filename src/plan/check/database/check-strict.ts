/**
 * Do the columns of a strict table take what the policy writes? Each takes its declared type alone, and what becomes
 * that type without a loss.
 *
 * @module
 */

import type { Scalar } from '../../../program/program.ts'
import type { ColumnSchema, TableSchema } from '../../../program/schema.ts'
import type { Written } from '../../../program/writes.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

type Found = Pick<SchemaFinding, 'code' | 'severity' | 'message'>

/** What a strict column has against one write. JSON that is changed keeps its form, which the column has taken before. */
export function strictRefusals(
  { name, strict }: Pick<TableSchema, 'name' | 'strict'>,
  column: ColumnSchema,
  written: Written,
): readonly Found[] {
  if (strict !== true || written.kind !== 'value') return []
  const type = (column.type ?? '').toUpperCase()
  if (takes(type, written)) return []
  const message = `"${name}.${column.name}" takes ${type} alone, and is given another type: write what it takes, or change the column.`
  return [{ code: 'value_refused', severity: 'error', message }]
}

function takes(type: string, written: Extract<Written, { kind: 'value' }>): boolean {
  const { value, types } = written
  if (value === null || types.includes('null')) return true
  switch (type) {
    case 'INT':
    case 'INTEGER':
      return value === undefined ? types.some(isNumber) : Number.isInteger(numberIn(value))
    case 'REAL':
      return value === undefined ? types.some(isNumber) : numberIn(value) !== null
    case 'BLOB':
      return false
    default:
      return true
  }
}

function isNumber(type: string): boolean {
  return type === 'int' || type === 'double'
}

/** The number that the value is or that its text becomes. */
function numberIn(value: Scalar): number | null {
  if (typeof value !== 'string') return Number(value)
  return NUMERAL.test(value) ? Number(value) : null
}

const NUMERAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i
