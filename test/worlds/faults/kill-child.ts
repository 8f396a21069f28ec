/** Deletes a large user from a database file and kills itself at a statement: `kill-child.ts <file> <at> <mode>`. */
import Database from 'better-sqlite3'
import { faultEngine, KILL_OPTIONS } from './fault-world.ts'
import { faultyDatabase } from './faulty-database.ts'

const [file = '', at = '', mode] = process.argv.slice(2)
const db = new Database(file)
// A kill takes no write from the system's cache, so nothing has to wait for the disk.
db.pragma('synchronous = OFF')
const faulty = faultyDatabase(db)
faulty.arm({
  at: Number(at),
  mode: mode === 'after' ? 'after' : 'before',
  act: () => process.kill(process.pid, 'SIGKILL'),
})
await faultEngine(faulty, KILL_OPTIONS).delete('a1', { tenantId: 'a' })
