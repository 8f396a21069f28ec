/**
 * What a long life brings: many rules, a long ledger, much that is held, a list fed again, users whom the database refuses. On SQLite, one figure
 * for each call, with the bound that is wanted beside it.
 *
 *     npm run bench:scale
 *     npm run bench:scale -- --only rules,held --entries 100000
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { measureHeld } from './scale/held.ts'
import { measureLedger } from './scale/ledger.ts'
import { measureList } from './scale/list.ts'
import { measureRefused } from './scale/refused.ts'
import { measureRules } from './scale/rules.ts'
import type { Sizes } from './scale/sizes.ts'
import { withFolder } from './support/database.ts'
import { round } from './support/figures.ts'
import { type Goal, isMet, type PartResult } from './support/part.ts'
import { printPart } from './support/report.ts'

const parts: Readonly<Record<string, (sizes: Sizes) => Promise<readonly Goal[]>>> = {
  rules: measureRules,
  ledger: measureLedger,
  held: measureHeld,
  list: measureList,
  refused: measureRefused,
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rules: { type: 'string', default: '400' },
    entries: { type: 'string', default: '1000000' },
    held: { type: 'string', default: '20000' },
    ids: { type: 'string', default: '1000000' },
    users: { type: 'string', default: '20000' },
  },
})

await withFolder(async (folder) => {
  const sizes: Sizes = {
    folder,
    rules: whole('rules'),
    entries: whole('entries'),
    held: whole('held'),
    ids: whole('ids'),
    users: whole('users'),
  }
  for (const name of values.only?.split(',') ?? Object.keys(parts)) {
    const part = parts[name]
    if (part === undefined) throw new Error(`--only takes ${Object.keys(parts).join(', ')}`)
    printPart(tableOf(name, await part(sizes)))
  }
})

function whole(name: 'rules' | 'entries' | 'held' | 'ids' | 'users'): number {
  const number = Number(values[name])
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new Error(`--${name} is no whole number above 0`)
}

function tableOf(title: string, goals: readonly Goal[]): PartResult {
  const rows = goals.map((goal) => {
    const { what, figure, unit, target } = goal
    const took = `${round(figure, 1)} ${unit}`
    if (target === Number.POSITIVE_INFINITY) return [what, took, 'nothing yet', '']
    return [what, took, `${goal.is} ${target} ${unit}`, isMet(goal) ? 'met' : 'missed']
  })
  const table = { title, note: 'One run.', head: ['call', 'took', 'wanted', ''], rows }
  return { tables: [table], charts: [], goals }
}
