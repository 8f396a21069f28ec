/** Deletes users of a database, and kills itself at a statement: `postgres-kill-child.ts <uri> <at>`. */
import pg from 'pg'
import { BULK, postgresEngine, TARGETS } from './postgres-fault-engine.ts'

const [connectionString = '', at = ''] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString, max: 2 })
let statements = 0
pool.on('connect', (client) => {
  const query = client.query.bind(client) as (one: unknown) => unknown
  const counted = (one: unknown): unknown => {
    statements += 1
    if (statements !== Number(at)) return query(one)
    // Sent or not: the socket has what is written before the process ends.
    if (statements % 2 === 0) query(one)
    return process.kill(process.pid, 'SIGKILL')
  }
  Object.assign(client, { query: counted })
})
const engine = postgresEngine(pool, { ...BULK, postgres: { busyTimeoutMs: 20_000 } })
const { deleted, alreadyDeleted, errors } = await engine.deleteMany(TARGETS, { tenantId: 'a' })
// Of two processes over the same users each may find that the other one is at work, or was faster.
process.send?.({ statements, deleted, alreadyDeleted, errors: errors.map(({ code }) => code) })
await pool.end()
