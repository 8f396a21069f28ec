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
import { idsIn, withCopy } from '../support/database.ts'
import { round } from '../support/figures.ts'
import { type Contender, createSamples, rangeOf, secondsFor } from '../support/measure.ts'
import type { Goal, Part } from '../support/part.ts'

/** The document's loop pauses, so it would take minutes; its rate does not depend on the number. */
const PAUSED_SAMPLE = 60
/** Rounds in which the peers run with secure_delete OFF, too. */
const OFF_ROUNDS = 1

interface Peer {
  readonly name: string
  readonly contender: Contender
  readonly target?: number
  readonly sample?: number
}

const peers: readonly Peer[] = [
  { name: 'engine, throughput mode', contender: engine('throughput') },
  { name: 'by hand, B = 1000, receipts', contender: setBased(1_000) },
  { name: 'transaction a user', contender: transactionPerUser },
  { name: 'foreign keys that cascade', contender: cascade },
  { name: 'document’s loop', contender: documentLoop(1_000), target: 40, sample: PAUSED_SAMPLE },
  { name: 'document’s loop, no pause', contender: documentLoop(0) },
  { name: 'better-auth removeUser', contender: betterAuthRemoveUser, target: 4 },
  { name: 'better-auth deleteUser', contender: betterAuthDeleteUser, target: 2.5 },
  { name: 'Auth.js Kysely adapter', contender: authKysely },
  { name: 'Auth.js Drizzle adapter', contender: authDrizzle },
  { name: 'Kysely loop', contender: kyselyLoop, target: 2 },
  { name: 'Drizzle loop', contender: drizzleLoop, target: 2 },
]

type SecureDelete = 'ON' | 'OFF'

export const besidePeers: Part = {
  title: 'Beside its peers',
  async run({ users, rounds, peers: size, template }) {
    const file = template(users)
    const rates = createSamples()
    const random = createRandom(1)
    for (let number = 0; number < rounds; number += 1) {
      for (const { peer, secure } of random.shuffle(runsOf(number))) {
        await withCopy(
          file,
          async (db) => {
            db.pragma('foreign_keys = OFF')
            const ids = createRandom(number + 1)
              .shuffle(idsIn(db))
              .slice(0, Math.min(size, peer.sample ?? size))
            const seconds = await secondsFor(peer.name, peer.contender, db, ids)
            rates.add(keyOf(peer, secure), ids.length / seconds)
          },
          secure,
        )
      }
    }
    const spread = (peer: Peer, secure: SecureDelete) => rates.of(keyOf(peer, secure))
    const own = spread(peers[0] as Peer, 'ON').median
    const ratio = (peer: Peer, secure: SecureDelete): number =>
      round(own / spread(peer, secure).median, 1)
    return {
      tables: [
        {
          title: 'Beside its peers',
          note: `${size} of ${users} users a run (the document’s loop with its pause ${Math.min(PAUSED_SAMPLE, size)}: its rate does not depend on the number), each run on a fresh copy of the file, ${rounds} interleaved rounds (with secure_delete OFF: ${Math.min(OFF_ROUNDS, rounds)}), final checkpoint included. Everybody deletes and anonymizes the same rows; what a library leaves out is done after it by prepared statements. The engine writes receipts and has secure_delete ON in both columns; of the peers only the hand-written batches write receipts.`,
          head: [
            '',
            'users/s',
            'range',
            'engine / it',
            'secure_delete OFF',
            'engine (ON) / it (OFF)',
          ],
          rows: peers.map((peer, index) => {
            const on = spread(peer, 'ON')
            const off = index === 0 ? null : spread(peer, 'OFF').median
            return [
              peer.name,
              round(on.median),
              rangeOf(on),
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

/** The engine has secure_delete ON always. */
function runsOf(round: number): { readonly peer: Peer; readonly secure: SecureDelete }[] {
  return peers.flatMap((peer, index) => [
    { peer, secure: 'ON' as const },
    ...(index > 0 && round < OFF_ROUNDS ? [{ peer, secure: 'OFF' as const }] : []),
  ])
}

function keyOf({ name }: Peer, secure: SecureDelete): string {
  return `${name} ${secure}`
}
