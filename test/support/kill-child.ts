/** Deletes a large user from a database file and kills itself at a statement: `kill-child.ts <file> <at> <mode>`. */
import Database from 'better-sqlite3'
import { faultEngine, KILL_OPTIONS } from './fault-world.ts'
import { faultyDatabase } from './faulty-database.ts'

const [file = '', at = '', mode] = process.argv.slice(2)
const faulty = faultyDatabase(new Database(file))
faulty.arm({
  at: Number(at),
  mode: mode === 'after' ? 'after' : 'before',
  act: () => process.kill(process.pid, 'SIGKILL'),
})
await faultEngine(faulty, KILL_OPTIONS).delete('a1', { tenantId: 'a' })
