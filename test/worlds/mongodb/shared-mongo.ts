/**
 * One MongoDB server of each topology for all processes of a test run.
 *
 * @module
 */
import { findMongo, type Topology } from './find-mongo.ts'
import { folderInMemory, startMongo } from './start-mongo.ts'

/** Names the servers to the processes of the run. */
const VARIABLE = 'MONGO_TEST_SERVERS'
const TOPOLOGIES: readonly Topology[] = ['replica set', 'standalone']

export interface SharedMongoServers {
  /** For the processes that are to use the servers. */
  readonly env: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/** Starts nothing where a server runs already, or where there is no program. */
export async function startSharedMongo(): Promise<SharedMongoServers> {
  const source = await findMongo()
  if (source.kind !== 'program') return { env: {}, stop: async () => {} }
  const servers = await Promise.all(
    TOPOLOGIES.map((topology) => startMongo(source.path, topology, folderInMemory())),
  )
  for (const [place, server] of servers.entries()) {
    // A crash of the server is to fail the test that meets it, and none of those that follow.
    server.keepUp((how) =>
      console.error(`The MongoDB ${TOPOLOGIES[place]} of the tests ended: ${how}`),
    )
  }
  const addresses = TOPOLOGIES.map((topology, place) => [topology, servers[place]?.uri])
  return {
    env: { [VARIABLE]: JSON.stringify(Object.fromEntries(addresses)) },
    async stop() {
      for (const server of servers) await server.stop()
    },
  }
}

/** The server that this process's run has started, if it has. */
export function sharedMongoAt(topology: Topology): string | undefined {
  const addresses = JSON.parse(process.env[VARIABLE] ?? '{}') as Partial<Record<Topology, string>>
  return addresses[topology]
}
