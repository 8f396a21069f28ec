/**
 * The engine beside hand-written SQL that does the same work, receipts and counts by user included.
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import { createRandom } from '../../examples/demo/random.ts'
import { setBased } from '../peers/by-hand.ts'
import { engine } from '../peers/engine.ts'
import { digestOf } from '../support/check.ts'
import { idsIn, withCopy } from '../support/database.ts'
import { round } from '../support/figures.ts'
import { type Contender, createSamples, rangeOf, secondsFor } from '../support/measure.ts'
import type { Part } from '../support/part.ts'

/** How many of the file's users are deleted in a run. */
export function deletedOf(users: number): number {
  return Math.min(10_000, Math.floor(users / 4))
}

function part(title: string, layout: 'scattered' | 'clustered', only?: number): Part {
  return {
    title,
    async run({ users: all, rounds, template }) {
      const users = Math.min(all, only ?? all)
      const file = template(users, layout)
      const size = deletedOf(users)
      const contenders: Readonly<Record<string, Contender>> = {
        'engine, throughput mode': engine('throughput'),
        'by hand, B = 1000, default checkpoints': setBased(1_000),
        'by hand, one transaction, deferred checkpoints': setBased(size, true),
      }
      const names = Object.keys(contenders)
      const rates = createSamples()
      const random = createRandom(1)
      for (let number = 0; number < rounds; number += 1) {
        const digests = new Set<string>()
        for (const name of random.shuffle(names)) {
          await withCopy(file, async (db) => {
            const ids = createRandom(number + 1)
              .shuffle(idsIn(db))
              .slice(0, size)
            const seconds = await secondsFor(name, contenders[name] as Contender, db, ids)
            rates.add(name, size / seconds)
            if (number === 0) digests.add(digestOf(db))
          })
        }
        assert.ok(digests.size <= 1, 'engine and hand-written SQL left different rows')
      }
      const spreads = names.map((name) => ({ name, spread: rates.of(name) }))
      const ratio = (index: number): number =>
        round((spreads[0]?.spread.median ?? 0) / (spreads[index]?.spread.median ?? 1), 2)
      return {
        tables: [
          {
            title,
            note: `${size} of ${users} users a run, each run on a fresh copy of the file, ${rounds} interleaved rounds. secure_delete ON, final checkpoint included, same receipts and counts by user. After the first round all left the very same rows.`,
            head: ['', 'users/s', 'range', 'engine / it'],
            rows: spreads.map(({ name, spread }, index) => [
              name,
              round(spread.median),
              rangeOf(spread),
              ratio(index),
            ]),
          },
        ],
        charts: [],
        goals:
          layout === 'clustered'
            ? []
            : [
                {
                  what: '1. engine / by hand, B = 1000, default checkpoints',
                  figure: ratio(1),
                  unit: '',
                  target: 1,
                  is: 'at least',
                },
                {
                  what: '1. engine / by hand, one transaction, deferred checkpoints',
                  figure: ratio(2),
                  unit: '',
                  target: 0.9,
                  is: 'at least',
                },
              ],
      }
    },
  }
}

export const ceiling: Part = part('Beside hand-written SQL', 'scattered')
export const clustered: Part = part('The same, each user’s rows side by side', 'clustered', 20_000)
