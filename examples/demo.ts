/**
 * The engine at work: plans, deletes one user, is refused another, deletes many at once, and proves it.
 *
 * Run it with `npm run demo`. It works on a file of its own in the folder for temporary files, with
 * `npm run demo -- --mongodb` on a database of its own in MongoDB, or with `npm run demo -- --postgres` on PostgreSQL: in
 * process, or in a schema of its own on the server at `POSTGRES_URL`.
 *
 * @module
 */
import { type BulkOutcome, type Plan, UserDeletionError } from '../src/index.ts'
import type { DemoDatabase } from './demo/database.ts'
import {
  count,
  createProgress,
  heading,
  printFindings,
  printPlan,
  printReceipt,
  say,
} from './demo/print.ts'
import { type Finding, findings, type Outside, type Snapshot, takeSnapshot } from './demo/proof.ts'
import { createRandom } from './demo/random.ts'
import type { SeededUser } from './demo/seed.ts'

const TENANT = 'acme'

type Engine = DemoDatabase['engine']

/** The two things every part of the demo needs. */
interface Stage {
  readonly engine: Engine
  /** A second connection. */
  readonly outside: Outside
}

heading('A database')
const database = await open(process.argv)
try {
  process.exitCode = (await run(database)) ? 0 : 1
} finally {
  await database.close()
}

/** Only the driver of the database that is asked for has to be there. */
async function open(given: readonly string[]): Promise<DemoDatabase> {
  if (given.includes('--postgres'))
    return (await import('./demo/database-postgres.ts')).openPostgres()
  if (given.includes('--mongodb')) return (await import('./demo/database-mongodb.ts')).openMongodb()
  return (await import('./demo/database-sqlite.ts')).openSqlite()
}

async function run({ engine, users, bulk, outside }: DemoDatabase): Promise<boolean> {
  const stage = { engine, outside }
  await engine.migrate()
  const before = await takeSnapshot(outside, TENANT)
  say(`${count(users.length)} users of 3 tenants, ${count(before.auditEntries)} audit entries.`)
  say(`Below, users of the tenant "${TENANT}" are deleted.`)

  const ours = createRandom(7).shuffle(users.filter(({ tenantId }) => tenantId === TENANT))
  const first = await firstDeletable(engine, ours)
  await deleteOne(stage, first)
  await showRefusal(stage)
  const rest = ours.filter(({ id }) => id !== first.id).slice(0, bulk)
  const gone = await deleteBulk(stage, rest)
  return prove(stage, [first.id, ...gone], users, before)
}

/** The first whom nothing keeps from being deleted. */
async function firstDeletable(engine: Engine, users: readonly SeededUser[]): Promise<SeededUser> {
  for (const user of users) {
    const { blockers } = await engine.plan(user.id, { tenantId: TENANT })
    if (blockers.length === 0) return user
  }
  throw new Error('every user is blocked')
}

async function deleteOne({ engine }: Stage, { id }: SeededUser): Promise<void> {
  heading(`The plan for ${id}`)
  printPlan(await engine.plan(id, { tenantId: TENANT }))

  heading(`${id} is deleted`)
  printReceipt(await engine.delete(id, { tenantId: TENANT, reason: 'user_request' }))
  const error = await failureOf(engine.delete(id, { tenantId: TENANT }))
  say(`Asked again, the engine answers ${error.status}:`)
  say(JSON.stringify(error))
  say(`The earlier receipt is in the details: ${error.details['receiptId']}`)
}

/** Finds the only owner of an organization from outside, and tries. */
async function showRefusal({ engine, outside }: Stage): Promise<void> {
  const owner = await outside.onlyOwner(TENANT)
  heading(`${owner} is refused`)
  const error = await failureOf(engine.delete(owner, { tenantId: TENANT }))
  say(`${error.status} ${JSON.stringify(error)}`)
  for (const { name, remedy } of blockersOf(error)) say(`${name}: ${remedy}`)
}

/** Deletes the users and answers the ids of the users who are gone. */
async function deleteBulk({ engine }: Stage, users: readonly SeededUser[]): Promise<string[]> {
  heading(`${count(users.length)} users at once`)
  const gone: string[] = []
  const refused = new Map<string, number>()
  const progress = createProgress(users.length)
  const result = await engine.deleteMany(
    users.map(({ id }) => id),
    {
      tenantId: TENANT,
      reason: 'tenant_offboarding',
      onProgress: progress.update,
      onOutcome: (outcome: BulkOutcome) => {
        if (outcome.status === 'deleted') gone.push(String(outcome.id))
        if (outcome.status !== 'failed') return
        const [why] = blockersOf(outcome.error)
        const name = why?.name ?? outcome.error.code
        refused.set(name, (refused.get(name) ?? 0) + 1)
      },
    },
  )
  progress.stop()
  const refusals = [...refused].map(([name, times]) => `, ${count(times)} refused (${name})`)
  const seconds = (result.durationMs / 1_000).toFixed(1)
  say(`${count(result.deleted)} deleted${refusals.join('')} in ${seconds} s,`)
  say(`${count(result.usersPerSecond)} users/s, with the event loop free between slices.`)
  return gone
}

/** Whether everything holds, seen from the other connection. */
async function prove(
  { engine, outside }: Stage,
  ids: readonly string[],
  users: readonly SeededUser[],
  before: Snapshot,
): Promise<boolean> {
  heading(`The proof, in ${outside.manner}`)
  const byId = new Map(users.map((user) => [user.id, user]))
  const gone = ids.flatMap((id) => byId.get(id) ?? [])
  const ledger = await engine.ledger.verify()
  let receipts = 0
  for await (const _ of engine.ledger.receipts()) receipts += 1
  const all: readonly Finding[] = [
    ...(await findings(outside, TENANT, gone, before)),
    {
      claim: 'receipts in the ledger, one for each deleted user',
      observed: count(receipts),
      holds: receipts === ids.length,
    },
    {
      claim: 'ledger, every hash computed again',
      observed: ledger.valid ? `${count(ledger.entries)} entries` : ledger.problem,
      holds: ledger.valid,
    },
  ]
  printFindings(all)
  const holds = all.every((finding) => finding.holds)
  say(holds ? 'Everything holds.' : 'Something does NOT hold.')
  return holds
}

async function failureOf(work: Promise<unknown>): Promise<UserDeletionError> {
  try {
    await work
  } catch (error) {
    if (error instanceof UserDeletionError) return error
    throw error
  }
  throw new Error('an error was expected')
}

function blockersOf({ details }: UserDeletionError): Plan['blockers'] {
  return (details['blockers'] ?? []) as Plan['blockers']
}
