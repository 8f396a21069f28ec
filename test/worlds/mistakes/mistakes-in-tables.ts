/** Mistakes about whole tables: new, gone, renamed, moved. */

import { quote } from '../sql/sqlite-schema.ts'
import type { Random } from './hostile-values.ts'
import { pick, pickTwo } from './mistake-sites.ts'
import type { Mutant, Put } from './schema-mistake.ts'
import {
  columnsIn,
  isLeaf,
  type SchemaWorld,
  stepsOf,
  tablesThat,
  withRule,
  withSql,
  withTable,
} from './schema-world.ts'

export function newTable(parts: (world: SchemaWorld, random: Random) => string): Put {
  return (world, random) =>
    pickTwo(['audit trail', 'Notes', 'device_keys', 'order'], random).map((table) => ({
      world: withTable(world, table, [parts(world, random)]),
      table,
    }))
}

export function userKey(world: SchemaWorld, random: Random): string {
  const { table, id } = world.policy.user
  return `id, ${pick(['user_id', 'who', 'ownerId'], random)} TEXT REFERENCES ${quote(table)} (${quote(id)})`
}

export function rowKey(world: SchemaWorld, random: Random): string {
  const table = pick(tablesThat(world, 'deleted'), random)
  return `id, parent REFERENCES ${quote(table)} (${quote(columnsIn(world, table)[0] ?? '')})`
}

export function fullText(world: SchemaWorld): readonly Mutant[] {
  return [{ world: withSql(world, 'CREATE VIRTUAL TABLE found USING fts5(body)'), table: 'found' }]
}

export function renamedTable(world: SchemaWorld): readonly Mutant[] {
  return Object.keys(world.policy.tables).map((table) => {
    const name = `${table}_2`
    return {
      world: withSql(world, `ALTER TABLE ${quote(table)} RENAME TO ${quote(name)}`),
      table: name,
    }
  })
}

export function droppedTable(world: SchemaWorld): readonly Mutant[] {
  return Object.keys(world.policy.tables)
    .filter((table) => isLeaf(world, table) && table !== world.policy.audit?.table)
    .map((table) => ({ world: withSql(world, `DROP TABLE ${quote(table)}`), table }))
}

export function plannedTable(world: SchemaWorld, random: Random): readonly Mutant[] {
  return pickTwo(['gadgets', 'Order', 'loyalty cards'], random).map((table) => ({
    world: withRule(world, table, { match: 'user_id', action: 'delete' }),
    table,
  }))
}

export function movedTable(world: SchemaWorld): readonly Mutant[] {
  return Object.keys(world.policy.tables)
    .filter((table) => isLeaf(world, table))
    .map((table) => ({
      world: withSql(
        world,
        "ATTACH ':memory:' AS elsewhere",
        `CREATE TABLE elsewhere.${quote(table)} AS SELECT * FROM main.${quote(table)}`,
        `DROP TABLE main.${quote(table)}`,
      ),
      table,
    }))
}

export function renamedUsers(world: SchemaWorld): readonly Mutant[] {
  const { table } = world.policy.user
  return [{ world: withSql(world, `ALTER TABLE ${quote(table)} RENAME TO persons`), table }]
}

export function droppedParent(world: SchemaWorld): readonly Mutant[] {
  return stepsOf(world).flatMap(({ table, ways: [selector] }) => {
    if (selector?.target.kind !== 'rows') return []
    const parents = new Set(selector.target.parents.map((parent) => parent.table))
    const sql = [...parents].map((parent) => `DROP TABLE ${quote(parent)}`)
    return [{ world: withSql(world, ...sql), table, column: selector.locator.column }]
  })
}

export function viewInstead(world: SchemaWorld): readonly Mutant[] {
  return tablesThat(world, 'deleted')
    .filter((table) => isLeaf(world, table))
    .map((table) => ({
      world: withSql(
        world,
        `ALTER TABLE ${quote(table)} RENAME TO hidden`,
        `CREATE VIEW ${quote(table)} AS SELECT * FROM hidden`,
      ),
      table,
    }))
}
