/**
 * Puts steps in an order in which each finds its rows as they were, children go before parents, of two values
 * for one column the stronger one's stays, access is cut as early as that allows, and steps that may be written
 * together stand side by side.
 *
 * @module
 */
import { UserDeletionError } from '../../errors.ts'
import {
  exceptionReadsOf,
  neverMeet,
  overlaps,
  ownParentTablesOf,
  ownReadsOf,
  parentTablesOf,
  removesRows,
  shareLocator,
  writesOf,
  yieldsTo,
} from '../../program/columns/touches.ts'
import type { Step } from '../../program/program.ts'
import type { DatabaseSchema, ForeignKey, TableSchema } from '../../program/schema.ts'
import { withDatabaseWrites } from './database-writes.ts'
import { findPasses, type Passes } from './order-passes.ts'
import { besideLikes, findLikes } from './side-by-side.ts'
import { type Befores, waitingSteps } from './waiting-steps.ts'

/** A reason why one step stands before another. */
interface Edge {
  readonly before: Step
  readonly after: Step
  /** The reference behind the edge, where cutting it would remove the edge. */
  readonly reference: ForeignKey | null
  /** Only for `before` to find its rows: not needed where it has found them by then. */
  readonly isToFind?: true
}

/**
 * Orders the steps. With a schema its enforced foreign keys count too, and a nullable one that closes a
 * cycle, or points into its own table, is cut by an `unlink` step ahead of the delete.
 *
 * @throws {@link UserDeletionError} `invalid_policy` naming the cycle that nothing can break.
 */
export function orderSteps(steps: readonly Step[], schema: DatabaseSchema | null): readonly Step[] {
  const tables = new Map(
    (schema?.tables ?? []).map((table) => [
      table.name,
      schema?.foreignKeysEnforced ? table : { ...table, foreignKeys: [] },
    ]),
  )
  const marked = markAccess(steps).map((step) => withDatabaseWrites(step, tables))
  return sort(linkSelfReferences(marked, tables), tables)
}

/** What is reached through rows that grant access goes with them. */
function markAccess(steps: readonly Step[]): readonly Step[] {
  const tables = new Set(steps.filter(({ access }) => access).map(({ table }) => table))
  return steps.map((step) => {
    const reached = [...ownParentTablesOf(step)].some((table) => tables.has(table))
    return reached && removesRows(step) ? { ...step, access: true } : step
  })
}

type Tables = ReadonlyMap<string, TableSchema>

interface Draft {
  readonly steps: readonly Step[]
  /** References that an unlink step has cut, by the step that deletes the referring rows. */
  readonly cut: ReadonlyMap<string, ReadonlySet<ForeignKey>>
}

function linkSelfReferences(steps: readonly Step[], tables: Tables): Draft {
  let draft: Draft = { steps, cut: new Map() }
  for (const step of steps.filter(removesRows)) {
    for (const reference of tables.get(step.table)?.foreignKeys ?? []) {
      if (reference.references.table !== step.table) continue
      draft = unlink(draft, step, reference, tables) ?? draft
    }
  }
  return draft
}

/** Whether the rows that are referred to are found by that very reference: cutting it would hide them. */
function isReadAcross({ before, after, reference }: Edge): boolean {
  return (
    reference?.columns.some((column) =>
      ownReadsOf(after).some((read) => overlaps(read, { table: before.table, column, path: null })),
    ) === true
  )
}

/**
 * The rows that are referred to go first. A foreign key that gives way lets them; of one that does not, the plan
 * of a user who has such rows tells.
 */
function letBe(draft: Draft, step: Step, reference: ForeignKey): Draft {
  const cut = new Map(draft.cut)
  cut.set(step.id, new Set([...(cut.get(step.id) ?? []), reference]))
  return { ...draft, cut }
}

/** Adds the step that sets the reference to null on the rows about to be deleted; `null` when no column may be null. */
function unlink(draft: Draft, step: Step, reference: ForeignKey, tables: Tables): Draft | null {
  const table = tables.get(step.table)
  const column = reference.columns.find(
    (name) =>
      !table?.primaryKey.includes(name) &&
      (table?.columns?.some((candidate) => candidate.name === name && candidate.nullable) ?? true),
  )
  if (column === undefined) return null
  const { alsoWrites: _, ...own } = step
  const cutting: Step = {
    ...own,
    id: `${step.id}/unlink:${column}`,
    action: 'unlink',
    set: [{ kind: 'constant', column, value: null }],
    event: null,
  }
  const known = draft.steps.some(({ id }) => id === cutting.id)
  return letBe(
    { ...draft, steps: known ? draft.steps : [...draft.steps, cutting] },
    step,
    reference,
  )
}

function sort(draft: Draft, tables: Tables): readonly Step[] {
  const found = findEdges(draft, tables)
  const passes = findPasses(draft.steps, found)
  const edges = betweenPasses(found, passes)
  const befores = beforesOf(draft.steps, edges)
  const urgent = leadingTo(
    draft.steps.filter(({ access }) => access),
    befores,
  )
  const likes = findLikes(draft.steps.filter((step) => !passes.has(step)))
  const beside = besideLikes({ steps: draft.steps, befores, likes })
  const waiting = waitingSteps(befores)
  const ordered: Step[] = []
  while (waiting.left.size > 0) {
    const ready = [...waiting.left].filter(waiting.isReady)
    const last = ordered.at(-1)
    const next =
      ready.find((step) => last !== undefined && passes.get(step)?.has(last)) ??
      ready.find((step) => urgent.has(step)) ??
      beside.next(ready, last)
    if (next === undefined) return breakCycle(draft, tables, findCycle(waiting.left, edges))
    ordered.push(next)
    waiting.take(next)
    beside.take(next)
  }
  return ordered.map((step) => {
    const [first] = passes.get(step) ?? []
    return first === undefined ? step : { ...step, foundWith: first.id }
  })
}

/**
 * What has to stand before one step of a pass stands before all of them, and within it only what is not for finding
 * rows counts.
 */
function betweenPasses(edges: readonly Edge[], passes: Passes): readonly Edge[] {
  // What stands before many steps of a pass, for the same reason, does so once.
  const known = new Map<ReadonlySet<Step>, Map<Step, Set<ForeignKey | null>>>()
  const isKnown = ({ before, reference }: Edge, pass: ReadonlySet<Step>): boolean => {
    const ofPass = known.get(pass) ?? new Map<Step, Set<ForeignKey | null>>()
    const reasons = ofPass.get(before) ?? new Set()
    known.set(pass, ofPass.set(before, reasons))
    if (reasons.has(reference)) return true
    reasons.add(reference)
    return false
  }
  return edges.flatMap((edge): readonly Edge[] => {
    const own = passes.get(edge.after)
    if (own === undefined) return [edge]
    if (own.has(edge.before)) return edge.isToFind ? [] : [edge]
    return isKnown(edge, own) ? [] : [...own].map((after) => ({ ...edge, after }))
  })
}

function beforesOf(steps: readonly Step[], edges: readonly Edge[]): Befores {
  const befores = new Map(steps.map((step) => [step, new Set<Step>()]))
  for (const { before, after } of edges) befores.get(after)?.add(before)
  return befores
}

function findEdges(draft: Draft, tables: Tables): readonly Edge[] {
  const edges: Edge[] = []
  for (const before of draft.steps) {
    const mustRead = readingOf(before, tables)
    for (const after of draft.steps) {
      if (before === after) continue
      if (mustRead(after)) {
        edges.push({ before, after, reference: null, isToFind: true })
      }
      if (isUnlinkedBy(before, after) || yields(before, after, tables)) {
        edges.push({ before, after, reference: null })
      }
      const reference = referenceBetween(draft, before, after, tables)
      if (reference !== null) edges.push({ before, after, reference })
    }
  }
  return edges
}

/** Whether `before` finds its rows by what another step removes or overwrites. */
function readingOf(before: Step, tables: Tables): (after: Step) => boolean {
  const parents = parentTablesOf(before)
  const [beside, own] = [exceptionReadsOf(before), ownReadsOf(before)]
  return (after) => {
    if (removesRows(after) && parents.has(after.table)) return true
    return writesOf(after).some(
      (place) =>
        beside.some((read) => overlaps(read, place)) ||
        (own.some((read) => overlaps(read, place)) &&
          !(holdsOneValue(after, tables) && shareLocator(before, after, place))),
    )
  }
}

function isUnlinkedBy(before: Step, after: Step): boolean {
  return before.id.startsWith(`${after.id}/unlink:`)
}

function yields(before: Step, after: Step, tables: Tables): boolean {
  return yieldsTo(before, after) && !(holdsOneValue(after, tables) && neverMeet(before, after))
}

/** Whether the columns of the step's table hold one value each. Those of documents may hold a list of them. */
function holdsOneValue({ table }: Step, tables: Tables): boolean {
  return tables.get(table)?.columns != null
}

/** The foreign key because of which rows of `before` have to go, or let go, ahead of rows of `after`. */
function referenceBetween(
  draft: Draft,
  before: Step,
  after: Step,
  tables: Tables,
): ForeignKey | null {
  if (!removesRows(after)) return null
  for (const reference of tables.get(before.table)?.foreignKeys ?? []) {
    if (reference.references.table !== after.table) continue
    if (draft.cut.get(before.id)?.has(reference)) continue
    const letsGo = before.set.some(({ column }) => reference.columns.includes(column))
    if (removesRows(before) ? before.table !== after.table : letsGo) return reference
  }
  return null
}

function leadingTo(targets: readonly Step[], befores: Befores): ReadonlySet<Step> {
  const found = new Set(targets)
  for (const step of found) for (const before of befores.get(step) ?? []) found.add(before)
  return found
}

/** Walks backwards from any waiting step; every waiting step has a waiting predecessor, so the walk closes. */
function findCycle(waiting: ReadonlySet<Step>, edges: readonly Edge[]): readonly Edge[] {
  const walked: Edge[] = []
  let [step] = waiting
  while (step !== undefined) {
    const current: Step = step
    const closing = walked.findIndex(({ after }) => after === current)
    if (closing !== -1) return walked.slice(closing).reverse()
    const edge = edges.find(({ before, after }) => after === current && waiting.has(before))
    if (edge === undefined) return walked
    walked.push(edge)
    step = edge.before
  }
  return walked
}

function breakCycle(draft: Draft, tables: Tables, cycle: readonly Edge[]): readonly Step[] {
  const references = cycle.filter(
    (edge): edge is Edge & { readonly reference: ForeignKey } =>
      edge.reference !== null && removesRows(edge.before),
  )
  for (const edge of references) {
    if (isReadAcross(edge)) continue
    const next = unlink(draft, edge.before, edge.reference, tables)
    if (next !== null) return sort(next, tables)
  }
  const [read] = references.filter(isReadAcross)
  if (read !== undefined) return sort(letBe(draft, read.before, read.reference), tables)
  const names = [...cycle.map(({ before }) => before.id), cycle[0]?.before.id].join(' -> ')
  throw new UserDeletionError(
    'invalid_policy',
    `Policy: tables cannot be ordered, each of these has to come before the next: ${names}.`,
    { details: { path: 'tables', cycle: cycle.map(({ before }) => before.id) } },
  )
}
