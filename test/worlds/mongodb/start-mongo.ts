/**
 * Starts MongoDB servers, each with a folder of its own that goes with it.
 *
 * @module
 */
import { once } from 'node:events'
import { mkdtempSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { MongoMemoryReplSet, MongoMemoryServer } from 'mongodb-memory-server-core'
import type { Topology } from './find-mongo.ts'

/** A server that a test may kill. */
export interface StartedMongo {
  readonly uri: string
  /** Ends it without warning, as a crash does. */
  kill(): Promise<void>
  /** Starts it once more after a kill, on the same port and files. */
  restart(): Promise<void>
  /** From now on starts it again, on the same port and files, whenever it ends and nobody has ended it. */
  keepUp(ended: (how: string) => void): void
  /** Ends it and removes its files. */
  stop(): Promise<void>
}

const INSTANCE = {
  storageEngine: 'wiredTiger',
  // Opens `configureFailPoint`. Unbounded, the cache of each server may take half of the machine's memory.
  args: ['--setParameter', 'enableTestCommands=1', '--wiredTigerCacheSizeGB', '1'],
} as const
const LAUNCH_TIMEOUT_MS = 60_000
/** Of what a server says, in characters: kept to tell why it has ended. */
const LAST_WORDS = 4_000

/** A replica set has one member. Its files are made in `folder`. */
export async function startMongo(
  program: string,
  topology: Topology,
  folder: string = tmpdir(),
): Promise<StartedMongo> {
  // Asking the program for its version costs a start of its own, and nothing here depends on the answer.
  process.env['MONGOMS_SYSTEM_BINARY_VERSION_CHECK'] ??= 'false'
  const binary = { systemBinary: program }
  const dbPath = mkdtempSync(path.join(folder, 'mongo-'))
  const args = [...INSTANCE.args]
  const instance = { ...INSTANCE, args, dbPath, launchTimeout: LAUNCH_TIMEOUT_MS }
  if (topology === 'standalone') {
    const server = await MongoMemoryServer.create({ binary, instance })
    return started(server, server.getUri())
  }
  const { launchTimeout, dbPath: _, ...replSet } = instance
  const set = await MongoMemoryReplSet.create({
    binary,
    replSet: { ...replSet, count: 1 },
    instanceOpts: [{ launchTimeout, dbPath }],
  })
  const [member] = set.servers
  if (member === undefined) throw new Error('The replica set has no member.')
  return started(member, set.getUri())
}

/**
 * Where files are in memory, if there is enough of it: a durable write waits for the disk otherwise, and an index
 * for several. A server that is killed loses as little there as anywhere, for the system keeps what it has written.
 * `MONGO_TEST_FOLDER` names another folder, which its owner removes.
 */
export function folderInMemory(): string | undefined {
  const given = process.env['MONGO_TEST_FOLDER']
  if (given !== undefined) return given
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY)
    return bavail * bsize < ENOUGH_BYTES ? undefined : IN_MEMORY
  } catch {
    // Another system than Linux.
    return undefined
  }
}

const IN_MEMORY = '/dev/shm'
const ENOUGH_BYTES = 8_000_000_000

function started(server: MongoMemoryServer, uri: string): StartedMongo {
  const processNow = () => server.instanceInfo?.instance.mongodProcess
  let isEnded = false
  const restart = async (): Promise<void> => {
    await server.stop({ doCleanup: false })
    await server.start(true)
  }
  const kill = async (): Promise<void> => {
    isEnded = true
    const mongod = processNow()
    if (mongod === undefined || mongod.exitCode !== null || mongod.signalCode !== null) return
    const exit = once(mongod, 'exit')
    mongod.kill('SIGKILL')
    await exit
    // Services that the server has started outlive it where Wine runs it, and would keep this process waiting.
    mongod.stdout?.destroy()
    mongod.stderr?.destroy()
  }
  return {
    uri,
    kill,
    async restart() {
      await restart()
      isEnded = false
    },
    keepUp(ended) {
      const watch = (): void => {
        const mongod = processNow()
        let last = ''
        mongod?.stdout?.on('data', (text: Buffer) => {
          last = (last + text.toString()).slice(-LAST_WORDS)
        })
        mongod?.once('exit', (code, signal) => {
          if (isEnded) return
          ended(`${signal ?? `code ${code}`}\n${last}`)
          restart().then(watch, (cause: unknown) => ended(`and does not start again: ${cause}`))
        })
      }
      watch()
    },
    async stop() {
      // The files go anyway, so nothing is gained by an orderly end, which takes seconds.
      await kill()
      await server.stop({ doCleanup: true, force: true })
    },
  }
}
