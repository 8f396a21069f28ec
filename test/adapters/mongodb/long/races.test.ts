import assert from 'node:assert/strict'
import { forEachMongoHost } from '../../../worlds/hosts/each-host.ts'
import {
  assertGone,
  openRace,
  outcomeOf,
  type Race,
  type RaceEngine,
  SCOPE,
  USER,
} from '../../../worlds/race-world.ts'

/** How many posts a user has, and before how many calls of its store the deletion stops for the rival, in turn. */
const SIZES = [
  ['a small user', 0, 12],
  ['a user of several chunks', 9, 22],
] as const

interface Rival {
  readonly name: string
  prepare?(race: Race): Promise<unknown>
  run(worker: RaceEngine): Promise<unknown>
  /** Codes of its refusals once the deletion is under way or done. */
  readonly refusals: readonly string[]
}

const RIVALS: readonly Rival[] = [
  {
    name: 'cancelDeletion',
    prepare: ({ still }) => still.scheduleDeletion(USER, { ...SCOPE, after: 'P1D' }),
    run: (worker) => worker.cancelDeletion(USER, SCOPE),
    refusals: ['invalid_transition', 'resource_not_found'],
  },
  {
    name: 'enable',
    prepare: ({ still }) => still.disable(USER, SCOPE),
    run: (worker) => worker.enable(USER, SCOPE),
    refusals: ['invalid_transition', 'resource_not_found'],
  },
  {
    name: 'placeHold',
    run: (worker) => worker.placeHold(USER, { ...SCOPE, reason: 'court_order' }),
    refusals: ['invalid_transition', 'resource_not_found'],
  },
]

/** Two processes with a store each, over the same database. */
forEachMongoHost(({ store, it, open }) => {
  for (const rival of RIVALS) {
    for (const [size, posts, stops] of SIZES) {
      it(`${rival.name} takes effect before a deletion or not at all: ${size} on ${store}`, async () => {
        const endings: Record<string, number> = {}
        for (let stop = 1; stop <= stops; stop += 1) {
          const race = await openRace(open, posts)
          await rival.prepare?.(race)
          const other = race.engine((work) => work())
          let calls = 0
          let answer: Promise<string> | undefined
          const deleter = race.engine(async (work) => {
            calls += 1
            if (calls === stop) {
              answer = outcomeOf(rival.run(other))
              await answer
            }
            return work()
          })
          const deletion = await outcomeOf(deleter.delete(USER, SCOPE))
          const rivalry = (await answer) ?? 'never asked'
          const ending = await endingOf(race, rival, posts, deletion, rivalry)
          endings[ending] = (endings[ending] ?? 0) + 1
          await race.host.close()
        }
        console.log(`races: ${rival.name}, ${size} on ${store}: ${JSON.stringify(endings)}`)
        assert.ok(Object.keys(endings).length > 1, 'every order ended alike')
      })

      it(`${rival.name} at the same time as a deletion leaves one truth: ${size} on ${store}`, async () => {
        for (const first of ['deletion', 'rival'] as const) {
          const race = await openRace(open, posts)
          await rival.prepare?.(race)
          const [deleter, other] = [race.engine((work) => work()), race.engine((work) => work())]
          const begin = {
            deletion: () => outcomeOf(deleter.delete(USER, SCOPE)),
            rival: () => outcomeOf(rival.run(other)),
          }
          const begun = first === 'rival' ? begin.rival() : begin.deletion()
          const [one, two] = await Promise.all([
            begun,
            first === 'rival' ? begin.deletion() : begin.rival(),
          ])
          const [deletion, rivalry] = first === 'rival' ? [two, one] : [one, two]
          await endingOf(race, rival, posts, deletion, rivalry)
          await race.host.close()
        }
      })
    }
  }
})

/** Checks that what both were told is what is there. */
async function endingOf(
  race: Race,
  { name, refusals }: Rival,
  posts: number,
  deletion: string,
  rivalry: string,
): Promise<string> {
  if (name === 'placeHold' && rivalry === 'done') {
    assert.equal(deletion, 'deletion_blocked')
    assert.equal((await race.still.holds(USER, SCOPE)).length, 1)
    assert.equal((await race.host.rows('sessions')).length, 2)
    assert.equal((await race.host.rows('posts')).length, posts)
    assert.equal(await race.receipts(), 0)
    assert.equal((await race.still.getStatus(USER, SCOPE)).state, 'active')
    return 'before'
  }
  assert.equal(deletion, 'done')
  await assertGone(race)
  if (rivalry === 'done') return 'before'
  if (rivalry === 'never asked') return rivalry
  assert.ok(refusals.includes(rivalry), rivalry)
  return rivalry
}
