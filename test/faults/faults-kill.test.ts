import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { bundleChild, folderInPackage } from '../worlds/faults/bundle-child.ts'
import { isEveryFault } from '../worlds/faults/every-fault.ts'
import { mayWrite, placesIn } from '../worlds/faults/fault-places.ts'
import { faultModel } from '../worlds/faults/fault-policy.ts'
import { askForOne, receiptIdIn } from '../worlds/faults/fault-run.ts'
import {
  faultEngine,
  KILL_OPTIONS,
  openFaultWorld,
  writeFaultWorld,
} from '../worlds/faults/fault-world.ts'
import { type Fault, faultyDatabase } from '../worlds/faults/faulty-database.ts'
import { checkInvariants, takeSnapshot } from '../worlds/faults/invariants.ts'

const original = takeSnapshot(openFaultWorld())

test('a process that is killed at any statement leaves a file that resume() and a repeat complete', async (t) => {
  const folder = folderInPackage(t, 'kill')
  const child = bundleChild('kill-child.ts', folder)
  const template = path.join(folder, 'template.sqlite')
  writeFaultWorld(template)
  const statements = await statementsOf(template)
  // Both halves of those that write first or last with a text.
  const chosen = new Set([...placesIn(statements, 0, 4), ...placesIn(statements, 1, 4, true)])
  const places = [...chosen].flatMap((at): readonly Fault[] =>
    isEveryFault || mayWrite(statements[at - 1] ?? '') ? [{ at, mode: 'before' }] : [],
  )
  // A process that is killed after a statement is one that is killed before the next, and reads leave the file as it is.
  places.push({ at: statements.length, mode: 'after' })
  const waiting = places.values()
  let killed = 0
  const worker = async (): Promise<void> => {
    for (const place of waiting) {
      await killAt(child, template, place)
      killed += 1
    }
  }
  await Promise.all([worker(), worker()])
  assert.equal(killed, places.length)
  assert.ok(killed > 50, `${killed} kills`)
  const where = isEveryFault ? 'each' : 'some that can change the file'
  t.diagnostic(
    `${killed} kills in ${statements.length} statements: before ${where}, after the last`,
  )
})

async function statementsOf(template: string): Promise<readonly string[]> {
  const file = `${template}.count`
  copyFileSync(template, file)
  const db = new Database(file)
  const counting = faultyDatabase(db)
  await faultEngine(counting, KILL_OPTIONS).delete('a1', { tenantId: 'a' })
  db.close()
  return counting.history
}

async function killAt(child: string, template: string, { at, mode }: Fault): Promise<void> {
  const file = `${template}.${at}.${mode}`
  copyFileSync(template, file)
  const args = [child, file, String(at), mode]
  const [, signal] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit')
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
  rmSync(file)
}
