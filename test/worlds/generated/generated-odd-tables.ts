/**
 * Tables and rows of an odd world, and a raw look at them.
 *
 * @module
 */
import type Database from 'better-sqlite3'
import {
  COLLATIONS,
  type OddRow,
  type OddTable,
  type OddWorld,
  PLACES,
  type Place,
  TYPES,
} from './generated-odd-world.ts'

export type Value = string | number | bigint | null
/** A row as it is stored; JSON as `{ form, json }`, whatever form it is kept in. */
export type OddStored = Readonly<Record<string, Value | StoredJson>>
export interface StoredJson {
  readonly form: 'text' | 'bytes' | 'jsonb'
  readonly json: unknown
}
export type OddSnapshot = Readonly<Record<string, readonly OddStored[]>>

export const TAG = 'u:'

/** Four of each six stand for the same number or text in another spelling; each is an id of its own where it is text. */
export function idOf({ ids }: OddWorld, index: number): string | number | bigint {
  const family = Math.floor(index / 4)
  switch (ids) {
    case 'text':
      return spellings(`Usr_kQ7x${family}Zw`)[index % 4] ?? ''
    case 'digits': {
      const base = 7_310_041 + family
      return [`${base}`, `${base}.0`, `0${base}`, `${base} `][index % 4] ?? ''
    }
    case 'uuid': {
      const text = `0190a1b2-c3d4-4e5f-8a6b-${String(index >> 1).padStart(12, 'abcdef')}`
      return index % 2 === 0 ? text : text.toUpperCase()
    }
    case 'integer':
      return 7_310_041 + index
    case 'bigint':
      return 9_007_199_254_740_993n + BigInt(index)
  }
}

function spellings(text: string): readonly string[] {
  return [text, text.toLowerCase(), `${text} `, text.toUpperCase()]
}

export function ghostOf(world: OddWorld): string | number | bigint {
  return idOf(world, 40)
}

/** Ids that no user has, and look like one. */
function strangersOf(world: OddWorld): readonly (string | number | bigint)[] {
  const next = [0, 1, 2, 3].map((more) => idOf(world, world.users.length + more))
  return world.ids === 'integer' ? [...next, 7_310_041.5] : next
}

const MAILS = ['Ann.qW3x@x.example', 'Bob.Rt5y@x.example'] as const

function emailOf(choice: number, index: number): string | null {
  const own = `Own.zP${index}kV@x.example`
  const shared = spellings(MAILS[0])
  return (
    [own, own, own, ...shared, MAILS[1], null, ['', '  ', '\t'][index % 3] ?? ''][choice] ?? null
  )
}

function handleOf(choice: number, index: number): string | null {
  return choice > 7
    ? (['', null][choice - 8] ?? null)
    : choice > 6
      ? 'hnd_shared_Lm4'
      : `hnd_Nc${index}Yb`
}

export function tenantOf({ alikeTenants }: OddWorld, tenant: number): string {
  return (alikeTenants ? ['Tnt', 'tnt'] : ['tnt_a', 'tnt_b'])[tenant] ?? ''
}

export function tableName(index: number): string {
  return `t${index}`
}

/** The type that a column of ids is declared with; where that would round two ids to one, another. */
export function typeOf(world: OddWorld, table: OddTable, place: 'owner' | 'other'): string {
  if (hasKey(world, table) && place === 'owner') return userIdType(world)
  const type = TYPES[table.types[place === 'owner' ? 0 : 1] ?? 0] ?? 'TEXT'
  return world.ids === 'bigint' && type === 'REAL' ? 'NUMERIC' : type
}

function hasKey(_: OddWorld, { key }: OddTable): boolean {
  return key !== null
}

function isNumeric({ ids }: OddWorld): boolean {
  return ids === 'integer' || ids === 'bigint'
}

export function userIdType(world: OddWorld): string {
  if (!world.declared) return ''
  return isNumeric(world) ? 'INTEGER' : 'TEXT'
}

/** Whether a column holds the digits of a number as text. */
export function holdsDigits(world: OddWorld, table: OddTable, place: 'owner' | 'other'): boolean {
  return isNumeric(world) && typeOf(world, table, place) === 'TEXT'
}

/** JSON of our own making holds numbers beyond 2^53 as text. */
export function isTextInJson({ ids }: OddWorld): boolean {
  return ids === 'bigint'
}

export function createOdd(db: Database.Database, world: OddWorld): void {
  db.pragma(`foreign_keys = ${world.enforced ? 'ON' : 'OFF'}`)
  const { tenantCollation, emailCollation } = world
  db.exec(`CREATE TABLE users (rid INTEGER PRIMARY KEY, id ${userIdType(world)} NOT NULL UNIQUE,
    tenant TEXT COLLATE ${tenantCollation}, email TEXT COLLATE ${emailCollation}, handle TEXT, status TEXT)`)
  const insert = db.prepare('INSERT INTO users VALUES (?, ?, ?, ?, ?, ?)')
  insert.run(1, bound(ghostOf(world)), tenantOf(world, 0), null, null, 'active')
  for (const [index, { tenant, email, handle }] of world.users.entries()) {
    const fields = [emailOf(email, index), handleOf(handle, index)]
    insert.run(index + 2, bound(idOf(world, index)), tenantOf(world, tenant), ...fields, 'active')
  }
  for (const [index, table] of world.tables.entries()) createTable(db, world, table, index)
}

/** The driver binds a number as REAL. */
function bound(value: Value): Value {
  return Number.isSafeInteger(value) ? BigInt(value as number) : value
}

function createTable(db: Database.Database, world: OddWorld, table: OddTable, index: number): void {
  const collate = (place: number) => `COLLATE ${COLLATIONS[table.collations[place] ?? 0]}`
  const key = table.key === null ? '' : table.key.replace('_', ' ').toUpperCase()
  db.exec(`CREATE TABLE ${tableName(index)} (rid INTEGER PRIMARY KEY,
    owner ${typeOf(world, table, 'owner')} ${collate(0)}${key === '' ? '' : ` REFERENCES users (id) ON DELETE ${key}`},
    other ${typeOf(world, table, 'other')} ${collate(1)}, addr TEXT ${collate(2)}, handle ${collate(3)}, tag TEXT ${collate(4)},
    parent INTEGER, tenant TEXT ${collate(2)}, note TEXT, doc)`)
  const form = { text: '?', bytes: 'CAST(? AS BLOB)', jsonb: 'jsonb(?)' }
  for (const [position, row] of table.rows.entries()) {
    const cell = (place: Place): Value =>
      has(table, place) ? valueAt(world, table, row, place) : null
    db.prepare(
      `INSERT INTO ${tableName(index)} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ${form[row.form]})`,
    ).run(
      position + 1,
      ...(['owner', 'other', 'addr', 'handle', 'tag'] as const).map((place) => bound(cell(place))),
      index > 0 && has(table, 'parent') ? (row.values[11] ?? 0) % 9 || null : null,
      ...[tenantOf(world, row.tenant), `note ${position}`, docOf(world, table, row)],
    )
  }
}

function has({ rules }: OddTable, place: Place): boolean {
  return rules.some((rule) => rule.place === place)
}

function valueAt(world: OddWorld, table: OddTable, row: OddRow, place: Place): Value {
  const choice = row.values[PLACES.indexOf(place)] ?? 0
  const people = world.users.map((_, index) => idOf(world, index))
  if (place === 'addr' || place === 'user_email') {
    const all = world.users.map(({ email }, index) => emailOf(email, index))
    return pick([...all, ...all, ...spellings(MAILS[0]), null, '', '  '], choice)
  }
  if (place === 'handle') {
    return pick(
      [...world.users.map(({ handle }, index) => handleOf(handle, index)), null, ''],
      choice,
    )
  }
  if (place === 'owner' && table.key !== null) return pick([...people, ...people, null], choice)
  const id = pick([...people, ...people, ...strangersOf(world), null], choice)
  if (id === null) return null
  if (place === 'tag') return `${choice % 7 === 6 ? '' : TAG}${id}`
  const isDigits = (place === 'owner' || place === 'other') && holdsDigits(world, table, place)
  return isDigits ? String(id) : id
}

function pick<T>(values: readonly T[], choice: number): T | null {
  return values[choice % values.length] ?? null
}

function docOf(world: OddWorld, table: OddTable, row: OddRow): string | null {
  if ((row.values[0] ?? 0) % 13 === 12) return null
  const inside = (id: Value): unknown => (typeof id === 'bigint' ? String(id) : id)
  const ids = row.elements.map((choice) =>
    inside(
      pick([...world.users.map((_, index) => idOf(world, index)), ...strangersOf(world)], choice),
    ),
  )
  const at = (place: Place): unknown =>
    has(table, place) ? inside(valueAt(world, table, row, place)) : 'nobody'
  return JSON.stringify({
    user: { id: at('user_id'), email: at('user_email'), name: 'Somebody' },
    items: has(table, 'items') ? ids.map((by, n) => ({ by, n, gift: { text: `for ${n}` } })) : [],
    deep: { a: has(table, 'deep') ? ids.map((c, n) => ({ b: [{ c, n }, { c: 'nobody' }] })) : [] },
    list: has(table, 'list') ? [...ids, true, { odd: 1 }] : [1],
    seats: has(table, 'seats') ? [...ids.map((by, n) => ({ by, n })), 'odd', 7] : [],
    keep: { a: [1, 'x', null, false, 1.5], 'a.b': 'dotted' },
  })
}

/** Everything that the database holds of the world's own tables. */
export function lookAt(db: Database.Database, world: OddWorld): OddSnapshot {
  const names = ['users', ...world.tables.map((_, index) => tableName(index))]
  return Object.fromEntries(
    names.map((name) => [
      name,
      db
        .prepare(`SELECT * FROM ${name} ORDER BY rid`)
        .safeIntegers()
        .all()
        .map((row) => decoded(db, row as Readonly<Record<string, unknown>>)),
    ]),
  )
}

function decoded(db: Database.Database, row: Readonly<Record<string, unknown>>): OddStored {
  const { doc, ...own } = row
  if (!('doc' in row) || doc === null) return row as OddStored
  if (typeof doc === 'string')
    return { ...(own as OddStored), doc: { form: 'text', json: JSON.parse(doc) } }
  const text = Buffer.from(doc as Buffer).toString('utf8')
  const isText = text.startsWith('{')
  const json = isText ? text : db.prepare('SELECT json(?)').pluck().get(doc)
  return {
    ...(own as OddStored),
    doc: { form: isText ? 'bytes' : 'jsonb', json: JSON.parse(String(json)) },
  }
}

/** Every text of the tables that are not the world's own. */
export function textsOfEngine(db: Database.Database, world: OddWorld): string {
  const own = new Set(['users', ...world.tables.map((_, index) => tableName(index))])
  const names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all()
  return names
    .filter((name) => !own.has(String(name)))
    .map((name) => JSON.stringify(db.prepare(`SELECT * FROM "${name}"`).raw().all().map(texts)))
    .join('\n')
}

function texts(row: unknown): unknown {
  return Array.isArray(row)
    ? row.map((cell) => (Buffer.isBuffer(cell) ? cell.toString('latin1') : cell))
    : row
}
