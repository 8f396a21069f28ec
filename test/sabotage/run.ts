/**
 * Applies each sabotage to a copy of the project and expects the tests to notice: first those named with it,
 * then, if they miss it, all that need no build.
 *
 * Usage: npm run sabotage [-- --only "pattern of names"]. As many run at a time as the machine has processors.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Sabotage, sabotages } from './sabotages.ts'

/** For the tests of one sabotage. */
const TIME_LIMIT_MS = 600_000
const NEEDS_A_BUILD = ['readme.test.ts']

const root = path.resolve(import.meta.dirname, '../..')
const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })
const chosen = sabotages.filter(({ name }) => new RegExp(values.only).test(name))

const whole = copyProject()
const named = [...new Set(chosen.map(({ caughtBy }) => caughtBy))]
const unharmed = await inParallel(named, (file) => runTests(whole, [file]))
rmSync(whole, { recursive: true })
if (unharmed.some((verdict) => verdict !== 'passed')) {
  const failing = named.filter((_, place) => unharmed[place] !== 'passed').join(', ')
  console.error(`${failing} fail without any sabotage, so catching one would prove nothing`)
  process.exit(1)
}
const verdicts = await inParallel(chosen, async (sabotage) => {
  const verdict = await judge(sabotage)
  console.log(`${verdict}: ${sabotage.name}`)
  return verdict
})
const caught = verdicts.filter((verdict) => verdict.startsWith('caught')).length
console.log(`caught: ${caught} of ${chosen.length}`)
process.exitCode = caught === chosen.length ? 0 : 1

async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  const waiting = items.entries()
  const worker = async (): Promise<void> => {
    for (const [place, item] of waiting) results[place] = await work(item)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return results
}

async function judge(sabotage: Sabotage): Promise<string> {
  const copy = copyProject(sabotage)
  try {
    const first = await runTests(copy, [sabotage.caughtBy])
    if (first !== 'passed') return first === 'failed' ? 'caught' : 'HANGS'
    const second = await runTests(copy, allTests(copy))
    if (second === 'failed') return `caught, but not by ${sabotage.caughtBy}`
    return second === 'passed' ? 'MISSED' : 'HANGS'
  } finally {
    rmSync(copy, { recursive: true })
  }
}

function copyProject(sabotage?: Sabotage): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'sabotage-'))
  for (const part of ['src', 'adapters', 'test', 'examples', 'package.json', 'tsconfig.json']) {
    cpSync(path.join(root, part), path.join(copy, part), { recursive: true })
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'))
  if (sabotage === undefined) return copy
  const file = path.join(copy, sabotage.file)
  const text = readFileSync(file, 'utf8')
  if (text.split(sabotage.find).length !== 2) {
    throw new Error(`"${sabotage.name}" no longer fits ${sabotage.file}`)
  }
  writeFileSync(
    file,
    text.replace(sabotage.find, () => sabotage.replace),
  )
  return copy
}

function allTests(copy: string): readonly string[] {
  return ['test', 'test/adapters'].flatMap((folder) =>
    readdirSync(path.join(copy, folder))
      .filter((name) => name.endsWith('.test.ts') && !NEEDS_A_BUILD.includes(name))
      .map((name) => path.join(folder, name)),
  )
}

/** A run that is ended by the time limit has caught nothing: it may only be slow. */
async function runTests(
  copy: string,
  files: readonly string[],
): Promise<'passed' | 'failed' | 'timed out'> {
  const tests = spawn(process.execPath, ['--import', 'tsx', '--test', ...files], {
    cwd: copy,
    stdio: 'ignore',
    timeout: TIME_LIMIT_MS,
  })
  const [status, signal] = await once(tests, 'exit')
  if (signal !== null) return 'timed out'
  return status === 0 ? 'passed' : 'failed'
}
