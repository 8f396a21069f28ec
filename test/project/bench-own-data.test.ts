import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { openAcme } from '../worlds/acme.ts'

const root = path.resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

describe('the benchmark on own data', () => {
  it('measures on a copy: no byte of the file changes, and nothing is left beside it', async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'bench-own-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const file = path.join(folder, 'own.sqlite')
    const { db } = await openAcme({ users: 40, file })
    db.close()
    const digest = () => createHash('sha256').update(readFileSync(file)).digest('hex')
    const before = digest()
    const policy = path.join(root, 'test/worlds/acme.ts')
    const flags = ['--import', 'tsx', 'bench/run.ts', '--db', file, '--policy', policy]
    const { stdout } = await run(
      process.execPath,
      [...flags, '--users', '10', '--tenant', 'tnt_a'],
      {
        cwd: root,
      },
    )
    assert.equal(digest(), before)
    assert.deepEqual(readdirSync(folder), ['own.sqlite'])
    assert.match(stdout, /40 users; 10 of them/)
    assert.match(stdout, /Plan for 10 of them/)
    for (const mode of ['throughput', 'cooperative']) {
      assert.match(stdout, new RegExp(`${mode}: 10 deleted in .* all 40 users would take about`))
    }
  })
})
