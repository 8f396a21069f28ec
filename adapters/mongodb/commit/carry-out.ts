/**
 * Carries a change out: the host's documents first, the engine's own after them.
 *
 * @module
 */
import type { Assignment, Program, Selector, Step } from '../../../src/program/program.ts'
import { residueTime } from '../../../src/program/residue.ts'
import { selectorsOf } from '../../../src/program/selectors.ts'
import { leavesNoMatch, writesRows } from '../../../src/program/steps.ts'
import { residueLeft } from '../../../src/store/failures.ts'
import type { Own } from '../documents/deep-writes.ts'
import {
  filterOf,
  type Matches,
  matchStep,
  type OwnedRow,
  type OwnedValue,
  onlyWay,
  pages,
  valuesOfStep,
} from '../documents/match-rows.ts'
import {
  isWrittenByUser,
  lacking,
  locatedBy,
  needsOwn,
  ownOf,
  pathOfAssignment,
  touchesOwnFilter,
  updatesFor,
} from '../documents/updates.ts'
import type {
  DocumentChange,
  DocumentWork,
  DocumentWrite,
  Isolation,
  SliceUser,
  StepWork,
} from '../records/change.ts'
import type { Doc } from '../server/driver.ts'
import { pathOf } from '../server/paths.ts'
import type { Update, Writer } from '../server/scope.ts'
import { storedId, wholeKeyOf } from '../server/values.ts'
import { insertAuditRows } from './audit-rows.ts'
import { claimUsers } from './claims.ts'

/** Without a transaction. */
export async function carryOut(writer: Writer, { work, records }: DocumentChange): Promise<void> {
  for (const one of work) await claimUsers(writer, one)
  await workOnAll(writer, work, 'none')
  await writeRecords(writer, records)
}

export async function workOnAll(
  writer: Writer,
  work: readonly DocumentWork[],
  isolation: Isolation,
): Promise<void> {
  for (const one of work) await workOnHost(writer, one, isolation)
}

async function workOnHost(writer: Writer, work: DocumentWork, isolation: Isolation): Promise<void> {
  for (const stepWork of work.steps) {
    const parts = await runStep(writer, work, stepWork, isolation)
    if (isAskedLate(work, stepWork, isolation)) continue
    for (const [step, matches] of parts) await refuseResidue(writer, work, step, matches)
  }
  // Sessions may have slipped in since their step ran: the user row is still there and only now goes.
  if (isolation === 'none' && work.cutsAccess) await cutLateAccess(writer, work)
  for (const stepWork of work.steps) {
    if (isAskedLate(work, stepWork, isolation)) await refuseLateResidue(writer, work, stepWork)
  }
  await writeUserRows(writer, work, isolation)
  await insertAuditRows(writer, work, isolation)
}

/**
 * Whether the host may write until the end and the documents of the step can still be told then. Else they are
 * looked at right behind the step, and those of a chunk always: what is behind them has its turn later.
 */
function isAskedLate(
  { program, userRows }: DocumentWork,
  { index, rows }: StepWork,
  isolation: Isolation,
): boolean {
  const step = program.steps[index]
  if (isolation === 'transaction' || step === undefined) return false
  if (rows !== null && userRows.kind !== 'end') return false
  return residueTime(step, program.steps) === 'at_end'
}

/**
 * Removes what let the users in and came into being meanwhile. Only steps that end at the user's id: a value
 * like an e-mail may be somebody else's by now. And only where what belongs to a stronger rule still shows.
 */
export async function cutLateAccess(writer: Writer, work: DocumentWork): Promise<void> {
  const ran = new Set(work.steps.map(({ index }) => index))
  for (const [index, step] of work.program.steps.entries()) {
    if (!step.access || step.action !== 'delete' || !ran.has(index) || !endsAtId(step)) continue
    if (losesExceptions(step, work.program.steps)) continue
    await runStep(writer, work, { index, rows: null, count: null }, 'none')
  }
}

export async function writeRecords(
  writer: Writer,
  records: readonly DocumentWrite[],
): Promise<void> {
  for (const record of records) {
    if (record.kind === 'put') await writer.put(record.collection, record.document)
    else if (record.kind === 'set') {
      const { collection, filter, fields } = record
      await writer.updateMany(collection, { filter, update: { $set: fields } })
    } else if (record.kind === 'remove') await writer.deleteMany(record.collection, record.filter)
    else await writer.insertMany(record.collection, record.documents)
  }
}

/** A step, or what of it is written on some of its documents. */
type Part = readonly [Step, Matches]

/** Answers what was written on which documents. */
async function runStep(
  writer: Writer,
  work: DocumentWork,
  stepWork: StepWork,
  isolation: Isolation,
): Promise<readonly Part[]> {
  const { program, tenantId, users } = work
  const { index, rows, count } = stepWork
  const step = program.steps[index]
  if (step === undefined || !writesRows(step)) return []
  const matches: Matches =
    rows === null
      ? await matchStep(writer, program, step, tenantId, users)
      : { kind: 'rows', rows: rows.map(({ id, owners }) => ({ id, owners: new Set(owners) })) }
  if (step.action === 'delete') {
    for (const filter of filtersOf(step, tenantId, matches)) {
      await writer.deleteMany(step.table, filter)
    }
    return [[step, matches]]
  }
  const fixed = touchesOwnFilter(step)
    ? await byRows(writer, step, tenantId, users.length, matches)
    : matches
  const values = await valuesWritten(writer, program, step, tenantId, users, matches)
  const parts = partsOf(work, stepWork, fixed, isolation)
  for (const [part, own] of parts) {
    const owned = [...ownedFilters(part, tenantId, users, own, values)]
    await writeOwned(writer, program, {
      step: part,
      owned,
      count: isolation === 'none' ? null : count,
    })
  }
  return parts.length === 1 ? [[step, matches]] : parts
}

/**
 * The step with its documents. Without a transaction the place that it finds them by is written only while it holds
 * the user's value, so a step of the same pass that comes later, and has the last word, must find it as it was.
 */
function partsOf(
  { program, steps }: DocumentWork,
  { index }: StepWork,
  matches: Matches,
  isolation: Isolation,
): readonly Part[] {
  const step = program.steps[index]
  if (step === undefined) return []
  const whole = [[step, matches]] as const
  const { ways, foundWith } = step
  if (isolation !== 'none' || foundWith === undefined || matches.kind !== 'rows') return whole
  const places = ways.map(({ locator }) => pathOf(locator))
  const isThere = (one: Assignment): boolean => places.includes(pathOfAssignment(one))
  const later = steps.filter((other) => {
    const one = program.steps[other.index]
    return other.index > index && one?.foundWith === foundWith && one.set.some(isThere)
  })
  const overtaken = new Set(later.flatMap(({ rows }) => rows ?? []).map(({ id }) => wholeKeyOf(id)))
  if (overtaken.size === 0 || !step.set.some(isThere)) return whole
  const isOvertaken = ({ id }: OwnedRow): boolean => overtaken.has(wholeKeyOf(id))
  const rest = { ...step, set: step.set.filter((one) => !isThere(one)) }
  return [
    [step, { kind: 'rows', rows: matches.rows.filter((row) => !isOvertaken(row)) }],
    [rest, { kind: 'rows', rows: matches.rows.filter(isOvertaken) }],
  ]
}

/** The users' values by the ways of a step, where it writes among those of others; else `null`. */
async function valuesWritten(
  writer: Writer,
  program: Program,
  step: Step,
  tenantId: string | null,
  users: readonly SliceUser[],
  matches: Matches,
): Promise<readonly (readonly OwnedValue[])[] | null> {
  if (!needsOwn(step)) return null
  if (matches.kind === 'values') return [matches.values]
  return valuesOfStep(writer, program, step, tenantId, users)
}

/**
 * What a step has written must show: none of its documents is there any more, or matches, or lacks what was written.
 *
 * @throws {@link residueLeft} where one does.
 */
async function refuseResidue(
  writer: Writer,
  { program, tenantId, users }: DocumentWork,
  step: Step,
  matches: Matches,
): Promise<void> {
  const isNamedToStay = matches.kind === 'rows' && step.action !== 'delete'
  if (leavesNoMatch(step) && !isNamedToStay) {
    await refuseFound(writer, step, tenantId, matches, null)
    return
  }
  const values = await valuesWritten(writer, program, step, tenantId, users, matches)
  const own = ownOf(step, values)
  const user = together(users)
  const undone = lacking(step, { types: writer.types, table: program.user, user, own })
  if (undone !== null) await refuseFound(writer, step, tenantId, matches, undone)
}

/** The same at the end, of the documents that match by then: the host may have written meanwhile. */
async function refuseLateResidue(
  writer: Writer,
  work: DocumentWork,
  stepWork: StepWork,
): Promise<void> {
  const { program, tenantId, users } = work
  const step = program.steps[stepWork.index]
  if (step === undefined || !writesRows(step)) return
  const matches = await matchStep(writer, program, step, tenantId, users)
  if (leavesNoMatch(step)) await refuseFound(writer, step, tenantId, matches, null)
  else await refuseResidue(writer, work, step, matches)
}

/** All users of a slice in one. Of several, nobody knows whose derived value stays in what they share. */
function together(users: readonly SliceUser[]): SliceUser {
  const [first = NOBODY, second] = users
  if (second === undefined) return first
  const names = new Set(users.flatMap(({ fields }) => Object.keys(fields)))
  const fields = [...names].map((name) => [name, users.flatMap((one) => one.fields[name] ?? [])])
  return { fields: Object.fromEntries(fields), derived: [] }
}

async function refuseFound(
  writer: Writer,
  step: Step,
  tenantId: string | null,
  matches: Matches,
  narrowed: Doc | null,
): Promise<void> {
  for (const filter of filtersOf(step, tenantId, matches)) {
    const asked = narrowed === null ? filter : { $and: [filter, narrowed] }
    const left = await writer.find(step.table, asked, ONE)
    if (left.length > 0) throw residueLeft(step.table)
  }
}

interface OwnedFilter {
  readonly filter: Doc
  /** Whose values are written; any user's where they are the same for all. */
  readonly user: SliceUser
  readonly own: Own | null
}

interface StepWrite {
  readonly step: Step
  readonly owned: readonly OwnedFilter[]
  /** How many documents of the users there are; `null` where that may change while they are written. */
  readonly count: number | null
}

/** First those that have a place for every value. Where these are all, nothing else needs to be looked at. */
async function writeOwned(
  writer: Writer,
  { user: table }: Program,
  { step, owned, count }: StepWrite,
): Promise<void> {
  const { types } = writer
  const { set } = step
  const located = locatedBy(step)
  const updates = owned.flatMap(
    ({ filter, ...owner }) => updatesFor(set, located, filter, { types, table, ...owner }) ?? [],
  )
  const complete = updates.flatMap((one) => one.complete ?? [])
  if (count !== null && complete.length > 0) {
    if ((await updateByPages(writer, step.table, complete)) === count) return
  }
  await updateByPages(
    writer,
    step.table,
    updates.map((one) => one.each),
  )
}

/** Answers how many documents were met. */
async function updateByPages(
  writer: Writer,
  table: string,
  updates: readonly Update[],
): Promise<number> {
  let met = 0
  for (const page of pages(updates)) met += await writer.updateAll(table, page)
  return met
}

/** The same documents by their `_id`, each with all users for whom it matches. */
async function byRows(
  writer: Writer,
  step: Step,
  tenantId: string | null,
  users: number,
  matches: Matches,
): Promise<Matches> {
  if (matches.kind === 'rows') return matches
  const rows: OwnedRow[] = []
  for (let owner = 0; owner < users; owner += 1) {
    for (const filter of filtersOf(step, tenantId, ownMatches(matches, owner))) {
      const found = await writer.find(step.table, filter, { projection: { _id: 1 } })
      rows.push(...found.map(({ _id }) => ({ id: _id, owners: new Set([owner]) })))
    }
  }
  return { kind: 'rows', rows }
}

function* ownedFilters(
  step: Step,
  tenantId: string | null,
  users: readonly SliceUser[],
  matches: Matches,
  values: readonly (readonly OwnedValue[])[] | null,
): Iterable<OwnedFilter> {
  if (!isWrittenByUser(step.set)) {
    const [user = NOBODY] = users
    const own = ownOf(step, values)
    for (const filter of filtersOf(step, tenantId, matches)) yield { filter, user, own }
    return
  }
  // One after the other: of users who share a document the last one's value stays.
  for (const [position, user] of users.entries()) {
    const theirs = ownMatches(matches, position)
    const own = ownOf(
      step,
      values?.map((ofWay) => ofWay.filter(({ owners }) => owners.has(position))) ?? null,
    )
    for (const filter of filtersOf(step, tenantId, theirs)) yield { filter, user, own }
  }
}

const NOBODY: SliceUser = { fields: {}, derived: [] }

function ownMatches(matches: Matches, position: number): Matches {
  return matches.kind === 'values'
    ? { kind: 'values', values: matches.values.filter(({ owners }) => owners.has(position)) }
    : { kind: 'rows', rows: matches.rows.filter(({ owners }) => owners.has(position)) }
}

function* filtersOf(step: Step, tenantId: string | null, matches: Matches): Iterable<Doc> {
  if (matches.kind === 'rows') {
    for (const page of pages(matches.rows)) yield { _id: { $in: page.map(({ id }) => id) } }
    return
  }
  const way = onlyWay(step)
  if (way === null) return
  for (const page of pages(matches.values)) {
    yield filterOf(
      way,
      tenantId,
      page.map(({ value }) => value),
    )
  }
}

async function writeUserRows(
  writer: Writer,
  work: DocumentWork,
  isolation: Isolation,
): Promise<void> {
  const { program, tenantId, users, userRows } = work
  const { user } = program
  if (userRows.kind === 'leave' || user.rowless === true || users.length === 0) return
  const { types } = writer
  const ofUsers = (some: readonly SliceUser[]): Doc => ({
    [user.id]: { $in: some.map(({ fields }) => storedId(types, user.idType, fields['id'], null)) },
    ...(user.tenant === null ? {} : { [user.tenant]: tenantId }),
  })
  if (userRows.kind === 'write') {
    if (Object.keys(userRows.set).length === 0) return
    await writer.updateMany(user.table, { filter: ofUsers(users), update: { $set: userRows.set } })
  } else if (user.action === 'delete') {
    const deleted = await writer.deleteMany(user.table, ofUsers(users))
    // Without a transaction a crash may have come right behind this.
    if (isolation === 'transaction' && deleted === users.length) return
    const left = await writer.find(user.table, ofUsers(users), ONE)
    if (left.length > 0 || isolation === 'transaction') throw residueLeft(user.table)
  } else {
    const updates = users.flatMap(
      (one) =>
        updatesFor(user.set, { paths: [user.id], isOnly: true }, ofUsers([one]), {
          types,
          table: user,
          user: one,
        })?.each ?? [],
    )
    await updateByPages(writer, user.table, updates)
    const everybody = { types, table: user, user: together(users) }
    const undone = lacking(user, everybody)
    if (undone === null) return
    const asked = { $and: [ofUsers(users), undone] }
    const left = await writer.find(user.table, asked, ONE)
    if (left.length > 0) throw residueLeft(user.table)
  }
}

/** Whether there is one is all that is asked. */
const ONE = { projection: { _id: 1 }, limit: 1 } as const

/** Whether the work may have overwritten, or removed, what tells the rows of stronger rules from this step's. */
function losesExceptions({ table, except }: Step, steps: readonly Step[]): boolean {
  const written = steps.flatMap((step) =>
    step.table === table ? step.set.map(({ column }) => rootOf(column)) : [],
  )
  return selectorsOf({ ways: [], except }).some(
    ({ target, locator, where }) =>
      target.kind === 'rows' ||
      [locator, ...where].some(({ column }) => written.includes(rootOf(column))),
  )
}

function rootOf(column: string): string {
  return column.split('.', 1)[0] ?? column
}

function endsAtId(step: Step): boolean {
  return selectorsOf(step).every(reachesOnlyId)
}

function reachesOnlyId({ target }: Selector): boolean {
  return target.kind === 'user' ? target.field === 'id' : target.parents.every(reachesOnlyId)
}
