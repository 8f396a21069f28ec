import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { findPostgres } from '../worlds/postgres/find-postgres.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'find-postgres-'))
const named = programs('named')
const onPath = programs('path')
const debian = path.join(folder, 'debian')
programs('debian/9/bin')
programs('debian/15/bin')
mkdirSync(path.join(debian, '16/bin'), { recursive: true })
const nothing = path.join(folder, 'nothing')
after(() => rmSync(folder, { recursive: true }))

describe('findPostgres', () => {
  it('takes POSTGRES_URL before any program', () => {
    const url = 'postgres://somewhere/test'
    const env = { POSTGRES_URL: url, POSTGRES_BIN: named, PATH: onPath }
    assert.deepEqual(findPostgres({ ...env, POSTGRES_VERSIONS: debian }), { kind: 'running', url })
  })

  it('takes POSTGRES_BIN, then the newest of Debian that is whole, then the PATH', () => {
    const env = { POSTGRES_URL: '', POSTGRES_BIN: named, PATH: `${nothing}:${onPath}` }
    assert.deepEqual(
      findPostgres({ ...env, POSTGRES_VERSIONS: debian }),
      found(named, 'POSTGRES_BIN'),
    )
    const unnamed = { ...env, POSTGRES_BIN: '' }
    assert.deepEqual(
      findPostgres({ ...unnamed, POSTGRES_VERSIONS: debian }),
      found(path.join(debian, '15/bin'), 'DEBIAN'),
    )
    assert.deepEqual(
      findPostgres({ ...unnamed, POSTGRES_VERSIONS: nothing }),
      found(onPath, 'PATH'),
    )
  })

  it('refuses a variable that leads nowhere, instead of looking on', () => {
    assert.throws(() => findPostgres({ POSTGRES_BIN: nothing, PATH: onPath }), /nothing/)
  })

  it('says where it has looked', () => {
    const none = findPostgres({ POSTGRES_VERSIONS: nothing })
    assert.deepEqual(none.kind === 'none' && /no POSTGRES_URL.*PATH/.test(none.because), true)
  })
})

describe('tests that need PostgreSQL', () => {
  it('are skipped by name where there is no server', async () => {
    const { code, output } = await runSuite({})
    assert.equal(code, 0, output)
    assert.match(output, /^ok 1 - needs a server # SKIP/m)
  })

  it('fail where there is no server and REQUIRE_POSTGRES=1', async () => {
    const { code, output } = await runSuite({ REQUIRE_POSTGRES: '1' })
    assert.equal(code, 1)
    assert.match(output, /REQUIRE_POSTGRES=1, but there is no server: no POSTGRES_URL/)
  })
})

function found(at: string, foundAt: string): unknown {
  return { kind: 'programs', folder: at, foundAt }
}

function programs(name: string): string {
  const own = path.join(folder, name)
  mkdirSync(own, { recursive: true })
  for (const program of ['initdb', 'postgres']) {
    writeFileSync(path.join(own, program), '', { mode: 0o755 })
  }
  return own
}

/** In a process with no environment but this one, where no server is. */
function runSuite(env: NodeJS.ProcessEnv): Promise<{ code: unknown; output: string }> {
  const file = path.join(import.meta.dirname, '../worlds/postgres/postgres-suite-child.ts')
  const parameters = ['--import', 'tsx', '--test-reporter=tap', file]
  const own = { PATH: nothing, POSTGRES_VERSIONS: nothing, ...env }
  return new Promise((resolve) => {
    execFile(process.execPath, parameters, { env: own }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, output: stdout + stderr }),
    )
  })
}
