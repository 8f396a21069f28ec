import assert from 'node:assert/strict'
import { Binary, Code, DBRef, type Db, Long, ObjectId, UUID } from 'mongodb'
import { mongoStore } from '../../../adapters/mongodb/index.ts'
import { definePolicy, type Trace, UserDeletionEngine } from '../../../src/index.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'
import { foundOf, LOOKALIKES, PERSON, PLANTS, placesOf } from '../../worlds/traces/planted-forms.ts'

interface Kind {
  readonly name: string
  readonly value: (text: string) => unknown
  readonly place: string
}

const KINDS: readonly Kind[] = [
  { name: 'a text', value: (text) => text, place: 'body' },
  { name: 'a document', value: (text) => ({ a: { to: text }, n: 1 }), place: 'body a.to' },
  { name: 'an array', value: (text) => ['x', text, { to: 'y' }], place: 'body []' },
  { name: 'documents in arrays', value: (text) => [[{ to: text }], 7], place: 'body [][].to' },
  { name: 'bytes', value: (text) => new Binary(Buffer.from(text)), place: 'body' },
  { name: 'JSON in a text', value: (text) => JSON.stringify({ to: [text] }), place: 'body to[]' },
  { name: 'code', value: (text) => new Code(`f("${text}")`), place: 'body code' },
]

describeMongo('a trace on MongoDB', 'replica set', ({ it, server }) => {
  for (const { name, value, place } of KINDS) {
    it(`finds every form in ${name}, and nothing like it`, async () => {
      const db = server().newDatabase()
      await db.collection('held').insertMany(PLANTS.map(({ text }) => ({ body: value(text) })))
      await db.collection('others').insertMany(LOOKALIKES.map((text) => ({ body: value(text) })))
      assert.deepEqual(placesOf(await trace(db)), new Map([[`held.${place}`, foundOf()]]))
    })
  }

  it('finds keys that are data, fields of the document itself among them', async () => {
    const db = server().newDatabase()
    await db
      .collection('held')
      .insertOne({ [PERSON.id]: 1, by: { [PERSON.id]: { n: 1 } } } as never)
    assert.deepEqual([...placesOf(await trace(db)).keys()].sort(), ['held.*', 'held.by *'])
  })

  it('finds ids in the types that only the database has', async () => {
    const db = server().newDatabase()
    const uuid = new UUID(PERSON.id)
    await db
      .collection('held')
      .insertMany([
        { user: uuid },
        { user: uuid.toString('hex').replaceAll('-', '') },
        { ref: new DBRef('users', uuid as never) },
      ])
    assert.deepEqual([...placesOf(await trace(db)).keys()].sort(), ['held.ref $id', 'held.user'])
    const id = new ObjectId()
    await db
      .collection('more')
      .insertMany([{ of: id }, { list: [{ by: id }] }, { _id: id as never }])
    const places = placesOf(await trace(db, id.toHexString()))
    assert.deepEqual([...places.keys()].sort(), ['more._id', 'more.list [].by', 'more.of'])
  })

  it('takes a number for an id where the name says so', async () => {
    const db = server().newDatabase()
    const big = Long.fromString('9007199254740993')
    await db
      .collection('held')
      .insertMany([
        { userId: 7, n: 7 },
        { userId: Long.fromNumber(7), tags: [7], memberIds: [7, 8] },
        { userId: big },
      ])
    const places = placesOf(await trace(db, '7'))
    assert.deepEqual(places.get('held.userId'), ['id plain 2'])
    assert.deepEqual([...places.keys()].sort(), ['held.memberIds []', 'held.userId'])
    assert.equal(placesOf(await trace(db, big.toString())).size, 1)
  })

  it('reads each document once, whatever its _id is', async () => {
    const db = server().newDatabase()
    const ids = [
      ...[1, 2.5, Long.fromString('9007199254740993'), 'a', '', new ObjectId(), new UUID()],
      ...[new Date(0), true, false, null, { a: 1, b: { c: 'x' } }, { a: 1, b: { c: 'y' } }],
      new Binary(Buffer.from('ab')),
    ]
    const many = Array.from({ length: 300 }, (_, number) => ({ _id: `n${number}` }))
    const documents = [...ids.map((_id) => ({ _id })), ...many]
    await db
      .collection('held')
      .insertMany(documents.map((document) => ({ ...document, body: PERSON.email })) as never)
    const { places, rows } = await trace(db)
    // And the one of the users.
    assert.equal(rows, documents.length + 1)
    assert.deepEqual(
      places.map((place) => place.rows),
      [documents.length],
    )
  })

  it('tells of rows that no key leads through, and looks into no view', async () => {
    const db = server().newDatabase()
    await db.createCollection('ticks', { timeseries: { timeField: 'at' } })
    await db.createCollection('capped', { capped: true, size: 4_096 })
    await db.collection('capped').insertOne({ body: PERSON.email })
    await db.createCollection('seen', { viewOn: 'capped' })
    const { places, unread } = await trace(db)
    assert.deepEqual(
      places.map(({ table }) => table),
      ['capped'],
    )
    assert.deepEqual(unread, [{ table: 'ticks', column: null, reason: 'time_series' }])
  })

  it('tells by a rule of documents whose _id is one', async () => {
    const db = server().newDatabase()
    await db.collection('members').insertMany([
      { _id: { user: PERSON.id, group: 'a' } as never, note: PERSON.email },
      { _id: { user: 'bob', group: 'a' } as never, note: PERSON.email },
    ])
    const rules = { members: { match: '_id.user', action: 'delete' } } as const
    const { places } = await trace(db, PERSON.id, rules)
    const note = places.find(({ column }) => column === 'note')
    assert.deepEqual([note?.rows, note?.rules[0]?.rows, note?.unexplained], [2, 1, 1])
  })
})

/** The person is gone: what is known of them is looked for. */
async function trace(db: Db, of: string = PERSON.id, rules: object = {}): Promise<Trace> {
  const { id, ...known } = PERSON
  await db
    .collection('users')
    .insertOne({ _id: `x${id}` as never })
    .catch(() => {})
  const listed = await db.listCollections({}, { nameOnly: true }).toArray()
  const tables = listed
    .map(({ name }) => name)
    .filter((name) => !/^(user_deletion_|system\.|users$)/.test(name))
  const engine = new UserDeletionEngine({
    store: mongoStore(db),
    policy: definePolicy({
      ...{ name: 'traces', version: 1 },
      user: { table: 'users', id: '_id', fields: {} },
      tables: {
        ...Object.fromEntries(tables.map((name) => [name, 'unrelated' as const])),
        ...rules,
      },
    }),
    logger: { warn() {} },
    schemaCheck: { accept: tables.map((table) => ({ code: 'user_reference' as const, table })) },
  })
  await engine.migrate()
  return engine.trace(of, { known })
}
