/**
 * The engine's own records: ledger, outbox, jobs, spools and marks. What it keeps about single users beside
 * their jobs stands in `user-records.ts`.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { UserId } from '../../../src/program/program.ts'
import type {
  Job,
  JobClaim,
  LedgerAdoption,
  LedgerEntry,
  LedgerHead,
  OutboxEvent,
  RunsAside,
  Seal,
} from '../../../src/store/records.ts'
import type { JournalEnd } from '../../../src/store/slice.ts'
import { violation } from '../tables/rows.ts'
import { createUserRecords, type UserRecords } from './user-records.ts'

export interface Records {
  readonly entries: readonly LedgerEntry[]
  readonly head: LedgerHead | null
  readonly events: readonly OutboxEvent[]
  readonly jobs: readonly Job[]
  readonly spools: ReadonlyMap<string, readonly UserId[]>
  readonly marks: ReadonlyMap<string, string>
  /** The newest entry of the kind, `user.deleted` unless told otherwise. */
  newestEntry(
    userTable: string,
    tenantId: string | null,
    subject: UserId,
    kind?: LedgerEntry['kind'],
  ): LedgerEntry | undefined
  deletedAt(userTable: string, tenantId: string | null, subject: UserId): string | null
  jobOf(userTable: string, tenantId: string | null, userId: UserId): Job | undefined
  write(seal: Seal): void
  acknowledge(ids: readonly string[]): number
  addJob(job: Job): void
  claimJob(claim: JobClaim): Job | null
  saveJob(id: string, fence: number, change: Pick<Job, 'leaseUntil' | 'state'> & Partial<Job>): void
  /** Whoever has lost the job learns it before anything is decided. */
  assertHeld(journal: JournalEnd): void
  finishJob(id: string, fence: number): void
  removeJob(id: string, fence: number): void
  removeJobs(userTable: string, tenantId: string | null, userIds: readonly unknown[]): void
  writeEvents(events: readonly OutboxEvent[]): void
  readonly ofUsers: UserRecords
  spool(run: string, ids: readonly UserId[]): void
  clearSpool(run: string): void
  runsAside(): RunsAside
  removeMark(name: string): void
  writeMark(name: string, value: string): void
  stage(run: string, entries: readonly LedgerEntry[]): void
  adopt(run: string, adoption: LedgerAdoption): boolean
  clearStaged(run: string): void
  /** Puts everything back as it was when the work throws. */
  transaction<T>(work: () => T): T
}

export function createRecords(tablePrefix: string): Records {
  let state = {
    entries: [] as readonly LedgerEntry[],
    head: null as LedgerHead | null,
    events: [] as readonly OutboxEvent[],
    jobs: [] as readonly Job[],
    marks: new Map() as ReadonlyMap<string, string>,
    newest: new Map<UserId, readonly LedgerEntry[]>() as ReadonlyMap<
      UserId,
      readonly LedgerEntry[]
    >,
  }
  const staged = new Map<string, readonly LedgerEntry[]>()
  const spools = new Map<string, readonly UserId[]>()
  const ofUsers = createUserRecords()

  function withJob(id: string, fence: number, change: (job: Job) => Job | null): void {
    const job = state.jobs.find((candidate) => candidate.id === id && candidate.fence === fence)
    if (job === undefined) {
      throw new UserDeletionError('lease_lost', 'Another worker has taken the job over.')
    }
    const jobs = state.jobs.flatMap((candidate) =>
      candidate === job ? (change(job) ?? []) : candidate,
    )
    state = { ...state, jobs }
  }

  const records: Records = {
    get entries() {
      return state.entries
    },
    get head() {
      return state.head
    },
    get events() {
      return state.events
    },
    get jobs() {
      return state.jobs
    },
    get marks() {
      return state.marks
    },
    spools,
    newestEntry: (userTable, tenantId, subject, kind = 'user.deleted') =>
      state.newest
        .get(subject)
        ?.findLast((entry) => entry.kind === kind && isAbout(entry, userTable, tenantId)),
    deletedAt: (userTable, tenantId, subject) =>
      (state.newest.get(subject) ?? [])
        .filter((entry) => entry.kind === 'user.deleted' && isAbout(entry, userTable, tenantId))
        .reduce<string | null>((last, { at }) => (last === null || at > last ? at : last), null),
    jobOf: (userTable, tenantId, userId) =>
      state.jobs.find((job) => isOfUser(job, userTable, tenantId, userId)),
    write({ entries, events, head }) {
      const newest = new Map(state.newest)
      for (const entry of entries) {
        assertKeyIsFree(tablePrefix, state.entries, entry)
        assertKeyIsFree(tablePrefix, entries.slice(0, entries.indexOf(entry)), entry)
        if (entry.subject === null) continue
        newest.set(entry.subject, [...(newest.get(entry.subject) ?? []), entry])
      }
      state = {
        ...state,
        newest,
        head,
        entries: [...state.entries, ...entries],
        events: [...state.events, ...events],
      }
    },
    acknowledge(ids) {
      const known = new Set(ids)
      const events = state.events.filter(({ id }) => !known.has(id))
      const removed = state.events.length - events.length
      state = { ...state, events }
      return removed
    },
    addJob(job) {
      state = { ...state, jobs: [...state.jobs, job] }
    },
    claimJob({ id, fence, owner, now, leaseUntil }) {
      const job = state.jobs.find((candidate) => candidate.id === id)
      if (job === undefined || job.fence !== fence || job.leaseUntil > now) return null
      const claimed = { ...job, owner, leaseUntil, fence: fence + 1 }
      withJob(id, fence, () => claimed)
      return claimed
    },
    saveJob: (id, fence, change) => withJob(id, fence, (job) => ({ ...job, ...change })),
    assertHeld: ({ jobId, fence }) => withJob(jobId, fence, (job) => job),
    finishJob: (id, fence) => withJob(id, fence, () => null),
    removeJob(id, fence) {
      const jobs = state.jobs.filter((job) => job.id !== id || job.fence !== fence)
      state = { ...state, jobs }
    },
    removeJobs(userTable, tenantId, userIds) {
      const jobs = state.jobs.filter(
        (job) => !userIds.includes(job.userId) || !isOfUser(job, userTable, tenantId, job.userId),
      )
      state = { ...state, jobs }
    },
    writeEvents(events) {
      state = { ...state, events: [...state.events, ...events] }
    },
    ofUsers,
    spool: (run, ids) => void spools.set(run, [...(spools.get(run) ?? []), ...ids]),
    clearSpool: (run) => void spools.delete(run),
    runsAside: () => ({ spools: [...spools.keys()], imports: [...staged.keys()] }),
    removeMark(name) {
      const marks = new Map(state.marks)
      marks.delete(name)
      state = { ...state, marks }
    },
    writeMark(name, value) {
      state = { ...state, marks: new Map(state.marks).set(name, value) }
    },
    stage: (run, entries) => void staged.set(run, [...(staged.get(run) ?? []), ...entries]),
    adopt(run, { after, head }) {
      if (state.head?.seq !== after?.seq || state.head?.hash !== after?.hash) return false
      records.write({ entries: staged.get(run) ?? [], events: [], head })
      staged.clear()
      return true
    },
    clearStaged: (run) => void staged.delete(run),
    transaction(work) {
      const before = state
      try {
        return ofUsers.transaction(work)
      } catch (error) {
        state = before
        throw error
      }
    },
  }
  return records
}

/** Entries of an earlier layout that do not say whose tenant they are about are everybody's. */
function isAbout(entry: LedgerEntry, userTable: string, tenantId: string | null): boolean {
  const isTheirs =
    entry.userTable === userTable || (entry.userTable === null && entry.kind === 'tenant.deleted')
  return isTheirs && entry.tenantId === tenantId
}

function isOfUser(job: Job, userTable: string, tenantId: string | null, userId: UserId): boolean {
  return job.userTable === userTable && job.tenantId === tenantId && job.userId === userId
}

function assertKeyIsFree(
  tablePrefix: string,
  entries: readonly LedgerEntry[],
  entry: LedgerEntry,
): void {
  const { idempotencyKey, userTable, tenantId } = entry
  if (idempotencyKey === null) return
  const isTaken = entries.some(
    (other) =>
      other.idempotencyKey === idempotencyKey &&
      other.userTable === userTable &&
      other.tenantId === tenantId,
  )
  if (isTaken) throw violation('unique', `${tablePrefix}ledger`, 'idempotency_key')
}
