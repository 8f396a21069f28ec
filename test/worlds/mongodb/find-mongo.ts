/**
 * Finds a MongoDB server for tests.
 *
 * In this order: the one that runs at `MONGODB_URI`, the program at `MONGOMS_SYSTEM_BINARY`, `mongod` on the
 * PATH, the program that mongodb-memory-server-core has downloaded or may download now.
 *
 * @module
 */
import { accessSync, constants, statSync } from 'node:fs'
import path from 'node:path'
import { MongoClient } from 'mongodb'
import { MongoBinary } from 'mongodb-memory-server-core'

/** `replica set` stands for everything that has transactions, a sharded cluster too. */
export type Topology = 'replica set' | 'standalone'

export type MongoSource =
  /** Somebody else's server: it has the one topology, and nobody here may kill it. */
  | { readonly kind: 'running'; readonly uri: string; readonly topology: Topology }
  | { readonly kind: 'program'; readonly path: string; readonly foundAt: ProgramPlace }
  | { readonly kind: 'none'; readonly because: string }

type ProgramPlace = 'MONGOMS_SYSTEM_BINARY' | 'PATH' | 'download'

/** Rejects when a variable names a server that is not there: that is a mistake, not a missing server. */
export async function findMongo(env: NodeJS.ProcessEnv = process.env): Promise<MongoSource> {
  const { MONGODB_URI: uri, MONGOMS_SYSTEM_BINARY: named } = env
  if (uri) return { kind: 'running', uri, topology: await topologyAt(uri) }
  if (named) {
    if (!isProgram(named)) throw new Error(`MONGOMS_SYSTEM_BINARY is no program: ${named}`)
    return { kind: 'program', path: named, foundAt: 'MONGOMS_SYSTEM_BINARY' }
  }
  const onPath = programOnPath(env['PATH'] ?? '')
  if (onPath !== undefined) return { kind: 'program', path: onPath, foundAt: 'PATH' }
  return downloaded()
}

async function topologyAt(uri: string): Promise<Topology> {
  let client: MongoClient | undefined
  try {
    client = new MongoClient(uri, { serverSelectionTimeoutMS: 5_000 })
    const hello = await client.db('admin').command({ hello: 1 })
    return hello['setName'] || hello['msg'] === 'isdbgrid' ? 'replica set' : 'standalone'
  } catch (cause) {
    throw new Error('No server answers at MONGODB_URI.', { cause })
  } finally {
    await client?.close()
  }
}

function programOnPath(list: string): string | undefined {
  const folders = list.split(path.delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => path.resolve(folder, 'mongod')).find(isProgram)
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** What keeps a download from working (no network, no build for this system) leaves us without a server. */
async function downloaded(): Promise<MongoSource> {
  try {
    return { kind: 'program', path: await MongoBinary.getPath(), foundAt: 'download' }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const looked = 'no MONGODB_URI, no MONGOMS_SYSTEM_BINARY, no mongod on the PATH, no download'
    return { kind: 'none', because: `${looked} (${why.split('\n', 1)[0]})` }
  }
}
