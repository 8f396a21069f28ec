/**
 * What a run leaves readable in the files, and what `scrubFile()` takes.
 *
 * @module
 */
import { scanFile, sqliteStore } from '../../adapters/sqlite/index.ts'
import { createRandom } from '../../examples/demo/random.ts'
import { UserDeletionEngine } from '../../src/index.ts'
import { helloJohnPolicy } from '../../src/presets/hellojohn/index.ts'
import { setBased } from '../peers/by-hand.ts'
import { engine } from '../peers/engine.ts'
import { withCopy } from '../support/database.ts'
import { round } from '../support/figures.ts'
import { type Contender, secondsFor, timed } from '../support/measure.ts'
import type { Part } from '../support/part.ts'
import { deletedOf } from './ceiling.ts'

const contenders: Readonly<Record<string, Contender>> = {
  'engine, throughput mode': engine('throughput'),
  'engine, cooperative mode': engine('cooperative'),
  'by hand, B = 1000': setBased(1_000),
}

interface Left {
  readonly name: string
  readonly addresses: number
  readonly afterScrub: number | null
  readonly scrubSeconds: number | null
  readonly fileMib: number | null
}

export const remnants: Part = {
  title: 'What stays readable',
  async run({ users, template }) {
    const file = template(users)
    const size = deletedOf(users)
    const left: Left[] = []
    for (const [name, contender] of Object.entries(contenders)) {
      await withCopy(file, async (db) => {
        const people = createRandom(7)
          .shuffle(
            db.prepare<[], { id: string; email: string }>('SELECT id, email FROM users').all(),
          )
          .slice(0, size)
        const needles = people.map(({ email }) => email)
        const readable = async (): Promise<number> =>
          (await scanFile(db, needles)).needles.filter(({ found }) => found > 0).length
        await secondsFor(
          name,
          contender,
          db,
          people.map(({ id }) => id),
        )
        const addresses = await readable()
        if (!name.startsWith('engine, throughput')) {
          return void left.push({
            name,
            addresses,
            afterScrub: null,
            scrubSeconds: null,
            fileMib: null,
          })
        }
        const scrubber = new UserDeletionEngine({ store: sqliteStore(db), policy: helloJohnPolicy })
        const seconds = await timed('scrubFile', async () => void (await scrubber.scrubFile()))
        const pages = Number(db.pragma('page_count', { simple: true }))
        const fileMib = round((pages * Number(db.pragma('page_size', { simple: true }))) / 2 ** 20)
        left.push({
          name,
          addresses,
          afterScrub: await readable(),
          scrubSeconds: round(seconds, 1),
          fileMib,
        })
      })
    }
    const [own, cooperative, byHand] = left
    const most = Math.max(own?.addresses ?? 0, cooperative?.addresses ?? 0)
    return {
      tables: [
        {
          title: 'Addresses of deleted users that stay readable',
          note: `Searched for in the bytes of database and WAL after ${size} of ${users} users were deleted, secure_delete ON; the file was filled with secure_delete OFF, which is SQLite’s default. One run each.`,
          head: ['', 'addresses', 'after scrubFile()', 'its seconds', 'file MiB'],
          rows: left.map(({ name, addresses, afterScrub, scrubSeconds, fileMib }) => [
            name,
            addresses,
            afterScrub ?? '',
            scrubSeconds ?? '',
            fileMib ?? '',
          ]),
        },
      ],
      charts: [],
      goals: [
        {
          what: '7. readable addresses (target: as many as by hand)',
          figure: most,
          unit: '',
          target: byHand?.addresses ?? 0,
          is: 'at most',
        },
        {
          what: '7. readable addresses after scrubFile()',
          figure: own?.afterScrub ?? Number.NaN,
          unit: '',
          target: 0,
          is: 'at most',
        },
      ],
    }
  },
}
