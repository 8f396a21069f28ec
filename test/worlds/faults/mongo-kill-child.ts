/** Deletes users of a database, and kills itself before a command: `mongo-kill-child.ts <uri> <database> <at>`. */
import { MongoClient } from 'mongodb'
import type { MongoDb } from '../../../adapters/mongodb/index.ts'
import { BULK, mongoEngine, SHORT_LEASE, TARGETS } from './mongo-fault-engine.ts'

const [uri = '', database = '', at = ''] = process.argv.slice(2)
const client = new MongoClient(uri, { monitorCommands: true })
let commands = 0
client.on('commandStarted', () => {
  commands += 1
  if (commands === Number(at)) process.kill(process.pid, 'SIGKILL')
})
const engine = mongoEngine(client.db(database) as MongoDb, { ...BULK, mongo: SHORT_LEASE })
const { deleted, alreadyDeleted, errors } = await engine.deleteMany(TARGETS, { tenantId: 'a' })
// Of two processes over the same users each may find that the other one is at work, or was faster.
process.send?.({ commands, deleted, alreadyDeleted, errors: errors.map(({ code }) => code) })
await client.close()
