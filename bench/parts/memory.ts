/**
 * Memory for a million ids out of an async generator: see `bench/memory.ts`, which is run here.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { round } from '../support/figures.ts'
import { createSamples, rangeOf } from '../support/measure.ts'
import type { Part } from '../support/part.ts'

const FIGURES = ['startMb', 'peakMb', 'grownMb', 'seconds'] as const

type Line = Readonly<Record<(typeof FIGURES)[number], number>> & { readonly contender: string }

const names: Readonly<Record<string, string>> = {
  handWritten: 'by hand, B = 1000',
  engine: 'engine, throughput mode',
}

export const memory: Part = {
  title: 'Memory',
  async run({ users, rounds }) {
    const ids = Math.min(1_000_000, users * 10)
    const samples = createSamples()
    for (let number = 0; number < rounds; number += 1) {
      for (const line of await measure(ids)) {
        for (const figure of FIGURES) samples.add(`${line.contender} ${figure}`, line[figure])
      }
    }
    const grown = (contender: string) => samples.of(`${contender} grownMb`)
    return {
      tables: [
        {
          title: `Memory for ${ids} ids from an async generator`,
          note: `Medians of ${rounds} rounds, each run in a process of its own, on users without other rows. By hand: batches of 1,000 fed by the same generator, with receipts. When V8 collects decides over tens of MB, hence the range.`,
          head: ['', 'start MB', 'peak MB', 'grown by MB', 'range', 'seconds'],
          rows: Object.entries(names).map(([contender, name]) => {
            const of = (figure: (typeof FIGURES)[number]): number =>
              round(samples.of(`${contender} ${figure}`).median, 1)
            return [
              name,
              of('startMb'),
              of('peakMb'),
              of('grownMb'),
              rangeOf(grown(contender)),
              of('seconds'),
            ]
          }),
        },
      ],
      charts: [],
      goals: [
        {
          what: `4. memory above hand-written batches, ${ids} ids`,
          figure: round(grown('engine').median - grown('handWritten').median, 1),
          unit: ' MB',
          target: 20,
          is: 'at most',
        },
      ],
    }
  },
}

async function measure(ids: number): Promise<readonly Line[]> {
  const script = join(import.meta.dirname, '../memory.ts')
  const flags = ['--import', 'tsx', script, '--users', String(ids), '--deletesOnly', '0']
  const { stdout } = await promisify(execFile)(process.execPath, flags)
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line)
}
