import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { UserDeletionError } from '../../src/index.ts'
import { bundleChild, folderInPackage } from '../worlds/faults/bundle-child.ts'
import { callsIn, type LoggedCall, openRun } from '../worlds/faults/erase-kill-run.ts'
import { essence, isErasedEntry, isShutOut } from '../worlds/faults/erased-essence.ts'
import { faultModel } from '../worlds/faults/fault-policy.ts'
import { openFaultWorld, writeFaultWorld } from '../worlds/faults/fault-world.ts'
import { faultyDatabase } from '../worlds/faults/faulty-database.ts'
import {
  checkInvariants,
  type Row,
  type Snapshot,
  takeSnapshot,
} from '../worlds/faults/invariants.ts'

const KILLS = 50
/** Access of the user is cut in one transaction, or has to be cut in chunks ahead of the erasers. */
const SIZES = [
  { maxRows: 2_000, kills: 40 },
  { maxRows: 3, kills: 10 },
] as const

interface Place {
  readonly maxRows: number
  readonly at: number
  readonly mode: 'before' | 'after'
}

interface Killed {
  /** What was about to run, or had just run. */
  readonly statement: string
  readonly fate: 'untouched' | 'open' | 'deleted'
}

const original = takeSnapshot(openFaultWorld())

test(`an erasure that is killed at ${KILLS} different places is complete after resume(), and asks no eraser twice for what it has recorded`, async (t) => {
  const folder = folderInPackage(t, 'erase-kill')
  const child = bundleChild('erase-kill-child.ts', folder)
  const template = path.join(folder, 'template.sqlite')
  writeFaultWorld(template)

  const places: Place[] = []
  for (const { maxRows, kills } of SIZES) {
    const history = await statementsOf(template, maxRows)
    places.push(...choosePlaces(history, kills).map((place) => ({ maxRows, ...place })))
  }
  const killed: Killed[] = []
  const waiting = places.values()
  const worker = async (): Promise<void> => {
    for (const place of waiting) killed.push(await killAndFinish(child, template, place))
  }
  await Promise.all([worker(), worker(), worker()])

  const distinct = new Set(places.map(({ maxRows, at, mode }) => `${maxRows} ${at} ${mode}`))
  assert.equal(distinct.size, KILLS)
  assert.equal(killed.length, KILLS)
  const statements = new Set(killed.map(({ statement }) => statement))
  for (const name of ['flaky', 'later', 'slow']) {
    assert.ok(statements.has(`SELECT 'enter ${name}'`), `no kill in ${name}`)
    assert.ok(statements.has(`SELECT 'leave ${name}'`), `no kill behind ${name}`)
  }
  assert.deepEqual([...new Set(killed.map(({ fate }) => fate))].sort(), [
    ...['deleted', 'open', 'untouched'],
  ])
  t.diagnostic(`${killed.length} kills in ${statements.size} different statements`)
})

/** Every statement of an erasure that nobody kills, the marks of the erasers' calls among them. */
async function statementsOf(template: string, maxRows: number): Promise<readonly string[]> {
  const file = `${template}.${maxRows}.count`
  copyFileSync(template, file)
  const db = new Database(file)
  try {
    const counting = faultyDatabase(db)
    const { erase, finish } = openRun(counting, `${file}.log`, { maxRows })
    await erase()
    await finish()
    return counting.history
  } finally {
    db.close()
  }
}

/** The calls of the erasers first, up to half of the kills, and the rest evenly over all other statements. */
function choosePlaces(
  history: readonly string[],
  kills: number,
): readonly Omit<Place, 'maxRows'>[] {
  const marks: number[] = []
  const others: number[] = []
  for (const [index, sql] of history.entries()) {
    const isMark = /^SELECT '(enter|leave) /.test(sql)
    ;(isMark ? marks : others).push(index + 1)
  }
  const chosen = spread(marks, Math.min(marks.length, kills / 2))
  return [...chosen, ...spread(others, kills - chosen.length)].map((at, index) => ({
    at,
    mode: index % 2 === 0 ? 'before' : 'after',
  }))
}

function spread(items: readonly number[], count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => {
    const item = items[Math.floor((index * (items.length - 1)) / Math.max(1, count - 1))]
    assert.ok(item !== undefined)
    return item
  })
}

async function killAndFinish(
  child: string,
  template: string,
  { maxRows, at, mode }: Place,
): Promise<Killed> {
  const file = `${template}.${maxRows}.${at}.${mode}`
  const log = `${file}.log`
  copyFileSync(template, file)
  const args = [child, file, log, String(maxRows), String(at), mode]
  const [, signal] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit')
  const where = `killed ${mode} statement ${at}, ${maxRows} rows`
  assert.equal(signal, 'SIGKILL', `${where}: it was not reached`)
  const [executed, , ...statement] = readFileSync(`${log}.place`, 'utf8').split(' ')
  assert.equal(Number(executed), at, where)

  const db = new Database(file)
  try {
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok', where)
    const between = takeSnapshot(db)
    const check = { model: faultModel, before: original, targets: ['a1'] }
    const fate = checkInvariants({ ...check, after: essence(between), open: true }).get('a1')
    assert.ok(fate !== undefined)
    const progress = progressIn(between)
    const callsBefore = callsIn(log)
    // The process is gone, so its lease does not count.
    const run = openRun(faultyDatabase(db), log, { maxRows, startAt: '2026-03-02T12:00:00.000Z' })
    if (fate === 'untouched') await run.erase()
    await run.finish()

    const after = takeSnapshot(db)
    await assert.rejects(
      run.erase(),
      (error) => error instanceof UserDeletionError && error.code === 'resource_not_found',
    )
    const again = takeSnapshot(db)
    checkInvariants({
      ...check,
      after: essence(after),
      expected: 'deleted',
      earlier: [essence(between)],
      again: essence(again),
    })
    assertAskedOnce(callsBefore, callsIn(log).slice(callsBefore.length), progress, where)
    assertComplete(after, where)
    assert.equal((await run.engine.ledger.verify()).valid, true, where)
    return { statement: statement.join(' '), fate }
  } finally {
    db.close()
  }
}

type Progress = Readonly<Record<string, { readonly status: string; readonly pages: number }>>

/** How far the erasers were according to the job, `null` where there was none. */
function progressIn(snapshot: Snapshot): Progress | null {
  const [job] = snapshot['user_deletion_jobs']?.values() ?? []
  if (job === undefined) return null
  const { erasure } = JSON.parse(String(job['state'])) as {
    readonly erasure: { erasers: Progress }
  }
  return erasure.erasers
}

/** What was recorded before the kill is not asked for after it; and before a next page was asked for, the last one was recorded. */
function assertAskedOnce(
  earlier: readonly LoggedCall[],
  later: readonly LoggedCall[],
  progress: Progress | null,
  where: string,
): void {
  for (const { name, key } of later) {
    const page = pageOf(key)
    for (const call of earlier) {
      if (call.name === name) assert.ok(page >= pageOf(call.key), `${where}: back to ${key}`)
    }
    const known = progress?.[name]
    if (known === undefined) continue
    assert.notEqual(known.status, 'done', `${where}: ${name} had finished`)
    assert.ok(page >= known.pages, `${where}: page ${page} of ${name} again, ${known.pages} done`)
  }
}

function pageOf(idempotencyKey: string): number {
  return Number(idempotencyKey.split('/').at(-1))
}

/** One receipt with what the erasers did, one audit entry, one event that access was cut, and no job. */
function assertComplete(after: Snapshot, where: string): void {
  const entries = [...(after['user_deletion_ledger']?.values() ?? [])]
  const receipts = entries
    .filter(({ kind }) => kind === 'user.deleted')
    .map(({ body }) => JSON.parse(String(body)) as { readonly external: unknown })
  const retained = [{ count: 1, reason: 'tax_law' }]
  assert.deepEqual(
    receipts.map(({ external }) => external),
    [
      [
        { name: 'flaky', status: 'done', removed: 3, retained: [] },
        { name: 'later', status: 'done', removed: 5, retained },
        { name: 'slow', status: 'done', removed: 5, retained },
      ],
    ],
    where,
  )
  const erased = erasedEntries(after)
  assert.equal(erased.length, 1, `${where}: entries in the audit log`)
  const { id: _, ...entry } = erased[0] ?? {}
  assert.deepEqual(entry, {
    ...{ tenant_id: 'a', actor_id: 'adm_1', actor_type: 'admin', resource_id: 'a1' },
    ...{ resource_type: null, actor_name: null, ip_address: null },
    ...{ type: 'user.erased', metadata: null },
  })
  const shutOut = [...(after['user_deletion_outbox']?.values() ?? [])].filter(isShutOut)
  assert.equal(shutOut.length, 1, `${where}: events user.disabled`)
  for (const table of ['jobs', 'disabled', 'tokens']) {
    assert.equal(after[`user_deletion_${table}`]?.size, 0, `${where}: ${table}`)
  }
}

function erasedEntries(snapshot: Snapshot): readonly Row[] {
  return [...(snapshot['audit_log']?.values() ?? [])].filter(isErasedEntry)
}
