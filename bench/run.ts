/**
 * The benchmark of bulk deletion on SQLite: each part beside its peers, then the goals with their figures.
 *
 *     npm run bench                                      10,000 users
 *     npm run bench -- --users 100000                    the report
 *     npm run bench -- --users 100000 --only peers       one part again, or several: peers,growth
 *     npm run bench -- --peers 500                       peers delete 500 users each and not a tenth of all
 *     npm run bench -- --db COPY.sqlite --policy policy.ts --users 5000   on the own data
 *     npm run bench -- --db mongodb://host/name --policy policy.ts --users 5000   on a clone of it
 *
 * Every part writes its results before the next one begins, so that a run can be gone on with. Charts are
 * SVG files beside them; `README.md` is written anew from all results that are there.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { measureOwn } from './own-data/measure-own.ts'
import { ceiling, clustered } from './parts/ceiling.ts'
import { growth } from './parts/growth.ts'
import { memory } from './parts/memory.ts'
import { besidePeers } from './parts/peers.ts'
import { remnants } from './parts/remnants.ts'
import { besideServer } from './parts/server.ts'
import { createTemplate, withFolder } from './support/database.ts'
import { print, round } from './support/figures.ts'
import type { Part, Settings } from './support/part.ts'
import { printGoals, printPart, type Report, savePart, writeReport } from './support/report.ts'
import { sqliteVersions } from './support/versions.ts'

const parts: Readonly<Record<string, Part>> = {
  ceiling,
  clustered,
  peers: besidePeers,
  growth,
  server: besideServer,
  memory,
  remnants,
}

const report: Report = {
  begin: '<!-- report: written by `npm run bench` -->',
  title: (users) => `Last report: ${users} users in the file`,
  parts: Object.keys(parts),
}

const { values } = parseArgs({
  options: {
    users: { type: 'string' },
    rounds: { type: 'string' },
    peers: { type: 'string' },
    only: { type: 'string' },
    db: { type: 'string' },
    policy: { type: 'string' },
    tenant: { type: 'string' },
  },
})

function whole(name: 'users' | 'rounds' | 'peers', fallback: number): number {
  const number = Number(values[name] ?? fallback)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new Error(`--${name} is no whole number above 0`)
}

if (values.db === undefined) await runParts()
else {
  if (values.policy === undefined)
    throw new Error('--policy names the file that exports the policy')
  await measureOwn({
    database: values.db,
    policy: values.policy,
    users: whole('users', 5_000),
    tenantId: values.tenant ?? null,
  })
}

async function runParts(): Promise<void> {
  const users = whole('users', 10_000)
  const rounds = whole('rounds', 5)
  const peers = whole('peers', Math.ceil(users / 10))
  if (peers > users / 2) throw new Error('--peers is more than half of the users')
  const names = values.only?.split(',') ?? Object.keys(parts)
  await withFolder(async (folder) => {
    const settings: Settings = { users, rounds, peers, folder, template: templatesIn(folder) }
    for (const name of names) {
      const part = parts[name]
      if (part === undefined) throw new Error(`--only takes ${Object.keys(parts).join(', ')}`)
      const started = performance.now()
      const result = await part.run(settings)
      printPart(result)
      print(`${name}: ${round((performance.now() - started) / 1_000)} s\n`)
      savePart(name, settings, result, sqliteVersions())
    }
  })
  printGoals(writeReport(report, users))
}

/** Files are filled once and shared by the parts. */
function templatesIn(folder: string): Settings['template'] {
  const known = new Map<string, string>()
  return (users, layout = 'scattered') => {
    const key = `${layout}-${users}`
    const file = known.get(key) ?? `${folder}/${key}.sqlite`
    if (!known.has(key)) createTemplate(file, users, layout)
    known.set(key, file)
    return file
  }
}
