/**
 * Does what retained rules say comes at the end of their retention.
 *
 * The ledger is the list of work: each retained step with an end keeps a mark, the last entry it has done,
 * and goes on from there as long as entries are old enough. Rows, ledger entry and mark commit together, so a
 * crash leaves either all of a batch done or none of it.
 *
 * @module
 */
import { endsRuns, type UserDeletionError } from '../errors.ts'
import { type Expiry, endOf } from '../plan/expiry.ts'
import { monotonicMs, yieldToEventLoop } from '../ports.ts'
import type { RetentionExpired } from '../receipt/retention-fact.ts'
import { type Fact, sealFacts } from '../receipt/seal-facts.ts'
import type { LedgerEntry, SweepGroup, Swept, Target, UserId } from '../store.ts'
import type { ExecutionContext } from './context.ts'
import { nextSize } from './delete-many.ts'
import { toEngineError } from './failures.ts'
import { idsBehind } from './hidden-ids.ts'

/** What became of the ended retentions of one step. */
export interface ExpiredStep {
  /** Id of the step that had retained the rows. */
  readonly id: string
  readonly table: string
  readonly action: 'delete' | 'anonymize'
  readonly rows: number
  /** Users who had such rows. */
  readonly users: number
  /** Users left alone: the id has a user again, or was deleted again later. */
  readonly leftOut: number
  /** What stopped this step; it goes on from the same place next time. */
  readonly error: UserDeletionError | null
}

export interface ExpiryResult {
  /** One for each retained rule that has an end. */
  readonly steps: readonly ExpiredStep[]
  /** Whether `limit` or the signal stopped it, so that more may be due. */
  readonly more: boolean
}

export interface ExpiryOptions {
  /** Deletions to look at, over all steps. */
  readonly limit: number
  readonly signal: AbortSignal | undefined
}

/** Goes through the steps, children before parents. Rejects only when no other step can fare better. */
export async function expireRetained(
  context: ExecutionContext,
  { limit, signal }: ExpiryOptions,
): Promise<ExpiryResult> {
  const steps: ExpiredStep[] = []
  const done = new Map<string, number>()
  const run: Run = { left: limit, signal, size: 1, stopped: false }
  for (const expiry of context.expiries) {
    const tally = newTally(expiry)
    // A parent's rows are what its children are found by, so it stays behind them.
    const ceiling = Math.min(...expiry.after.map((id) => done.get(id) ?? 0), Infinity)
    const mark = await readProgress(context, expiry)
    done.set(expiry.stepId, mark.seq)
    steps.push(tally)
    if (run.stopped) continue
    try {
      done.set(expiry.stepId, await expireStep(context, expiry, mark, ceiling, run, tally))
    } catch (cause) {
      const error = toEngineError(cause)
      if (endsRuns(error)) throw error
      tally.error = error
    }
  }
  return { steps, more: run.stopped }
}

interface Run {
  left: number
  readonly signal: AbortSignal | undefined
  size: number
  stopped: boolean
}

type Tally = { -readonly [K in keyof ExpiredStep]: ExpiredStep[K] }

function newTally({ stepId, table, action }: Expiry): Tally {
  return { id: stepId, table, action, rows: 0, users: 0, leftOut: 0, error: null }
}

/** How far a step has come, and the mark's text as it stands. */
interface Progress {
  readonly seq: number
  readonly text: string | null
}

/** A rule that was changed in what it does starts again: what it has done already is not there to be done twice. */
async function readProgress({ store }: ExecutionContext, expiry: Expiry): Promise<Progress> {
  const text = await store.readMark(markName(expiry))
  const [seq, fingerprint] = text?.split(' ') ?? []
  return { text, seq: fingerprint === expiry.fingerprint ? Number(seq) : 0 }
}

function markName({ stepId }: Expiry): string {
  return `retention:${stepId}`
}

/** Works through the due entries of one step and answers the last one done. */
async function expireStep(
  context: ExecutionContext,
  expiry: Expiry,
  start: Progress,
  ceiling: number,
  run: Run,
  tally: Tally,
): Promise<number> {
  let progress = start
  for (;;) {
    const due = await readDue(context, expiry, progress.seq, ceiling)
    if (due.length === 0) return progress.seq
    const ids = await idsBehind(context, expiry, due)
    for (let next = 0; next < due.length; ) {
      if (run.signal?.aborted || run.left === 0) {
        run.stopped = true
        return progress.seq
      }
      const batch = due.slice(next, next + Math.min(run.size, run.left))
      const started = monotonicMs()
      const moved = await sweepBatch(context, expiry, progress, batch, ids, tally)
      if (moved === null) break
      progress = moved
      next += batch.length
      run.left -= batch.length
      run.size = nextSize(run.size, monotonicMs() - started)
      await yieldToEventLoop()
    }
    // Another process may have moved the mark meanwhile.
    progress = await readProgress(context, expiry)
  }
}

const PAGE = 500

/** The next deletions whose retention has ended, oldest first; empty when none is due. */
async function readDue(
  { store, clock }: ExecutionContext,
  { duration }: Expiry,
  afterSeq: number,
  ceiling: number,
): Promise<readonly LedgerEntry[]> {
  const now = clock.now()
  for (let after = afterSeq; ; ) {
    const page = await store.readLedger({ afterSeq: after, limit: PAGE })
    const due: LedgerEntry[] = []
    for (const entry of page) {
      if (entry.seq > ceiling) return due
      if (entry.kind !== 'user.deleted') continue
      if (endOf(new Date(entry.at), duration) > now) return due
      due.push(entry)
    }
    const last = page.at(-1)
    if (due.length > 0 || last === undefined || page.length < PAGE) return due
    after = last.seq
  }
}

/** One transaction; `null` when the mark was not where it was read. */
async function sweepBatch(
  context: ExecutionContext,
  expiry: Expiry,
  { seq, text }: Progress,
  batch: readonly LedgerEntry[],
  ids: ReadonlyMap<UserId, UserId>,
  tally: Tally,
): Promise<Progress | null> {
  const { store, policy, issuer } = context
  const { stepId, table, action, program } = expiry
  const throughSeq = batch.at(-1)?.seq ?? seq
  const groups = groupByTenant(context, batch, ids)
  const to = `${throughSeq} ${expiry.fingerprint}`
  const swept = await store.sweep(program, {
    groups,
    throughSeq,
    mark: { name: markName(expiry), from: text, to },
    seal(counted, head) {
      const facts = groups.flatMap((group, index): readonly Fact[] => {
        const { rows, users, leftOut } = sumUp(expiry, group, counted[index])
        if (rows === 0) return []
        const at = { afterSeq: seq, throughSeq, leftOut }
        const body: Omit<RetentionExpired, 'at'> = {
          ...{ format: 1, policy, stepId, table, action, rows, users },
          ...at,
        }
        return [{ kind: 'retention.expired', tenantId: group.tenantId, body: { ...body } }]
      })
      return facts.length === 0 ? null : sealFacts(issuer, facts, head)
    },
  })
  if (swept === null) return null
  for (const [index, group] of groups.entries()) {
    const { rows, users, leftOut } = sumUp(expiry, group, swept[index])
    tally.rows += rows
    tally.users += users
    tally.leftOut += leftOut.length
  }
  return { seq: throughSeq, text: to }
}

interface Group extends SweepGroup {
  /** The deletion of each user, by its place in the ledger. */
  readonly seqs: readonly number[]
}

/** Each user once, with the latest of their deletions. */
function groupByTenant(
  context: ExecutionContext,
  batch: readonly LedgerEntry[],
  ids: ReadonlyMap<UserId, UserId>,
): readonly Group[] {
  const tenants = new Map<string | null, Map<UserId, { target: Target; seq: number }>>()
  for (const { tenantId, subject, seq } of batch) {
    const id = subject === null ? undefined : ids.get(subject)
    if (subject === null || id === undefined) continue
    const users = tenants.get(tenantId) ?? new Map()
    tenants.set(tenantId, users.set(subject, { target: { id, subject }, seq }))
  }
  return [...tenants].map(([tenantId, users]) => {
    const found = [...users.values()]
    return {
      tenantId,
      users: found.map(({ target }) => target),
      derived: found.map(({ target }) => context.derive({ id: target.id })),
      seqs: found.map(({ seq }) => seq),
    }
  })
}

interface Sums {
  readonly rows: number
  readonly users: number
  readonly leftOut: readonly number[]
}

/** Rows of the step itself: cutting references ahead of it is not counted. */
function sumUp({ stepId, program }: Expiry, { seqs }: Group, swept: Swept | undefined): Sums {
  const own = program.steps.findIndex(({ id }) => id === stepId)
  const rows = (swept?.counts ?? []).map((counts) => counts?.[own] ?? 0)
  return {
    rows: rows.reduce((sum, count) => sum + count, 0),
    users: rows.filter((count) => count > 0).length,
    leftOut: seqs.filter((_, user) => swept?.counts[user] === null),
  }
}
