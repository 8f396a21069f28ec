/** The driver's `Db` fits, whichever supported major it is of. */
import type { Db as Db7 } from 'mongodb'
import type { Db as Db6 } from 'mongodb-6'
import { mongoStore } from '../../adapters/mongodb/index.ts'

export function acceptsTheDriver(newest: Db7, older: Db6): void {
  mongoStore(newest)
  mongoStore(older, { transactions: 'require' })
  // @ts-expect-error There is no such way to use transactions.
  mongoStore(older, { transactions: 'sometimes' })
}
