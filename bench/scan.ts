/**
 * How fast a file is looked through for 1, 200 and 10,000 needles, beside `Buffer.indexOf` a needle.
 *
 * The file is a database filled with addresses that look like the needles; half of the needles are in it.
 * It was written a moment ago, so it is read from the page cache.
 *
 *     npm run bench:scan -- --mb 200 --rounds 3
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { scanFile } from '../adapters/sqlite/scan/index.ts'
import { createRandom } from '../examples/demo/random.ts'
import { openDatabase, withFolder } from './support/database.ts'
import { median, numbersFrom, print, round } from './support/figures.ts'

const MB = 1_000_000
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)'
const { mb, rounds } = numbersFrom({ mb: 200, rounds: 3 })

await withFolder(async (folder) => {
  const file = join(folder, 'users.sqlite')
  const present = fill(file)
  const size = statSync(file).size / MB
  print(JSON.stringify({ fileMb: round(size), rounds, node: process.version }))
  for (const count of [1, 200, 10_000]) {
    const needles = present
      .slice(0, count)
      .map((email, index) => (index % 2 === 0 ? email : email.replace('@', '_gone@')))
    const expected = Math.ceil(needles.length / 2)
    const scan = async (options: { utf16?: boolean } = {}): Promise<number> => {
      const started = performance.now()
      const { needles: scans } = await scanFile(file, needles, options)
      const seconds = (performance.now() - started) / 1_000
      assert.equal(scans.filter(({ found }) => found > 0).length, expected, 'a wrong result')
      return size / seconds
    }
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const plain = await inRounds(() => scan())
    delay.disable()
    const utf16 = await inRounds(() => scan({ utf16: true }))
    print(
      JSON.stringify({
        needles: count,
        mbPerSecond: round(plain),
        withUtf16: round(utf16),
        indexOf: count > 200 ? null : round(byIndexOf(file, needles, size)),
        loopDelayP99Ms: round(delay.percentile(99) / 1e6, 1),
      }),
    )
  }
})

async function inRounds(measure: () => Promise<number>): Promise<number> {
  const figures: number[] = []
  for (let turn = 0; turn < rounds; turn += 1) figures.push(await measure())
  return median(figures)
}

/** The simple way: the whole file in memory, one look for every needle. */
function byIndexOf(file: string, needles: readonly string[], size: number): number {
  const started = performance.now()
  const bytes = readFileSync(file)
  let found = 0
  for (const needle of needles) {
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) found += 1
  }
  assert.ok(found > 0)
  return size / ((performance.now() - started) / 1_000)
}

/** Fills a file up to its size and answers addresses in it. */
function fill(path: string): readonly string[] {
  const db = openDatabase(path)
  db.pragma('synchronous = OFF')
  db.exec(
    'CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT, data TEXT); CREATE INDEX users_email ON users (email)',
  )
  const insert = db.prepare('INSERT INTO users VALUES (?, ?, ?)')
  const random = createRandom(1)
  const emails: string[] = []
  const insertMany = db.transaction(() => {
    for (let index = 0; index < 20_000; index += 1) {
      const email = `person${emails.length}.${random.below(1e6)}@example.com`
      emails.push(email)
      const id = `usr_${random.below(1e9)}_${emails.length}`
      insert.run(id, email, JSON.stringify({ user: { id, name: 'Ann Smith' }, agent: AGENT }))
    }
  })
  while (statSync(path).size < mb * MB) {
    insertMany()
    db.pragma('wal_checkpoint(TRUNCATE)')
  }
  db.close()
  return emails
}
