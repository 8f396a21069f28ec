/**
 * What the demo shows on the terminal.
 *
 * @module
 */
import { SingleBar } from 'cli-progress'
import Table from 'cli-table3'
import type { BulkProgress, Plan } from '../../src/index.ts'
import type { DeletionReceipt } from '../../src/receipt/receipt.ts'
import type { Finding } from './proof.ts'

export function say(text = ''): void {
  process.stdout.write(`${text}\n`)
}

export function heading(text: string): void {
  say(`\n${text}\n${'-'.repeat(text.length)}`)
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** The steps that find rows, and below them the number of the other steps. */
export function printPlan(plan: Plan): void {
  const table = makeTable(['table', 'action', 'rows', 'what happens to them'])
  const steps = plan.steps.filter(({ rows }) => rows > 0)
  for (const { table: name, action, rows, reason, until } of steps) {
    const end = until === null ? '' : ` (until ${until.slice(0, 10)})`
    table.push([name, action, rows, wrap(`${reason ?? ''}${end}`)])
  }
  table.push([plan.userRow.table, plan.userRow.action, 1, ''])
  say(table.toString())
  const idle = plan.steps.length - steps.length
  say(`A row that two rules match is listed twice; ${idle} other steps meet no row.`)
  say('Nothing has been changed yet.')
}

export function printReceipt({ id, deletedAt, policy, digest }: DeletionReceipt): void {
  say(`Receipt ${id} of ${deletedAt}`)
  say(`Policy ${policy.name} version ${policy.version}, receipt digest ${digest.slice(0, 16)}...`)
}

export function printFindings(findings: readonly Finding[]): void {
  const table = makeTable(['claim', 'observed', ''])
  for (const { claim, observed, holds } of findings) {
    table.push([claim, observed, holds ? 'ok' : 'FAILED'])
  }
  say(table.toString())
}

/** A bar on a terminal, four lines elsewhere. */
export function createProgress(total: number): {
  update(progress: BulkProgress): void
  stop(): void
} {
  if (process.stdout.isTTY) {
    const bar = new SingleBar({
      format: '{bar} {percentage} %  {value} users  {rate} users/s, {left} s left',
    })
    bar.start(total, 0, { rate: 0, left: '?' })
    return {
      update: ({ done, rate, remainingMs }) =>
        bar.update(done, {
          rate: count(rate),
          left: remainingMs === null ? '?' : count(remainingMs / 1_000),
        }),
      stop: () => bar.stop(),
    }
  }
  const marks = [25, 50, 75, 100]
  return {
    update: ({ done, rate }) => {
      for (let [mark] = marks; mark !== undefined && done * 100 >= mark * total; [mark] = marks) {
        marks.shift()
        say(`${String(mark).padStart(3)} %  ${count(done)} users  ${count(rate)} users/s`)
      }
    },
    stop: () => {},
  }
}

function makeTable(head: string[]): Table.Table {
  return new Table({ head, style: { head: [], border: [], compact: true } })
}

function wrap(text: string): string {
  return text.replace(/(.{1,48})(?: |$)/g, '$1\n').trimEnd()
}
