import { spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface PostgresServer {
  readonly connectionString: string
  stop(): Promise<void>
}

/** A fresh server that only this process knows; `null` where no PostgreSQL is installed. */
export async function startPostgres(): Promise<PostgresServer | null> {
  const bin = binaries()
  if (bin === null) return null
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'))
  const owner = ownerOf(folder)
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', join(folder, 'data'), '-U', 'tester', '-A', 'trust', '--no-sync', '-E', 'UTF8'],
    { ...owner, encoding: 'utf8', cwd: folder },
  )
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  const port = await freePort()
  const settings = ['-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1']
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', join(folder, 'data'), '-p', String(port), '-k', folder, ...settings],
    { ...owner, stdio: 'ignore', cwd: folder },
  )
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  for (let tries = 0; tries < 200 && !isReady(bin, port); tries += 1) await sleep(50)
  return {
    connectionString: `postgres://tester@127.0.0.1:${port}/postgres`,
    async stop() {
      // Connections that are still closing end by themselves; one that was left open does not.
      server.kill('SIGTERM')
      const cut = setTimeout(() => server.kill('SIGINT'), 5_000)
      await ended
      clearTimeout(cut)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function binaries(): string | null {
  const given = process.env['POSTGRES_BIN']
  if (given !== undefined) return given
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root) : []
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0]
  return newest === undefined ? null : join(root, newest, 'bin')
}

/** PostgreSQL refuses to run as root. */
function ownerOf(folder: string): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const nobody = 65534
  chownSync(folder, nobody, nobody)
  return { uid: nobody, gid: nobody }
}

function isReady(bin: string, port: number): boolean {
  const args = ['-h', '127.0.0.1', '-p', String(port), '-q']
  return spawnSync(join(bin, 'pg_isready'), args).status === 0
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
