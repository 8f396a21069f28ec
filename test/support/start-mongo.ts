/**
 * Starts MongoDB servers, each with a folder of its own that goes with it.
 *
 * @module
 */
import { once } from 'node:events'
import { MongoMemoryReplSet, MongoMemoryServer } from 'mongodb-memory-server-core'
import type { Topology } from './find-mongo.ts'

/** A server that a test may kill. */
export interface StartedMongo {
  readonly uri: string
  /** Ends it without warning, as a crash does. */
  kill(): Promise<void>
  /** Starts it once more after a kill, on the same port and files. */
  restart(): Promise<void>
  /** Ends it and removes its files. */
  stop(): Promise<void>
}

const INSTANCE = {
  storageEngine: 'wiredTiger',
  // Opens `configureFailPoint`.
  args: ['--setParameter', 'enableTestCommands=1'],
} as const
const LAUNCH_TIMEOUT_MS = 60_000

/** A replica set has one member. */
export async function startMongo(program: string, topology: Topology): Promise<StartedMongo> {
  // Asking the program for its version costs a start of its own, and nothing here depends on the answer.
  process.env['MONGOMS_SYSTEM_BINARY_VERSION_CHECK'] ??= 'false'
  const binary = { systemBinary: program }
  const instance = { ...INSTANCE, args: [...INSTANCE.args], launchTimeout: LAUNCH_TIMEOUT_MS }
  if (topology === 'standalone') {
    const server = await MongoMemoryServer.create({ binary, instance })
    return started(server, server.getUri())
  }
  const { launchTimeout, ...replSet } = instance
  const set = await MongoMemoryReplSet.create({
    binary,
    replSet: { ...replSet, count: 1 },
    instanceOpts: [{ launchTimeout }],
  })
  const [member] = set.servers
  if (member === undefined) throw new Error('The replica set has no member.')
  return started(member, set.getUri())
}

function started(server: MongoMemoryServer, uri: string): StartedMongo {
  const kill = async (): Promise<void> => {
    const mongod = server.instanceInfo?.instance.mongodProcess
    if (mongod === undefined || mongod.exitCode !== null || mongod.signalCode !== null) return
    const exit = once(mongod, 'exit')
    mongod.kill('SIGKILL')
    await exit
  }
  return {
    uri,
    kill,
    async restart() {
      await server.stop({ doCleanup: false })
      await server.start(true)
    },
    async stop() {
      // The files go anyway, so nothing is gained by an orderly end, which takes seconds.
      await kill()
      await server.stop({ doCleanup: true, force: true })
    },
  }
}
