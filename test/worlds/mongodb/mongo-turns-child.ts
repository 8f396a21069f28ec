/**
 * Deletes a share of the users of a database, slice by slice, as one of several processes does:
 * `mongo-turns-child.ts <uri> <database> <first> <last> <users a transaction>`. Tells its parent what came of it.
 */
import { MongoClient } from 'mongodb'
import type { MongoDb } from '../../../adapters/mongodb/index.ts'
import { SCOPE, smallEngine } from './mongo-small-world.ts'

export interface TurnsReport {
  readonly deleted: number
  readonly failedByCode: Readonly<Record<string, number>>
  readonly stopped: string | null
  readonly begun: number
  readonly committed: number
  readonly killed: number
}

const [uri = '', database = '', first = '', last = '', size = ''] = process.argv.slice(2)
const client = new MongoClient(uri, { monitorCommands: true })
let begun = 0
let committed = 0
let killed = 0
client.on('commandStarted', ({ commandName, command }) => {
  if (command['startTransaction'] === true) begun += 1
  if (commandName === 'killSessions') killed += 1
})
client.on('commandSucceeded', ({ commandName }) => {
  if (commandName === 'commitTransaction') committed += 1
})
const engine = smallEngine(client.db(database) as MongoDb, { usersPerTransaction: Number(size) })
const ids = Array.from(
  { length: Number(last) - Number(first) + 1 },
  (_, index) => `usr_${Number(first) + index}`,
)
await engine.migrate()
process.send?.('ready')
await new Promise((resolve) => process.once('message', resolve))
const { deleted, failedByCode, stopped } = await engine.deleteMany(ids, {
  ...SCOPE,
  mode: 'throughput',
})
const error = stopped?.error as { readonly code?: string } | undefined
const report: TurnsReport = {
  ...{ deleted, failedByCode, stopped: stopped === null ? null : (error?.code ?? stopped.by) },
  ...{ begun, committed, killed },
}
process.send?.(report)
await client.close()
process.disconnect()
