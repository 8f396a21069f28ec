/**
 * Checkpoints in another thread, seen from this one.
 *
 * @module
 */
import { Worker } from 'node:worker_threads'
import { type Order, type Report, WORKER_PROGRAM, type WorkerData } from './checkpoint-worker.ts'

export interface Checkpointer {
  /** `false` once the thread has ended for a reason of its own. */
  readonly isAlive: boolean
  /** What it died of, `null` while it has not. */
  readonly failure: unknown
  /** Whether a checkpoint is on its way. */
  readonly isAtWork: boolean
  /** Starts a checkpoint; the answer is its report, `null` when the thread has ended. Never rejects. */
  pass(): Promise<Report | null>
  /** Writes back the rest, empties the log and ends the thread. Never rejects; safe to repeat. */
  finish(): Promise<Report | null>
}

/** `null` where no thread can be had, or it cannot open the file. Never rejects. */
export async function startCheckpointer(data: WorkerData): Promise<Checkpointer | null> {
  let worker: Worker
  try {
    worker = new Worker(WORKER_PROGRAM, { eval: true, execArgv: [], workerData: data })
  } catch {
    return null
  }
  // The run that waits for it keeps the process alive, not the thread.
  worker.unref()
  let isAlive = true
  let failure: unknown = null
  let answer: ((report: Report | null) => void) | undefined
  const settle = (report: Report | null): void => {
    answer?.(report)
    answer = undefined
  }
  const end = (): void => {
    isAlive = false
    worker.unref()
    settle(null)
  }
  worker.on('message', (report: Report) => {
    worker.unref()
    settle(report)
  })
  // Without a listener an error of the thread would end the process. Its exit follows.
  worker.on('error', (cause) => {
    failure = cause
    end()
  })
  worker.on('exit', (code) => {
    if (code !== 0) failure ??= new Error(`the checkpoint thread ended with code ${code}`)
    end()
  })

  /** One at a time: a second caller gets the same answer. */
  let pending: Promise<Report | null> = Promise.resolve(null)
  function ask(send: () => void): Promise<Report | null> {
    if (!isAlive) return Promise.resolve(null)
    pending = new Promise((resolve) => {
      answer = resolve
      worker.ref()
      send()
    })
    return pending
  }
  const order = (what: Order): Promise<Report | null> => ask(() => worker.postMessage(what))
  if ((await ask(() => {})) === null) return null

  return {
    get isAlive() {
      return isAlive
    },
    get failure() {
      return failure
    },
    get isAtWork() {
      return answer !== undefined
    },
    pass: () => (answer === undefined ? order('pass') : pending),
    async finish() {
      if (answer !== undefined) await pending
      return order('finish')
    },
  }
}
