import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import Database from 'better-sqlite3'
import { UserDeletionError } from '../../src/index.ts'
import { placesIn, placesInWords } from '../worlds/faults/fault-places.ts'
import { faultModel } from '../worlds/faults/fault-policy.ts'
import { type Engine, VARIANTS } from '../worlds/faults/fault-run.ts'
import { faultEngine, openFaultWorld } from '../worlds/faults/fault-world.ts'
import { type Fault, faultyDatabase } from '../worlds/faults/faulty-database.ts'
import { checkChain, type Row, type Snapshot, takeSnapshot } from '../worlds/faults/invariants.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'

/** One step of a user from a state to the next: a single transaction. */
interface Step {
  /** What has happened before, without a fault. */
  prepare?(engine: Engine): Promise<unknown>
  ask(engine: Engine): Promise<unknown>
  /** What asking again is answered where the step was done; without it, it succeeds. */
  readonly refusal?: string
  /** The host's tables that it changes. */
  readonly changes: readonly string[]
}

const IN_A = { tenantId: 'a' }
const SESSIONS = ['session_hints', 'sessions']

const STEPS: Readonly<Record<string, Step>> = {
  'disabling with sessions revoked': {
    ask: (engine) => engine.disable('a1', IN_A),
    changes: ['users', ...SESSIONS],
  },
  enabling: {
    prepare: (engine) => engine.disable('a1', IN_A),
    ask: (engine) => engine.enable('a1', IN_A),
    changes: ['users'],
  },
  'scheduling a deletion': {
    ask: (engine) => engine.scheduleDeletion('a1', { ...IN_A, after: 'P9D' }),
    refusal: 'invalid_transition',
    changes: ['users', ...SESSIONS],
  },
  'cancelling a scheduled deletion': {
    prepare: (engine) => engine.scheduleDeletion('a1', { ...IN_A, after: 'P9D' }),
    ask: (engine) => engine.cancelDeletion('a1', IN_A),
    refusal: 'invalid_transition',
    changes: ['users'],
  },
  'placing a hold': {
    ask: (engine) => engine.placeHold('a1', { ...IN_A, reason: 'court_order' }),
    changes: [],
  },
}

for (const [name, step] of Object.entries(STEPS)) {
  for (const [turn, { mode, lasting }] of VARIANTS.entries()) {
    const fault = `${lasting ? 'everything from a statement on' : 'any one statement'} fails ${mode} it ran`
    test(`${name}: when ${fault}, the user is as before or as after`, async (t) => {
      const states = { before: 0, after: 0 }
      const found = await endsOf(step)
      const tried = placesIn(found.history, turn, VARIANTS.length)
      for (const at of tried) {
        const state = await failOnce(step, found, { at, mode, lasting })
        states[state] += 1
      }
      assert.notEqual(states.before, 0)
      if (!lasting || mode === 'after') assert.notEqual(states.after, 0)
      const places = placesInWords(tried.length, found.history)
      t.diagnostic(`${places}; ${states.after} of them after the commit`)
    })
  }
}

interface Ends {
  /** The database before the step, to be opened any number of times. */
  readonly image: Buffer
  /** What it executes where nothing fails. */
  readonly history: readonly string[]
  readonly start: string
  /** What the step does where nothing fails. */
  readonly end: string
}

async function endsOf({ prepare, ask, changes }: Step): Promise<Ends> {
  const db = openFaultWorld()
  try {
    await prepare?.(faultEngine(db))
    const before = takeSnapshot(db)
    const image = db.serialize()
    await ask(faultEngine(db))
    const after = takeSnapshot(db)
    const tables = Object.keys(before).filter((table) => !table.startsWith('user_deletion_'))
    const rowsOf = (snapshot: Snapshot, table: string): readonly Row[] => [
      ...(snapshot[table]?.values() ?? []),
    ]
    const changed = tables.filter(
      (table) => !isDeepStrictEqual(rowsOf(before, table), rowsOf(after, table)),
    )
    assert.deepEqual(changed.sort(), [...changes].sort())
    const history = await statementsOf(image, ask)
    return { image, history, start: comparable(before), end: comparable(after) }
  } finally {
    db.close()
  }
}

async function statementsOf(image: Buffer, ask: Step['ask']): Promise<readonly string[]> {
  const db = new Database(image)
  try {
    const counting = faultyDatabase(db)
    await ask(faultEngine(counting))
    return counting.history
  } finally {
    db.close()
  }
}

async function failOnce(
  step: Step,
  { image, history, start, end }: Ends,
  fault: Fault,
): Promise<'before' | 'after'> {
  const db = new Database(image)
  try {
    const said: unknown[] = []
    const options = {
      clock: fixedClock(),
      logger: { warn: (message: string, details: unknown) => said.push(message, details) },
    }
    const faulty = faultyDatabase(db)
    const engine = faultEngine(faulty, options)
    faulty.arm(fault)
    let error: unknown
    await step.ask(engine).catch((thrown: unknown) => {
      error = thrown
    })
    const { hit } = faulty
    faulty.disarm()
    said.push(error)
    const where = `statement ${fault.at} (${hit})`
    assert.equal(hit, history[fault.at - 1], 'another statement than where nothing fails')
    if (error !== undefined) assert.ok(error instanceof UserDeletionError, where)
    if (fault.lasting !== true) assert.equal(db.inTransaction, false, where)
    if (db.inTransaction) db.exec('ROLLBACK')
    db.exec('BEGIN IMMEDIATE; UPDATE countries SET code = code; COMMIT')

    const between = takeSnapshot(db)
    checkChain({ after: between })
    const state = comparable(between)
    assert.ok(state === start || state === end, `${where}: neither as before nor as after`)
    if (error === undefined) assert.ok(state === end, `${where}: said to be done`)

    const second = fault.at % 2 === 0 ? engine : faultEngine(db, options)
    if (state === end && step.refusal !== undefined) {
      await assert.rejects(step.ask(second), { code: step.refusal }, where)
    } else if (state === start) {
      await step.ask(second)
    }
    const after = takeSnapshot(db)
    checkChain({ after })
    assert.ok(comparable(after) === end, `${where}: a repeat does not complete it`)
    const secrets = faultModel.personal(after['users']?.get('a1') ?? {})
    const text = said
      .map((value) => `${JSON.stringify(value)} ${value instanceof Error ? value.stack : ''}`)
      .join()
    for (const secret of secrets) assert.ok(!text.includes(secret), where)
    return state === end ? 'after' : 'before'
  } finally {
    db.close()
  }
}

/** All that one transaction writes. Ids of the engine's making are blanked, and what only says how the file or the clock stands is left out. */
function comparable(snapshot: Snapshot): string {
  const left = Object.entries(snapshot).map(([table, rows]) => {
    const isKept = (row: Row): boolean =>
      row['kind'] !== 'storage.sanitized' &&
      table !== 'user_deletion_marks' &&
      table !== 'user_deletion_ledger_head'
    return [table, [...rows.values()].filter(isKept)]
  })
  return (
    JSON.stringify(left)
      // The hash of an entry covers the ids that it tells; whether it holds, `checkChain` says. It goes first: some
      // hashes have a run of digits that reads like an id.
      .replace(/"hash":"[0-9a-f]{64}"/g, '"hash":"HASH"')
      .replace(/[0-9A-HJKMNP-TV-Z]{26}/g, 'ID')
  )
}
