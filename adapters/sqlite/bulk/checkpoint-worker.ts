/**
 * The thread that only checkpoints: it writes pages of the log back into the database when it is told to,
 * and nothing of its own.
 *
 * @module
 */
import type { Driver } from './driver-files.ts'

export interface WorkerData extends Driver {
  readonly file: string
  /** How long the emptying of the log waits for a writer or a reader, and keeps others waiting. */
  readonly patienceMs: number
}

/** `pass`: write back what nobody is in the way of. `finish`: the rest with writers stopped, empty the log, and end. */
export type Order = 'pass' | 'finish'

/** What a checkpoint came to; the first report says that the database is open. */
export interface Report {
  /** Pages in the log, and how many of them are written back; -1 where another one was checkpointing. */
  readonly log: number
  readonly done: number
}

/**
 * Its program as text: a file of its own would be lost in a bundle, and would not run from the sources.
 * It loads the very files that the host's driver was loaded from. An encrypted database shows when the
 * schema is read.
 */
export const WORKER_PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads')
const { driver, binding, file, patienceMs } = workerData
const Database = require(driver)
const db = new Database(file, { nativeBinding: binding, fileMustExist: true, timeout: patienceMs })
db.prepare('SELECT count(*) FROM sqlite_schema').get()

function checkpoint(kind) {
  const { log, checkpointed } = db.prepare('PRAGMA main.wal_checkpoint(' + kind + ')').get()
  return { log, done: checkpointed }
}

parentPort.on('message', (order) => {
  if (order === 'pass') return parentPort.postMessage(checkpoint('PASSIVE'))
  const report = checkpoint('TRUNCATE')
  db.close()
  parentPort.postMessage(report)
  parentPort.close()
})
parentPort.postMessage({ log: 0, done: 0 })
`
