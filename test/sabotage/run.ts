/**
 * Applies each sabotage to a copy of the project and expects the tests to notice: first those named with it,
 * then, if they miss it, all that need no build.
 *
 * Usage: npm run sabotage [-- --only "pattern of names"]. As many run at a time as the machine has processors.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { folderInMemory } from '../worlds/mongodb/start-mongo.ts'
import type { Sabotage } from './sabotage.ts'
import { sabotages } from './sabotages.ts'

/** For the tests of one sabotage. */
const TIME_LIMIT_MS = 600_000
/** In the words of TAP. Of a test that is to fail, the runner says `# TODO`. */
const FAILURE = /^ *not ok (?!.*# (TODO|SKIP))/
const TEMPORARY = 'tmp'
const NEEDS_A_BUILD = ['readme.test.ts']

const inMemory = folderInMemory() ?? tmpdir()
const root = path.resolve(import.meta.dirname, '../..')
const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })
const chosen = sabotages.filter(({ name }) => new RegExp(values.only).test(name))

const copies = Array.from({ length: availableParallelism() }, copyProject)
process.on('exit', () => {
  for (const copy of copies) rmSync(copy, { recursive: true })
})

const named = [...new Set(chosen.map(({ caughtBy }) => caughtBy))]
const unharmed = await inParallel(named, (file, copy) => runTests(copy, [file]))
if (unharmed.some((verdict) => verdict !== 'passed')) {
  const failing = named.filter((_, place) => unharmed[place] !== 'passed').join(', ')
  console.error(`${failing} fail without any sabotage, so catching one would prove nothing`)
  process.exit(1)
}
const verdicts = await inParallel(chosen, async (sabotage, copy) => {
  const verdict = await judge(sabotage, copy)
  console.log(`${verdict}: ${sabotage.name}`)
  return verdict
})
const caught = verdicts.filter((verdict) => verdict.startsWith('caught')).length
console.log(`caught: ${caught} of ${chosen.length}`)
process.exitCode = caught === chosen.length ? 0 : 1

/** Each copy of the project works on one item at a time. */
async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T, copy: string) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  const waiting = items.entries()
  const worker = async (copy: string): Promise<void> => {
    for (const [place, item] of waiting) results[place] = await work(item, copy)
  }
  await Promise.all(copies.map(worker))
  return results
}

async function judge(sabotage: Sabotage, copy: string): Promise<string> {
  const file = path.join(copy, sabotage.file)
  const text = readFileSync(file, 'utf8')
  if (text.split(sabotage.find).length !== 2) {
    throw new Error(`"${sabotage.name}" no longer fits ${sabotage.file}`)
  }
  writeFileSync(
    file,
    text.replace(sabotage.find, () => sabotage.replace),
  )
  try {
    const first = await runTests(copy, [sabotage.caughtBy])
    if (first !== 'passed') return first === 'failed' ? 'caught' : 'HANGS'
    const second = await runTests(copy, allTests(copy))
    if (second === 'failed') return `caught, but not by ${sabotage.caughtBy}`
    return second === 'passed' ? 'MISSED' : 'HANGS'
  } finally {
    writeFileSync(file, text)
  }
}

function copyProject(): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'sabotage-'))
  for (const part of ['src', 'adapters', 'test', 'examples', 'package.json', 'tsconfig.json']) {
    cpSync(path.join(root, part), path.join(copy, part), { recursive: true })
  }
  mkdirSync(path.join(copy, TEMPORARY))
  // A server that refuses to run as root has its files below it.
  chmodSync(copy, 0o711)
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'))
  return copy
}

function allTests(copy: string): readonly string[] {
  return readdirSync(path.join(copy, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && !NEEDS_A_BUILD.includes(path.basename(name)))
    .map((name) => path.join('test', name))
}

/** A run that is ended by the time limit has caught nothing: it may only be slow. */
async function runTests(
  copy: string,
  files: readonly string[],
): Promise<'passed' | 'failed' | 'timed out'> {
  const args = ['--import', 'tsx', '--test', '--test-reporter=tap', ...files]
  const servers = mkdtempSync(path.join(inMemory, 'sabotage-'))
  // A server may run as another user.
  chmodSync(servers, 0o755)
  const tests = spawn(process.execPath, args, {
    cwd: copy,
    env: { ...process.env, TMPDIR: path.join(copy, TEMPORARY), MONGO_TEST_FOLDER: servers },
    // A group of its own, so that the processes of the tests end with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const end = (): void => {
    const isThere = tests.exitCode === null && tests.signalCode === null
    if (isThere && tests.pid !== undefined) process.kill(-tests.pid, 'SIGKILL')
  }
  const limit = setTimeout(end, TIME_LIMIT_MS)
  let hasFailed = false
  createInterface(tests.stdout).on('line', (line) => {
    hasFailed ||= FAILURE.test(line)
    // It tells enough.
    if (hasFailed) end()
  })
  const [status] = await once(tests, 'close')
  clearTimeout(limit)
  rmSync(servers, { recursive: true, force: true, maxRetries: 10 })
  if (hasFailed) return 'failed'
  return status === null ? 'timed out' : status === 0 ? 'passed' : 'failed'
}
