/**
 * MongoDB for tests: one server of each topology, a fresh database for each test.
 *
 * Which server it is, `find-mongo.ts` decides. `npm test` starts them for all its processes (`shared-mongo.ts`); a
 * file that is run alone starts its own. Where there is none, tests are skipped by name; with
 * `REQUIRE_MONGO=1` that is a failure.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { type Db, MongoClient, type MongoClientOptions } from 'mongodb'
import { MongoClient as MongoClient6 } from 'mongodb-6'
import { findMongo, type MongoSource, type Topology } from './find-mongo.ts'
import { sharedMongoAt } from './shared-mongo.ts'
import { folderInMemory, type StartedMongo, startMongo } from './start-mongo.ts'

export type { StartedMongo } from './start-mongo.ts'

/** The major of the driver. */
export type Driver = 6 | 7

/** A server that other tests use at the same time: they see its databases, and it may not be killed. */
export interface SharedMongo {
  /** For a client with options of its own, which its test closes. */
  readonly uri: string
  /** The same client for everybody who asks for this driver; closed at the end. */
  client(driver?: Driver): MongoClient
  /** A database that nobody else has; dropped once the tests of the group have ended. */
  newDatabase(): Db
  /** The same, there until the process ends. */
  keptDatabase(): Db
  /** A database that nobody else has; dropped once `use` has ended. */
  withDatabase(use: (db: Db) => Promise<void>, driver?: Driver): Promise<void>
}

/** What the tests of a group work with. */
export interface MongoGroup {
  readonly describe: (name: string, group: () => void) => unknown
  readonly it: (name: string, test: () => Promise<void>) => unknown
  /** Not to be called before a test runs. */
  server(): SharedMongo
}

/** What the tests of a group work with that kill servers. */
export interface OwnMongoGroup {
  readonly it: (name: string, test: () => Promise<void>) => unknown
  /** A server for `use` alone, stopped at its end. */
  withServer(use: (server: StartedMongo, client: MongoClient) => Promise<void>): Promise<void>
}

/** A test must not wait for a server that a test has killed. */
const TIMEOUTS = { serverSelectionTimeoutMS: 5_000, socketTimeoutMS: 5_000 } as const
/** A server that all tests use is started again after a crash, which takes some seconds. */
const PATIENT = { ...TIMEOUTS, serverSelectionTimeoutMS: 30_000 } as const

const source = await findMongo()
const isRequired = process.env['REQUIRE_MONGO'] === '1'
const shared = new Map<Topology, Promise<SharedServer>>()
console.log(`MongoDB for tests: ${inWords(source)}`)

after(async () => {
  for (const server of shared.values()) await (await server).stop()
})

/** Registers tests on a server of this topology, which is started before the first of them. */
export function describeMongo(
  name: string,
  topology: Topology,
  register: (group: MongoGroup) => void,
): void {
  const obstacle = obstacleTo(topology)
  let server: SharedServer | undefined
  group(name, obstacle, (test) => {
    if (obstacle === null) {
      before(async () => {
        server = await sharedServer(topology)
      })
    }
    register({
      describe,
      it: (title, work) => test(title, () => againAfterCrash(title, work, server)),
      server: () => {
        if (server === undefined) throw new Error('The server is there once a test runs.')
        return server
      },
    })
    // Behind what the group does at its end. A server on Windows has room for some thousand files, and each collection
    // and index is one.
    if (obstacle === null) after(() => server?.dropNew())
  })
}

/** A server that ends by itself says nothing about our code: the test that met it runs once more, and says so. */
async function againAfterCrash(
  title: string,
  work: () => Promise<void>,
  server: SharedServer | undefined,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (server === undefined || !(await server.hasRestarted())) throw error
    console.error(`The MongoDB server ended during "${title}", which runs once more.`)
    await work()
  }
}

/** Registers tests that start servers of their own, to kill them. */
export function describeOwnMongo(
  name: string,
  topology: Topology,
  register: (group: OwnMongoGroup) => void,
): void {
  const obstacle =
    source.kind === 'running'
      ? 'the server at MONGODB_URI is not ours to kill'
      : obstacleTo(topology)
  group(name, obstacle, (test) => {
    register({
      it: test,
      async withServer(use) {
        const server = await startMongo(programOf(source), topology, folderInMemory())
        const client = connect(server.uri, 7, TIMEOUTS)
        try {
          await use(server, client)
        } finally {
          await client.close()
          await server.stop()
        }
      },
    })
  })
}

function group(
  name: string,
  obstacle: string | null,
  register: (test: MongoGroup['it']) => void,
): void {
  if (obstacle === null) describe(name, () => register(it))
  else if (!isRequired) {
    const skip = `no MongoDB: ${obstacle}`
    describe(name, () => register((title, test) => it(title, { skip }, test)))
  } else {
    it(name, () => {
      throw new Error(`REQUIRE_MONGO=1, but ${obstacle}`)
    })
  }
}

function obstacleTo(topology: Topology): string | null {
  if (source.kind === 'none') return source.because
  if (source.kind === 'program' || source.topology === topology) return null
  return `the server at MONGODB_URI is no ${topology}`
}

interface SharedServer extends SharedMongo {
  /** Whether it is another process than when this was asked last. */
  hasRestarted(): Promise<boolean>
  /** Drops every new database but the kept ones. */
  dropNew(): Promise<void>
  stop(): Promise<void>
}

function sharedServer(topology: Topology): Promise<SharedServer> {
  let server = shared.get(topology)
  if (server === undefined) {
    server = openShared(topology)
    shared.set(topology, server)
  }
  return server
}

async function openShared(topology: Topology): Promise<SharedServer> {
  const running = source.kind === 'running' ? source.uri : sharedMongoAt(topology)
  const started =
    running === undefined ? await startMongo(programOf(source), topology, folderInMemory()) : null
  const uri = running ?? started?.uri ?? ''
  const clients = new Map<Driver, MongoClient>()
  const client = (driver: Driver = 7): MongoClient => {
    const known = clients.get(driver) ?? connect(uri, driver, PATIENT)
    clients.set(driver, known)
    return known
  }
  const fresh: Db[] = []
  const kept: Db[] = []
  const addTo = (list: Db[]): Db => {
    const db = client().db(uniqueName())
    list.push(db)
    return db
  }
  const hello = () => client().db('admin').command({ hello: 1 })
  const processNow = async (): Promise<string> => {
    // The first one may go to a connection that is not there any more; the second waits for a server.
    const { topologyVersion } = await hello().catch(hello)
    return String(topologyVersion?.processId)
  }
  let known = await processNow()
  return {
    uri,
    async hasRestarted() {
      const before = known
      known = await processNow()
      return known !== before
    },
    client,
    newDatabase: () => addTo(fresh),
    keptDatabase: () => addTo(kept),
    async dropNew() {
      for (const db of fresh.splice(0)) await db.dropDatabase()
    },
    async withDatabase(use, driver) {
      const db = client(driver).db(uniqueName())
      try {
        await use(db)
      } finally {
        await db.dropDatabase()
      }
    },
    async stop() {
      // With a server that was started for the tests they go anyway.
      if (source.kind === 'running') for (const db of kept) await db.dropDatabase()
      for (const open of clients.values()) await open.close()
      await started?.stop()
    },
  }
}

function uniqueName(): string {
  return `test_${randomBytes(8).toString('hex')}`
}

/** What tests and adapter call is the same in both majors, though their types are not. */
function connect(
  uri: string,
  driver: Driver,
  timeouts: typeof TIMEOUTS | typeof PATIENT,
): MongoClient {
  const options: MongoClientOptions = timeouts
  if (driver === 7) return new MongoClient(uri, options)
  return new MongoClient6(uri, timeouts) as unknown as MongoClient
}

function programOf(found: MongoSource): string {
  if (found.kind !== 'program') throw new Error('There is no program to start.')
  return found.path
}

/** Without the address, which may hold a password. */
function inWords(found: MongoSource): string {
  if (found.kind === 'none') return 'none'
  if (found.kind === 'running') return `the ${found.topology} at MONGODB_URI`
  return found.foundAt === 'download' ? 'a downloaded mongod' : `mongod by ${found.foundAt}`
}
