/**
 * Do enforced foreign keys do what the policy says, or something else?
 *
 * A reference from a table to rows that a deletion removes is *covered* when a rule deletes the referring
 * rows, or lets them go, by that very reference: then the database finds nothing left to act on. The same holds
 * for rows that go at the end of their retention. Rows that a cascade would remove count as removed, too.
 *
 * @module
 */

import {
  neverMeet,
  ownReadsOf,
  removesRows,
  writesKeptRows,
} from '../../../program/columns/touches.ts'
import type { Program, Selector, Step } from '../../../program/program.ts'
import { neverEndsBefore } from '../../../program/retention-term.ts'
import type { DatabaseSchema, ForeignKey, TableSchema } from '../../../program/schema.ts'
import { isWithinRowsOf } from '../../../program/written-together.ts'
import { hasEnd, type RetainedStep } from '../../compile/expiry.ts'
import { cuttable } from '../../compile/unlink-users.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

/**
 * One finding at most for each reference. Those to the user that no rule mentions are not looked at here.
 *
 * @param isTenant The program is that of a tenant's own rows: rows of others are none of its tables' then.
 */
export function checkForeignKeys(
  program: Program,
  classified: readonly string[],
  { tables, foreignKeysEnforced }: DatabaseSchema,
  isTenant: boolean,
): readonly SchemaFinding[] {
  if (!foreignKeysEnforced) return []
  const children = tables.filter(
    ({ name }) => name === program.user.table || classified.includes(name),
  )
  const checkAt = (moment: Program, removed: ReadonlySet<string>, goes: Goes) => {
    const all = withCascades(moment, removed, children)
    return children.flatMap((child) =>
      child.foreignKeys
        .filter(({ references }) => all.has(references.table))
        .flatMap((reference) => checkReference(moment, child, reference, isTenant, goes)),
    )
  }
  const removed = tablesWithRemovals(program)
  const later = program.steps
    .filter(isDeletedLater)
    .filter(({ table }) => !removed.has(table))
    .flatMap((step) =>
      checkAt(atTheEndOf(step, program), new Set([step.table]), 'at the end of their retention'),
    )
  const moved = children.flatMap((child) => checkUpdates(program, child))
  return [...checkAt(program, removed, 'with the user'), ...later, ...moved]
}

/** References that follow a key which some rule overwrites, in rows that stay. */
function checkUpdates({ steps }: Program, child: TableSchema): readonly SchemaFinding[] {
  return child.foreignKeys.flatMap((reference): readonly SchemaFinding[] => {
    const { columns, references, onUpdate = 'no_action' } = reference
    if (onUpdate === 'no_action' || onUpdate === 'restrict') return []
    const isMoved = steps.some(
      ({ table, set }) =>
        table === references.table && set.some(({ column }) => references.columns.includes(column)),
    )
    const goes = steps.some(
      (step) => step.table === child.name && removesRows(step) && mentions(step, reference),
    )
    if (!isMoved || goes) return []
    const message = `"${child.name}.${columns.join('", "')}" refers to "${references.table}" with an action ON UPDATE, and a rule overwrites what it refers to: the database overwrites it too, in rows of other users as well, and no plan shows it. Take the action off, or leave that column as it is.`
    return [
      { ...place(child, reference), code: 'foreign_key_changes', severity: 'warning', message },
    ]
  })
}

/** These tables, and every table whose rows a cascade removes along with theirs. */
function withCascades(
  program: Program,
  removed: ReadonlySet<string>,
  children: readonly TableSchema[],
): ReadonlySet<string> {
  const all = new Set(removed)
  for (const table of all) {
    for (const { name, foreignKeys } of children) {
      const steps = program.steps.filter((step) => step.table === name)
      const isPulled = foreignKeys.some(
        (reference) =>
          reference.references.table === table &&
          reference.onDelete === 'cascade' &&
          !isCovered(program, steps, reference),
      )
      if (isPulled) all.add(name)
    }
  }
  return all
}

/** When rows go that others refer to. */
type Goes = 'with the user' | 'at the end of their retention'

function isDeletedLater(step: Step): step is RetainedStep {
  return hasEnd(step) && step.retention.then === 'delete'
}

/** The program as if what ends by then, on whichever day it began, had been done with the deletion. */
function atTheEndOf({ retention }: RetainedStep, program: Program): Program {
  const steps = program.steps.map((step): Step => {
    if (!hasEnd(step)) return step
    if (!neverEndsBefore(retention.term, step.retention.term)) return step
    const { then, thenSet } = step.retention
    return then === 'delete'
      ? { ...step, action: 'delete', set: [] }
      : { ...step, set: [...step.set, ...thenSet] }
  })
  return { ...program, steps }
}

function tablesWithRemovals({ user, steps }: Program): ReadonlySet<string> {
  const ofSteps = steps.filter(removesRows).map(({ table }) => table)
  const keepsUsers = user.rowless === true || user.action === 'anonymize'
  return new Set(keepsUsers ? ofSteps : [...ofSteps, user.table])
}

function checkReference(
  program: Program,
  child: TableSchema,
  reference: ForeignKey,
  isTenant: boolean,
  goes: Goes,
): readonly SchemaFinding[] {
  const steps = program.steps.filter(({ table }) => table === child.name)
  if (isCovered(program, steps, reference)) return []
  const isExternal = steps.some(({ action }) => action === 'external')
  const isMentioned = isExternal || steps.some((step) => mentions(step, reference))
  if (reference.references.table === program.user.table && !isMentioned) return []
  const remains = steps.length === 0 ? 'unrelated' : whatRemains(steps, reference)
  if (isTenant && remains === 'others') return []
  if (isCutByEngine(program, child, reference)) return []
  const found = consequenceOf(child, reference, remains, goes)
  if (found === null) return []
  if (found.code === 'foreign_key_blocks' && goes === 'with the user') {
    const never = neverLetsGo(program, child, reference)
    if (never !== null) return [{ ...place(child, reference), ...found, ...never }]
  }
  if (
    found.code === 'foreign_key_changes' &&
    steps.some((step) => isLostAtItsEnd(step, reference))
  ) {
    const message = `${found.message} Rows of a rule with an end are found by it then, and would stay for ever.`
    return [{ ...place(child, reference), ...found, severity: 'error', message }]
  }
  return [{ ...place(child, reference), ...found }]
}

/** Whether rows that are kept for a time are found by the reference when that is over. */
function isLostAtItsEnd(step: Step, { columns }: ForeignKey): boolean {
  return (
    hasEnd(step) &&
    ownReadsOf(step).some(({ table, column }) => table === step.table && columns.includes(column))
  )
}

function place(
  { name }: TableSchema,
  { columns }: ForeignKey,
): Pick<SchemaFinding, 'table' | 'column' | 'path'> {
  return { table: name, column: columns[0] ?? '', path: `tables.${name}` }
}

/** Whether it is the user's own row that refers there, and the engine cuts the reference before. */
function isCutByEngine({ user }: Program, child: TableSchema, reference: ForeignKey): boolean {
  if (child.name !== user.table || reference.references.table === user.table) return false
  const isOwn = [child.primaryKey, ...child.uniqueKeys].some((key) =>
    key.every((column) => reference.columns.includes(column)),
  )
  return isOwn && cuttable(child, reference, user) !== undefined
}

/** What is found by the very reference that keeps it from going: no user with such rows can be deleted. */
function neverLetsGo(
  { user, steps }: Program,
  child: TableSchema,
  { columns, references }: ForeignKey,
): Pick<SchemaFinding, 'severity' | 'message'> | null {
  const isFoundBy = ({ locator, target }: Selector): boolean => {
    if (!references.columns.includes(locator.column)) return false
    if (target.kind === 'user') {
      return child.name === user.table && columns.includes(user.fields[target.field] ?? '')
    }
    return (
      columns.includes(target.key) && target.parents.some((parent) => parent.table === child.name)
    )
  }
  const found = steps.some(
    (step) => step.table === references.table && removesRows(step) && step.ways.some(isFoundBy),
  )
  if (!found) return null
  const name = `"${child.name}.${columns.join('", "')}"`
  const message = `${name} refers to "${references.table}", and the rows there that go with the user are found by that very reference, which keeps them from going first: nobody who has some can be deleted. Let the foreign key give way (ON DELETE CASCADE or SET NULL), or leave the rows of "${references.table}" to another rule.`
  return { severity: 'error', message }
}

/**
 * What the policy means to stay of the table: nothing of the user's (`others`), rows of the user's too, or rows that
 * somebody else cleans.
 */
type Remains = 'unrelated' | 'kept' | 'external' | 'others'

function whatRemains(steps: readonly Step[], reference: ForeignKey): Remains {
  if (steps.some((step) => writesKeptRows(step) && !letsGo(step, reference))) return 'kept'
  if (steps.some(({ action }) => action === 'external')) return 'external'
  return steps.some(removesRows) ? 'others' : 'kept'
}

type Found = Pick<SchemaFinding, 'code' | 'severity' | 'message'>

function consequenceOf(
  child: TableSchema,
  { columns, references, onDelete }: ForeignKey,
  remains: Remains,
  goes: Goes,
): Found | null {
  const name = `"${child.name}.${columns.join('", "')}" refers to "${references.table}"${goes === 'with the user' ? '' : `, whose rows go ${goes}`}`
  const isNullable = columns.some((column) => isNull(child, column))
  if (onDelete === 'cascade') {
    return {
      code: 'foreign_key_deletes',
      severity: remains === 'others' ? 'warning' : 'error',
      message: `${name} with ON DELETE CASCADE: the database deletes rows of "${child.name}" that ${STAY[remains]}. Take the cascade off, or say in a rule that they go.`,
    }
  }
  const isCut = onDelete === 'set_default' || (onDelete === 'set_null' && isNullable)
  if (isCut && remains === 'others') return null
  if (isCut) {
    return {
      code: 'foreign_key_changes',
      severity: 'warning',
      message: `${name} with ON DELETE ${onDelete === 'set_null' ? 'SET NULL' : 'SET DEFAULT'}: the database overwrites it in rows that ${STAY[remains]}, and no plan shows it. Detach it by a rule, or take the action off.`,
    }
  }
  if (remains === 'external') return null
  const code = 'foreign_key_blocks'
  if (goes !== 'with the user') {
    const message = `${name}, and no rule deletes such rows or lets them go by then: rows that have some stay. Let them go with it, or earlier, or take the foreign key off.`
    return { code, severity: 'warning', message }
  }
  return {
    code,
    severity: 'warning',
    message: `${name}, and no rule deletes such rows or lets them go first: a user who has some cannot be deleted. Delete or detach them by a rule, keep the user row (\`user.action: 'anonymize'\`), or take the foreign key off.`,
  }
}

const STAY: Readonly<Record<Remains, string>> = {
  unrelated: "the policy calls 'unrelated'",
  kept: 'the policy keeps',
  external: 'somebody else cleans, by the policy,',
  others: 'no rule matches',
}

function isCovered(program: Program, steps: readonly Step[], reference: ForeignKey): boolean {
  const byReference = steps.filter(({ ways }) =>
    ways.some((way) => follows(program, way, reference)),
  )
  const letting = steps.filter((step) => writesKeptRows(step) && letsGo(step, reference))
  const isLetGo = (step: Step): boolean =>
    letting.some((other) => other === step || isWithinRowsOf(step, other))
  const isLeft = byReference.some((step) => {
    if (step.action === 'block' || isLetGo(step)) return false
    return !removesRows(step) || keepersOf(step, steps).some((keeper) => !isLetGo(keeper))
  })
  return byReference.length > 0 && !isLeft
}

/** Rules that keep rows which the step would delete otherwise. */
function keepersOf(step: Step, steps: readonly Step[]): readonly Step[] {
  if (step.except.length === 0) return []
  return steps.filter(
    (other) =>
      writesKeptRows(other) && (other.rank ?? 0) < (step.rank ?? 0) && !neverMeet(step, other),
  )
}

/** Whether the selector finds the rows whose reference leads to the user's rows. */
function follows({ user }: Program, selector: Selector, reference: ForeignKey): boolean {
  if (selector.locator.path !== null || selector.locator.each) return false
  const place = reference.columns.indexOf(selector.locator.column)
  const referred = reference.references.columns[place]
  if (place === -1 || referred === undefined) return false
  const { target } = selector
  if (target.kind === 'user') {
    if (target.form !== null || reference.references.table !== user.table) return false
    return user.fields[target.field] === referred
  }
  return (
    target.key === referred &&
    target.parents.some(({ table }) => table === reference.references.table)
  )
}

function letsGo({ set }: Step, { columns }: ForeignKey): boolean {
  return set.some(({ column }) => columns.includes(column))
}

function mentions(step: Step, reference: ForeignKey): boolean {
  const isFoundBy = step.ways.some(({ locator }) => reference.columns.includes(locator.column))
  return isFoundBy || letsGo(step, reference)
}

function isNull({ columns }: TableSchema, name: string): boolean {
  return columns?.find((column) => column.name === name)?.nullable ?? true
}
