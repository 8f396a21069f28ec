/**
 * What a deletion costs as the number of users in the file grows.
 *
 * @module
 */
import { createRandom } from '../../examples/demo/random.ts'
import { setBased } from '../peers/by-hand.ts'
import { engine } from '../peers/engine.ts'
import { idsIn, withCopy } from '../support/database.ts'
import { round } from '../support/figures.ts'
import { type Contender, secondsFor, spreadOf } from '../support/measure.ts'
import type { Part } from '../support/part.ts'

const SIZES = [1_000, 10_000, 100_000]
/** The same number everywhere, as larger runs are faster. The smallest file has no more than a quarter of it. */
const DELETED = 2_000

const contenders: Readonly<Record<string, Contender>> = {
  engine: engine('throughput'),
  'by hand, B = 1000': setBased(1_000),
}

export const growth: Part = {
  title: 'As the number of users grows',
  async run({ users, rounds, template }) {
    const sizes = SIZES.filter((size) => size <= users)
    const rates = new Map<string, number[]>()
    const random = createRandom(1)
    for (let number = 0; number < rounds; number += 1) {
      for (const size of random.shuffle(sizes)) {
        for (const name of random.shuffle(Object.keys(contenders))) {
          await withCopy(template(size), async (db) => {
            const count = Math.min(DELETED, size / 4)
            const ids = createRandom(number + 1)
              .shuffle(idsIn(db))
              .slice(0, count)
            const seconds = await secondsFor(name, contenders[name] as Contender, db, ids)
            const key = `${name} ${size}`
            rates.set(key, [...(rates.get(key) ?? []), count / seconds])
          })
        }
      }
    }
    const spread = (name: string, size: number) => spreadOf(rates.get(`${name} ${size}`) ?? [])
    const [small, large] = [10_000, 100_000].map((size) =>
      sizes.includes(size) ? spread('engine', size).median : Number.NaN,
    )
    const fall = 1 - (large ?? Number.NaN) / (small ?? Number.NaN)
    return {
      tables: [
        {
          title: 'As the number of users grows',
          note: `${DELETED} users deleted (of 1,000: 250) from files of each size, ${rounds} interleaved rounds, secure_delete ON, final checkpoint included.`,
          head: [
            'users in the file',
            ...Object.keys(contenders).flatMap((name) => [name, 'range']),
          ],
          rows: sizes.map((size) => [
            size,
            ...Object.keys(contenders).flatMap((name) => {
              const { median, min, max } = spread(name, size)
              return [round(median), `${round(min)} to ${round(max)}`]
            }),
          ]),
        },
      ],
      charts: [
        {
          file: 'growth.svg',
          title: 'Milliseconds a user, by users in the file',
          unit: 'ms a user',
          kind: 'line',
          logarithmic: false,
          categories: sizes.map(String),
          series: Object.keys(contenders).map((name) => ({
            name,
            values: sizes.map((size) => round(1_000 / spread(name, size).median, 2)),
          })),
        },
      ],
      goals: Number.isNaN(fall)
        ? []
        : [
            {
              what: '5. fall of the rate from 10,000 to 100,000 users',
              figure: round(fall * 100, 1),
              unit: ' %',
              target: 33.3,
              is: 'at most',
            },
          ],
    }
  },
}
