/**
 * What a deletion costs as the number of users in the file grows: the same number of users from each file, and
 * the same share of each file. A few users of a large file lie on pages of their own, many share them.
 *
 * @module
 */
import { createRandom } from '../../examples/demo/random.ts'
import { setBased } from '../peers/by-hand.ts'
import { engine } from '../peers/engine.ts'
import { idsIn, withCopy } from '../support/database.ts'
import { round } from '../support/figures.ts'
import {
  type Contender,
  createSamples,
  rangeOf,
  type Spread,
  secondsFor,
} from '../support/measure.ts'
import type { Goal, Part, Table } from '../support/part.ts'

const SIZES = [1_000, 10_000, 100_000]
/** Between these two the rate is to fall by at most a third. */
const [SMALL, LARGE] = [10_000, 100_000]

interface Reading {
  readonly name: string
  readonly note: string
  /** How many users are deleted from a file of so many. */
  deletedOf(size: number): number
}

const readings: readonly Reading[] = [
  {
    name: '2,000 users of each file',
    note: '2,000 users deleted from files of each size (of 1,000: 250)',
    deletedOf: (size) => Math.min(2_000, size / 4),
  },
  {
    name: '20 % of each file',
    note: '20 % of the users deleted from files of each size',
    deletedOf: (size) => size / 5,
  },
]

const contenders: Readonly<Record<string, Contender>> = {
  engine: engine('throughput'),
  'by hand, B = 1000': setBased(1_000),
}
const names = Object.keys(contenders)

export const growth: Part = {
  title: 'As the number of users grows',
  async run({ users, rounds, template }) {
    const sizes = SIZES.filter((size) => size <= users)
    const rates = createSamples()
    const random = createRandom(1)
    // Where both readings delete as many, one run serves both.
    const runs = sizes.flatMap((size) =>
      [...new Set(readings.map(({ deletedOf }) => deletedOf(size)))].flatMap((count) =>
        names.map((name) => ({ size, count, name })),
      ),
    )
    for (let number = 0; number < rounds; number += 1) {
      for (const { size, count, name } of random.shuffle(runs)) {
        await withCopy(template(size), async (db) => {
          const ids = createRandom(number + 1)
            .shuffle(idsIn(db))
            .slice(0, count)
          const seconds = await secondsFor(name, contenders[name] as Contender, db, ids)
          rates.add(keyOf(name, size, count), count / seconds)
        })
      }
    }
    const read = (reading: Reading): Read => ({
      reading,
      sizes,
      spread: (name, size) => rates.of(keyOf(name, size, reading.deletedOf(size))),
    })
    const reads = readings.map(read)
    return {
      tables: reads.map((one) => tableOf(one, rounds)),
      charts: [
        {
          file: 'growth.svg',
          title: 'Milliseconds a user, by users in the file',
          unit: 'ms a user',
          kind: 'line',
          logarithmic: false,
          categories: sizes.map(String),
          series: reads.flatMap(({ reading, spread }) =>
            names.map((name) => ({
              name: `${name}; ${reading.name}`,
              values: sizes.map((size) => round(1_000 / spread(name, size).median, 2)),
            })),
          ),
        },
      ],
      goals: sizes.includes(LARGE) ? reads.map(goalOf) : [],
    }
  },
}

interface Read {
  readonly reading: Reading
  readonly sizes: readonly number[]
  spread(name: string, size: number): Spread
}

function keyOf(name: string, size: number, count: number): string {
  return `${name} ${size} ${count}`
}

function tableOf(read: Read, rounds: number): Table {
  const { reading, sizes, spread } = read
  const fall = [
    'fall from 10,000 to 100,000',
    ...names.flatMap((name) => [`${fallOf(read, name)} %`, '']),
  ]
  return {
    title: `As the number of users grows: ${reading.name}`,
    note: `${reading.note}, users/s, ${rounds} interleaved rounds on fresh copies, secure_delete ON, final checkpoint included.`,
    head: ['users in the file', ...names.flatMap((name) => [name, 'range'])],
    rows: [
      ...sizes.map((size) => [
        size,
        ...names.flatMap((name) => {
          const rate = spread(name, size)
          return [round(rate.median), rangeOf(rate)]
        }),
      ]),
      ...(sizes.includes(LARGE) ? [fall] : []),
    ],
  }
}

/** Per cent of the rate that are lost. */
function fallOf({ spread }: Read, name: string): number {
  return round((1 - spread(name, LARGE).median / spread(name, SMALL).median) * 100, 1)
}

function goalOf(read: Read): Goal {
  return {
    what: `5. fall of the rate from 10,000 to 100,000 users, ${read.reading.name}`,
    figure: fallOf(read, 'engine'),
    unit: ' %',
    target: 33.3,
    is: 'at most',
  }
}
