/**
 * Results as a table on the terminal, as JSON and SVG files, and as the report in `bench/README.md`.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import Table from 'cli-table3'
import { drawChart } from './charts.ts'
import { print, round } from './figures.ts'
import { type Goal, isMet, type PartResult, type Settings } from './part.ts'

const FOLDER = join(import.meta.dirname, '../results')
const REPORT = join(import.meta.dirname, '../README.md')

/** A section of `bench/README.md` that a command writes. */
export interface Report {
  /** The comment that it begins with; it ends where the next one begins. */
  readonly begin: string
  title(users: number): string
  /** Names of the results that it is made of. */
  readonly parts: readonly string[]
}

const ANY_REPORT = '<!-- report: '

interface Saved extends PartResult {
  readonly users: number
  readonly rounds: number
  readonly at: string
  readonly machine: string
  readonly versions: string
}

export function printPart({ tables }: PartResult): void {
  for (const { title, note, head, rows } of tables) {
    const table = new Table({ head: [...head], style: { head: [], border: [] } })
    table.push(...rows.map((row) => [...row]))
    print(`\n${title}\n${note}\n${table.toString()}`)
  }
}

export function printGoals(goals: readonly Goal[]): void {
  for (const goal of goals) print(goalText(goal).join('  '))
}

/** Keeps the results of a part, and its charts. */
export function savePart(
  name: string,
  { users, rounds }: Pick<Settings, 'users' | 'rounds'>,
  result: PartResult,
  versions: string,
): void {
  mkdirSync(FOLDER, { recursive: true })
  const at = new Date().toISOString()
  const saved: Saved = { users, rounds, at, machine: machine(), versions, ...result }
  writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify(saved, null, 2)}\n`)
  for (const chart of result.charts) writeFileSync(join(FOLDER, chart.file), drawChart(chart))
}

/** Writes the report out of all results that were taken with so many users, and answers their goals. */
export function writeReport({ begin, title, parts }: Report, users: number): readonly Goal[] {
  const saved = parts
    .map((name) => join(FOLDER, `${name}.json`))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Saved)
    .filter((result) => result.users === users)
  const goals = saved.flatMap((result) => result.goals)
  const lines = [
    begin,
    '',
    `## ${title(users)}`,
    '',
    [...new Set(saved.map((part) => `${part.machine}; ${part.versions}`))].join('\n\n'),
    '',
    markdownTable(['goal', 'figure', 'target', ''], goals.map(goalText)),
    ...saved.flatMap(({ tables, charts, at }) => [
      ...tables.flatMap(({ title: heading, note, head, rows }) => [
        `### ${heading}`,
        '',
        `${note} Taken ${at.slice(0, 16)} UTC.`,
        '',
        markdownTable(head, rows),
      ]),
      ...charts.flatMap(({ file, title: heading }) => [`![${heading}](results/${file})`, '']),
    ]),
  ]
  const text = readFileSync(REPORT, 'utf8')
  writeFileSync(REPORT, replaceSection(text, begin, lines.join('\n').trimEnd()))
  return goals
}

/** What stands from `begin` up to the next report gives way; a section that is not there yet comes last. */
function replaceSection(text: string, begin: string, section: string): string {
  const start = text.indexOf(begin)
  if (start === -1) return `${text.trimEnd()}\n\n${section}\n`
  const end = text.indexOf(ANY_REPORT, start + begin.length)
  const rest = end === -1 ? '' : `\n${text.slice(end)}`
  return `${text.slice(0, start)}${section}\n${rest}`
}

function goalText(goal: Goal): string[] {
  const { what, figure, unit, is, target } = goal
  return [what, `${figure}${unit}`, `${is} ${target}${unit}`, isMet(goal) ? 'met' : 'missed']
}

function markdownTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n')
}

function machine(): string {
  const [cpu] = cpus()
  const memory = round(totalmem() / 2 ** 30)
  return `${cpus().length} x ${cpu?.model ?? 'unknown'}, ${memory} GiB, ${type()} ${release().split('.', 2).join('.')}, Node ${process.version}`
}
