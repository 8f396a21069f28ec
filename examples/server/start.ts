/**
 * Starts the server, and what has to run beside it.
 *
 * @module
 */
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Database } from 'better-sqlite3'
import type { Clock, ExternalEraser, Logger } from 'user-deletion-engine'
import { createApp } from './app.ts'
import type { ApiKey } from './auth.ts'
import { createEngine, createTables, type Engine } from './database.ts'
import { keepUp } from './keep-up.ts'
import type { Mail } from './own-routes.ts'

export interface ServerOptions {
  /** Opened and closed by the caller. */
  readonly db: Database
  readonly keys: readonly ApiKey[]
  readonly sendMail: (mail: Mail) => Promise<void>
  /** 0 takes a free one. */
  readonly port: number
  readonly externalErasers?: readonly ExternalEraser[]
  readonly clock?: Clock
  readonly logger?: Logger
  /** Says that the clock is right though the server was away for longer than a week. */
  readonly confirmClock?: boolean
}

export interface RunningServer {
  readonly url: string
  readonly engine: Engine
  /** What the timer does, now. */
  keepUp(): Promise<void>
  /** Lets requests and the purge end, has the journal cleared, then stops. */
  close(): Promise<void>
}

const HOUR_MS = 3_600_000

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { db, keys, sendMail, port, externalErasers = [], confirmClock = false } = options
  const { clock = { now: () => new Date() }, logger = console } = options
  createTables(db)
  const engine = createEngine({ db, clock, logger, externalErasers })
  await engine.migrate()
  // Throws where policy and database do not fit: then this server must not start.
  await engine.resume()
  const upkeep = await keepUp({ engine, logger, everyMs: HOUR_MS, confirmClock })
  const app = createApp({ db, engine, keys, sendMail, clock, logger })
  const server = createAdaptorServer({ fetch: app.fetch })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    engine,
    keepUp: upkeep.run,
    close: async () => {
      await upkeep.stop()
      await new Promise((resolve) => server.close(resolve))
      // The journal may still hold what was deleted a moment ago.
      await engine.settle().catch((cause) => logger.warn('The journal is not cleared.', { cause }))
    },
  }
}
