import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { findMongo } from '../worlds/mongodb/find-mongo.ts'
import { startHelloServer } from '../worlds/mongodb/hello-server.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'find-mongo-'))
const named = program('named/any-name')
const onPath = program('bin/mongod')
/** Every place but the network. */
const nowhere = {
  PATH: path.dirname(process.execPath),
  HOME: folder,
  MONGOMS_DOWNLOAD_DIR: path.join(folder, 'downloads'),
  MONGOMS_RUNTIME_DOWNLOAD: 'false',
}
after(() => rmSync(folder, { recursive: true }))

describe('findMongo', () => {
  it('takes MONGODB_URI before any program, as what its hello says', async () => {
    const topologies = [
      [{ setName: 'rs0' }, 'replica set'],
      [{ msg: 'isdbgrid' }, 'replica set'],
      [{}, 'standalone'],
    ] as const
    for (const [hello, topology] of topologies) {
      const server = await startHelloServer(hello)
      const env = { MONGODB_URI: server.uri, MONGOMS_SYSTEM_BINARY: named }
      const found = await findMongo(env).finally(server.close)
      assert.deepEqual(found, { kind: 'running', uri: server.uri, topology })
    }
  })

  it('takes MONGOMS_SYSTEM_BINARY before the PATH', async () => {
    const found = await findMongo({
      MONGODB_URI: '',
      MONGOMS_SYSTEM_BINARY: named,
      PATH: path.dirname(onPath),
    })
    assert.deepEqual(found, { kind: 'program', path: named, foundAt: 'MONGOMS_SYSTEM_BINARY' })
  })

  it('takes the first mongod on the PATH that can be run', async () => {
    writeFileSync(path.join(path.dirname(named), 'mongod'), 'cannot be run')
    const PATH = [path.dirname(named), path.dirname(onPath)].join(path.delimiter)
    const found = await findMongo({ PATH })
    assert.deepEqual(found, { kind: 'program', path: onPath, foundAt: 'PATH' })
  })

  it('refuses a variable that leads nowhere, instead of looking on', async () => {
    const env = { PATH: path.dirname(onPath) }
    await assert.rejects(findMongo({ ...env, MONGODB_URI: 'nowhere' }), /MONGODB_URI/)
    const missing = path.join(folder, 'missing')
    await assert.rejects(findMongo({ ...env, MONGOMS_SYSTEM_BINARY: missing }), /missing/)
  })
})

describe('tests that need MongoDB', () => {
  it('are skipped by name where there is no server, with what was looked for', async () => {
    const { code, output } = await runSuite(nowhere)
    assert.equal(code, 0, output)
    assert.equal(output.match(/^MongoDB for tests: none$/gm)?.length, 1, output)
    for (const name of ['needs a replica set', 'needs a standalone', 'kills its server']) {
      assert.match(output, new RegExp(`${name} # SKIP .*no mongod on the PATH`))
    }
    assert.match(output, /^# skipped 3$/m)
  })

  it('fail where there is no server and REQUIRE_MONGO=1', async () => {
    const { code, output } = await runSuite({ ...nowhere, REQUIRE_MONGO: '1' })
    assert.equal(code, 1)
    assert.match(output, /REQUIRE_MONGO=1, but no MONGODB_URI/)
    assert.match(output, /^# skipped 0$/m)
    assert.match(output, /^# fail 3$/m)
  })

  it('run where the server is what they need; the others are skipped', async () => {
    const server = await startHelloServer({ setName: 'rs0' })
    const env = { ...nowhere, MONGODB_URI: server.uri }
    const { output } = await runSuite(env)
    const strict = await runSuite({ ...env, REQUIRE_MONGO: '1' })
    server.close()
    assert.match(output, /^MongoDB for tests: the replica set at MONGODB_URI$/m)
    assert.match(output, / ok 1 - needs a replica set\n/)
    assert.match(output, /needs a standalone # SKIP .*is no standalone/)
    assert.match(output, /kills its server # SKIP .*not ours to kill/)
    assert.match(strict.output, /REQUIRE_MONGO=1, but the server at MONGODB_URI is no standalone/)
    assert.match(strict.output, /^# fail 2$/m)
  })
})

function program(name: string): string {
  const file = path.join(folder, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, '')
  chmodSync(file, 0o755)
  return file
}

/** In a process with no environment but this one. */
function runSuite(env: NodeJS.ProcessEnv): Promise<{ code: unknown; output: string }> {
  const file = path.join(import.meta.dirname, '../worlds/mongodb/mongo-suite-child.ts')
  const parameters = ['--import', 'tsx', '--test-reporter=tap', file]
  return new Promise((resolve) => {
    execFile(process.execPath, parameters, { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, output: stdout + stderr }),
    )
  })
}
