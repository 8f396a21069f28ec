/**
 * The engine at work: plans, deletes one user, is refused another, deletes 2,000, and proves it.
 *
 * Run it with `npm run demo`. It works on a file of its own in the folder for temporary files.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { sqliteStore } from '../adapters/sqlite/index.ts'
import {
  type BulkOutcome,
  definePolicy,
  type Plan,
  UserDeletionEngine,
  UserDeletionError,
} from '../src/index.ts'
import { helloJohnPolicy, helloJohnSchema, soleOwner } from '../src/presets/hellojohn/index.ts'
import {
  count,
  createProgress,
  heading,
  printFindings,
  printPlan,
  printReceipt,
  say,
} from './demo/print.ts'
import { type Finding, findings, openReadOnly, takeSnapshot } from './demo/proof.ts'
import { createRandom } from './demo/random.ts'
import { type SeededUser, seed } from './demo/seed.ts'

const TENANT = 'acme'
const TENANTS = { [TENANT]: 60, globex: 25, initech: 15 }
const BULK = 2_000

/** The built-in policy, and a rule for a table of the application. */
const policy = definePolicy({
  ...helloJohnPolicy,
  name: 'demo',
  tables: { ...helloJohnPolicy.tables, notes: { match: 'author_id', action: 'delete' } },
  // In the deletion of a whole tenant its notes have gone with their authors.
  tenant: { tables: { ...helloJohnPolicy.tenant.tables, notes: 'unrelated' } },
})

type Engine = ReturnType<typeof createEngine>

/** The two things every part of the demo needs. */
interface Stage {
  readonly engine: Engine
  /** A second connection, which cannot write. */
  readonly outside: Database.Database
}

const folder = mkdtempSync(join(tmpdir(), 'user-deletion-demo-'))
try {
  process.exitCode = (await run(join(folder, 'auth.sqlite'))) ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function run(file: string): Promise<boolean> {
  heading('A database')
  const db = new Database(file)
  const users = createDatabase(db)
  const stage = { engine: createEngine(db), outside: openReadOnly(file) }
  await stage.engine.migrate()
  const before = takeSnapshot(stage.outside, TENANT)
  say(`${count(users.length)} users of 3 tenants, ${count(before.auditEntries)} audit entries.`)
  say(`Below, users of the tenant "${TENANT}" are deleted.`)

  const ours = createRandom(7).shuffle(users.filter(({ tenantId }) => tenantId === TENANT))
  const first = await firstDeletable(stage.engine, ours)
  await deleteOne(stage, first)
  await showRefusal(stage)
  const rest = ours.filter(({ id }) => id !== first.id).slice(0, BULK)
  const gone = await deleteBulk(stage, rest)
  const holds = await prove(stage, [first.id, ...gone], users, before)
  stage.outside.close()
  db.close()
  return holds
}

/** The built-in schema with a table of the application beside it, and rows in all of them. */
function createDatabase(db: Database.Database): readonly SeededUser[] {
  db.pragma('journal_mode = WAL')
  db.exec(helloJohnSchema)
  db.exec(`
    CREATE TABLE notes (
      id INTEGER PRIMARY KEY,
      tenant_id TEXT NOT NULL,
      author_id TEXT NOT NULL REFERENCES users (id),
      text TEXT NOT NULL
    );
    CREATE INDEX notes_author_id ON notes (author_id);
  `)
  const users = seed(db, { users: 5_000, tenants: TENANTS, extras: true })
  db.exec(`
    INSERT INTO notes (tenant_id, author_id, text)
    SELECT tenant_id, id, 'Signed, ' || email FROM users ORDER BY substr(id, -2), id
  `)
  return users
}

function createEngine(db: Database.Database) {
  return new UserDeletionEngine({ store: sqliteStore(db), policy, blockers: [soleOwner] })
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

/** Finds the only owner of an organization with plain SQL, and tries. */
async function showRefusal({ engine, outside }: Stage): Promise<void> {
  const owner = outside
    .prepare<[string], string>(
      "SELECT max(user_id) FROM organization_memberships WHERE tenant_id = ? AND role = 'owner' GROUP BY organization_id HAVING count(*) = 1 LIMIT 1",
    )
    .pluck()
    .get(TENANT)
  heading(`${owner} is refused`)
  const error = await failureOf(engine.delete(owner ?? '', { tenantId: TENANT }))
  say(`${error.status} ${JSON.stringify(error)}`)
  for (const { name, remedy } of blockersOf(error)) say(`${name}: ${remedy}`)
}

/** Deletes the users and answers the ids of those who are gone. */
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
  before: ReturnType<typeof takeSnapshot>,
): Promise<boolean> {
  heading('The proof, in plain SQL over a second connection')
  const byId = new Map(users.map((user) => [user.id, user]))
  const gone = ids.flatMap((id) => byId.get(id) ?? [])
  const ledger = await engine.ledger.verify()
  let receipts = 0
  for await (const _ of engine.ledger.receipts()) receipts += 1
  const all: readonly Finding[] = [
    ...findings(outside, TENANT, gone, before),
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
