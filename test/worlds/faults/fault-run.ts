/** Deletions whose n-th statement fails, for every n, and what has to hold afterwards. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type Database from 'better-sqlite3'
import { UserDeletionError } from '../../../src/index.ts'
import { fixedClock } from '../fixed-clock.ts'
import { placesIn, placesInWords } from './fault-places.ts'
import { faultModel } from './fault-policy.ts'
import { type FaultEngineOptions, faultEngine, openFaultWorld } from './fault-world.ts'
import { type Fault, faultyDatabase } from './faulty-database.ts'
import { checkInvariants, type Snapshot, takeSnapshot } from './invariants.ts'

export type Engine = ReturnType<typeof faultEngine>

/** One way of asking for a deletion. */
export interface Scenario {
  readonly targets: readonly string[]
  /** Targets that nothing can delete. */
  readonly refused?: readonly string[]
  readonly options?: FaultEngineOptions
  /** Whether another one has nearly the same statements. */
  readonly isLikeAnother?: boolean
  /** Takes out of a snapshot what the invariants do not know. */
  readonly view?: (snapshot: Snapshot) => Snapshot
  /** Asks, and answers the ids that the engine said are deleted. Throws what the engine threw. */
  ask(engine: Engine): Promise<Asked>
}

export interface Asked {
  readonly deleted: readonly string[]
  /** Id of the receipt that a repeat points to or answers. */
  readonly receiptId?: string | undefined
  readonly answer: unknown
}

const SETTINGS = ['secure_delete', 'temp_store', 'busy_timeout', 'foreign_keys'] as const

export const VARIANTS = [
  { mode: 'before', lasting: false },
  { mode: 'after', lasting: false },
  { mode: 'before', lasting: true },
  { mode: 'after', lasting: true },
] as const

const original = takeSnapshot(openFaultWorld())

function settingsOf(db: Database.Database): string {
  return SETTINGS.map((name) => `${name}=${db.pragma(name, { simple: true })}`).join(' ')
}

export function receiptIdIn(snapshot: Snapshot, id: string): string | undefined {
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

/** The journal is no part of the deletion: what fails in clearing it undoes nothing, and the repeat pays. */
async function askAndSettle(scenario: Scenario, engine: Engine): Promise<Asked> {
  const asked = await scenario.ask(engine)
  await engine.settle().catch((error: unknown) => {
    assert.ok(error instanceof UserDeletionError, `not an error of the library`)
  })
  return asked
}

/** Registers the tests of one way of asking: each says how many places it covered. */
export function testFaults(name: string, scenario: Scenario): void {
  for (const [turn, variant] of VARIANTS.entries()) {
    const fault = `${variant.lasting ? 'everything from a statement on' : 'any one statement'} fails ${variant.mode} it ran`
    test(`${name}: when ${fault}, it is all or nothing and a repeat completes it`, async (t) => {
      t.diagnostic(await failEverywhere(scenario, variant, turn))
    })
  }
}

/** Fails one execution after the other, each on a database of its own. Answers how many there were. */
async function failEverywhere(
  scenario: Scenario,
  { mode, lasting }: (typeof VARIANTS)[number],
  turn: number,
): Promise<string> {
  const history = await statementsOf(scenario)
  const places = placesIn(history, turn, VARIANTS.length, scenario.isLikeAnother)
  const problems: string[] = []
  let lostCommits = 0
  for (const at of places) {
    const db = openFaultWorld()
    const faulty = faultyDatabase(db)
    try {
      const { hit, lostCommit } = await failOnce(scenario, db, faulty, { at, mode, lasting })
      assert.equal(hit, history[at - 1], 'another statement than where nothing fails')
      if (lostCommit) lostCommits += 1
    } catch (error) {
      if (!(error instanceof Error)) throw error
      problems.push(`statement ${at} (${faulty.hit}): ${firstLine(error)}`)
    } finally {
      db.close()
    }
  }
  // Said in one piece: the difference of two long lists is slow to compute.
  assert.ok(problems.length === 0, `${problems.length} places\n${problems.slice(0, 12).join('\n')}`)
  assert.notEqual(places.length, 0, 'no statement has failed')
  const losesAnswers = !lasting && mode === 'after'
  if (losesAnswers) assert.notEqual(lostCommits, 0, 'no commit whose answer was lost')
  return placesInWords(places.length, history)
}

/** What a run without a fault executes. */
async function statementsOf(scenario: Scenario): Promise<readonly string[]> {
  const db = openFaultWorld()
  try {
    const counting = faultyDatabase(db)
    const options = { ...scenario.options, clock: fixedClock(), logger: { warn: () => {} } }
    await settled(askAndSettle(scenario, faultEngine(counting, options)))
    return counting.history
  } finally {
    db.close()
  }
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
  const first = await settled(askAndSettle(scenario, engine))
  const { hit } = faulty
  faulty.disarm()
  said.push('error' in first ? first.error : first.answer)

  const wasOpen = db.inTransaction
  if (wasOpen) db.exec('ROLLBACK')
  const settingsLeft = settingsOf(db)
  // The host goes on using its handle.
  db.exec('BEGIN IMMEDIATE; UPDATE countries SET code = code; COMMIT')

  const { targets, refused = [], view = (snapshot) => snapshot } = scenario
  const going = targets.filter((id) => !refused.includes(id))
  const between = view(takeSnapshot(db))
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
  const { level, complete } = await second.settle()
  assert.deepEqual([level, complete], ['journal_cleared', true])

  const after = view(takeSnapshot(db))
  if (repeated.receiptId !== undefined) {
    assert.equal(repeated.receiptId, receiptIdIn(after, going[0] ?? ''), 'the same receipt')
  }
  await scenario.ask(second)
  const again = view(takeSnapshot(db))
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
export async function askForOne(
  engine: Engine,
  id: string,
  idempotencyKey?: string,
): Promise<Asked> {
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

export async function askForMany(engine: Engine, ids: readonly string[]): Promise<Asked> {
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
