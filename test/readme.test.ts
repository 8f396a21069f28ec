import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { ERROR_CODES } from '../src/errors.ts'

const root = path.resolve(import.meta.dirname, '..')
const readme = readFileSync(path.join(root, 'README.md'), 'utf8')

describe('README', () => {
  it('runs its example against the built package, and every //=> holds', () => {
    const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? []
    const checks = [...example.matchAll(/\/\/=> (.*)/g)]
    assert.equal(checks.length, 5)
    // Inside the package, so that its own name resolves to the built files.
    const folder = mkdtempSync(path.join(root, 'dist/readme-'))
    try {
      const file = path.join(folder, 'example.mts')
      writeFileSync(file, withAssertions(example))
      execFileSync(process.execPath, ['--import', 'tsx', file], { cwd: root, stdio: 'pipe' })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('lists every error code with its status and whether to retry', () => {
    for (const [code, { status, retryable }] of Object.entries(ERROR_CODES)) {
      assert.ok(readme.includes(`| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} |`), code)
    }
  })
})

/** Turns `expression //=> value`, on one line or two, into an assertion. */
function withAssertions(example: string): string {
  const asserted = example.replaceAll(
    /^(?!\s*\/\/)(.+?)(?: |\n)\/\/=> (.*)$/gm,
    (_, expression: string, value: string) => `deepEqual(${expression}, ${value})`,
  )
  return `import { deepEqual as looselyDeepEqual } from 'node:assert/strict'
const deepEqual = (a: unknown, b: unknown) => looselyDeepEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)))
${asserted}`
}
