/**
 * Applies each sabotage to a copy of the project and expects the suite to notice.
 * Usage: npm run sabotage [-- --only "pattern of names"]
 */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Sabotage, sabotages } from './sabotages.ts'

const root = path.resolve(import.meta.dirname, '../..')
const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })
const chosen = sabotages.filter(({ name }) => new RegExp(values.only).test(name))

if (!suitePasses(copyProject())) {
  console.error('the suite fails without any sabotage, so catching one would prove nothing')
  process.exit(1)
}
let caught = 0
for (const sabotage of chosen) {
  const isCaught = !suitePasses(copyProject(sabotage))
  if (isCaught) caught += 1
  console.log(`${isCaught ? 'caught' : 'MISSED'}: ${sabotage.name}`)
}
console.log(`caught: ${caught} of ${chosen.length}`)
process.exitCode = caught === chosen.length ? 0 : 1

function copyProject(sabotage?: Sabotage): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'sabotage-'))
  for (const part of ['src', 'adapters', 'test', 'package.json', 'tsconfig.json']) {
    cpSync(path.join(root, part), path.join(copy, part), { recursive: true })
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'))
  if (sabotage !== undefined) {
    const file = path.join(copy, sabotage.file)
    const text = readFileSync(file, 'utf8')
    if (text.split(sabotage.find).length !== 2) {
      throw new Error(`"${sabotage.name}" no longer fits ${sabotage.file}`)
    }
    writeFileSync(
      file,
      text.replace(sabotage.find, () => sabotage.replace),
    )
  }
  return copy
}

/** Runs the tests that need no build. */
function suitePasses(copy: string): boolean {
  const files = ['test', 'test/adapters'].flatMap((folder) =>
    readdirSync(path.join(copy, folder))
      .filter(
        (name) =>
          name.endsWith('.test.ts') &&
          !['readme.test.ts', 'package.test.ts', 'faults.test.ts'].includes(name),
      )
      .map((name) => path.join(folder, name)),
  )
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', '--test', ...files], {
    cwd: copy,
    stdio: 'ignore',
    timeout: 180_000,
  })
  rmSync(copy, { recursive: true })
  return status === 0
}
