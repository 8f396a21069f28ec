/**
 * What a server in the same process feels of a bulk run.
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../../examples/demo/random.ts'
import { setBased } from '../peers/by-hand.ts'
import { engine } from '../peers/engine.ts'
import { assertDeleted, countAudit } from '../support/check.ts'
import { idsIn, withCopy } from '../support/database.ts'
import { median, round } from '../support/figures.ts'
import { type Contender, createSamples, secondsFor, timed } from '../support/measure.ts'
import type { Part } from '../support/part.ts'
import { type Waits, whileServing } from '../support/server.ts'

const DELETED = 4_000
const IDLE_MS = 2_000

const contenders: Readonly<Record<string, Contender>> = {
  idle: () => async () => {
    await sleep(IDLE_MS)
    return 0
  },
  'engine, cooperative mode': engine('cooperative'),
  'engine, throughput mode': engine('throughput'),
  'by hand, B = 1000': setBased(1_000),
}
const COOPERATIVE = 'engine, cooperative mode'
const ALONE = 'engine, throughput mode, no server'

export const besideServer: Part = {
  title: 'Beside a server that signs users in',
  async run({ users, rounds, template }) {
    const size = Math.min(DELETED, Math.floor(users / 4))
    const file = template(users)
    const random = createRandom(1)
    const rates = createSamples()
    const waits = new Map<string, Waits[]>()
    for (let number = 0; number < rounds; number += 1) {
      for (const name of random.shuffle([...Object.keys(contenders), ALONE])) {
        await withCopy(file, async (db) => {
          const all = createRandom(number + 1).shuffle(idsIn(db))
          const ids = all.slice(0, size)
          if (name === ALONE) {
            return void rates.add(
              name,
              size / (await secondsFor(name, engine('throughput'), db, ids)),
            )
          }
          const auditBefore = countAudit(db)
          const run = await (contenders[name] as Contender)(db, ids)
          let deleted = 0
          let seconds = 0
          const felt = await whileServing(db, all.slice(size), async () => {
            seconds = await timed(name, async () => {
              deleted = await run()
            })
          })
          waits.set(name, [...(waits.get(name) ?? []), felt])
          if (name === 'idle') return
          assert.equal(deleted, size, `${name} did not delete everybody`)
          const signedIn = countAudit(db) - auditBefore
          assertDeleted(db, ids, auditBefore + signedIn)
          rates.add(name, size / seconds)
        })
      }
    }
    const names = Object.keys(contenders)
    const of = (name: string, what: keyof Waits): number =>
      round(median((waits.get(name) ?? []).map((felt) => felt[what])), 1)
    const worst = (what: keyof Waits): number =>
      round(Math.max(...(waits.get(COOPERATIVE) ?? []).map((felt) => felt[what])), 1)
    const alone = rates.of(ALONE).median
    const share = (name: string): number =>
      name === 'idle' ? 0 : round((rates.of(name).median / alone) * 100)
    return {
      tables: [
        {
          title: 'Beside a server that signs users in every 5 ms',
          note: `${size} of ${users} users deleted in the server’s own process, medians of ${rounds} interleaved rounds on fresh copies, secure_delete ON, final checkpoint included. Throughput mode without a server: ${round(alone)} users/s, which the rates are a share of. A sign-in writes three rows in one transaction and counts from the moment it is due.`,
          head: [
            '',
            'users/s',
            'share',
            'loop p50 / p99 / max ms',
            'sign-in p50 / p99 / max ms',
            'WAL MiB',
          ],
          rows: names.map((name) => [
            name,
            name === 'idle' ? '' : round(rates.of(name).median),
            name === 'idle' ? '' : `${share(name)} %`,
            `${of(name, 'loopP50')} / ${of(name, 'loopP99')} / ${of(name, 'loopMax')}`,
            `${of(name, 'signInP50')} / ${of(name, 'signInP99')} / ${of(name, 'signInMax')}`,
            of(name, 'walMib'),
          ]),
        },
      ],
      charts: [
        {
          file: 'server.svg',
          title: 'How long a server waits during a bulk run',
          unit: 'ms',
          kind: 'bar',
          logarithmic: true,
          categories: names,
          series: [
            { name: 'loop delay p99', values: names.map((name) => of(name, 'loopP99')) },
            { name: 'loop delay max', values: names.map((name) => of(name, 'loopMax')) },
            { name: 'sign-in p99', values: names.map((name) => of(name, 'signInP99')) },
          ],
        },
      ],
      goals: [
        {
          what: '3. cooperative: loop delay p99',
          figure: of(COOPERATIVE, 'loopP99'),
          unit: ' ms',
          target: 15,
          is: 'at most',
        },
        {
          what: '3. cooperative: longest loop delay of all rounds',
          figure: worst('loopMax'),
          unit: ' ms',
          target: 50,
          is: 'at most',
        },
        {
          what: '3. cooperative: sign-in p99',
          figure: of(COOPERATIVE, 'signInP99'),
          unit: ' ms',
          target: 25,
          is: 'at most',
        },
        {
          what: '3. cooperative: share of throughput mode’s rate',
          figure: share(COOPERATIVE),
          unit: ' %',
          target: 45,
          is: 'at least',
        },
        {
          what: '3. cooperative: largest WAL of all rounds',
          figure: worst('walMib'),
          unit: ' MiB',
          target: 256,
          is: 'at most',
        },
      ],
    }
  },
}
