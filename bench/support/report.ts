/**
 * Results as a table on the terminal, as JSON and SVG files, and as the report in `bench/README.md`.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import Table from 'cli-table3'
import { drawChart } from './charts.ts'
import { print, round } from './figures.ts'
import { type Goal, isMet, type PartResult, type Settings } from './part.ts'

const FOLDER = join(import.meta.dirname, '../results')
const REPORT = join(import.meta.dirname, '../README.md')
const BEGIN = '<!-- report: written by `npm run bench` -->'
const PACKAGES = [
  'better-sqlite3',
  'better-auth',
  'kysely',
  'drizzle-orm',
  '@auth/kysely-adapter',
  '@auth/drizzle-adapter',
]

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
export function savePart(name: string, { users, rounds }: Settings, result: PartResult): void {
  mkdirSync(FOLDER, { recursive: true })
  const saved: Saved = {
    users,
    rounds,
    at: new Date().toISOString(),
    machine: machine(),
    versions: versions(),
    ...result,
  }
  writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify(saved, null, 2)}\n`)
  for (const chart of result.charts) writeFileSync(join(FOLDER, chart.file), drawChart(chart))
}

/** Writes the report out of all results that were taken with so many users, and answers their goals. */
export function writeReport(names: readonly string[], users: number): readonly Goal[] {
  const saved = names
    .map((name) => join(FOLDER, `${name}.json`))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Saved)
    .filter((result) => result.users === users)
  const goals = saved.flatMap((result) => result.goals)
  const lines = [
    BEGIN,
    '',
    `## Last report: ${users} users in the file`,
    '',
    [...new Set(saved.map((part) => `${part.machine}; ${part.versions}`))].join('\n\n'),
    '',
    markdownTable(['goal', 'figure', 'target', ''], goals.map(goalText)),
    ...saved.flatMap(({ tables, charts, at }) => [
      ...tables.flatMap(({ title, note, head, rows }) => [
        `### ${title}`,
        '',
        `${note} Taken ${at.slice(0, 16)} UTC.`,
        '',
        markdownTable(head, rows),
      ]),
      ...charts.flatMap(({ file, title }) => [`![${title}](results/${file})`, '']),
    ]),
  ]
  const [head = ''] = readFileSync(REPORT, 'utf8').split(BEGIN)
  writeFileSync(REPORT, `${head}${lines.join('\n').trimEnd()}\n`)
  return goals
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
  return `${cpus().length} x ${cpu?.model ?? 'unknown'}, ${memory} GiB, ${type()} ${release()}, Node ${process.version}`
}

function versions(): string {
  const db = new Database(':memory:')
  const sqlite = db.prepare('SELECT sqlite_version()').pluck().get()
  db.close()
  const list = PACKAGES.map((name) => `${name} ${versionOf(name)}`)
  return [`SQLite ${sqlite}`, ...list].join(', ')
}

function versionOf(name: string): string {
  const file = createRequire(import.meta.url)
    .resolve.paths(name)
    ?.map((folder) => join(folder, name, 'package.json'))
  const found = file?.find((path) => existsSync(path))
  if (found === undefined) return 'unknown'
  return (JSON.parse(readFileSync(found, 'utf8')) as { version: string }).version
}
