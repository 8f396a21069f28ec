import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { ObjectId } from 'mongodb'
import { mongoStore } from '../../adapters/mongodb/index.ts'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { draftPolicy } from '../../src/draft/index.ts'
import {
  definePolicy,
  type PolicyInput,
  type Store,
  UserDeletionEngine,
  undecided,
} from '../../src/index.ts'
import { authjsPolicy } from '../../src/presets/authjs/index.ts'
import { betterAuthPolicy } from '../../src/presets/better-auth/index.ts'
import { helloJohnPolicy, helloJohnSchema } from '../../src/presets/hellojohn/index.ts'
import { compileErrors } from '../worlds/compiled.ts'
import { describeMongo } from '../worlds/mongodb/mongo-server.ts'
import { AUTHJS_SCHEMA } from '../worlds/presets/authjs-schema.ts'
import { authOptions, openBetterAuth, PLUGINS } from '../worlds/presets/better-auth-world.ts'
import { agreed, agreedText, compared, dataOf } from '../worlds/presets/drafts.ts'

const root = path.resolve(import.meta.dirname, '../..')
const PAGE = readFileSync(path.join(root, 'docs/policy.md'), 'utf8')
const biome = path.join(root, 'node_modules/.bin/biome')

interface Known {
  readonly name: string
  readonly byHand: PolicyInput
  open(): Promise<{ readonly store: Store; close(): Promise<void> }>
}

const inMemory = async (sql: string) => {
  const db = new Database(':memory:')
  db.exec(sql)
  return { store: sqliteStore(db), close: async () => void db.close() }
}

const SCHEMAS: readonly Known[] = [
  { name: 'the built-in schema', byHand: helloJohnPolicy, open: () => inMemory(helloJohnSchema) },
  {
    name: "better-auth's own migration",
    byHand: betterAuthPolicy({ plugins: PLUGINS }),
    open: () => openBetterAuth(authOptions()),
  },
  { name: "Auth.js' SQL schema", byHand: authjsPolicy(), open: () => inMemory(AUTHJS_SCHEMA) },
]

for (const { name, byHand, open } of SCHEMAS) {
  describe(`a policy drafted from ${name}`, () => {
    let opened: Awaited<ReturnType<Known['open']>>
    let text = ''
    before(async () => {
      opened = await open()
      text = await draftPolicy(opened.store)
    })
    after(() => opened.close())

    it('proposes at least four of five tables as the preset has them, and asks about all others', async (t) => {
      const drafted = await dataOf(text)
      const { same, others, asked, silentlyOther } = compared(drafted, byHand)
      const tables = Object.keys(byHand.tables)
      const share = same.length / tables.length
      t.diagnostic(
        `${name}: ${same.length} of ${tables.length} tables (${Math.round(share * 100)} %) as in the preset, asked about ${asked.length}; otherwise: ${others.join(', ') || 'none'}`,
      )
      assert.deepEqual(Object.keys(drafted.tables).sort(), [...tables].sort())
      assert.deepEqual(silentlyOther, [])
      assert.ok(share >= 0.8, `${share}`)
      assert.ok(PAGE.includes(`${same.length} of ${tables.length}`), 'docs/policy.md')
      // A draft that asks about everything would be none.
      assert.ok(asked.length < tables.length / 2, `${asked.length}`)
    })

    it('finds the users as the preset does', async () => {
      const { user } = await dataOf(text)
      const { table, id, tenant, fields, createdAt } = byHand.user
      assert.deepEqual([user.table, user.id, user.tenant], [table, id, tenant])
      assert.equal(user.fields?.['email'], fields?.['email'])
      assert.equal(user.createdAt, createdAt)
    })

    it('is refused with the question of the first line that nobody has decided', async () => {
      const { user, tables } = await dataOf(text)
      const input = { name: 'draft', version: 1, user, tables } as unknown as PolicyInput
      assert.throws(() => definePolicy(input), {
        code: 'invalid_policy',
        message: /^Policy: tables\.\w+(\[\d\])? is not decided yet \(".+\?"\)\.$/,
      })
    })

    it('fits the database once a person agrees to everything', async () => {
      const policy = definePolicy(agreed(await dataOf(text)))
      const engine = new UserDeletionEngine({ store: opened.store, policy })
      const { findings } = await engine.checkSchema()
      assert.deepEqual(
        findings.filter(({ severity }) => severity === 'error'),
        [],
      )
    })

    it('compiles in what is decided, and in nothing else', () => {
      assert.equal(compileErrors(agreedText(text)), '')
      const errors = compileErrors(text).split('\n')
      assert.match(errors.join('\n'), /error TS[\s\S]*Undecided/)
    })

    it('is laid out as the formatter would', () => {
      const args = ['format', '--stdin-file-path=draft.ts']
      assert.equal(execFileSync(biome, args, { cwd: root, input: text, encoding: 'utf8' }), text)
    })

    it('is the same text for the same schema', async () => {
      assert.equal(await draftPolicy(opened.store), text)
    })
  })
}

/** The draft of a small schema, as data. */
async function draftOf(sql: string, options = {}) {
  const { store, close } = await inMemory(sql)
  try {
    return await dataOf(await draftPolicy(store, options))
  } finally {
    await close()
  }
}

const USERS = 'CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);'
const questionIn = (entry: unknown): unknown => (entry as { readonly undecided?: string }).undecided

describe('draftPolicy', () => {
  it('decides nothing silently that only sounds like sessions, accounts or keys', async () => {
    const { tables } = await draftOf(`${USERS}
      CREATE TABLE training_sessions (id INTEGER, user_id INTEGER NOT NULL REFERENCES users (id), room TEXT);
      CREATE TABLE bank_accounts (id INTEGER, user_id INTEGER NOT NULL REFERENCES users (id), balance INTEGER);
      CREATE TABLE posts (id INTEGER, author_id INTEGER NOT NULL REFERENCES users (id), title TEXT);
      CREATE TABLE invoices (id INTEGER, user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE);
      CREATE TABLE contacts (id INTEGER, phone TEXT);
      CREATE TABLE visits (id INTEGER, ip TEXT);
      CREATE TABLE notes (id INTEGER, body TEXT);
      CREATE TABLE files (id INTEGER, owner_type TEXT, owner_id INTEGER);
      CREATE TABLE team (id INTEGER PRIMARY KEY, member_ids TEXT);
      CREATE TABLE newsletter (id INTEGER, email TEXT);
      CREATE TABLE api_keys (key_hash TEXT, reference_id INTEGER);
      CREATE TABLE access_tokens (token TEXT, opened_by INTEGER);`)
    for (const [table, entry] of Object.entries(tables)) {
      assert.equal(typeof questionIn(entry), 'string', table)
    }
    assert.equal(Object.keys(tables).length, 12)
  })

  it('decides what the foreign keys of the host say, and what nothing of a user stands in', async () => {
    const { tables } = await draftOf(`${USERS}
      CREATE TABLE countries (code TEXT PRIMARY KEY, currency TEXT);
      CREATE TABLE albums (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE);
      CREATE TABLE pictures (id INTEGER, album_id INTEGER NOT NULL REFERENCES albums (id));
      CREATE TABLE tasks (id INTEGER, assignee INTEGER REFERENCES users (id) ON DELETE SET NULL);`)
    assert.deepEqual(tables, {
      albums: { match: 'user_id', action: 'delete' },
      countries: 'unrelated',
      pictures: {
        match: { column: 'album_id', through: { table: 'albums', key: 'id' } },
        action: 'delete',
      },
      tasks: { match: 'assignee', action: 'detach' },
    })
  })

  it('cuts users and rows loose from those of their own kind', async () => {
    const { tables } = await draftOf(`
      CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, invited_by INTEGER REFERENCES users (id));
      CREATE TABLE comments (
        id INTEGER PRIMARY KEY,
        author INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        parent_id INTEGER REFERENCES comments (id)
      );`)
    assert.deepEqual(tables, {
      users: { match: 'invited_by', action: 'detach' },
      comments: {
        rules: [
          { match: 'author', action: 'delete', name: 'own' },
          {
            match: { column: 'parent_id', through: { table: 'comments', key: 'id', rule: 'own' } },
            action: 'detach',
          },
        ],
        precedence: ['delete', 'detach'],
      },
    })
  })

  it('doubts a table that leads to a doubtful one', async () => {
    const { tables } = await draftOf(`${USERS}
      CREATE TABLE visits (id INTEGER PRIMARY KEY, ip TEXT);
      CREATE TABLE clicks (id INTEGER, visit_id INTEGER REFERENCES visits (id));`)
    assert.equal(questionIn(tables['clicks']), 'Do these rows belong to users through `visit_id`?')
  })

  it('takes the users from where the host says', async () => {
    const sql = `
      CREATE TABLE humans (key INTEGER PRIMARY KEY);
      CREATE TABLE "weird""name" (human_key INTEGER REFERENCES humans ON DELETE CASCADE, "it's" TEXT);`
    await assert.rejects(draftOf(sql), { code: 'invalid_argument' })
    await assert.rejects(draftOf(sql, { user: 'people' }), { code: 'invalid_argument' })
    await assert.rejects(draftOf(sql, { users: 'humans' }), { code: 'invalid_argument' })
    const { user, tables } = await draftOf(sql, { user: 'humans' })
    assert.deepEqual(user, { table: 'humans', id: 'key' })
    assert.deepEqual(tables, { 'weird"name': { match: 'human_key', action: 'delete' } })
  })

  it('keeps tenants apart where ids are one in a tenant only', async () => {
    const { user, tables } = await draftOf(`
      CREATE TABLE users (tenant_id TEXT, id TEXT, email TEXT, PRIMARY KEY (tenant_id, id));
      CREATE TABLE profiles (
        tenant_id TEXT, user_id TEXT NOT NULL,
        FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
      );`)
    assert.deepEqual([user.id, user.tenant], ['id', 'tenant_id'])
    assert.deepEqual(tables, {
      profiles: { match: 'user_id', tenant: 'tenant_id', action: 'delete' },
    })
  })

  it('asks what keeps a full-text index in step with its table', async () => {
    const { tables } = await draftOf(`${USERS}
      CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE, body TEXT);
      CREATE VIRTUAL TABLE posts_fts USING fts5(body, content = 'posts', content_rowid = 'id');`)
    assert.equal(questionIn(tables['posts_fts']), 'Do triggers of `posts` keep this index in step?')
  })
})

describe('undecided', () => {
  const user = { table: 'users', id: 'id' }
  const open = undecided('Do they go?', { match: 'user_id', action: 'delete' })
  const refusal = (tables: unknown, tenant?: unknown) => {
    try {
      definePolicy({ ...{ name: 'x', version: 1, user, tables }, tenant } as unknown as PolicyInput)
    } catch (error) {
      return (error as Error).message
    }
    return null
  }

  it('is refused wherever a rule may stand', () => {
    const rule = { match: 'a', action: 'delete' }
    const said = (place: string) => `Policy: ${place} is not decided yet ("Do they go?").`
    assert.equal(refusal({ notes: open }), said('tables.notes'))
    assert.equal(refusal({ notes: [rule, open] }), said('tables.notes[1]'))
    const ordered = { rules: [open, rule], precedence: ['delete'] }
    assert.equal(refusal({ notes: ordered }), said('tables.notes[0]'))
    assert.equal(refusal({}, { tables: { notes: open } }), said('tenant.tables.notes'))
    assert.equal(refusal({ notes: rule }), null)
  })
})

describeMongo('a policy drafted from collections', 'replica set', ({ it, server }) => {
  it('goes by what a sample holds, in which types, and asks about the rest', async () => {
    await server().withDatabase(async (db) => {
      const [ann, bob] = [new ObjectId(), new ObjectId()]
      await db.collection('users').insertMany([
        { _id: ann, email: 'ann@x', createdAt: new Date() },
        { _id: bob, email: 'bob@x', createdAt: new Date() },
      ])
      await db.collection('sessions').insertOne({ userId: ann, token: 't' })
      await db.collection('apikeys').insertOne({ userId: String(ann), token: 't' })
      await db.collection('notes').insertMany([{ userId: ann }, { userId: String(bob) }])
      await db.collection('teams').insertOne({ memberIds: [ann, bob] })
      await db.collection('invitations').insertOne({ email: 'cat@x', invitedBy: ann })
      await db.collection('colors').insertOne({ rgb: '#fff' })
      await db.createCollection('later', { timeseries: { timeField: 'at' } })
      const text = await draftPolicy(mongoStore(db))
      const drafted = await dataOf(text)
      assert.deepEqual(drafted.user, {
        ...{ table: 'users', id: '_id', idType: 'objectId', createdAt: 'createdAt' },
        fields: { email: 'email' },
      })
      const { tables } = drafted
      assert.deepEqual(tables['sessions'], {
        match: 'userId',
        action: 'delete',
        grantsAccess: true,
      })
      assert.deepEqual(tables['apikeys'], {
        match: { column: 'userId', form: 'string' },
        ...{ action: 'delete', grantsAccess: true },
      })
      assert.match(String(questionIn(tables['notes'])), /^`userId` holds ids in several types/)
      const asked = Object.keys(tables).filter((table) =>
        /undecided/.test(JSON.stringify(tables[table])),
      )
      assert.deepEqual(asked, ['invitations', 'later', 'notes', 'teams'])
      const proposed = agreed(drafted).tables
      assert.deepEqual(proposed['teams'], { match: { array: 'memberIds' }, action: 'detach' })
      assert.equal(proposed['colors'], 'unrelated')
      definePolicy(agreed(drafted))
    })
  })
})
