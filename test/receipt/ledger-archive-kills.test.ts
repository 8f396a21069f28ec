/**
 * A process that dies while it archives, at each of its calls to the database and at each single write: an entry is
 * whole or archived, the ledger holds, and the next call goes on. What has an anchor is in a whole archive.
 */
import assert from 'node:assert/strict'
import type { UserNotFoundError } from '../../src/index.ts'
import { type Change, changed, type Decision, type Write } from '../../src/store/change.ts'
import type { Inquiry } from '../../src/store/inquiry.ts'
import { isQuestions } from '../../src/store/run.ts'
import type { Store } from '../../src/store/store.ts'
import {
  BEFORE,
  entriesOf,
  hasLostBody,
  IN_A,
  IN_B,
  keepIn,
  openOld,
} from '../worlds/archived-ledger.ts'
import { forEachTables, type TablesGroup } from '../worlds/hosts/each-tables.ts'
import { wrapStore } from '../worlds/hosts/life-cycle-host.ts'
import { openInMemory } from '../worlds/hosts/tables-host.ts'

const keys = { ledger: 'a ledger key of enough bytes' }

/** A store whose process can die. */
interface Mortal {
  readonly store: Store
  /** At which of its acts from now on, counted from 1; then all of them fail. */
  arm(at: number): void
  isDead(): boolean
}

/** Archives, dies, and archives again with a process that lives. Answers whether it died. */
async function diesAt(
  open: TablesGroup['open'],
  mortal: (store: Store) => Mortal,
  at: number,
): Promise<boolean> {
  const { host, engine, engineWith, clock, first, old } = await openOld(open, { keys })
  await engine.delete('usr_b1', IN_B)
  const { store, arm, isDead } = mortal(host.store)
  const dying = engineWith({ store, clock })
  const archives: string[][] = []
  const sink = (lines: AsyncIterable<string>): Promise<unknown> => {
    const kept: string[] = []
    archives.push(kept)
    return keepIn(kept)(lines)
  }
  arm(at)
  await dying.ledger.archive({ before: BEFORE }, sink).catch(() => {})
  const found = await engine.ledger.verify({ record: false })
  assert.ok(found.valid, JSON.stringify(found))
  const entries = await entriesOf(engine)
  const anchors = entries.filter(({ kind }) => kind === 'ledger.archived')
  const lost = entries.filter(hasLostBody)
  if (anchors.length === 0) assert.deepEqual(lost, [])
  const again = await engine
    .delete('usr_a1', IN_A)
    .catch((error: UserNotFoundError) => error.details)
  assert.deepEqual(again, { receiptId: first.id })

  const { more } = await engine.ledger.archive({ before: BEFORE }, sink)
  assert.equal(more, false)
  const whole = await engine.ledger.verify()
  assert.ok(whole.valid && whole.archived === old.length, JSON.stringify(whole))
  const after = await entriesOf(engine)
  assert.equal(after.filter(({ kind }) => kind === 'ledger.archived').length, 1)
  assert.equal(after.filter(hasLostBody).length, 2)
  // A call that has died before its anchor has left lines that nobody needs.
  const verified = await Promise.all(archives.map((lines) => engine.ledger.verifyArchive(lines)))
  assert.ok(verified.at(-1)?.valid, JSON.stringify(verified))
  return isDead()
}

/** `commits`: the calls that write, where opening a database costs more than all of them. */
const at =
  (calls: 'calls' | 'commits', mode: 'before' | 'after') =>
  (inner: Store): Mortal => {
    let [left, isArmed, hasDied] = [0, false, false]
    const around = async (work: () => Promise<unknown>, call: string): Promise<unknown> => {
      if (!isArmed || (calls === 'commits' && !/^(commit|write)/.test(call))) return work()
      left -= 1
      if (left > 0) return work()
      if (left === 0 && mode === 'after') await work()
      hasDied = true
      throw new Error('the process has died')
    }
    return {
      store: wrapStore(inner, around),
      arm(place) {
        ;[left, isArmed] = [place, true]
      },
      isDead: () => hasDied,
    }
  }

/**
 * A store in which each write of a removal is there as soon as it is made. What is appended to the ledger commits with
 * its head, as on every store.
 */
function atWrites(inner: Store): Mortal {
  let left = Number.POSITIVE_INFINITY
  let isDead = false
  const live = (): void => {
    left -= 1
    if (left <= 0) isDead = true
    if (isDead) throw new Error('the process has died')
  }
  const commit = async <T>(inquiry: () => Inquiry<Decision<T>>): Promise<T> => {
    const decision = await inner.read(inquiry)
    if (decision.change === null) return decision.result
    const { writes, result } = played(decision.change())
    if (writes.every(({ kind }) => kind === 'patch' || kind === 'put')) {
      for (const write of writes) {
        live()
        await inner.commit(() => committing(write))
      }
      return result
    }
    live()
    return inner.commit(inquiry)
  }
  return {
    store: new Proxy(inner, {
      get: (target, name) => {
        const member: unknown = name === 'commit' ? commit : Reflect.get(target, name)
        return typeof member === 'function' ? member.bind(target) : member
      },
    }),
    arm(at) {
      left = at
    },
    isDead: () => isDead,
  }
}

/** What a change comes to that asks nothing. */
function played<T>(change: Change<T>): { readonly writes: readonly Write[]; readonly result: T } {
  const writes: Write[] = []
  for (;;) {
    const step = change.next([])
    if (step.done === true) return { writes, result: step.value }
    if (!isQuestions(step.value)) writes.push(step.value)
  }
}

// biome-ignore lint/correctness/useYield: nothing is asked
function* committing(write: Write): Inquiry<Decision<void>> {
  return changed(undefined, write)
}

forEachTables(({ name, describe, it, open }) => {
  describe(`an archiving that dies, on ${name}`, () => {
    const calls = name === 'memory' || name === 'SQLite' ? 'calls' : 'commits'
    for (const mode of ['before', 'after'] as const) {
      it(`at any of its ${calls}, ${mode} it: entries are whole or archived, and the next call goes on`, async () => {
        let places = 0
        while (await diesAt(open, at(calls, mode), places + 1)) places += 1
        assert.ok(places >= (calls === 'calls' ? 9 : 2), `${places} places`)
      })
    }
    if (name !== 'memory') return
    it('at any single write of a store without transactions: the same', async () => {
      let places = 0
      while (await diesAt(openInMemory, atWrites, places + 1)) places += 1
      // The anchor, each entry, and how far it has come.
      assert.ok(places > 4, `${places} places`)
    })
  })
})
