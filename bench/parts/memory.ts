/**
 * Memory for a million ids out of an async generator: see `bench/memory.ts`, which is run here.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { round } from '../support/figures.ts'
import type { Part } from '../support/part.ts'

interface Line {
  readonly contender: string
  readonly startMb: number
  readonly peakMb: number
  readonly grownMb: number
  readonly seconds: number
}

export const memory: Part = {
  title: 'Memory',
  async run({ users }) {
    const ids = Math.min(1_000_000, users * 10)
    const script = join(import.meta.dirname, '../memory.ts')
    const flags = ['--import', 'tsx', script, '--users', String(ids), '--deletesOnly', '0']
    const { stdout } = await promisify(execFile)(process.execPath, flags)
    const lines = stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Line)
    const grown = (name: string): number =>
      lines.find(({ contender }) => contender === name)?.grownMb ?? Number.NaN
    return {
      tables: [
        {
          title: `Memory for ${ids} ids from an async generator`,
          note: 'One run each, in a process of its own, on users without other rows. By hand: batches of 1,000 fed by the same generator, with receipts.',
          head: ['', 'start MB', 'peak MB', 'grown by MB', 'seconds'],
          rows: lines.map((line) => [
            line.contender,
            line.startMb,
            line.peakMb,
            line.grownMb,
            line.seconds,
          ]),
        },
      ],
      charts: [],
      goals: [
        {
          what: `4. memory above hand-written batches, ${ids} ids`,
          figure: round(grown('engine') - grown('handWritten'), 1),
          unit: ' MB',
          target: 20,
          is: 'at most',
        },
      ],
    }
  },
}
