import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { ERROR_CODES } from '../../src/errors.ts'
import { SCHEMA_FINDINGS, TRANSITIONS } from '../../src/index.ts'
import { compileErrors, withFile } from '../worlds/compiled.ts'

const root = path.resolve(import.meta.dirname, '../..')
/** The README, and the pages that it leads to. */
const pages = [
  'README.md',
  ...readdirSync(path.join(root, 'docs')).map((name) => path.join('docs', name)),
]
const readme = pages.map((page) => readFileSync(path.join(root, page), 'utf8')).join('\n')

describe('README and docs', () => {
  it('runs its example against the built package, and every //=> holds', () => {
    const example = codeUnder('Example')
    assert.equal(countChecks(example), 5)
    run(example)
  })

  it('runs the ways to leave with the engine of the example', () => {
    const ways = codeUnder('Ways to leave')
    assert.equal(countChecks(ways), 3)
    run(`${codeUnder('Example')}\n${ways}`)
  })

  it('runs the server that goes on with the engine of the example', () => {
    const server = codeUnder('In a server')
    assert.equal(countChecks(server), 2)
    run(`${codeUnder('Example')}\n${server}`)
  })

  it('runs the trace of somebody whom the example has deleted', () => {
    const traced = codeUnder('What is left of somebody')
    assert.equal(countChecks(traced), 4)
    run(`${codeUnder('Example')}\n${traced}`)
  })

  it('compiles the policy that is checked against types, and refuses the three mistakes', () => {
    const typed = codeUnder('Checked against your types')
    assert.equal(typed.match(/@ts-expect-error/g)?.length, 3)
    assert.equal(compileErrors(typed), '')
    assert.match(compileErrors(typed.replaceAll('@ts-expect-error', '')), MISTAKES)
    const [right = ''] = typed.split('// @ts-expect-error')
    run(right)
  })

  it('lists every recipe, each with a test beside it', () => {
    const table = readFileSync(path.join(root, 'docs/recipes.md'), 'utf8')
    const listed = [...table.matchAll(/\| `examples\/([a-z-]+)(?:\.test)?\.ts` \|/g)].map(
      ([, name]) => name,
    )
    const files = readdirSync(path.join(root, 'examples'))
    const tested = files.flatMap((file) => /^([a-z-]+)\.test\.ts$/.exec(file)?.[1] ?? [])
    assert.deepEqual(listed.sort(), tested.sort())
  })

  it('drafts the very policy that it shows', () => {
    const [code = '', drafted] = blocksUnder('A first policy from your schema')
    assert.equal(run(code), `${drafted}\n`)
  })

  it('lists every error code with its status and whether to retry', () => {
    for (const [code, { status, retryable }] of Object.entries(ERROR_CODES)) {
      assert.ok(readme.includes(`| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} |`), code)
    }
  })

  it('lists every finding of the schema check with its severities and whether it can be accepted', () => {
    const rows = Object.entries(SCHEMA_FINDINGS).map(
      ([code, { severities, acceptable }]) =>
        `| \`${code}\` | ${severities.join(', ')} | ${acceptable ? 'yes' : 'no'} |`,
    )
    const [, body = ''] = /\n\| finding \|.*\n[-|]+\n((?:\|.*\n)+)/.exec(readme) ?? []
    const shown = body
      .trim()
      .split('\n')
      .map((row) => `${row.split('|').slice(0, 4).join('|')}|`)
    assert.deepEqual(shown, rows)
  })

  it('leads to every page, and every link of a page leads somewhere', () => {
    const linked = pages.flatMap((page) => {
      const text = readFileSync(path.join(root, page), 'utf8')
      return [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].flatMap(([, link = '']) =>
        link.includes('://') ? [] : [path.join(path.dirname(page), link)],
      )
    })
    for (const link of linked) assert.ok(existsSync(path.join(root, link)), link)
    assert.deepEqual(
      pages.filter((page) => !linked.includes(page)),
      [],
    )
  })

  it('shows the very transitions that the engine allows', () => {
    const [, heading = '', body = ''] = /\n\| from \|(.*)\n[-|]+\n((?:\|.*\n)+)/.exec(readme) ?? []
    const cells = (row: string): readonly string[] =>
      row.split('|').map((cell) => cell.trim().replaceAll('`', ''))
    const actions = cells(heading).slice(0, -1)
    const shown = body
      .trim()
      .split('\n')
      .map((row) => {
        const [, state = '', ...ends] = cells(row)
        const legal = actions.flatMap((action, at) => (ends[at] ? [[action, ends[at]]] : []))
        return [state, Object.fromEntries(legal)]
      })
    assert.deepEqual(Object.fromEntries(shown), TRANSITIONS)
  })
})

/** What the README says the compiler prints, in this order. */
const MISTAKES =
  /'posts' is missing[\s\S]*`posts` has no column `user_id`\.[\s\S]*`posts\.author_id` cannot be null: detach it with `to: 'ghost'`\./

/** The first block of TypeScript under a heading. */
function codeUnder(heading: string): string {
  const [code] = blocksUnder(heading)
  assert.ok(code, heading)
  return code
}

function blocksUnder(heading: string): readonly string[] {
  const [, section = ''] = readme.split(`\n## ${heading}\n`)
  return [...section.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code)
}

function countChecks(code: string): number {
  return [...code.matchAll(/\/\/=> (.*)/g)].length
}

/** What the code prints. */
function run(code: string): string {
  return withFile(withAssertions(code), (file) =>
    execFileSync(process.execPath, ['--import', 'tsx', file], {
      ...{ cwd: root, stdio: 'pipe', encoding: 'utf8' },
    }),
  )
}

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
