/**
 * What is written when a user is shut out, and how it is put back.
 *
 * @module
 */
import { UserDeletionError } from '../../errors.ts'
import { overlaps, ownReadsOf, parentTablesOf } from '../../program/columns/touches.ts'
import type { ColumnValue, Program, Scalar, Step } from '../../program/program.ts'
import type { DisabledUser, OutboxEvent, RecordedDate } from '../../store/records.ts'
import type { Slice } from '../../store/slice.ts'
import type { Standing, TransitionPlan } from '../../store/transition.ts'
import type { ExecutionContext } from '../context/context.ts'
import { atInstant, heldBefore, stateOf } from './states.ts'

type Writes = Pick<TransitionPlan, 'set' | 'disabled'>

/** The columns of a disabled user, and the record of what they held. A user who is disabled stays as they are. */
export function disabling({ program, clock }: ExecutionContext, standing: Standing): Writes {
  if (stateOf(program.user, { ...standing, job: null }) === 'disabled') return {}
  const now = clock.now()
  const set = atInstant(program.user.disabled ?? {}, now)
  const before = Object.keys(set).map((column) => [
    column,
    restorable(column, standing.row[column]),
  ])
  return {
    set,
    disabled: { since: now.toISOString(), before: Object.fromEntries(before) },
  }
}

/** What a store without transactions writes into the user rows before its first step. */
export function whileUnderWay({ program, clock }: ExecutionContext): Pick<Slice, 'disabled'> {
  const { disabled } = program.user
  return disabled === null ? {} : { disabled: atInstant(disabled, clock.now()) }
}

/** What gives the user back what was: the recorded columns, or the policy's for somebody the host has disabled. */
export function enabling({ program, clock }: ExecutionContext, standing: Standing): Writes | null {
  if (standing.disabled !== null) return { set: restored(standing.disabled), disabled: null }
  if (program.user.active === null) return null
  return { set: atInstant(program.user.active, clock.now()) }
}

/** Events of a user who was shut out: what the policy names for the rows that were cut, and that itself. */
export function shutOutEvents(
  context: ExecutionContext,
  user: Pick<OutboxEvent, 'tenantId' | 'subject'>,
  cut: readonly number[],
): readonly OutboxEvent[] {
  return eventsOf(context, user, [...named(context, cut), { type: 'user.disabled', rows: 1 }])
}

/** Only what the policy names for the rows that were cut. */
export function cutEvents(
  context: ExecutionContext,
  user: Pick<OutboxEvent, 'tenantId' | 'subject'>,
  cut: readonly number[],
): readonly OutboxEvent[] {
  return eventsOf(context, user, named(context, cut))
}

type Named = Pick<OutboxEvent, 'type' | 'rows'>

function named({ program }: ExecutionContext, cut: readonly number[]): readonly Named[] {
  return program.steps.flatMap((step, index) => {
    const rows = cut[index] ?? 0
    return step.event === null || rows === 0 ? [] : [{ type: step.event, rows }]
  })
}

function eventsOf(
  { userTable, clock, issuer }: ExecutionContext,
  { tenantId, subject }: Pick<OutboxEvent, 'tenantId' | 'subject'>,
  events: readonly Named[],
): readonly OutboxEvent[] {
  const at = clock.now().toISOString()
  const ulid = issuer.newId()
  return events.map((event, index) => ({
    id: `evt_${ulid}_${String(index).padStart(2, '0')}`,
    ...event,
    at,
    userTable,
    tenantId,
    subject,
    receiptId: null,
  }))
}

/**
 * A step whose rows a later deletion would miss if access were cut now: it finds them through rows that go with the
 * access, or by a reference that the database then overwrites.
 */
export function strandedStep({ steps }: Program): Step | null {
  const cut = steps.filter((step) => step.access)
  const access = new Set(cut.map(({ table }) => table))
  const loose = cut
    .flatMap(({ alsoWrites = [] }) => alsoWrites)
    .map((one) => ({ ...one, path: null }))
  const stranded = steps.find(
    (step) =>
      !step.access &&
      step.action !== 'block' &&
      step.action !== 'external' &&
      ([...parentTablesOf(step)].some((table) => access.has(table)) ||
        ownReadsOf(step).some((read) => loose.some((place) => overlaps(read, place)))),
  )
  return stranded ?? null
}

/** @throws {@link UserDeletionError} `invalid_policy` naming the rule that cutting access would strand. */
export function assertAccessCanBeCut(program: Program): void {
  const stranded = strandedStep(program)
  if (stranded === null) return
  const isThrough = stranded.ways.some(({ target }) => target.kind === 'rows')
  const path = `tables.${stranded.table}[${stranded.rule}].match${isThrough ? '.through' : ''}`
  const message = isThrough
    ? `Policy: ${path} leads through rows that go when access is cut, so a later deletion could not find these. Match them by the user.`
    : `Policy: ${path} is a reference that the database overwrites when access is cut, so a later deletion could not find these rows. Say \`grantsAccess\` of them too, or take the action off the foreign key.`
  throw new UserDeletionError('invalid_policy', message, { details: { path } })
}

/** What the columns held, ready to be written again. */
function restored({ before }: DisabledUser): Readonly<Record<string, ColumnValue>> {
  const entries = Object.entries(before).map(([column, value]) => [column, heldBefore(value)])
  return Object.fromEntries(entries) as Readonly<Record<string, ColumnValue>>
}

function restorable(column: string, value: unknown): Scalar | RecordedDate {
  if (value === undefined || value === null) return null
  if (value instanceof Date && !Number.isNaN(value.getTime())) return { date: value.toISOString() }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  throw new UserDeletionError(
    'schema_mismatch',
    `The status column "${column}" holds a value that could not be put back.`,
    { details: { column } },
  )
}
