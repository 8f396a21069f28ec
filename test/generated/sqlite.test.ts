/** Generated schemas and users of SQLite, looked at by oracles that know nothing of the engine. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isEveryFault } from '../worlds/faults/every-fault.ts'
import type { Seen } from '../worlds/generated/generated-odd-oracle.ts'
import { runOdd } from '../worlds/generated/generated-odd-run.ts'
import { type OddWorld, oddWorlds } from '../worlds/generated/generated-odd-world.ts'

const SEED = Number(process.env['PARITY_SEED'] ?? 20_260_301)
const RUNS = Number(process.env['GENERATED_RUNS'] ?? (isEveryFault ? 1_000 : 100))

test('on SQLite, rows of others stay as they are, and nothing of who went is left but what is kept', async () => {
  console.log(`generated on SQLite: PARITY_SEED=${SEED}, ${RUNS} runs`)
  const seen: Seen = { gone: 0, matched: 0, kept: 0, shared: 0, written: 0 }
  const tally = { runs: 0, refused: 0, deleting: 0, codes: {} as Record<string, number> }
  const look = async (world: OddWorld): Promise<void> => {
    const before = seen.gone
    const codes = await runOdd(world, seen)
    tally.runs += 1
    tally.refused += Number(codes === null)
    tally.deleting += Number(seen.gone > before)
    for (const code of codes ?? []) tally.codes[code] = (tally.codes[code] ?? 0) + 1
  }
  await fc.assert(fc.asyncProperty(oddWorlds, look), {
    ...{ seed: SEED, numRuns: RUNS, includeErrorInReport: true },
    // The search for a smaller counterexample takes long.
    endOnFailure: process.env['SHRINK'] === undefined,
    interruptAfterTimeLimit: 300_000 + RUNS * 500,
    markInterruptAsFailure: true,
  })
  console.log(`generated on SQLite: ${JSON.stringify({ ...tally, ...seen })}`)
  assert.ok(tally.deleting * 2 >= tally.runs, 'fewer than half of the runs deleted somebody')
})
