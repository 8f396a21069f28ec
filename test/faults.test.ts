import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { UserDeletionError } from '../src/index.ts'
import {
  type FaultEngineOptions,
  faultEngine,
  faultModel,
  KILL_OPTIONS,
  openFaultWorld,
  writeFaultWorld,
} from './support/fault-world.ts'
import { type Fault, faultyDatabase } from './support/faulty-database.ts'
import { fixedClock } from './support/fixed-clock.ts'
import { checkInvariants, type Snapshot, takeSnapshot } from './support/invariants.ts'

type Engine = ReturnType<typeof faultEngine>

/** One way of asking for a deletion. */
interface Scenario {
  readonly targets: readonly string[]
  /** Targets that nothing can delete. */
  readonly refused?: readonly string[]
  readonly options?: FaultEngineOptions
  /** Only every n-th statement fails. Default 1: each of them. */
  readonly stride?: number
  /** Asks, and answers the ids that the engine said are deleted. Throws what the engine threw. */
  ask(engine: Engine): Promise<Asked>
}

interface Asked {
  readonly deleted: readonly string[]
  /** Id of the receipt that a repeat points to or answers. */
  readonly receiptId?: string | undefined
  readonly answer: unknown
}

const SETTINGS = ['secure_delete', 'busy_timeout', 'foreign_keys'] as const

/** A disk that stays gone ends the run where one lost statement does; some of the places are enough. */
const LASTING_STRIDE = 7

const VARIANTS = [
  { mode: 'before', lasting: false },
  { mode: 'after', lasting: false },
  { mode: 'before', lasting: true },
  { mode: 'after', lasting: true },
] as const

const original = takeSnapshot(openFaultWorld())

function settingsOf(db: Database.Database): string {
  return SETTINGS.map((name) => `${name}=${db.pragma(name, { simple: true })}`).join(' ')
}

function receiptIdIn(snapshot: Snapshot, id: string): string | undefined {
  const entries = [...(snapshot['user_deletion_ledger']?.values() ?? [])]
  const entry = entries.find(({ kind, subject }) => kind === 'user.deleted' && subject === id)
  return entry && (JSON.parse(String(entry['body'])) as { readonly id: string }).id
}

function firstLine({ message }: Error): string {
  return message.slice(0, (message.indexOf('\n') + 1 || message.length + 1) - 1)
}

async function settled(work: Promise<Asked>): Promise<Asked | { readonly error: unknown }> {
  try {
    return await work
  } catch (error) {
    return { error }
  }
}

/** Fails the n-th execution for every n, until a run gets through without meeting its fault. */
async function failEverywhere(
  scenario: Scenario,
  { mode, lasting }: (typeof VARIANTS)[number],
): Promise<void> {
  const problems: string[] = []
  let lostCommits = 0
  const { stride = 1 } = scenario
  for (let at = 1; ; at += lasting ? stride * LASTING_STRIDE : stride) {
    const db = openFaultWorld()
    const faulty = faultyDatabase(db)
    try {
      const { hit, lostCommit } = await failOnce(scenario, db, faulty, { at, mode, lasting })
      if (hit === null) break
      if (lostCommit) lostCommits += 1
    } catch (error) {
      if (!(error instanceof Error)) throw error
      problems.push(`statement ${at} (${faulty.hit}): ${firstLine(error)}`)
      if (faulty.hit === null) break
    } finally {
      db.close()
    }
  }
  // Said in one piece: the difference of two long lists is slow to compute.
  assert.ok(problems.length === 0, `${problems.length} places\n${problems.slice(0, 12).join('\n')}`)
  const isEvery = stride === 1 && !lasting && mode === 'after'
  if (isEvery) assert.notEqual(lostCommits, 0, 'no commit whose answer was lost')
}

async function failOnce(
  scenario: Scenario,
  db: Database.Database,
  faulty: ReturnType<typeof faultyDatabase>,
  fault: Fault,
): Promise<{ readonly hit: string | null; readonly lostCommit: boolean }> {
  const said: unknown[] = []
  const clock = fixedClock()
  const options: FaultEngineOptions = {
    ...scenario.options,
    clock,
    logger: { warn: (message, details) => said.push(message, details) },
  }
  const engine = faultEngine(faulty, options)
  const settings = settingsOf(db)
  faulty.arm(fault)
  const first = await settled(scenario.ask(engine))
  const { hit } = faulty
  faulty.disarm()
  said.push('error' in first ? first.error : first.answer)

  const wasOpen = db.inTransaction
  if (wasOpen) db.exec('ROLLBACK')
  const settingsLeft = settingsOf(db)
  // The host goes on using its handle.
  db.exec('BEGIN IMMEDIATE; UPDATE countries SET code = code; COMMIT')

  const { targets, refused = [] } = scenario
  const going = targets.filter((id) => !refused.includes(id))
  const between = takeSnapshot(db)
  const check = { model: faultModel, before: original, targets }
  const fates = checkInvariants({ ...check, after: between, open: true, said })
  if ('error' in first) {
    assert.notEqual(hit, null, `failed without a fault: ${first.error}`)
    assert.ok(first.error instanceof UserDeletionError, `not an error of the library`)
  } else {
    for (const id of first.deleted) assert.equal(fates.get(id), 'deleted', `${id} was said to go`)
  }

  // Half of the repeats come from the engine that saw the fault, half from a new one after the lease.
  const isSame = fault.at % 2 === 0 && fault.lasting !== true
  if (!isSame) clock.set('2026-03-01T12:01:00.000Z')
  const second = isSame ? engine : faultEngine(db, options)
  const resumed = await second.resume()
  said.push(resumed)
  assert.deepEqual(resumed.failed, [])
  const openJobs = [...fates.values()].filter((fate) => fate === 'open').length
  assert.equal(resumed.finished.length, openJobs, 'resume() finishes the open jobs')
  const repeated = await scenario.ask(second)
  said.push(repeated.answer)
  assert.deepEqual([...repeated.deleted].sort(), going)

  const after = takeSnapshot(db)
  if (repeated.receiptId !== undefined) {
    assert.equal(repeated.receiptId, receiptIdIn(after, going[0] ?? ''), 'the same receipt')
  }
  await scenario.ask(second)
  const again = takeSnapshot(db)
  const ends = checkInvariants({ ...check, after, earlier: [between], again, said })
  for (const id of targets) assert.equal(ends.get(id) === 'deleted', going.includes(id))

  if (fault.lasting !== true) {
    assert.equal(wasOpen, false, 'a transaction was left open on the handle')
    assert.equal(settingsLeft, settings, 'the settings of the handle')
  }
  const isGone = going.some((id) => fates.get(id) === 'deleted')
  const lostCommit = hit === 'COMMIT' && fault.mode === 'after' && isGone
  return { hit, lostCommit }
}

/** Deletes one user; a repeat has to point to the receipt. */
async function askForOne(engine: Engine, id: string, idempotencyKey?: string): Promise<Asked> {
  const options = { tenantId: 'a', ...(idempotencyKey === undefined ? {} : { idempotencyKey }) }
  try {
    const receipt = await engine.delete(id, options)
    return { deleted: [id], receiptId: receipt.id, answer: receipt }
  } catch (error) {
    if (!(error instanceof UserDeletionError)) throw error
    const { receiptId } = error.details as { readonly receiptId?: string }
    if (error.code !== 'resource_not_found' || receiptId === undefined) throw error
    assert.equal(idempotencyKey, undefined, 'a repeat with the key answers the receipt itself')
    return { deleted: [id], receiptId, answer: error }
  }
}

async function askForMany(engine: Engine, ids: readonly string[]): Promise<Asked> {
  const deleted: string[] = []
  const result = await engine.deleteMany(ids, {
    tenantId: 'a',
    mode: 'throughput',
    onOutcome: ({ id, status }) => {
      if (status === 'deleted' || status === 'already_deleted') deleted.push(String(id))
    },
  })
  const { durationMs: _, usersPerSecond: __, ...answer } = result
  assert.equal(answer.requested, answer.deleted + answer.alreadyDeleted + answer.failed)
  assert.equal(deleted.length, answer.deleted + answer.alreadyDeleted)
  if (answer.stopped !== null) throw answer.stopped.error
  return { deleted, answer }
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'one user': { targets: ['a1'], ask: (engine) => askForOne(engine, 'a1') },
  'one user under an idempotency key': {
    targets: ['a1'],
    stride: 3,
    ask: (engine) => askForOne(engine, 'a1', 'key_1'),
  },
  'three users in one transaction': {
    targets: ['a1', 'a2', 'a3'],
    ask: (engine) => askForMany(engine, ['a1', 'a2', 'a3']),
  },
  'three users with savepoints, one of whom the database refuses': {
    targets: ['a1', 'a3', 'a5'],
    refused: ['a5'],
    ask: (engine) => askForMany(engine, ['a1', 'a5', 'a3']),
  },
  'a large user through the journal': {
    targets: ['a1'],
    options: { maxRowsPerTransaction: 3 },
    ask: (engine) => askForOne(engine, 'a1'),
  },
  'a large user through the journal under an idempotency key': {
    targets: ['a1'],
    options: { maxRowsPerTransaction: 3 },
    stride: 7,
    ask: (engine) => askForOne(engine, 'a1', 'key_1'),
  },
}

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  for (const { mode, lasting } of VARIANTS) {
    const fault = `${lasting ? 'everything from a statement on' : 'any one statement'} fails ${mode} it ran`
    test(`${name}: when ${fault}, it is all or nothing and a repeat completes it`, async () => {
      await failEverywhere(scenario, { mode, lasting })
    })
  }
}

/** Every so many statements of the journalled way; its transactions have another length, so all places come up. */
const KILL_STRIDE = 23
const CHILD = fileURLToPath(new URL('./support/kill-child.ts', import.meta.url))

test('a process that is killed at any statement leaves a file that resume() and a repeat complete', async (t) => {
  const template = join(folderFor(t), 'template.sqlite')
  writeFaultWorld(template)
  const statements = await countStatements(template)
  const places: Fault[] = []
  for (let at = 1; at <= statements; at += KILL_STRIDE) {
    places.push({ at, mode: places.length % 2 === 0 ? 'before' : 'after' })
  }
  assert.ok(places.length >= 12, `${places.length} kills`)
  const waiting = places.values()
  const worker = async (): Promise<void> => {
    for (const place of waiting) await killAt(template, place)
  }
  await Promise.all([worker(), worker(), worker()])
  t.diagnostic(`${places.length} kills in ${statements} statements`)
})

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'user-deletion-faults-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

async function countStatements(template: string): Promise<number> {
  const file = `${template}.count`
  copyFileSync(template, file)
  const db = new Database(file)
  const counting = faultyDatabase(db)
  await faultEngine(counting, KILL_OPTIONS).delete('a1', { tenantId: 'a' })
  db.close()
  return counting.executions
}

async function killAt(template: string, { at, mode }: Fault): Promise<void> {
  const file = `${template}.${at}`
  copyFileSync(template, file)
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, file, String(at), mode], {
    stdio: 'inherit',
  })
  const [, signal] = await once(child, 'exit')
  assert.equal(signal, 'SIGKILL', `statement ${at} was not reached`)

  const db = new Database(file)
  try {
    const place = `killed ${mode} statement ${at}`
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok', place)
    const check = { model: faultModel, before: original, targets: ['a1'] }
    const between = takeSnapshot(db)
    const fates = checkInvariants({ ...check, after: between, open: true })
    const engine = faultEngine(db, KILL_OPTIONS)
    const resumed = await engine.resume()
    assert.deepEqual(resumed.failed, [], place)
    assert.equal(resumed.finished.length, fates.get('a1') === 'open' ? 1 : 0, place)
    const repeated = await askForOne(engine, 'a1')
    const after = takeSnapshot(db)
    assert.equal(repeated.receiptId, receiptIdIn(after, 'a1'), place)
    await askForOne(engine, 'a1')
    const again = takeSnapshot(db)
    checkInvariants({ ...check, after, expected: 'deleted', earlier: [between], again })
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok', place)
  } finally {
    db.close()
  }
}
