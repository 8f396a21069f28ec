/**
 * Where the database may refuse a deletion, read from its schema: foreign keys of rows that stay, rows that come
 * to refer to nothing, unique keys, and CHECK constraints.
 *
 * @module
 */
import { isDeepEqual } from '../ports.ts'
import { removesRows } from '../program/columns/touches.ts'
import type {
  Assignment,
  Departure,
  Hurdle,
  Selector,
  Step,
  TableReference,
  UserTable,
} from '../program/program.ts'
import type { CheckSchema, DatabaseSchema, ForeignKey, TableSchema } from '../program/schema.ts'
import { isInDocument } from '../program/selectors.ts'
import { writesRows } from '../program/steps.ts'
import type { Blocker } from './plan.ts'

interface Ground {
  readonly user: UserTable
  /** In the order of execution. */
  readonly steps: readonly Step[]
  readonly tables: readonly TableSchema[]
}

/** Documents by which a rule finds rows, or into which it writes, and that the store may be unable to read. */
export function findUnread(
  steps: readonly Step[],
  schema: DatabaseSchema | null,
): readonly Hurdle[] {
  const mayBe = (table: string, column: string): boolean =>
    schema?.tables.find(({ name }) => name === table)?.columns?.find(({ name }) => name === column)
      ?.mayBeUnread === true
  return [...steps.entries()].flatMap(([step, { table, action, ways, set }]) => {
    if (ways.length === 0 || action === 'external') return []
    const isIn = ({ locator }: Selector, column: string): boolean =>
      isInDocument(locator) && locator.column === column
    // A document that is scrubbed or overwritten goes as a whole.
    const written = set.flatMap(({ kind, column }) =>
      (kind === 'pull' || kind === 'json_value') && !ways.every((way) => isIn(way, column))
        ? [column]
        : [],
    )
    const found = ways.flatMap(({ locator }) => (isInDocument(locator) ? [locator.column] : []))
    const unread = (column: string, more: { readonly written?: true } = {}): readonly Hurdle[] =>
      mayBe(table, column) ? [{ kind: 'unread', table, step, columns: [column], ...more }] : []
    return [
      ...[...new Set(found)].flatMap((column) => unread(column)),
      ...[...new Set(written)].flatMap((column) => unread(column, { written: true })),
    ]
  })
}

/** The hurdles that the rules do not rule out. Each one costs every slice a question. Pure. */
export function findHurdles(
  user: UserTable,
  steps: readonly Step[],
  schema: DatabaseSchema | null,
): readonly Hurdle[] {
  if (schema === null) return []
  const ground: Ground = { user, steps, tables: schema.tables }
  const byKeys = schema.foreignKeysEnforced
    ? schema.tables.flatMap((child) =>
        child.foreignKeys.flatMap((key) => [
          ...heldBy(ground, child, referenceOf(child, key), key),
          ...lostTo(ground, referenceOf(child, key)),
        ]),
      )
    : []
  const bySchema = schema.tables.flatMap((table) => [
    ...takenIn(ground, table),
    ...checkedIn(ground, table),
  ])
  return inOrder([...byKeys, ...bySchema])
}

/** In one order, whatever order the database lists its tables and keys in. */
function inOrder(hurdles: readonly Hurdle[]): readonly Hurdle[] {
  const keyed = hurdles.map((hurdle): [string, Hurdle] => {
    const { table, columns, kind } = hurdle
    return [JSON.stringify([table, columns, kind, hurdle]), hurdle]
  })
  return keyed.sort(([a], [b]) => (a < b ? -1 : Number(a > b))).map(([, hurdle]) => hurdle)
}

/** How a hurdle shows in a plan. */
export function hurdleBlocker(hurdle: Hurdle, rows: number): Blocker {
  const { table, columns } = hurdle
  const column = columns[0]
  const place = { table, ...(column === undefined ? {} : { column }), rows }
  const name = `"${table}.${columns.join('", "')}"`
  switch (hurdle.kind) {
    case 'held':
      return {
        ...{ name: 'foreign_key', ...place },
        remedy: `Rows that stay refer by ${name} to rows of "${hurdle.references.table}" that go. Delete or detach them by a rule${hurdle.departure.kind === 'user' ? ", or keep the user row (`user.action: 'anonymize'`)" : ''}.`,
      }
    case 'lost':
      return {
        ...{ name: 'foreign_key', ...place },
        remedy: `What is written to ${name} refers to a row of "${hurdle.references.table}" that is not there: create it (the ghost user, perhaps), or write something else.`,
      }
    case 'taken':
      return {
        ...{ name: 'unique', ...place },
        remedy: `What is written to ${name} is in another row already, and the key is unique: delete the rows, or detach them to null.`,
      }
    case 'check':
      return {
        ...{ name: 'check', ...place },
        remedy: `What is written to ${name} is refused by a CHECK constraint of "${table}": write what it takes, or let it take that.`,
      }
    case 'unread':
      return {
        ...{ name: 'unread', ...place },
        remedy: `${name} holds documents that the database cannot read and that name the user somewhere: mend them, or remove the rows.`,
      }
  }
}

function referenceOf({ name }: TableSchema, { columns, references }: ForeignKey): TableReference {
  return { table: name, columns, references }
}

/** Rows of the child that may stay while the row they refer to goes. */
function heldBy(
  ground: Ground,
  child: TableSchema,
  reference: TableReference,
  key: ForeignKey,
): readonly Hurdle[] {
  if (!holdsOn(child, key)) return []
  return departuresOf(ground, reference.references.table, [])
    .filter((departure) => !isCovered(ground, reference, departure))
    .map((departure) => ({
      ...{ kind: 'held' as const, ...reference, departure },
      freed: freedOf(ground, reference, departure),
    }))
}

/** Whether the key keeps rows that are referred to from going. Of what SET DEFAULT writes nothing is known. */
function holdsOn(child: TableSchema | undefined, key: ForeignKey): boolean {
  const own = (child?.columns ?? []).filter(({ name }) => key.columns.includes(name))
  switch (key.onDelete) {
    case 'no_action':
    case 'restrict':
      return true
    case 'set_null':
      return own.some(({ nullable }) => !nullable)
    case 'set_default':
      return own.some(({ nullable, hasDefault = false }) => !nullable && !hasDefault)
    case 'cascade':
      return false
  }
}

/** Every way in which rows of the table go; `past`: tables that a chain of cascades has come through. */
function departuresOf(
  ground: Ground,
  table: string,
  past: readonly string[],
): readonly Departure[] {
  const { user, steps, tables } = ground
  const own = [...steps.entries()].flatMap(([index, step]): readonly Departure[] =>
    step.table === table && removesRows(step) ? [{ kind: 'step', step: index }] : [],
  )
  const isUsers = table === user.table && user.action === 'delete' && user.rowless !== true
  const along = (tables.find(({ name }) => name === table)?.foreignKeys ?? [])
    .filter(
      ({ onDelete, references }) => onDelete === 'cascade' && !past.includes(references.table),
    )
    .flatMap((key) => alongWith(ground, { table, ...key }, [...past, table]))
  return [...own, ...(isUsers ? [{ kind: 'user' } as const] : []), ...along]
}

/** Rows that the database takes along, or cuts loose, when those go that they refer to; rules may be ahead of it. */
function alongWith(
  ground: Ground,
  { table, columns, references }: TableReference,
  past: readonly string[],
): readonly Departure[] {
  const parents = departuresOf(ground, references.table, past)
  const reference = { table, columns, references }
  return parents
    .filter((parent) => !isCovered(ground, reference, parent))
    .map((parent) => ({
      ...{ kind: 'along', ...reference, with: [parent] },
      ...(references.table === table ? { onAndOn: true } : {}),
    }))
}

/** Ways in which rows of the child let go no later than what they hold goes. */
function freedOf(
  ground: Ground,
  reference: TableReference,
  departure: Departure,
): readonly Departure[] {
  const { steps, tables } = ground
  const { table, columns } = reference
  const written = [...steps.entries()].flatMap(([index, step]): readonly Departure[] =>
    step.table === table && !removesRows(step) && writesAny(step, columns)
      ? [{ kind: 'step', step: index }]
      : [],
  )
  const own = tables.find(({ name }) => name === table)
  const cut = (own?.foreignKeys ?? [])
    .filter((key) => key.onDelete === 'set_null' && !holdsOn(own, key))
    .filter((key) => key.columns.some((one) => columns.includes(one)))
    .flatMap((key) => alongWith(ground, { table, ...key }, [table]))
  return [...departuresOf(ground, table, []), ...written, ...cut].filter(
    (freed) => whenOf(freed) <= whenOf(departure),
  )
}

/** The place in the order; the user row is the last. */
function whenOf(departure: Departure): number {
  if (departure.kind === 'step') return departure.step
  return departure.kind === 'user'
    ? Number.POSITIVE_INFINITY
    : Math.max(...departure.with.map(whenOf))
}

/** Whether the step writes one of the columns. */
function writesAny(step: Step, columns: readonly string[]): boolean {
  return writesRows(step) && step.set.some(({ column }) => columns.includes(column))
}

/** Whether a rule that ends before lets go of every row that refers to what goes. */
function isCovered(ground: Ground, reference: TableReference, departure: Departure): boolean {
  const own = [...ground.steps.entries()].filter(([, step]) => step.table === reference.table)
  const frees = ([index, step]: readonly [number, Step]): boolean =>
    index <= whenOf(departure) && (removesRows(step) || writesAny(step, reference.columns))
  const isKept = own.some(
    (one) => !frees(one) && one[1].action !== 'block' && one[1].action !== 'external',
  )
  return own.some(
    (one) =>
      frees(one) &&
      (one[1].except.length === 0 || !isKept) &&
      one[1].ways.some((way) => follows(ground, way, reference, departure)),
  )
}

/** Whether the selector finds all rows whose reference leads to what goes. */
function follows(
  { user, steps }: Ground,
  selector: Selector,
  { columns, references }: TableReference,
  departure: Departure,
): boolean {
  if (selector.where.length > 0 || selector.tenant !== null) return false
  const { locator, target } = selector
  if (locator.path !== null || locator.each) return false
  const referred = references.columns[columns.indexOf(locator.column)]
  if (referred === undefined) return false
  if (departure.kind === 'user') {
    return target.kind === 'user' && target.form === null && user.fields[target.field] === referred
  }
  if (departure.kind !== 'step' || target.kind !== 'rows' || target.key !== referred) return false
  const removed = steps[departure.step]?.ways ?? []
  return removed.every((way) => target.parents.some((parent) => isDeepEqual(parent, way)))
}

/** Rows that are given a reference by a constant: the row it refers to may not be there. */
function lostTo({ user, steps }: Ground, reference: TableReference): readonly Hurdle[] {
  const writes = [
    ...[...steps.entries()]
      .filter(([, { table, action }]) => table === reference.table && action !== 'unlink')
      .map(([step, { set }]) => ({ step, set })),
    ...blankRow(user, reference.table),
  ]
  return writes.flatMap(({ step, set }): readonly Hurdle[] => {
    const given = set.some((one) => reference.columns.includes(one.column) && isGiven(one))
    return given ? [{ kind: 'lost', step, ...reference }] : []
  })
}

/** What is written into the user row where it stays. */
function blankRow(
  { table, action, set }: UserTable,
  name: string,
): readonly { readonly step: null; readonly set: readonly Assignment[] }[] {
  return name === table && action === 'anonymize' ? [{ step: null, set }] : []
}

function isGiven(assignment: Assignment): boolean {
  return assignment.kind === 'constant' && assignment.value !== null
}

/** Rows that are given a constant which is part of a unique key. */
function takenIn({ steps }: Ground, table: TableSchema): readonly Hurdle[] {
  return [...steps.entries()].flatMap(([step, { table: name, action, set }]) => {
    if (name !== table.name || action === 'unlink') return []
    return (
      table.uniqueKeys
        .filter((key) => set.some((one) => key.includes(one.column) && isGiven(one)))
        // A derived value is known only at the deletion.
        .filter((key) => !set.some((one) => key.includes(one.column) && one.kind !== 'constant'))
        .map((columns) => ({ kind: 'taken' as const, table: name, step, columns }))
    )
  })
}

/** Rows that are written where a CHECK constraint looks. */
function checkedIn({ user, steps }: Ground, { name, checks = [] }: TableSchema): readonly Hurdle[] {
  const writes = [
    ...[...steps.entries()]
      .filter(([, step]) => step.table === name && step.action !== 'block')
      .map(([index, { set }]) => ({ step: index, set })),
    ...blankRow(user, name),
  ]
  return writes.flatMap(({ step, set }) =>
    checks.filter(isAskable).flatMap(({ condition, columns: mentioned }): readonly Hurdle[] => {
      const columns = mentioned.filter((column) => set.some((one) => one.column === column))
      return columns.length === 0 ? [] : [{ kind: 'check', table: name, step, columns, condition }]
    }),
  )
}

/** A condition on the row id, or on how a value is stored, cannot be asked of values that no row holds yet. */
function isAskable({ condition }: CheckSchema): boolean {
  return !/\b(?:rowid|oid|_rowid_|typeof)\b/i.test(condition)
}
