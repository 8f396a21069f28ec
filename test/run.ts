/**
 * Runs test files, several in one process, all of them on one MongoDB server of each topology and one PostgreSQL server.
 * A process of its own for each file, with its own compilation of the same modules and its own servers, takes longer
 * than most tests.
 *
 * Usage: node --import tsx test/run.ts FILES. A file may be run alone too, with `node --import tsx --test FILE`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { startSharedMongo } from './worlds/mongodb/shared-mongo.ts'
import { startSharedPostgres } from './worlds/postgres/shared-postgres.ts'

const FILES_A_PROCESS = 12
const CONCURRENCY = '--test-concurrency=2'
const UNTRACKED = pathToFileURL(path.join(import.meta.dirname, 'untracked-promises.ts')).href
/** These have a process of their own each. The first takes longest, so it begins first; the other changes a library for all. */
const ALONE: readonly string[] = [
  'test/adapters/mongodb/contract.test.ts',
  'test/presets/better-auth-renamed.test.ts',
]

const files = [...new Set(process.argv.slice(2))]
const folder = mkdtempSync(path.join(tmpdir(), 'test-run-'))
const servers = Promise.all([startSharedMongo(), startSharedPostgres()])
process.exitCode = await runTests().finally(async () => {
  rmSync(folder, { recursive: true })
  for (const server of await servers) await server.stop()
})

/** How the tests ended, as the exit code of a process. */
async function runTests(): Promise<number> {
  const env = Object.assign({}, ...(await servers).map((server) => server.env))
  const parts = partsOf(files).map(writePart)
  const args = ['--import', 'tsx', '--import', UNTRACKED, '--test', CONCURRENCY, ...parts]
  const tests = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: 'inherit',
    // A process group of its own: ending this process ends the processes of the tests too.
    detached: true,
  })
  const end = (signal: NodeJS.Signals): void => {
    const isThere = tests.exitCode === null && tests.signalCode === null
    if (isThere && tests.pid !== undefined) process.kill(-tests.pid, signal)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
  const [code, signal] = (await once(tests, 'exit')) as [number | null, NodeJS.Signals | null]
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal])
}

/** The same for the same files. Neighbours, which are alike, come into different ones, so that all take about as long. */
function partsOf(all: readonly string[]): readonly (readonly string[])[] {
  const alone = ALONE.filter((file) => all.includes(file)).map((file) => [file])
  const others = all.filter((file) => !ALONE.includes(file))
  const count = Math.ceil(others.length / FILES_A_PROCESS)
  const parts = Array.from({ length: count }, (_, part) =>
    others.filter((_, place) => place % count === part),
  )
  return [...alone, ...parts]
}

/** A file that runs those of a part. The test runner takes them in the order of their names. */
function writePart(part: readonly string[], place: number): string {
  const file = path.join(folder, `part-${String(place + 1).padStart(3, '0')}.test.mjs`)
  const imports = part.map(
    (name) => `import ${JSON.stringify(pathToFileURL(path.resolve(name)))}\n`,
  )
  writeFileSync(file, imports.join(''))
  return file
}
