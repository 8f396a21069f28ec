import assert from 'node:assert/strict'
import type { Db, Document } from 'mongodb'
import { type Command, interceptedDb } from '../../worlds/mongodb/intercepted-db.ts'
import { withKeptDatabase } from '../../worlds/mongodb/kept-databases.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'
import {
  askFor,
  assertGone,
  createSmallWorld,
  SCOPE,
  type SmallEngine,
  sessionOf,
  smallEngine,
} from '../../worlds/mongodb/mongo-small-world.ts'

/** The last moment at which somebody can still find the user: here another client writes a session. */
const LAST_MOMENT = {
  'replica set': ({ name }: Command, hasWritten: boolean) =>
    name === 'commitTransaction' && hasWritten,
  standalone: ({ name, collection }: Command) => collection === 'users' && name === 'deleteMany',
} as const
const LAST_MOMENT_OF_DISABLING = {
  'replica set': LAST_MOMENT['replica set'],
  standalone: ({ name, collection }: Command) => collection === 'users' && name === 'updateMany',
} as const

const [USER, OTHER] = ['usr_1', 'usr_2'] as const

for (const topology of ['replica set', 'standalone'] as const) {
  describeMongo(`sessions that slip in on a ${topology}`, topology, ({ it, server }) => {
    it('are gone when the user is deleted', () =>
      withKeptDatabase(server(), async (db) => {
        await createSmallWorld(db, 2)
        const { engine, inserted } = signsInAt(db, LAST_MOMENT[topology])
        const answer = await askFor(engine, USER)
        assert.ok('receiptId' in answer)
        assert.equal(inserted(), 1)
        await assertGone(db, USER)
        assert.equal(await sessionsOf(db, OTHER), 2)
      }))

    it('are gone when the user is deleted in chunks', () =>
      withKeptDatabase(server(), async (db) => {
        await createSmallWorld(db, 2, 9)
        const { engine, inserted } = signsInAt(db, LAST_MOMENT[topology], 4)
        const answer = await askFor(engine, USER)
        assert.ok('receiptId' in answer)
        assert.ok(inserted() >= 1)
        await assertGone(db, USER)
        assert.equal(await sessionsOf(db, OTHER), 2)
      }))

    it('are gone when the user is disabled, and the rest stays', () =>
      withKeptDatabase(server(), async (db) => {
        await createSmallWorld(db, 2)
        const { engine, inserted } = signsInAt(db, LAST_MOMENT_OF_DISABLING[topology])
        await engine.disable(USER, SCOPE)
        assert.ok(inserted() >= 1)
        assert.equal(await sessionsOf(db, USER), 0)
        assert.equal(await sessionsOf(db, OTHER), 2)
        assert.equal(await db.collection('posts').countDocuments({ author_id: USER }), 2)
      }))

    it('are gone after resume() when the process dies before it looks once more', () =>
      withKeptDatabase(server(), async (db) => {
        await createSmallWorld(db, 2)
        let isDead = false
        const { engine, inserted } = signsInAt(db, LAST_MOMENT[topology], 2_000, (command) => {
          // Nothing of the process gets through any more from its first look on.
          isDead ||= inserted() === 1 && command.collection === 'sessions'
          if (isDead) throw new Error('the process has died')
        })
        await assert.rejects(engine.delete(USER, SCOPE))
        assert.equal(await sessionsOf(db, USER), 1)
        const next = smallEngine(
          interceptedDb(db, () => {}),
          { leaseMs: 300 },
        )
        assert.deepEqual((await next.resume()).failed, [])
        await assertGone(db, USER)
        assert.equal(await db.collection('user_deletion_late_access').countDocuments(), 0)
      }))

    it('are refused by a host that asks isDeleted() when a token is used', () =>
      withKeptDatabase(server(), async (db) => {
        await createSmallWorld(db, 2)
        const engine = smallEngine(
          interceptedDb(db, () => {}),
          {},
        )
        await engine.delete(USER, SCOPE)
        // A sign-in that had found the user before the deletion, and writes its session after the last look.
        await db.collection<Document>('sessions').insertOne(sessionOf(USER, 9))
        const issuedAt = new Date('2026-03-01T11:59:59.000Z')
        assert.equal(await engine.isDeleted(USER, { ...SCOPE, issuedAt }), true)
        assert.equal(await engine.isDeleted(OTHER, { ...SCOPE, issuedAt }), false)
      }))
  })
}

interface SignIn {
  readonly engine: SmallEngine
  /** Sessions that were inserted. */
  inserted(): number
}

/** An engine during whose work another client signs the user in. */
function signsInAt(
  db: Db,
  isMoment: (command: Command, hasWritten: boolean) => boolean,
  maxRowsPerTransaction = 2_000,
  also: (command: Command) => void = () => {},
): SignIn {
  let inserted = 0
  let hasWritten = false
  const handle = interceptedDb(db, async (command) => {
    also(command)
    hasWritten ||=
      command.name === 'deleteMany' || command.collection === 'user_deletion_late_access'
    if (!isMoment(command, hasWritten)) return
    hasWritten = false
    inserted += 1
    await db.collection<Document>('sessions').insertOne(sessionOf(USER, 2 + inserted))
  })
  return {
    engine: smallEngine(handle, { leaseMs: 2_000 }, { maxRowsPerTransaction }),
    inserted: () => inserted,
  }
}

function sessionsOf(db: Db, id: string): Promise<number> {
  return db.collection('sessions').countDocuments({ user_id: id })
}
