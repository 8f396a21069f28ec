/**
 * Starts PostgreSQL servers, each with a folder of its own that goes with it.
 *
 * @module
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { folderInMemory } from '../mongodb/start-mongo.ts'

export interface StartedPostgres {
  readonly url: string
  /** All that the server keeps on its disk. */
  readonly folder: string
  /** Ends every process of the server at once, as a crash does, and starts it anew on what it has left. */
  killAndRestart(): Promise<void>
  /** Ends it, whatever it is at, and removes its files. */
  stop(): Promise<void>
}

/**
 * Statements of tests are many and small: compiling one takes longer than running it, and nothing that they write has to
 * outlast the machine.
 */
const SETTINGS = {
  ...{ fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' },
  ...{ jit: 'off', autovacuum: 'off', listen_addresses: '127.0.0.1', max_connections: '200' },
} as const

/** With the programs of this folder. `settings` come beside, or in the place of, those of every test. */
export async function startPostgres(
  programs: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<StartedPostgres> {
  const folder = mkdtempSync(path.join(folderInMemory() ?? tmpdir(), 'postgres-'))
  const options = { ...ownerOf(folder), cwd: folder }
  const data = path.join(folder, 'data')
  const made = spawnSync(
    path.join(programs, 'initdb'),
    ['-D', data, '-U', 'tester', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8'],
    { ...options, encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  const port = await freePort()
  const given = Object.entries({ ...SETTINGS, ...settings })
  const start = async () => {
    const server = spawn(
      path.join(programs, 'postgres'),
      [
        '-D',
        data,
        '-p',
        String(port),
        '-k',
        folder,
        ...given.map(([name, value]) => `--${name}=${value}`),
      ],
      { ...options, stdio: 'ignore' },
    )
    const ended = once(server, 'exit')
    const isReady = (): boolean =>
      spawnSync(path.join(programs, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port), '-q'])
        .status === 0
    while (!isReady()) {
      if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`)
      await sleep(20)
    }
    return { server, ended }
  }
  let running = await start()
  return {
    url: `postgres://tester@127.0.0.1:${port}/postgres`,
    folder: data,
    async killAndRestart() {
      // What `pg_ctl stop -m immediate` sends.
      running.server.kill('SIGQUIT')
      await running.ended
      running = await start()
    },
    async stop() {
      // Without waiting for clients, and without a checkpoint of files that go anyway.
      running.server.kill('SIGQUIT')
      await running.ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** PostgreSQL refuses to run as root. */
function ownerOf(folder: string): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const nobody = 65534
  chownSync(folder, nobody, nobody)
  return { uid: nobody, gid: nobody }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
