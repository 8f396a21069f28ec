import assert from 'node:assert/strict'
import {
  archiveOld,
  assertHolds,
  codeOf,
  entriesOf,
  exportOf,
  hasLostBody,
  IN_A,
  IN_B,
  KEYED,
} from '../worlds/archived-ledger.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'
import { forEachTables } from '../worlds/hosts/each-tables.ts'
import { restoreBackup } from '../worlds/restored.ts'

const LEDGER = 'a ledger key of enough bytes'
const KEYS = { ledger: LEDGER }

/**
 * A database as it was before anything was done; and what was done since: two deletions and a hold are archived, and
 * another deletion is not. `first`: work whose entries the backup has too.
 */
function restoreArchived(
  open: Parameters<typeof restoreBackup>[0],
  keys: { readonly ledger?: string; readonly subject?: string } = KEYS,
) {
  const clock = fixedClock('2026-02-01T00:00:00.000Z')
  const archives: string[][] = []
  let early: readonly string[] = []
  const world = restoreBackup(open, { clock, keys }, async (engine) => {
    await engine.delete('usr_a1', KEYED)
    early = await exportOf(engine)
    await engine.delete('usr_a2', IN_A)
    await engine.placeHold('usr_a3', { ...IN_A, reason: 'court_order' })
    clock.set('2026-03-01T12:00:00.000Z')
    const { lines } = await archiveOld(engine, new Date('2026-02-15'))
    archives.push(lines)
    await engine.delete('usr_b1', IN_B)
  })
  return world.then((made) => ({ ...made, early, archive: archives[0] ?? [] }))
}

async function usersOf({ ids }: { readonly ids: (table: string) => Promise<readonly unknown[]> }) {
  return (await ids('users')).toSorted()
}

forEachTables(({ name, describe, it, open }) => {
  describe(`a ledger whose old part is archived, on ${name}`, () => {
    it('is imported without its archive: who was deleted goes again, and holds stand again', async () => {
      const world = await restoreArchived(open)
      const { engine, lines, archive } = world
      const { imported, known } = await engine.ledger.import(lines)
      assert.deepEqual([imported, known], [lines.length - 1, 0])
      const replayed = await engine.replay()
      assert.deepEqual([replayed.deletedAgain, replayed.decisions], [3, 1])
      assert.deepEqual(await usersOf(world), ['usr_a3', 'usr_a4', 'usr_b2', 'usr_b3', 'usr_b4'])
      assert.equal(await codeOf(engine.delete('usr_a3', IN_A)), 'deletion_blocked')
      assert.equal(await codeOf(engine.delete('usr_a1', KEYED)), 'receipt_archived')
      await assertHolds(engine, archive.length - 1)
      assert.ok((await engine.ledger.verifyArchive(archive)).valid)
    })

    it('gives a repeated deletion a receipt that names the archived one, and invents no reason', async () => {
      const { engine, lines } = await restoreArchived(open)
      await engine.ledger.import(lines)
      const [deletion] = (await entriesOf(engine)).filter(({ subject }) => subject === 'usr_a1')
      await engine.replay()
      const { document } = await engine.proof('usr_a1', IN_A)
      const { replayOf, reason } = document.receipt
      assert.equal(replayOf, (JSON.parse(deletion?.body ?? '') as { id: string }).id)
      assert.equal(reason, null)
    })

    it('is whole again once its archive is imported first, until it is archived once more', async () => {
      const { engine, lines, archive } = await restoreArchived(open)
      await engine.ledger.import(archive)
      const { known } = await engine.ledger.import(lines)
      assert.equal(known, archive.length - 1)
      await assertHolds(engine, 0)
      assert.equal((await engine.delete('usr_a1', KEYED)).subject, 'usr_a1')
      const done = await engine.ledger.archive({ before: new Date('2026-02-15') }, () =>
        assert.fail('the archive is there'),
      )
      assert.equal(done.removed, archive.length - 1)
      await assertHolds(engine, archive.length - 1)
      assert.ok((await engine.ledger.verifyArchive(archive)).valid)
    })

    it('fits a backup that has a part of it whole', async () => {
      const { engine, lines, early, archive } = await restoreArchived(open)
      await engine.ledger.import(early)
      const relinked = lines.with(
        0,
        (lines[0] ?? '').replace(/(link[^0-9a-f]*)[0-9a-f]{8}/, '$100000000'),
      )
      await assert.rejects(engine.ledger.import(relinked), {
        details: { path: 'lines', line: 1, problem: 'archive_altered' },
      })
      const { known } = await engine.ledger.import(lines)
      assert.equal(known, early.length - 1)
      await assertHolds(engine, archive.length - early.length)
      assert.equal((await engine.delete('usr_a1', KEYED)).subject, 'usr_a1')
      assert.ok((await engine.ledger.verifyArchive(archive)).valid)
      const { removed } = await engine.ledger.archive({ before: new Date('2026-02-15') }, () =>
        assert.fail('the archive is there'),
      )
      assert.equal(removed, early.length - 1)
      await assertHolds(engine, archive.length - 1)
    })

    it('knows an export of before, which changes nothing', async () => {
      const { engine, lines, early, archive } = await restoreArchived(open)
      await engine.ledger.import(lines)
      const before = await exportOf(engine)
      for (const known of [early, archive, lines, lines.slice(2)]) {
        const { imported } = await engine.ledger.import(headFits(known, lines))
        assert.equal(imported, 0)
      }
      const other = archive.with(1, (archive[1] ?? '').replace('sessions#0', 'sessions#9'))
      assert.notDeepEqual(other, archive)
      await assert.rejects(engine.ledger.import(other), {
        ...{ code: 'ledger_conflict', details: { seq: 2 } },
      })
      assert.deepEqual(await exportOf(engine), before)
    })

    it('is imported by an export that begins within it', async () => {
      const { engine, lines, early, archive } = await restoreArchived(open)
      await engine.ledger.import(early)
      const rest = headFits(lines.slice(early.length - 1), lines)
      const { known } = await engine.ledger.import(rest)
      assert.equal(known, 0)
      await assertHolds(engine, archive.length - early.length)
    })

    it('goes on behind an import: the next archive begins where the last one ends', async () => {
      const { engine, lines, archive } = await restoreArchived(open)
      await engine.ledger.import(lines)
      const { done } = await archiveOld(engine, new Date('2026-03-15'))
      assert.equal(done.part?.from.seq, archive.length - 1)
      await assertHolds(engine, archive.length - 1 + done.entries)
    })

    it('is not imported with a word of it changed, without its anchor, or over another ledger', async () => {
      const { engine, lines, archive } = await restoreArchived(open)
      const refused = async (other: readonly string[]): Promise<unknown> =>
        engine.ledger
          .import(other)
          .catch(({ code, details }) => [code, details.line, details.problem])
      const isNot = ['invalid_argument', 2, 'archive_altered']
      const changed = lines.with(
        1,
        (lines[1] ?? '').replace(/"subject":"usr_a2"/, '"subject":"usr_a4"'),
      )
      assert.deepEqual(await refused(changed), isNot)
      const reason = archive.length - 2
      assert.deepEqual(
        await refused(lines.with(reason, (lines[reason] ?? '').replace('court', 'tax'))),
        [...['invalid_argument', reason + 1, 'archive_altered']],
      )
      // Its last line is one that the engine has signed, for another content.
      const unanchored = [...lines.slice(0, archive.length - 1), archive.at(-1) ?? '']
      assert.deepEqual(await refused(unanchored), [
        ...['invalid_argument', archive.length, 'archive_altered'],
      ])
      assert.deepEqual(await entriesOf(engine), [])
      await engine.delete('usr_b4', IN_B)
      assert.equal(await codeOf(engine.ledger.import(lines)), 'ledger_conflict')
    })

    it('finds users whose ids are hidden: replays, sweeps and look-ups know them by their hashes', async () => {
      const keys = { ...KEYS, subject: 'a subject key of enough bytes' }
      const world = await restoreArchived(open, keys)
      const { engine, lines } = world
      assert.ok(lines.every((line) => !line.includes('usr_')))
      await engine.ledger.import(lines)
      assert.equal(await engine.isDeleted('usr_a1', IN_A), true)
      assert.equal((await engine.replay()).deletedAgain, 3)
      assert.deepEqual(await usersOf(world), ['usr_a3', 'usr_a4', 'usr_b2', 'usr_b3', 'usr_b4'])
      const blind = world.engineWith({ keys: KEYS })
      assert.equal(await codeOf(blind.isDeleted('usr_a1', IN_A)), 'invalid_argument')
    })

    it('is archived under a key that was changed since, and read with both', async () => {
      const { engine, engineWith, lines, archive } = await restoreArchived(open)
      await engine.ledger.import(lines)
      const rekeyed = engineWith({
        keys: { ledger: 'another ledger key of enough', oldLedger: [LEDGER] },
      })
      const { lines: second, done } = await archiveOld(rekeyed, new Date('2026-03-15'))
      await assertHolds(rekeyed, archive.length - 1 + done.entries)
      for (const one of [archive, second])
        assert.ok((await rekeyed.ledger.verifyArchive(one)).valid)
      const alone = engineWith({ keys: { ledger: 'another ledger key of enough' } })
      assert.equal((await alone.ledger.verify({ record: false })).valid, false)
      assert.equal(await codeOf(archiveOld(engine, new Date('2026-03-20'))), 'wrong_key')
      assert.equal((await entriesOf(rekeyed)).filter(hasLostBody).length, 3)
    })
  })
})

/** The lines of a part with the head that fits them. */
function headFits(part: readonly string[], lines: readonly string[]): readonly string[] {
  if (part.at(-1) !== lines.at(-1)) return part
  const { head } = JSON.parse(lines.at(-1) ?? '') as { readonly head: unknown }
  return part.with(-1, JSON.stringify({ head, entries: part.length - 1 }))
}
