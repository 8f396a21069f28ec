/**
 * Whether the engine has become slower than it was, told by ratios that hardly depend on the machine.
 *
 * The engine and hand-written SQL delete the same users from copies of one small file, in turns; the ratio of
 * their medians is compared with the one in `baseline.json`. It has to fall by more than the tolerance, which is
 * wide enough for a noisy machine. Takes under a minute.
 *
 *     npm run bench:check                the check
 *     npm run bench:check -- --write 1   keeps the present ratios as the baseline
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom } from '../examples/demo/random.ts'
import { setBased, transactionPerUser } from './peers/by-hand.ts'
import { engine } from './peers/engine.ts'
import { createTemplate, idsIn, withCopy, withFolder } from './support/database.ts'
import { median, numbersFrom, print, round } from './support/figures.ts'
import { type Contender, secondsFor } from './support/measure.ts'

const BASELINE = join(import.meta.dirname, 'baseline.json')
const USERS = 2_000
const DELETED = 1_000
/** Share of the ratio that may be lost. */
const TOLERANCE = 0.4

const contenders: Readonly<Record<string, Contender>> = {
  throughput: engine('throughput'),
  cooperative: engine('cooperative'),
  byHand: setBased(1_000),
  transactionPerUser,
}

/** Faster one first: how many times as fast it is. */
const ratios: readonly (readonly [string, string])[] = [
  ['throughput', 'byHand'],
  ['throughput', 'transactionPerUser'],
  ['cooperative', 'transactionPerUser'],
]

const { rounds, write } = numbersFrom({ rounds: 5, write: 0 })
const seconds = await measureAll()
const measured = Object.fromEntries(
  ratios.map(([fast, slow]) => [
    `${fast} / ${slow}`,
    round(median(seconds[slow] ?? []) / median(seconds[fast] ?? []), 2),
  ]),
)
if (write === 1) writeFileSync(BASELINE, `${JSON.stringify(measured, null, 2)}\n`)
const baseline = JSON.parse(readFileSync(BASELINE, 'utf8')) as Record<string, number>
for (const [name, ratio] of Object.entries(measured)) {
  const least = round((baseline[name] ?? Number.NaN) * (1 - TOLERANCE), 2)
  const holds = ratio >= least
  print(
    `${name}: ${ratio}, baseline ${baseline[name]}, at least ${least}: ${holds ? 'ok' : 'slower'}`,
  )
  if (!holds) process.exitCode = 1
}

async function measureAll(): Promise<Record<string, number[]>> {
  const all: Record<string, number[]> = {}
  await withFolder(async (folder) => {
    const template = join(folder, 'users.sqlite')
    createTemplate(template, USERS)
    const random = createRandom(1)
    for (let number = 0; number < rounds; number += 1) {
      for (const name of random.shuffle(Object.keys(contenders))) {
        await withCopy(template, async (db) => {
          const ids = createRandom(number + 1)
            .shuffle(idsIn(db))
            .slice(0, DELETED)
          const taken = await secondsFor(name, contenders[name] as Contender, db, ids)
          all[name] = [...(all[name] ?? []), taken]
        })
      }
    }
  })
  return all
}
