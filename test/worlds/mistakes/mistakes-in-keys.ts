/** Mistakes about what the database does by itself, and about what it finds slowly or not at all. */

import { quote } from '../sql/sqlite-schema.ts'
import { keeping, pick, referenceSites } from './mistake-sites.ts'
import type { Mutant, Put } from './schema-mistake.ts'
import {
  redefine,
  type SchemaWorld,
  stepsOf,
  tablesThat,
  withColumn,
  withRule,
  withSql,
  withTable,
} from './schema-world.ts'

export function keyIn(are: 'unrelated' | 'deleted'): Put {
  return (world, random) =>
    tablesThat(world, are).flatMap((table) => {
      const action = pick(['', 'ON DELETE CASCADE', 'ON DELETE SET NULL'], random)
      const column = pick(['approver', 'seen', 'keeper'], random)
      const part = `${quote(column)} TEXT ${toUser(world, action)}`
      return [{ world: withColumn(world, table, part), table, column }]
    })
}

export function keyBetweenUsers(world: SchemaWorld): readonly Mutant[] {
  const { table } = world.policy.user
  return ['boss', 'guardian'].map((column) => ({
    world: withColumn(world, table, `${column} TEXT ${toUser(world)}`),
    ...{ table, column },
  }))
}

/** Rows that keep their reference to the user, which is a foreign key now. */
export function keptKey(action: string): Put {
  return (world) =>
    keeping(world, {}).map(({ world: changed, table, column }) => ({
      world: redefine(
        changed,
        table,
        column,
        () => `${quote(column)} TEXT ${toUser(world, `ON DELETE ${action}`)}`,
      ),
      ...{ table, column },
    }))
}

/** From a table that is unrelated to rows that go with the user, or at the end of their retention. */
export function unrelatedKey(action: string, goes: 'now' | 'later' = 'now'): Put {
  return (world) =>
    (goes === 'now' ? keyedTables(world) : endingTables(world)).map(({ table: parent, key }) => {
      const part = `parent TEXT REFERENCES ${quote(parent)} (${quote(key)}) ON DELETE ${action}`
      const changed = withRule(withTable(world, 'attachments', [part]), 'attachments', 'unrelated')
      return { world: changed, table: 'attachments', column: 'parent' }
    })
}

/** In tables of which everything that a rule finds goes, or in those of which a rule keeps some rows. */
export function selfKey(action: string, keeps: 'none' | 'some' | 'either' = 'either'): Put {
  return (world) =>
    keyedTables(world).flatMap(({ table, key }) => {
      const some = stepsOf(world).some((step) => step.table === table && step.action === 'detach')
      if (keeps !== 'either' && some !== (keeps === 'some')) return []
      const part = `parent TEXT REFERENCES ${quote(table)} (${quote(key)}) ON DELETE ${action}`
      return { world: withColumn(world, table, part), table, column: 'parent' }
    })
}

/** Of tables whose rows go, one that a single column is the key of. */
function keyedTables(
  world: SchemaWorld,
): readonly { readonly table: string; readonly key: string }[] {
  return tablesThat(world, 'deleted').flatMap((table) => {
    const isKeyed = (world.tables.get(table) ?? []).some((part) =>
      /^"?id"? .*PRIMARY KEY/i.test(part),
    )
    const removes = stepsOf(world).some((step) => step.table === table && step.action === 'delete')
    return isKeyed && removes ? [{ table, key: 'id' }] : []
  })
}

/** Tables whose rows are deleted at the end of a retention and not before. */
function endingTables(world: SchemaWorld) {
  const ending = stepsOf(world).filter(({ retention }) => retention?.then === 'delete')
  return [...new Set(ending.map(({ table }) => table))].map((table) => ({ table, key: 'id' }))
}

/** The key of rows that other rules go through no longer has to be unique. */
export function sharedParentKey(world: SchemaWorld): readonly Mutant[] {
  return stepsOf(world).flatMap(({ ways: [selector] }) => {
    if (selector?.target.kind !== 'rows') return []
    const { key, parents } = selector.target
    return parents.map(({ table }) => ({
      world: redefine(world, table, key, (part) => part.replace(/PRIMARY KEY|UNIQUE/i, '')),
      ...{ table, column: key },
    }))
  })
}

function toUser({ policy: { user } }: SchemaWorld, action = ''): string {
  return `REFERENCES ${quote(user.table)} (${quote(user.id)}) ${action}`
}

export function trigger(are: 'deleted' | 'kept', event: string): Put {
  return (world) => {
    const writes = stepsOf(world).filter(({ set }) => set.length > 0)
    return tablesThat(world, are)
      .filter((table) => event === 'DELETE' || writes.some((step) => step.table === table))
      .map((table) => triggerOn(world, table, event))
  }
}

export function userTrigger(world: SchemaWorld): readonly Mutant[] {
  return [triggerOn(world, world.policy.user.table, 'DELETE')]
}

export function auditTrigger(world: SchemaWorld): readonly Mutant[] {
  const { audit } = world.policy
  return audit === undefined ? [] : [triggerOn(world, audit.table, 'INSERT')]
}

function triggerOn(world: SchemaWorld, table: string, event: string): Mutant {
  const sql = `CREATE TRIGGER copies AFTER ${event} ON ${quote(table)} BEGIN SELECT 1; END`
  return { world: withSql(world, sql), table }
}

export function withoutIndex(world: SchemaWorld): readonly Mutant[] {
  return leadingIndexes(world).map(({ table, column, leading }) => ({
    world: { ...world, indexes: world.indexes.filter((index) => !leading.includes(index)) },
    ...{ table, column },
  }))
}

export function partialIndex(world: SchemaWorld): readonly Mutant[] {
  return leadingIndexes(world).map(({ table, column, leading }) => ({
    world: {
      ...world,
      indexes: world.indexes.map((index) =>
        leading.includes(index)
          ? { ...index, sql: `${index.sql} WHERE ${quote(column)} > 'a'` }
          : index,
      ),
    },
    ...{ table, column },
  }))
}

/** Indexes that lead with a reference, of which there is no other. */
function leadingIndexes(world: SchemaWorld) {
  return referenceSites(world).flatMap(({ table, column }) => {
    const leading = world.indexes.filter(
      (index) =>
        index.table === table && new RegExp(`\\(\\s*"?${column}"?\\s*[,)]`, 'i').test(index.sql),
    )
    const isUnique = (world.tables.get(table) ?? []).some(
      (part) => part.includes(column) && /UNIQUE/i.test(part),
    )
    return leading.length === 0 || isUnique ? [] : [{ table, column, leading }]
  })
}

export function typed(type: string): Put {
  return (world) =>
    stepsOf(world).flatMap(({ table, ways: [selector] }) => {
      if (selector === undefined || selector.locator.path !== null) return []
      if (selector.target.kind === 'user' && selector.target.form !== null) return []
      const { column } = selector.locator
      const change = (part: string) => part.replace(/ text\b/i, ` ${type}`)
      return [{ world: redefine(world, table, column, change), table, column }]
    })
}

export function numericUsers(world: SchemaWorld): readonly Mutant[] {
  const { table: users, id } = world.policy.user
  const changed = redefine(world, users, id, (part) => part.replace(/ text\b/i, ' INTEGER'))
  return stepsOf(world).flatMap(({ table, ways: [selector] }) => {
    if (selector?.target.kind !== 'user' || selector.locator.path !== null) return []
    if (selector.target.field !== 'id' || selector.target.form !== null) return []
    return [{ world: changed, table, column: selector.locator.column }]
  })
}
