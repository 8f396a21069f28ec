/**
 * Does a column make numbers of the texts that it is compared with? SQLite does so in every column whose declared type
 * names no text: `'01'` and `'1'` become 1, and rows of two users look like those of one.
 *
 * @module
 */

import { placeOf, referencesOf } from '../../../program/columns/references.ts'
import type { Program } from '../../../program/program.ts'
import type { ColumnSchema, TableSchema } from '../../../program/schema.ts'
import type { SchemaFinding } from '../../schema-finding.ts'
import { storageOf } from './check-id-types.ts'

type Tables = ReadonlyMap<string, TableSchema>
type Column = readonly [table: string, column: string]

/** Columns of ids whose declared types say number or text: the comparison of those types finds them. */
export function checkMadeNumbers(program: Program, tables: Tables): readonly SchemaFinding[] {
  return [
    ...comparedIds(program).flatMap(({ own, other, path }) =>
      [own, other].some((one) => storageOf(tables, ...one) === 'number')
        ? []
        : made(tables, own, other, path, 'user or key'),
    ),
    ...comparedTenants(program).flatMap(({ own, other, path }) => [
      ...(makes(tables, own) ? made(tables, own, other, path, 'tenant') : []),
      ...notText(tables, own, other, path),
    ]),
  ]
}

interface Compared {
  readonly own: Column
  readonly other: Column
  readonly path: string
}

function comparedIds(program: Program): readonly Compared[] {
  const { user } = program
  return referencesOf(program).flatMap(({ table, path, place, target, json, each }) => {
    if (target === null || json !== null || each) return []
    const others: readonly Column[] =
      target.kind === 'rows'
        ? target.parents.map((parent) => [parent.table, target.key])
        : target.form === null && !user.rowless
          ? [[user.table, user.fields[target.field] ?? user.id]]
          : []
    return others.map((other) => ({ own: [table, path], other, path: place }))
  })
}

function comparedTenants({ user, steps }: Program): readonly Compared[] {
  const { tenant } = user
  if (user.rowless || tenant === null) return []
  return steps.flatMap((step): readonly Compared[] => {
    const own = step.ways[0]?.tenant ?? null
    if (own === null) return []
    return [{ own: [step.table, own], other: [user.table, tenant], path: placeOf(step) }]
  })
}

function made(
  tables: Tables,
  own: Column,
  other: Column,
  path: string,
  whose: string,
): readonly SchemaFinding[] {
  const [number, text] = makes(tables, own) ? [own, other] : [other, own]
  if (!makes(tables, number) || storageOf(tables, ...text) !== 'text') return []
  const type = columnAt(tables, number)?.type ?? ''
  const message = `"${text.join('.')}" holds text, and the database makes a number of every text in "${number.join('.')}" (${type}) that looks like one: '01' and '1' are one ${whose} there, and a row of either may be taken for one of the other, or not be found. Declare both as TEXT.`
  const where = { table: own[0], column: own[1], path } as const
  return [{ code: 'id_type_mismatch', severity: 'warning', ...where, message }]
}

/** A tenant is compared as text, which equals no bytes. */
function notText(
  tables: Tables,
  own: Column,
  other: Column,
  path: string,
): readonly SchemaFinding[] {
  if (storageOf(tables, ...own) !== 'binary') return []
  const message = `"${own.join('.')}" is declared to hold bytes, and the tenants in "${other.join('.')}" are compared as text: where bytes are in it, nothing is found. Declare it as the other.`
  const where = { table: own[0], column: own[1], path } as const
  return [{ code: 'id_type_mismatch', severity: 'warning', ...where, message }]
}

function makes(tables: Tables, column: Column): boolean {
  return columnAt(tables, column)?.makesNumbers === true
}

function columnAt(tables: Tables, [table, column]: Column): ColumnSchema | undefined {
  return tables.get(table)?.columns?.find(({ name }) => name === column)
}
