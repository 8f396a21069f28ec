/**
 * What a run leaves readable in the files, and what `scrubFile()` takes.
 *
 * @module
 */
import type Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { scanFile } from '../../adapters/sqlite/scan/index.ts'
import { createRandom } from '../../examples/demo/random.ts'
import { UserDeletionEngine } from '../../src/index.ts'
import { helloJohnPolicy } from '../../src/presets/hellojohn/index.ts'
import { setBased } from '../peers/by-hand.ts'
import { engine } from '../peers/engine.ts'
import { withCopy } from '../support/database.ts'
import { round } from '../support/figures.ts'
import { type Contender, createSamples, rangeOf, secondsFor, timed } from '../support/measure.ts'
import type { Goal, Part } from '../support/part.ts'
import { deletedOf } from './ceiling.ts'

const THROUGHPUT = 'engine, throughput mode'
const COOPERATIVE = 'engine, cooperative mode'
const BY_HAND = 'by hand, B = 1000'

const contenders: Readonly<Record<string, Contender>> = {
  [THROUGHPUT]: engine('throughput'),
  [COOPERATIVE]: engine('cooperative'),
  [BY_HAND]: setBased(1_000),
  // As many as a slice of cooperative mode holds on the files of the report.
  'by hand, B = 5': setBased(5),
}
const names = Object.keys(contenders)

export const remnants: Part = {
  title: 'What stays readable',
  async run({ users, rounds, template }) {
    const file = template(users)
    const size = deletedOf(users)
    const left = createSamples()
    const more = createSamples()
    const random = createRandom(1)
    let scrubbed: Scrubbed | null = null
    for (let number = 0; number < rounds; number += 1) {
      const counts = new Map<string, number>()
      for (const name of random.shuffle(names)) {
        await withCopy(file, async (db) => {
          const people = createRandom(number + 1)
            .shuffle(peopleIn(db))
            .slice(0, size)
          const ids = people.map(({ id }) => id)
          const emails = people.map(({ email }) => email)
          await secondsFor(name, contenders[name] as Contender, db, ids)
          const readable = await countReadable(db, emails)
          counts.set(name, readable)
          left.add(name, readable)
          if (number === 0 && name === THROUGHPUT) scrubbed = await scrub(db, emails)
        })
      }
      // Each round has other users, and all ways delete the same ones.
      for (const [name, readable] of counts) more.add(name, readable - (counts.get(BY_HAND) ?? 0))
    }
    return {
      tables: [
        {
          title: 'Addresses of deleted users that stay readable',
          note: `Searched for in the bytes of database and WAL after ${size} of ${users} users were deleted, medians of ${rounds} interleaved rounds with other users each, on fresh copies, secure_delete ON; the file was filled with secure_delete OFF, which is SQLite’s default. The difference is to the same round’s. Small batches rebalance other pages than large ones, so there are both by hand. scrubFile() once, in the first round.`,
          head: [
            '',
            'addresses',
            'range',
            `more than ${BY_HAND}`,
            'range',
            'after scrubFile()',
            'its seconds',
            'file MiB',
          ],
          rows: names.map((name) => {
            const addresses = left.of(name)
            const { readable, seconds, mib } =
              (name === THROUGHPUT ? scrubbed : null) ?? NOT_SCRUBBED
            const difference = more.of(name)
            return [
              name,
              round(addresses.median),
              rangeOf(addresses),
              round(difference.median),
              rangeOf(difference),
              readable,
              seconds,
              mib,
            ]
          }),
        },
      ],
      charts: [],
      goals: [
        ...[THROUGHPUT, COOPERATIVE].map(
          (name): Goal => ({
            what: `7. ${name}: readable addresses (target: as many as by hand)`,
            figure: left.of(name).median,
            unit: '',
            target: left.of(BY_HAND).median,
            is: 'at most',
          }),
        ),
        {
          what: '7. readable addresses after scrubFile()',
          figure: scrubbed === null ? Number.NaN : (scrubbed as Scrubbed).readable,
          unit: '',
          target: 0,
          is: 'at most',
        },
      ],
    }
  },
}

interface Scrubbed {
  readonly readable: number
  readonly seconds: number
  readonly mib: number
}

const NOT_SCRUBBED = { readable: '', seconds: '', mib: '' } as const

function peopleIn(db: Database.Database): { readonly id: string; readonly email: string }[] {
  return db
    .prepare<[], { id: string; email: string }>('SELECT id, email FROM users ORDER BY id')
    .all()
}

async function countReadable(db: Database.Database, emails: readonly string[]): Promise<number> {
  const { needles } = await scanFile(db, emails)
  return needles.filter(({ found }) => found > 0).length
}

async function scrub(db: Database.Database, emails: readonly string[]): Promise<Scrubbed> {
  const scrubber = new UserDeletionEngine({ store: sqliteStore(db), policy: helloJohnPolicy })
  const seconds = await timed('scrubFile', async () => void (await scrubber.scrubFile()))
  const [pages, pageSize] = ['page_count', 'page_size'].map((name) =>
    Number(db.pragma(name, { simple: true })),
  )
  const mib = round(((pages ?? 0) * (pageSize ?? 0)) / 2 ** 20)
  return { readable: await countReadable(db, emails), seconds: round(seconds, 1), mib }
}
