/** The engine, its host and the model side by side; each is asked the same, and compared in full afterwards. */

import assert from 'node:assert/strict'
import { UserDeletionEngine } from '../../../src/engine/engine.ts'
import { UserDeletionError } from '../../../src/errors.ts'
import { listJobs } from '../../../src/records/job-records.ts'
import { readLedger } from '../../../src/records/ledger-records.ts'
import { readMark } from '../../../src/records/mark-records.ts'
import { listHolds } from '../../../src/records/user-records.ts'
import type { Job } from '../../../src/store/records.ts'
import {
  type Crash,
  crashable,
  HOST_TABLES,
  type Host,
  type HostTable,
  type Mapping,
  policyOf,
  type Row,
} from '../hosts/life-cycle-host.ts'
import {
  type Expected,
  isHeld,
  LEASE_MS,
  MAX_ROWS,
  type ModelUser,
  type Moment,
  stateOf,
} from './life-cycle-model.ts'

export type Engine = UserDeletionEngine<ReturnType<typeof policyOf>>
export type Answer =
  | { readonly value: unknown }
  | { readonly error: UserDeletionError; readonly value?: undefined }

/** How often each thing took effect, was refused, and so on; over many runs. */
export type Tally = Map<string, number>

export function count(tally: Tally, what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1)
}

/** What the engine and the host are expected to hold. */
export interface Model {
  readonly users: Map<string, ModelUser>
  /** Users who are gone, and how many of their audit entries stay. */
  readonly deleted: Map<string, { readonly tenantId: string; readonly email: string }>
  now: number
  /** When a purge has last seen the clock. */
  seen: number | null
  engine: number
}

export interface World {
  readonly host: Host
  readonly mapping: Mapping
  readonly tally: Tally
  /** The engine that is asked; another one after its process has died. */
  engine: Engine
  /** Looks only, past the crashes. */
  readonly observer: Engine
  readonly readyAt: Map<string, number>
  at(model: Model): Moment
  arm(crash: Crash): void
  /** Asks the engine, and says whether it crashed on the way. */
  ask(call: (engine: Engine) => Promise<unknown>): Promise<Answer & { readonly crashed: boolean }>
  /** Compares everything; the states of users whom the command does not concern are asked for in turn. */
  check(model: Model, concerned: 'all' | readonly string[]): Promise<void>
  /** Learns where a crash has left a user, and accepts no other place than the expected ones. */
  settle(model: Model, id: string, expected: Expected): Promise<void>
  settleClock(model: Model, allowed: readonly (number | null)[]): Promise<void>
  insertUser(model: Model, tenantId: string, email: string, posts: number): Promise<void>
}

export const START = Date.parse('2026-03-01T12:00:00.000Z')
export const DAY_MS = 86_400_000
export const CLOCK_BOUND_MS = 7 * DAY_MS

export async function openWorld(
  host: Host,
  mapping: Mapping,
  tally: Tally,
): Promise<{ readonly model: Model; readonly real: World }> {
  const model: Model = {
    users: new Map(),
    deleted: new Map(),
    now: START,
    seen: null,
    engine: 1,
  }
  const clock = { now: () => new Date(model.now), later: () => {} }
  const crashing = crashable(host.store)
  const readyAt = new Map<string, number>()
  const policy = policyOf(mapping)
  let isDead = false
  /** The engine that was asked last, and whose jobs have an owner that is not known yet. */
  let asked = 1
  let lastSeq = 0
  let checks = 0
  let userNumber = 0
  const receipts = new Map<string, string[]>()
  const engineOf = new Map<string, number>()

  const openEngine = (store: Host['store']): Engine =>
    new UserDeletionEngine({
      store,
      policy,
      clock,
      leaseMs: LEASE_MS,
      maxRowsPerTransaction: MAX_ROWS,
      maxClockJumpMs: CLOCK_BOUND_MS,
      logger: { warn: () => {} },
      selfService: { isRecentlyAuthenticated: () => true, coolingOff: 'P7D' },
      externalErasers: [{ name: 'crm', page: ({ userId }) => erasePage(String(userId)) }],
    })
  /** Answers the same for the same instant, however often it is asked. */
  const erasePage = (id: string): { removed: number; comeBackAfterMs?: number } => {
    const wait = (readyAt.get(id) ?? 0) - model.now
    return wait > 0 ? { removed: 0, comeBackAfterMs: wait } : { removed: 1 }
  }
  const observer = openEngine(host.store)
  await observer.migrate()

  const real: World = {
    host,
    mapping,
    tally,
    readyAt,
    observer,
    engine: openEngine(crashing.store),
    at: ({ now, engine }) => ({ mapping, now, engine }),
    arm(crash) {
      crashing.arm(crash)
      isDead = crash.isLasting
    },
    async ask(call) {
      asked = model.engine
      let answer: Answer
      try {
        answer = { value: await call(real.engine) }
      } catch (error) {
        if (!(error instanceof UserDeletionError) && !crashing.hasCrashed) throw error
        answer = { error: error as UserDeletionError }
      }
      const crashed = crashing.hasCrashed
      if (crashed) {
        crashing.disarm()
        crashing.arm({ at: Number.POSITIVE_INFINITY, mode: 'before', isLasting: false })
        count(tally, isDead ? 'process died' : 'call failed')
        if (isDead) {
          real.engine = openEngine(crashing.store)
          model.engine += 1
        }
      }
      return { ...answer, crashed }
    },
    async check(given, concerned) {
      checks += 1
      const ids = [...given.users.keys(), ...given.deleted.keys()]
      const next = ids[checks % ids.length] ?? ''
      await checkStates(real, given, concerned === 'all' ? ids : [...concerned, next])
      await checkWorld(real, given, await observe())
    },
    async settle(given, id, expected) {
      const { jobs, holds, rows } = await observe()
      const before = given.users.get(id)
      const wanted = 'user' in expected ? [expected.user, expected.opened] : []
      const { state } = await standingOf(observer, before?.tenantId ?? '', id)
      const seen = {
        state,
        row: rows('users').find((row) => row['id'] === id),
        sessions: rows('sessions').flatMap((row) => (row['user_id'] === id ? [row['id']] : [])),
        job: jobs.find((job) => job.userId === id),
        holds: holds.filter((hold) => hold.userId === id).map((hold) => hold.id),
      }
      for (const candidate of [...wanted, before]) {
        if (candidate === undefined) continue
        const accepted = accept(candidate, seen)
        if (accepted === 'no') continue
        place(given, id, accepted)
        return
      }
      assert.fail(`a crash has left ${id} in a state that is neither before nor after: ${state}`)
    },
    async settleClock(given, allowed) {
      const mark = await readMark(host.store, 'clock')
      const seen = mark === null ? null : Date.parse(mark)
      assert.ok(allowed.includes(seen), 'the clock was seen at another time')
      given.seen = seen
    },
    async insertUser(given, tenantId, email, posts) {
      userNumber += 1
      const id = `usr_${userNumber}`
      await host.insert('users', {
        id,
        tenant_id: tenantId,
        email,
        status: 'active',
        disabled_at: null,
      })
      for (let post = 1; post <= posts; post += 1) {
        await host.insert('posts', { id: `${id}_${post}`, author_id: id })
      }
      await host.insert('invitations', { id: `inv_${id}`, tenant_id: tenantId, email })
      await host.insert('audit_log', { id: `aud_${id}`, actor_id: id, actor_email: email })
      given.users.set(id, {
        ...{ id, tenantId, email, posts },
        ...{ sessions: [], status: 'active', disabledAt: null, before: null, holds: [] },
        ...{ schedule: null, deletion: null },
      })
    },
  }

  interface Seen {
    readonly state: string
    readonly row: Row | undefined
    readonly sessions: readonly unknown[]
    readonly job: Job | undefined
    readonly holds: readonly string[]
  }

  function accept(candidate: ModelUser | null, seen: Seen): ModelUser | null | 'no' {
    const { row, job } = seen
    if (candidate === null) return row === undefined && job === undefined ? null : 'no'
    if (row === undefined || seen.state !== stateOf(candidate, mapping)) return 'no'
    const isSame =
      row['status'] === candidate.status &&
      row['disabled_at'] === candidate.disabledAt &&
      seen.sessions.length === candidate.sessions.length
    if (!isSame) return 'no'
    const holds = candidate.holds.map((hold) =>
      hold.id === '' ? { ...hold, id: newHold(seen) } : hold,
    )
    if (holds.length !== seen.holds.length || holds.some(({ id }) => !seen.holds.includes(id)))
      return 'no'
    const { deletion } = candidate
    if (deletion === null) return { ...candidate, holds }
    if (job?.kind !== deletion.kind) return 'no'
    return {
      ...candidate,
      holds,
      deletion: {
        ...deletion,
        engine: engineOf.get(job.owner) ?? asked,
        leaseUntil: Date.parse(job.leaseUntil),
        isRecorded: job.dueAt !== null,
        readyAt: isEraserDone(job) ? null : deletion.readyAt,
        isPartial: true,
      },
    }
  }

  function newHold(seen: Seen): string {
    const known = new Set(
      [...model.users.values()].flatMap(({ holds }) => holds.map(({ id }) => id)),
    )
    return seen.holds.find((id) => !known.has(id)) ?? ''
  }

  async function observe(): Promise<Observed> {
    const jobs = await listJobs(host.store, { limit: 1_000 })
    const holds = await listHolds(host.store, { limit: 1_000 })
    for (const { owner } of jobs) {
      if (owner !== '' && !engineOf.has(owner)) engineOf.set(owner, asked)
    }
    for (const entry of await readLedger(host.store, { afterSeq: lastSeq, limit: 1_000 })) {
      lastSeq = entry.seq
      if (entry.kind !== 'user.deleted') continue
      const { id } = JSON.parse(entry.body) as { readonly id: string }
      receipts.set(String(entry.subject), [...(receipts.get(String(entry.subject)) ?? []), id])
    }
    const read = await Promise.all(HOST_TABLES.map((table) => host.rows(table)))
    const rows = (table: HostTable): readonly Row[] => read[HOST_TABLES.indexOf(table)] ?? []
    return { jobs, holds, rows, receipts }
  }

  return { model, real }
}

interface Observed {
  readonly jobs: readonly Job[]
  readonly holds: Awaited<ReturnType<typeof listHolds>>
  readonly receipts: ReadonlyMap<string, readonly string[]>
  rows(table: HostTable): readonly Row[]
}

function isEraserDone(job: Job): boolean {
  const state = JSON.parse(job.state) as {
    readonly erasure: {
      readonly erasers: Readonly<Record<string, { readonly status: string }>>
    } | null
  }
  return state.erasure?.erasers['crm']?.status === 'done'
}

/** Takes over what is expected of a user; `null` for gone. */
export function place(model: Model, id: string, user: ModelUser | null): void {
  const before = model.users.get(id)
  if (user !== null) {
    model.users.set(id, user)
    return
  }
  model.users.delete(id)
  if (before !== undefined) {
    model.deleted.set(id, { tenantId: before.tenantId, email: before.email })
  }
}

async function checkStates(
  { observer, mapping }: World,
  { users, deleted }: Model,
  ids: readonly string[],
): Promise<void> {
  for (const id of ids) {
    const user = users.get(id)
    const tenantId = user?.tenantId ?? deleted.get(id)?.tenantId ?? ''
    const { state, row } = await standingOf(observer, tenantId, id)
    const expected = user === undefined ? 'resource_not_found' : stateOf(user, mapping)
    assert.equal(state, expected, `${id}: state`)
    if (user !== undefined) assert.equal(row['status'], user.status, `${id}: the answered row`)
    else assert.equal(typeof row['receiptId'], 'string', `${id}: the error names the receipt`)
  }
}

async function standingOf(
  observer: Engine,
  tenantId: string,
  id: string,
): Promise<{ readonly state: string; readonly row: Row }> {
  try {
    const { state, user: row } = await observer.getStatus(id, { tenantId })
    return { state, row }
  } catch (error) {
    if (error instanceof UserDeletionError) return { state: error.code, row: error.details }
    throw error
  }
}

/** Everything that a host could see, against the model. */
async function checkWorld(real: World, model: Model, seen: Observed): Promise<void> {
  for (const id of model.deleted.keys()) {
    assert.equal(seen.receipts.get(id)?.length, 1, `${id}: exactly one receipt`)
  }
  assert.equal(seen.receipts.size, model.deleted.size, 'receipts of users who are not deleted')
  checkRows(model, seen)
  await checkJobs(real, model)
  const held = seen.holds.map(({ id }) => id)
  const wanted = [...model.users.values()].flatMap(({ holds }) => holds.map(({ id }) => id))
  assert.deepEqual(held.toSorted(), wanted.toSorted(), 'holds')
}

function checkRows(model: Model, { rows }: Observed): void {
  const users = [...model.users.values()]
  same(
    'users',
    rows('users').map(({ id, tenant_id, email, status, disabled_at }) =>
      [id, tenant_id, email, status, disabled_at].join(' '),
    ),
    users.map(({ id, tenantId, email, status, disabledAt }) =>
      [id, tenantId, email, status, disabledAt].join(' '),
    ),
  )
  same(
    'sessions',
    rows('sessions').map(({ id, user_id }) => `${id} ${user_id}`),
    users.flatMap(({ id, sessions }) => sessions.map((session) => `${session} ${id}`)),
  )
  const partial = new Set(users.flatMap(({ id, deletion }) => (deletion?.isPartial ? [id] : [])))
  const owned = (table: 'posts' | 'invitations', owner: (row: Row) => string): readonly string[] =>
    rows(table).flatMap((row) => (partial.has(owner(row)) ? [] : [String(row['id'])]))
  const whole = users.filter(({ id }) => !partial.has(id))
  same(
    'posts',
    owned('posts', (row) => String(row['author_id'])),
    whole.flatMap(({ id, posts }) => Array.from({ length: posts }, (_, at) => `${id}_${at + 1}`)),
  )
  same(
    'invitations',
    owned('invitations', (row) => String(row['id']).slice(4)),
    whole.map(({ id }) => `inv_${id}`),
  )
  same(
    'audit_log',
    rows('audit_log').flatMap(({ actor_id, actor_email }) =>
      partial.has(String(actor_id)) ? [] : [`${actor_id} ${actor_email}`],
    ),
    [
      ...whole.map(({ id, email }) => `${id} ${email}`),
      ...[...model.deleted.keys()].map((id) => `${id} ${null}`),
    ],
  )
}

function same(what: string, actual: readonly string[], expected: readonly string[]): void {
  assert.equal(actual.toSorted().join('\n'), expected.toSorted().join('\n'), what)
}

async function checkJobs({ observer, mapping }: World, model: Model): Promise<void> {
  const open: string[] = []
  for await (const { userId, tenantId, kind, dueAt, scheduledBy, why } of observer.jobs()) {
    const erasers = why.kind === 'waiting_for_erasers' ? why.erasers.join() : ''
    open.push([userId, tenantId, kind, dueAt, scheduledBy, why.kind, erasers].join(' '))
  }
  const expected = [...model.users.values()].flatMap((user) => {
    const { id, tenantId, schedule, deletion } = user
    const state = stateOf(user, mapping)
    if (state === 'scheduled' && schedule !== null) {
      const { dueAt, by } = schedule
      const due = isHeld(user, model.now) ? 'held' : 'due'
      const why = dueAt > model.now ? 'not_due' : due
      return [[id, tenantId, 'scheduled_deletion', iso(dueAt), by, why, ''].join(' ')]
    }
    if (deletion === null) return []
    const { kind, readyAt, isRecorded, leaseUntil } = deletion
    const dueAt = isRecorded && readyAt !== null ? readyAt : null
    const isWaiting = dueAt !== null && dueAt > model.now
    const running = leaseUntil > model.now ? 'running' : 'interrupted'
    const why = isWaiting ? 'waiting_for_erasers crm' : `${running} `
    return [[id, tenantId, kind, dueAt === null ? null : iso(dueAt), null, why].join(' ')]
  })
  same('jobs', open, expected)
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
