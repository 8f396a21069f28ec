import { MongoDBAdapter } from '@auth/mongodb-adapter'
import type { Db } from 'mongodb'
import { lookupsOf } from '../../src/index.ts'
import { authjsPolicy } from '../../src/presets/authjs/index.ts'
import { mongoPool } from '../worlds/mongodb/mongo-pool.ts'
import { describeMongo } from '../worlds/mongodb/mongo-server.ts'
import { type AuthjsHost, annLeaves } from '../worlds/presets/authjs-world.ts'
import { placesInMongo } from '../worlds/sql/raw-scan.ts'

const options = { adapter: 'mongodb' } as const

describeMongo(
  'a user of Auth.js, deleted through the engine from the collections of its MongoDB adapter',
  'replica set',
  ({ it, server }) => {
    const take = mongoPool(server, createCollections)
    const open = async (): Promise<AuthjsHost> => {
      const { db, createStore, release } = await take()
      return {
        adapter: MongoDBAdapter(db.client, { databaseName: db.databaseName }),
        store: createStore(),
        places: (texts) => placesInMongo(db, texts),
        close: release,
      }
    }
    annLeaves(it, open, {
      options,
      places: [
        ...['accounts.userId', 'sessions.userId', 'users._id', 'users.email'],
        'verification_tokens.identifier',
      ],
    })
  },
)

/** Auth.js creates no indexes. */
async function createCollections(db: Db): Promise<void> {
  for (const { table, column } of lookupsOf(authjsPolicy(options))) {
    await db.collection(table).createIndex(column)
  }
}
