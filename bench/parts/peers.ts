/**
 * The engine beside the ways in use, at equal numbers of users and equal work.
 *
 * @module
 */
import { createRandom } from '../../examples/demo/random.ts'
import {
  authDrizzle,
  authKysely,
  betterAuthDeleteUser,
  betterAuthRemoveUser,
} from '../peers/auth-libraries.ts'
import { cascade, documentLoop, setBased, transactionPerUser } from '../peers/by-hand.ts'
import { engine } from '../peers/engine.ts'
import { drizzleLoop, kyselyLoop } from '../peers/query-builders.ts'
import { copyTo, idsIn, openDatabase, removeFile } from '../support/database.ts'
import { round } from '../support/figures.ts'
import { type Contender, secondsFor, spreadOf } from '../support/measure.ts'
import type { Goal, Part } from '../support/part.ts'

/** Users whom each way deletes in a run. */
const SAMPLE = 1_000
/** The document's loop pauses, so it would take minutes; its rate does not depend on the number. */
const PAUSED_SAMPLE = 60

interface Peer {
  readonly name: string
  readonly contender: Contender
  readonly target?: number
  readonly sample?: number
  /** It leaves tables or foreign keys behind that are not in the policy, so it comes after the others. */
  readonly altersSchema?: true
}

const peers: readonly Peer[] = [
  { name: 'engine, throughput mode', contender: engine('throughput') },
  { name: 'by hand, B = 1000, receipts', contender: setBased(1_000), altersSchema: true },
  { name: 'transaction a user', contender: transactionPerUser },
  { name: 'foreign keys that cascade', contender: cascade, altersSchema: true },
  { name: 'document’s loop', contender: documentLoop(1_000), target: 40, sample: PAUSED_SAMPLE },
  { name: 'document’s loop, no pause', contender: documentLoop(0) },
  { name: 'better-auth removeUser', contender: betterAuthRemoveUser, target: 4 },
  { name: 'better-auth deleteUser', contender: betterAuthDeleteUser, target: 2.5 },
  { name: 'Auth.js Kysely adapter', contender: authKysely },
  { name: 'Auth.js Drizzle adapter', contender: authDrizzle },
  { name: 'Kysely loop', contender: kyselyLoop, target: 2 },
  { name: 'Drizzle loop', contender: drizzleLoop, target: 2 },
]

/** Rounds in which the peers run with secure_delete OFF, too. */
const OFF_ROUNDS = 3

type SecureDelete = 'ON' | 'OFF'

export const besidePeers: Part = {
  title: 'Beside its peers',
  async run({ users, rounds, template, folder }) {
    const file = template(users)
    const sample = Math.min(SAMPLE, Math.floor(users / 30))
    const rates = new Map<string, number[]>()
    const random = createRandom(1)
    const runs = peers.flatMap((peer) =>
      (peer === peers[0] ? (['ON'] as const) : (['ON', 'OFF'] as const)).map((secure) => ({
        peer,
        secure,
      })),
    )
    for (let number = 0; number < rounds; number += 1) {
      const copy = copyTo(file, `${folder}/peers.sqlite`)
      const ids = createRandom(number + 1).shuffle(await withDatabase(copy, 'ON', idsIn))
      const order = random
        .shuffle(runs)
        .filter(({ secure }) => secure === 'ON' || number < OFF_ROUNDS)
      const last = order.filter(({ peer }) => peer.altersSchema)
      for (const { peer, secure } of [...order.filter((run) => !last.includes(run)), ...last]) {
        const own = ids.splice(0, Math.min(peer.sample ?? sample, sample))
        const seconds = await withDatabase(copy, secure, (db) =>
          secondsFor(peer.name, peer.contender, db, own),
        )
        const key = keyOf(peer, secure)
        rates.set(key, [...(rates.get(key) ?? []), own.length / seconds])
      }
      removeFile(copy)
    }
    const spread = (peer: Peer, secure: SecureDelete) =>
      spreadOf(rates.get(keyOf(peer, secure)) ?? [])
    const own = spread(peers[0] as Peer, 'ON').median
    const ratio = (peer: Peer, secure: SecureDelete): number =>
      round(own / spread(peer, secure).median, 1)
    return {
      tables: [
        {
          title: 'Beside its peers',
          note: `${sample} users each (the document’s loop with its pause ${Math.min(PAUSED_SAMPLE, sample)}: its rate does not depend on the number), one after the other in shuffled order (hand-written batches and the cascade last, as they change the schema) on the same copy of a file of ${users} users, a new copy in each of ${rounds} rounds (with secure_delete OFF in ${Math.min(OFF_ROUNDS, rounds)}); the final checkpoint is included. Everybody deletes and anonymizes the same rows; what a library leaves out is done after it by prepared statements. The engine writes receipts and has secure_delete ON in both columns; the peers write none.`,
          head: [
            '',
            'users/s',
            'range',
            'engine / it',
            'secure_delete OFF',
            'engine (ON) / it (OFF)',
          ],
          rows: peers.map((peer, index) => {
            const { median, min, max } = spread(peer, 'ON')
            const off = index === 0 ? null : spread(peer, 'OFF').median
            return [
              peer.name,
              round(median),
              `${round(min)} to ${round(max)}`,
              ratio(peer, 'ON'),
              off === null ? '' : round(off),
              off === null ? '' : ratio(peer, 'OFF'),
            ]
          }),
        },
      ],
      charts: [
        {
          file: 'peers.svg',
          title: 'Users deleted a second, secure_delete ON',
          unit: 'users/s',
          kind: 'bar',
          logarithmic: false,
          categories: peers.map(({ name }) => name),
          series: [
            { name: 'users/s', values: peers.map((peer) => round(spread(peer, 'ON').median)) },
          ],
        },
      ],
      goals: peers.flatMap((peer): Goal[] =>
        peer.target === undefined
          ? []
          : [
              {
                what: `2. engine / ${peer.name}`,
                figure: ratio(peer, 'ON'),
                unit: '',
                target: peer.target,
                is: 'at least',
              },
            ],
      ),
    }
  },
}

function keyOf({ name }: Peer, secure: SecureDelete): string {
  return `${name} ${secure}`
}

/** A connection of its own, so that no way meets the settings of another. */
async function withDatabase<T>(
  file: string,
  secure: SecureDelete,
  work: (db: ReturnType<typeof openDatabase>) => Promise<T> | T,
): Promise<T> {
  const db = openDatabase(file)
  try {
    db.pragma(`secure_delete = ${secure}`)
    db.pragma('foreign_keys = OFF')
    return await work(db)
  } finally {
    db.close()
  }
}
