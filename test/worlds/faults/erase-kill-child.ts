/** Erases a user of a database file and kills itself: `erase-kill-child.ts <file> <log> <max rows> <at> <mode>`. */
import { writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { openRun } from './erase-kill-run.ts'
import { faultyDatabase } from './faulty-database.ts'

const [file = '', log = '', maxRows = '', at = '', mode] = process.argv.slice(2)
const faulty = faultyDatabase(new Database(file))
faulty.arm({
  at: Number(at),
  mode: mode === 'after' ? 'after' : 'before',
  act: () => {
    writeFileSync(`${log}.place`, `${faulty.executions} ${mode} ${faulty.hit}`)
    process.kill(process.pid, 'SIGKILL')
  },
})
const { erase, finish } = openRun(faulty, log, { maxRows: Number(maxRows) })
await erase()
await finish()
