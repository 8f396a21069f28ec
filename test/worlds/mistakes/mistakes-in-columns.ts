/** Mistakes about columns: gone, new, or not taking what is written into them. */
import type { PolicyInput } from '../../../src/policy/policy.ts'
import { quote } from '../sql/sqlite-schema.ts'
import type { Random } from './hostile-values.ts'
import { keeping, pick, pickTwo, referenceSites, retained, sites } from './mistake-sites.ts'
import type { Mutant, Put } from './schema-mistake.ts'
import {
  columnsIn,
  parentsOf,
  redefine,
  type SchemaWorld,
  stepsOf,
  tablesThat,
  withColumn,
  withPolicy,
  withRule,
  withSql,
  withTable,
} from './schema-world.ts'

export function renamedReference(world: SchemaWorld, random: Random): readonly Mutant[] {
  return referenceSites(world).map(({ table, column }) =>
    renamed(world, table, column, pick([`${column}_`, 'holder', 'x'], random)),
  )
}

export function renamedCondition(world: SchemaWorld): readonly Mutant[] {
  const conditions = stepsOf(world).flatMap(({ table, ways: [selector] }) => [
    ...(selector?.where ?? []).map(({ column }) => ({ table, column })),
    ...(selector?.tenant == null ? [] : [{ table, column: selector.tenant }]),
  ])
  return sites(conditions).map(({ table, column }) => renamed(world, table, column, `${column}_`))
}

export function renamedField(world: SchemaWorld): readonly Mutant[] {
  const { table, id, tenant, createdAt, fields = {} } = world.policy.user
  const columns = [id, tenant, createdAt, ...Object.values(fields)]
  return columns.flatMap((column) =>
    column === undefined ? [] : [renamed(world, table, column, `${column}_`)],
  )
}

/** Kept rows of which every column is overwritten, and one more that is not there. */
export function plannedOverwrite(world: SchemaWorld): readonly Mutant[] {
  return keeping(world, {}).map(({ table, column }) => {
    const others = columnsIn(world, table).filter((name) => name !== column)
    const set = Object.fromEntries([...others, 'sort_hint'].map((name) => [name, null]))
    return { world: withRule(world, table, retained(column, set)), table, column: 'sort_hint' }
  })
}

export function misspeltOverwrite(world: SchemaWorld): readonly Mutant[] {
  return overwriteSites(world).map(({ table, column }) =>
    renamed(world, table, column, `${column.slice(0, -1)}`),
  )
}

function renamed(world: SchemaWorld, table: string, column: string, to: string): Mutant {
  const sql = `ALTER TABLE ${quote(table)} RENAME COLUMN ${quote(column)} TO ${quote(to)}`
  return { world: withSql(world, sql), table, column }
}

export function notNull(world: SchemaWorld): readonly Mutant[] {
  return nullSites(world).map(({ table, column }) => ({
    world: redefine(world, table, column, (part) => `${part} NOT NULL`),
    ...{ table, column },
  }))
}

function nullSites(world: SchemaWorld) {
  const written = overwriteSites(world)
  return written.filter(({ table, column }) =>
    stepsOf(world).some(
      (step) =>
        step.table === table &&
        step.set.some((one) => one.column === column && one.kind === 'constant'),
    ),
  )
}

export function notNullReference(world: SchemaWorld): readonly Mutant[] {
  return referenceSites(world).flatMap(({ table, column }) => {
    const isOne = stepsOf(world).some(
      (step) =>
        step.table === table &&
        step.action === 'detach' &&
        step.ways.some(({ locator }) => locator.column === column),
    )
    const detached = { match: column, action: 'detach' } as const
    const strict = redefine(world, table, column, (part) =>
      /not null/i.test(part) ? part : `${part} NOT NULL`,
    )
    const isKey = (world.tables.get(table) ?? []).some(
      (part) => /^PRIMARY KEY/i.test(part) && part.includes(column),
    )
    if (isKey || parentsOf(world).has(table)) return []
    return [{ world: isOne ? strict : withRule(strict, table, detached), table, column }]
  })
}

export function auditColumn(world: SchemaWorld): readonly Mutant[] {
  const { audit } = world.policy
  if (audit === undefined) return []
  const { table } = audit
  return [
    ...['request', 'severity'].map((column) => ({
      world: withColumn(world, table, `${quote(column)} TEXT NOT NULL`),
      ...{ table, column },
    })),
  ]
}

export function inPrimaryKey(world: SchemaWorld): readonly Mutant[] {
  return overwriteSites(world).map(({ table, column }) => {
    const parts = (world.tables.get(table) ?? []).map((part) => part.replace(/PRIMARY KEY/i, ''))
    const key = `PRIMARY KEY (${quote(columnsIn(world, table)[0] ?? '')}, ${quote(column)})`
    return { world: withTable(world, table, [...parts, key]), table, column }
  })
}

export function generated(world: SchemaWorld): readonly Mutant[] {
  return overwriteSites(world).map(({ table, column }) => ({
    world: redefine(world, table, column, () => `${quote(column)} TEXT AS ('x')`),
    ...{ table, column },
  }))
}

export function uniqueConstant(world: SchemaWorld): readonly Mutant[] {
  return keeping(world, { hint: 'gone' }).map(({ world: changed, table }) => ({
    world: withColumn(changed, table, 'hint TEXT UNIQUE'),
    ...{ table, column: 'hint' },
  }))
}

export function uniquePair(world: SchemaWorld): readonly Mutant[] {
  return keeping(world, { hint: 'gone' }).map(({ world: changed, table, column }) => ({
    world: withSql(
      withColumn(changed, table, 'hint TEXT'),
      `CREATE UNIQUE INDEX hints ON ${quote(table)} (${quote(column)}, hint)`,
    ),
    ...{ table, column: 'hint' },
  }))
}

export function blankUser(world: SchemaWorld): readonly Mutant[] {
  const { table, fields = {} } = world.policy.user
  const column = fields['email'] ?? ''
  const unique = withSql(world, `CREATE UNIQUE INDEX mails ON ${quote(table)} (${quote(column)})`)
  return [{ world: withBlankUser(unique, { [column]: 'gone' }), table, column }]
}

export function personInUsers(world: SchemaWorld, random: Random): readonly Mutant[] {
  const { table, fields = {} } = world.policy.user
  const blank = withBlankUser(world, { [fields['email'] ?? '']: null })
  return pickTwo(['legal_name', 'homeAddress', 'birthday', 'mobile'], random).map((column) => ({
    world: withColumn(blank, table, `${quote(column)} TEXT`),
    ...{ table, column },
  }))
}

function withBlankUser(world: SchemaWorld, set: object): SchemaWorld {
  const user = { ...world.policy.user, action: 'anonymize', reason: 'law', set }
  return withPolicy(world, { user: user as PolicyInput['user'] })
}

export function nameIn(are: 'unrelated' | 'deleted'): Put {
  const names = ['created_by', 'ownerId', 'approvedBy', 'author', 'manager_id', 'assignee_id']
  return (world, random) =>
    tablesThat(world, are).flatMap((table) =>
      pickTwo(names, random).map((column) => ({
        world: withColumn(world, table, `${quote(column)} TEXT`),
        ...{ table, column },
      })),
    )
}

/** Columns that rules overwrite, apart from those by which rows are found. */
function overwriteSites(world: SchemaWorld) {
  const found = referenceSites(world).map((one) => JSON.stringify(one))
  const isPlain = (one: object) => !found.includes(JSON.stringify(one))
  return sites(
    stepsOf(world).flatMap(({ table, set }) => set.map(({ column }) => ({ table, column }))),
  ).filter(isPlain)
}
