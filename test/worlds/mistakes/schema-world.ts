/** Databases as they are meant to be, taken apart so that mistakes can be put into them. */
import Database from 'better-sqlite3'
import { partsInBrackets, unquoted } from '../../../adapters/sqlite/sql/sql-text.ts'
import { compilePolicy } from '../../../src/plan/compile/compile-policy.ts'
import type { PolicyInput } from '../../../src/policy/policy.ts'
import type { Step } from '../../../src/program/program.ts'
import { quote } from '../sql/sqlite-schema.ts'

export interface SchemaWorld {
  readonly name: string
  readonly policy: PolicyInput
  /** What stands in the brackets of each CREATE TABLE. */
  readonly tables: ReadonlyMap<string, readonly string[]>
  readonly indexes: readonly {
    readonly name: string
    readonly table: string
    readonly sql: string
  }[]
  /** Run once the rest is there. */
  readonly sql: readonly string[]
}

export function takeApart(name: string, db: Database.Database, policy: PolicyInput): SchemaWorld {
  const listed = db
    .prepare(
      'SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid',
    )
    .raw()
    .all() as [string, string, string, string][]
  return {
    ...{ name, policy, sql: [] },
    tables: new Map(
      listed.flatMap(([type, table, , sql]) =>
        type === 'table' ? [[table, partsInBrackets(sql)]] : [],
      ),
    ),
    indexes: listed.flatMap(([type, index, table, sql]) =>
      type === 'index' ? [{ name: index, table, sql }] : [],
    ),
  }
}

/** The database in memory, foreign keys enforced. */
export function putTogether({ tables, indexes, sql }: SchemaWorld): Database.Database {
  const db = new Database(':memory:')
  const created = [...tables].map(
    ([table, parts]) => `CREATE TABLE ${quote(table)} (${parts.join(', ')})`,
  )
  db.exec([...created, ...indexes.map((index) => index.sql), ...sql].join(';\n'))
  return db
}

export function withTable(
  world: SchemaWorld,
  table: string,
  parts: readonly string[],
): SchemaWorld {
  return { ...world, tables: new Map([...world.tables, [table, parts]]) }
}

/** Adds what stands in the brackets behind the last column. */
export function withColumn(world: SchemaWorld, table: string, part: string): SchemaWorld {
  const parts = world.tables.get(table) ?? []
  const columns = parts.filter((one) => !isConstraint(one))
  return withTable(world, table, [...columns, part, ...parts.filter(isConstraint)])
}

export function withSql(world: SchemaWorld, ...sql: readonly string[]): SchemaWorld {
  return { ...world, sql: [...world.sql, ...sql] }
}

/** Writes the definition of a column anew. */
export function redefine(
  world: SchemaWorld,
  table: string,
  column: string,
  change: (definition: string) => string,
): SchemaWorld {
  const parts = world.tables.get(table) ?? []
  const changed = parts.map((part) => (nameIn(part) === column ? change(part) : part))
  return withTable(world, table, changed)
}

export function withPolicy(world: SchemaWorld, change: Partial<PolicyInput>): SchemaWorld {
  return { ...world, policy: { ...world.policy, ...change } }
}

export function withRule(
  world: SchemaWorld,
  table: string,
  entry: PolicyInput['tables'][string],
): SchemaWorld {
  return withPolicy(world, { tables: { ...world.policy.tables, [table]: entry } })
}

export function columnsIn(world: SchemaWorld, table: string): readonly string[] {
  return (world.tables.get(table) ?? []).filter((part) => !isConstraint(part)).map(nameIn)
}

export function stepsOf(world: SchemaWorld): readonly Step[] {
  return compilePolicy(world.policy).steps
}

/** Tables by whether the policy deletes their rows, keeps some of them, or calls them unrelated. */
export function tablesThat(
  world: SchemaWorld,
  are: 'deleted' | 'kept' | 'unrelated',
): readonly string[] {
  const steps = stepsOf(world)
  return Object.keys(world.policy.tables).filter((table) => {
    const own = steps.filter((step) => step.table === table)
    const isKept = own.some(({ action }) => action === 'anonymize' || action === 'retain')
    if (are === 'kept') return isKept
    return are === 'unrelated' ? own.length === 0 : own.length > 0 && !isKept
  })
}

/** A table that no rule goes through and no foreign key refers to, so that it can go alone. */
export function isLeaf(world: SchemaWorld, table: string): boolean {
  const isReferred = [...world.tables.values()].some((parts) =>
    parts.some((part) => new RegExp(`references\\s+"?${table}"?\\b`, 'i').test(part)),
  )
  return !isReferred && !parentsOf(world).has(table)
}

/** Tables that rules go through. */
export function parentsOf(world: SchemaWorld): ReadonlySet<string> {
  return new Set(
    stepsOf(world).flatMap(({ ways: [selector] }) =>
      selector?.target.kind === 'rows' ? selector.target.parents.map(({ table }) => table) : [],
    ),
  )
}

function isConstraint(part: string): boolean {
  return /^(PRIMARY KEY|UNIQUE|CHECK|FOREIGN KEY|CONSTRAINT)\b/i.test(part)
}

function nameIn(part: string): string {
  const [name = ''] = /^("(?:[^"]|"")*"|[^\s(]+)/.exec(part) ?? []
  return unquoted(name)
}
