/**
 * Whether values in some rows are those of users: the first and the last ones of each table, and some in between.
 *
 * @module
 */

import type { Row } from '../../../src/program/rows/row.ts'
import {
  countHeld,
  type KnownUsers,
  SAMPLE_SEED,
  seededPlaces,
} from '../../../src/program/sampled-values.ts'
import type { AskedValues, DatabaseSchema } from '../../../src/program/schema.ts'
import type { Tables } from './rows.ts'

export function withValues(tables: Tables, asked: AskedValues): DatabaseSchema {
  const users = usersOf(tables, asked)
  const schema = tables.schema()
  const wanted = new Set(asked.tables)
  return {
    ...schema,
    tables: schema.tables.map((table) => {
      if (!wanted.has(table.name)) return table
      const rows = sampleOf([...tables.rows(table.name).values()], asked.rows)
      return { ...table, sampledValues: countHeld({ table: table.name, rows }, users, asked) }
    }),
  }
}

function sampleOf(all: readonly Row[], count: number): readonly Row[] {
  if (all.length <= 2 * count) return all
  const middle = all.slice(count, -count)
  const random = seededPlaces(SAMPLE_SEED, middle.length, count / 2)
  const between = middle.filter((_, place) => random.includes(place))
  return [...all.slice(0, count), ...between, ...all.slice(-count)]
}

function usersOf(tables: Tables, { users }: AskedValues): KnownUsers {
  const fields = [['id', users.id] as const, ...Object.entries(users.fields)]
  return new Map(
    fields.map(([field, column]) => {
      const byValue = new Map<string, Set<string>>()
      for (const row of tables.rows(users.table).values()) {
        const value = row[column]
        if (value === null || value === undefined) continue
        const text = String(value)
        byValue.set(text, (byValue.get(text) ?? new Set()).add(String(row[users.id])))
      }
      return [field, byValue]
    }),
  )
}
