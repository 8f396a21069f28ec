/**
 * Job documents: written before the first effect of work that spans several transactions.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { Program, UserId } from '../../../src/program/program.ts'
import type { Job, JobClaim, JobKind, JobQuery, JobSave } from '../../../src/store/records.ts'
import type { JobReference, JournalEnd, Targets } from '../../../src/store/slice.ts'
import type { Doc, MongoDb } from '../server/driver.ts'
import { JOBS } from '../server/engine-collections.ts'
import type { Question } from '../server/questions.ts'
import { DURABLE, type Reader, type Writer } from '../server/scope.ts'
import { engineId, keyOf } from '../server/values.ts'
import type { RecordWrite } from './change.ts'
import { textOrNull } from './ledger.ts'

export async function listJobs(
  reader: Reader,
  { limit, userTable, user, kinds, dueBy, after }: JobQuery,
): Promise<readonly Job[]> {
  const conditions: Doc[] = [
    ...(userTable === undefined ? [] : [{ userTable }]),
    ...(user === undefined ? [] : [{ ...user }]),
    ...(kinds === undefined ? [] : [{ kind: { $in: kinds } }]),
    ...(dueBy === undefined ? [] : [{ $or: [{ dueAt: null }, { dueAt: { $lte: dueBy } }] }]),
    ...(after === undefined
      ? []
      : [
          {
            $or: [
              { createdAt: { $gt: after.createdAt } },
              { createdAt: after.createdAt, _id: { $gt: after.id } },
            ],
          },
        ]),
  ]
  const filter = conditions.length === 0 ? {} : { $and: conditions }
  const jobs = await reader.find(JOBS, filter, { sort: { createdAt: 1, _id: 1 }, limit })
  return jobs.map(toJob)
}

/** The open jobs of a slice, in the order of its users. */
export function jobsOf(
  { user: { table: userTable } }: Program,
  { users, tenantId }: Targets,
): Question<readonly (JobReference | null)[]> {
  const ofUsers = { userId: { $in: users.map(({ id }) => id) }, userTable, tenantId }
  return {
    pipelines: [
      {
        collection: JOBS,
        pipeline: [{ $match: ofUsers }, { $project: { userId: 1, kind: 1, fence: 1 } }],
      },
    ],
    answer([found = []]) {
      const jobs = new Map(
        found.map(({ userId, _id, kind, fence }): [string | null, JobReference] => [
          keyOf(userId),
          { id: String(_id), kind: kind as JobKind, fence: Number(fence) },
        ]),
      )
      return users.map(({ id }) => jobs.get(keyOf(id)) ?? null)
    },
  }
}

/**
 * One atomic compare-and-set on the fence. The answer to an earlier try may have been lost on the way: then the job
 * is claimed already, just as it was asked for.
 */
export async function claimJob(
  db: MongoDb,
  reader: Reader,
  claim: JobClaim,
  tries: number,
): Promise<Job | null> {
  const { id, fence, owner, now, leaseUntil } = claim
  const claimed = await db.collection(JOBS).findOneAndUpdate(
    { _id: id, fence, leaseUntil: { $lte: now } },
    { $set: { owner, leaseUntil }, $inc: { fence: 1 } },
    // It waits for a transaction that holds the job, maybe one whose process is gone.
    { returnDocument: 'after', ...DURABLE, maxTimeMS: LONGEST_WAIT_MS },
  )
  if (claimed !== null) return toJob(claimed as Doc)
  if (tries === 1) return null
  const [own] = await reader.find(JOBS, { _id: id, fence: fence + 1, owner, leaseUntil })
  return own === undefined ? null : toJob(own)
}

const LONGEST_WAIT_MS = 1_000

export async function saveJob(
  writer: Writer,
  { id, fence, leaseUntil, dueAt, state }: JobSave,
): Promise<void> {
  const matched = await writer.updateMany(JOBS, {
    filter: { _id: id, fence },
    update: { $set: { leaseUntil, dueAt, state } },
  })
  if (matched === 0) throw leaseLost()
}

export async function removeJob(
  writer: Writer,
  { id, fence }: Pick<Job, 'id' | 'fence'>,
): Promise<void> {
  await writer.deleteMany(JOBS, { _id: id, fence })
}

/** Whoever has lost the job learns it before anything is decided. */
export async function assertHeld(
  reader: Reader,
  { jobId, fence }: Pick<JournalEnd, 'jobId' | 'fence'>,
): Promise<void> {
  const held = await reader.find(JOBS, { _id: jobId, fence }, { projection: { _id: 1 } })
  if (held.length === 0) throw leaseLost()
}

export function jobRecord({ id, ...job }: Job): RecordWrite {
  return { kind: 'put', collection: JOBS, document: { _id: id, ...job } }
}

export function toJob(job: Doc): Job {
  return {
    id: String(job['_id']),
    kind: job['kind'] as JobKind,
    userTable: textOrNull(job['userTable']),
    tenantId: textOrNull(job['tenantId']),
    userId: engineId(job['userId']) as UserId,
    requestedAt: String(job['requestedAt']),
    dueAt: textOrNull(job['dueAt']),
    idempotencyKey: textOrNull(job['idempotencyKey']),
    owner: String(job['owner']),
    leaseUntil: String(job['leaseUntil']),
    fence: Number(job['fence']),
    createdAt: String(job['createdAt']),
    policyDigest: String(job['policyDigest']),
    state: String(job['state']),
  }
}

function leaseLost(): UserDeletionError {
  return new UserDeletionError('lease_lost', 'Another worker has taken the job over.')
}
