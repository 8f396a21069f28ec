import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { memoryStore } from '../../adapters/memory/index.ts'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import {
  definePolicy,
  type EngineOptions,
  type Policy,
  type PolicyInput,
  type SchemaFinding,
  UserDeletionEngine,
} from '../../src/index.ts'

type Acme = PolicyInput & { readonly user: { readonly tenant?: never } }

const USERS = 'CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT);'
const SESSIONS = `CREATE TABLE sessions (id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users (id));
  CREATE INDEX sessions_user ON sessions (user_id);`
const LOG = `CREATE TABLE log (id INTEGER PRIMARY KEY, actor_id TEXT, actor_email TEXT);
  CREATE INDEX log_actor ON log (actor_id);`

const sessions = { match: 'user_id', action: 'delete', grantsAccess: true } as const
const log = {
  match: 'actor_id',
  action: 'anonymize',
  reason: 'SOC 2',
  set: { actor_email: null },
} as const

interface World {
  readonly sql: string
  readonly tables: PolicyInput['tables']
  readonly user?: Partial<PolicyInput['user']>
  readonly policy?: Partial<PolicyInput>
  readonly check?: EngineOptions['schemaCheck']
}

function open({ sql, tables, user, policy: more, check }: World) {
  const db = new Database(':memory:')
  db.pragma('foreign_keys = ON')
  db.exec(sql)
  const policy = definePolicy({
    ...{ name: 'acme', version: 1, tables, ...more },
    user: { table: 'users', id: 'id', fields: { email: 'email' }, ...user },
  } as PolicyInput) as Policy<Acme>
  const warnings: string[] = []
  const engine = new UserDeletionEngine({
    ...{ store: sqliteStore(db), policy },
    logger: {
      warn: (_, details) =>
        warnings.push(...short((details as { findings: readonly SchemaFinding[] }).findings)),
    },
    ...(check === undefined ? {} : { schemaCheck: check }),
  })
  const rows = (query: string): unknown[] => db.prepare(query).raw().all()
  return { db, engine, warnings, rows }
}

/** Severity, code, place in the database. */
const short = (findings: readonly SchemaFinding[]): readonly string[] =>
  findings.map(({ severity, code, table, column }) =>
    [severity, code, column === undefined ? table : `${table}.${column}`].join(' '),
  )

async function findingsOf(world: World): Promise<readonly string[]> {
  const { db, engine } = open(world)
  const { findings } = await engine.checkSchema()
  db.close()
  for (const { message } of findings) assert.match(message, /^\S[^\n]*[.]$/)
  return short(findings)
}

describe('the schema check', () => {
  it('finds nothing where policy and database fit', async () => {
    const { engine } = open({ sql: USERS + SESSIONS + LOG, tables: { sessions, log } })
    assert.deepEqual(await engine.checkSchema(), { fits: true, findings: [] })
  })

  it('refuses a deletion while there are errors, and changes nothing', async () => {
    const { db, engine, rows } = open({
      sql: `${USERS}${SESSIONS}CREATE TABLE notes (id)`,
      tables: { sessions },
    })
    db.exec("INSERT INTO users VALUES ('ann', NULL); INSERT INTO sessions VALUES ('s1', 'ann')")
    await engine.migrate()
    await assert.rejects(engine.delete('ann', {}), { code: 'schema_mismatch' })
    assert.deepEqual(rows('SELECT id FROM sessions'), [['s1']])
    db.exec('DROP TABLE notes')
    await engine.delete('ann', {})
    assert.deepEqual(rows('SELECT id FROM sessions'), [])
  })

  it('logs each warning once, and lets the deletion through', async () => {
    const sql = `${USERS}${SESSIONS}CREATE TABLE shops (id, phone)`
    const { db, engine, warnings } = open({ sql, tables: { sessions, shops: 'unrelated' } })
    db.exec("INSERT INTO users VALUES ('ann', NULL), ('bob', NULL)")
    await engine.migrate()
    await engine.delete('ann', {})
    db.exec('CREATE VIEW v AS SELECT 1')
    await engine.delete('bob', {})
    assert.deepEqual(warnings, ['warning personal_column shops.phone'])
  })

  it('tells of what the host has accepted, and neither refuses nor logs it', async () => {
    const sql = `${USERS}CREATE TABLE posts (id, author REFERENCES users (id) ON DELETE CASCADE)`
    const posts = { match: 'author', action: 'retain', reason: 'law' } as const
    const world = { sql, tables: { posts } }
    assert.deepEqual(await findingsOf(world), ['error foreign_key_deletes posts.author'])
    const accept = [{ code: 'foreign_key_deletes', table: 'posts', column: 'author' }] as const
    const { db, engine, warnings } = open({ ...world, check: { accept } })
    db.exec("INSERT INTO users VALUES ('ann', NULL)")
    await engine.migrate()
    await engine.delete('ann', {})
    const { fits, findings } = await engine.checkSchema()
    assert.deepEqual(
      [fits, short(findings), warnings],
      [true, ['accepted foreign_key_deletes posts.author'], []],
    )
    assert.deepEqual(
      await findingsOf({ ...world, check: { accept: [{ ...accept[0], column: 'id' }] } }),
      ['error foreign_key_deletes posts.author'],
    )
  })

  it('takes no acceptance of what cannot be carried out', () => {
    const accept = [{ code: 'unclassified_table' as 'personal_column', table: 'notes' }]
    assert.throws(() => open({ sql: USERS, tables: {}, check: { accept } }), {
      code: 'invalid_argument',
    })
    assert.throws(() => open({ sql: USERS, tables: {}, check: { minUnindexedRows: -1 } }), {
      code: 'invalid_argument',
    })
  })
})

describe('names that only the policy knows', () => {
  it('a table: warns, deletes without it, and goes by its rule once the migration has created it', async () => {
    const tables = {
      sessions,
      devices: { match: 'user_id', action: 'delete' },
      device_keys: {
        match: { column: 'device_id', through: { table: 'devices', key: 'id' } },
        action: 'delete',
      },
    } as const
    const checks = {
      last: { table: 'devices', match: 'user_id', within: 'id', effect: 'block', remedy: 'r' },
    } as const
    const check = { accept: [{ code: 'shared_parent_key', table: 'devices' }] } as const
    const world = open({ sql: USERS + SESSIONS, tables, policy: { checks }, check })
    const { db, engine, rows, warnings } = world
    db.exec(`INSERT INTO users VALUES ('ann', NULL), ('bob', NULL);
      INSERT INTO sessions VALUES ('s1', 'ann'), ('s2', 'bob')`)
    await engine.migrate()
    assert.deepEqual(
      (await engine.plan('ann', {})).steps.map(({ id }) => id),
      ['sessions#0'],
    )
    await engine.delete('ann', {})
    assert.deepEqual(warnings, [
      'warning missing_table devices',
      'warning missing_table device_keys',
    ])
    assert.deepEqual(rows('SELECT id FROM users'), [['bob']])
    db.exec(`CREATE TABLE devices (id, user_id); CREATE TABLE device_keys (device_id);
      INSERT INTO devices VALUES (1, 'bob'), (1, 'cat'); INSERT INTO device_keys VALUES (1), (2)`)
    await engine.delete('bob', {})
    assert.deepEqual(rows('SELECT user_id FROM devices'), [['cat']])
    assert.deepEqual(rows('SELECT device_id FROM device_keys'), [[2]])
  })

  it('a table on the way to rows that are there: refuses, as they could belong to the user', async () => {
    const hints = {
      match: { column: 'device_id', through: { table: 'devices', key: 'id' } },
      action: 'delete',
    } as const
    const devices = { match: 'user_id', action: 'delete' } as const
    assert.deepEqual(
      await findingsOf({
        sql: `${USERS}CREATE TABLE hints (device_id)`,
        tables: { hints, devices },
      }),
      ['error unreachable_table hints.device_id', 'warning missing_table devices'],
    )
  })

  it('a table on one of several ways: refuses too', async () => {
    const hints = {
      match: ['user_id', { column: 'device_id', through: { table: 'devices', key: 'id' } }],
      action: 'delete',
    } as const
    const devices = { match: 'user_id', action: 'delete' } as const
    const sql = `${USERS}CREATE TABLE hints (device_id, user_id); CREATE INDEX h ON hints (user_id)`
    assert.deepEqual(await findingsOf({ sql, tables: { hints, devices } }), [
      'error unreachable_table hints.device_id',
      'warning missing_table devices',
    ])
  })

  it('the tables of the users and of the audit log: refuses', async () => {
    assert.deepEqual(await findingsOf({ sql: '', tables: {} }), ['error missing_table users'])
    const audit = { table: 'log', entry: { action: '$action' } }
    assert.deepEqual(await findingsOf({ sql: USERS, tables: { log }, policy: { audit } }), [
      'error missing_table log',
    ])
  })

  it('a column that is only overwritten: warns, deletes without it, and overwrites it once it is there', async () => {
    const set = { actor_email: null, place: null }
    const { db, engine, rows, warnings } = open({
      sql: USERS + LOG,
      tables: { log: { ...log, set } },
    })
    db.exec(`INSERT INTO users VALUES ('ann', NULL), ('bob', NULL);
      INSERT INTO log VALUES (1, 'ann', 'ann@x'), (2, 'bob', 'bob@x')`)
    await engine.migrate()
    await engine.delete('ann', {})
    assert.deepEqual(warnings, ['warning missing_column log.place'])
    db.exec("ALTER TABLE log ADD COLUMN place TEXT; UPDATE log SET place = 'Berlin'")
    await engine.delete('bob', {})
    assert.deepEqual(rows('SELECT actor_email, place FROM log'), [
      [null, 'Berlin'],
      [null, null],
    ])
  })

  const unsafe: readonly (readonly [string, string, object])[] = [
    ['a column may be meant that holds a person', 'place TEXT, phone TEXT', { tel: null }],
    ['one may be meant that is spelt much like it', 'locaton TEXT', { location: null }],
  ]
  for (const [why, columns, set] of unsafe) {
    it(`a column that is only overwritten: refuses where ${why}`, async () => {
      const sql = `${USERS}CREATE TABLE log (id INTEGER PRIMARY KEY, actor_id, note, ${columns})`
      const rule = { ...log, set: { note: null, ...set } }
      const [first] = await findingsOf({ sql, tables: { log: rule } })
      assert.equal(first, `error missing_column log.${Object.keys(set)[0]}`)
    })
  }

  it('all columns that are overwritten: refuses, as the rows would stay as they are', async () => {
    const sql = `${USERS}CREATE TABLE log (actor_id)`
    assert.deepEqual(await findingsOf({ sql, tables: { log } }), [
      'error missing_column log.actor_email',
    ])
  })

  it('a column by which rows are found or told apart: refuses', async () => {
    const sql = `${USERS}CREATE TABLE log (actor_id, actor_email)`
    const where = { kind: 'user' }
    assert.deepEqual(await findingsOf({ sql, tables: { log: { ...log, where } } }), [
      'error missing_column log.kind',
    ])
  })

  it('a table of an attached database: refuses, as the engine never looks there', async () => {
    const sql = `${USERS}ATTACH ':memory:' AS stats; CREATE TABLE stats.events (user_id)`
    for (const table of ['events', 'stats.events']) {
      const tables = { [table]: { match: 'user_id', action: 'delete' } as const }
      assert.deepEqual(await findingsOf({ sql, tables }), [`error missing_table ${table}`])
    }
  })
})

describe('foreign keys at odds with the policy', () => {
  const posts = (action: string, more = '') => `${USERS}
    CREATE TABLE posts (id TEXT PRIMARY KEY, author TEXT ${more} REFERENCES users (id) ${action});
    CREATE INDEX posts_author ON posts (author);`
  const kept = { match: 'author', action: 'retain', reason: 'law' } as const

  const ofKept: readonly (readonly [string, string, readonly string[]])[] = [
    ['ON DELETE CASCADE', '', ['error foreign_key_deletes posts.author']],
    ['ON DELETE RESTRICT', '', ['warning foreign_key_blocks posts.author']],
    ['', '', ['warning foreign_key_blocks posts.author']],
    ['ON DELETE SET NULL', '', ['warning foreign_key_changes posts.author']],
    ['ON DELETE SET NULL', 'NOT NULL', ['warning foreign_key_blocks posts.author']],
    ['ON DELETE SET DEFAULT', '', ['warning foreign_key_changes posts.author']],
  ]
  for (const [action, more, expected] of ofKept) {
    it(`from kept rows to the user: ${action || 'NO ACTION'} ${more}`, async () => {
      assert.deepEqual(
        await findingsOf({ sql: posts(action, more), tables: { posts: kept } }),
        expected,
      )
    })
    it(`says nothing of it where a blank user row stays: ${action || 'NO ACTION'} ${more}`, async () => {
      const user = { action: 'anonymize', reason: 'law', set: { email: null } } as const
      const world = { sql: posts(action, more), tables: { posts: kept }, user }
      assert.deepEqual(await findingsOf(world), [])
    })
    it(`says nothing of it where rules delete or detach: ${action || 'NO ACTION'} ${more}`, async () => {
      const sql = posts(action, more)
      const removed = { match: 'author', action: 'delete' } as const
      assert.deepEqual(await findingsOf({ sql, tables: { posts: removed } }), [])
      const user = { ghost: { id: 'ghost' } }
      const ghosted = { match: 'author', action: 'detach', to: 'ghost' } as const
      assert.deepEqual(await findingsOf({ sql, tables: { posts: ghosted }, user }), [])
    })
  }

  it('says nothing of keys that are not enforced', async () => {
    const { db, engine } = open({ sql: posts('ON DELETE CASCADE'), tables: { posts: kept } })
    db.pragma('foreign_keys = OFF')
    assert.deepEqual((await engine.checkSchema()).findings, [])
  })

  it('from a table that no rule empties to rows that go', async () => {
    const hints = (action: string) =>
      `${USERS}${SESSIONS}CREATE TABLE hints (session TEXT REFERENCES sessions (id) ${action})`
    const tables = { sessions, hints: 'unrelated' } as const
    assert.deepEqual(await findingsOf({ sql: hints('ON DELETE CASCADE'), tables }), [
      'error foreign_key_deletes hints.session',
    ])
    assert.deepEqual(await findingsOf({ sql: hints('ON DELETE RESTRICT'), tables }), [
      'warning foreign_key_blocks hints.session',
    ])
    assert.deepEqual(await findingsOf({ sql: hints('ON DELETE SET NULL'), tables }), [
      'warning foreign_key_changes hints.session',
    ])
    const through = { table: 'sessions', key: 'id' }
    const reached = { match: { column: 'session', through }, action: 'delete' } as const
    const world = { sql: hints('ON DELETE RESTRICT'), tables: { sessions, hints: reached } }
    assert.deepEqual(await findingsOf(world), [])
  })

  it('from rows that stay to rows that go at the end of their retention', async () => {
    const ended = { action: 'retain', reason: 'law', for: 'P30D', then: 'delete' } as const
    const events = { match: 'user_id', ...ended } as const
    const sql = (action: string) => `${USERS}
      CREATE TABLE events (id TEXT PRIMARY KEY, user_id TEXT);
      CREATE TABLE tries (event TEXT NOT NULL REFERENCES events (id) ${action})`
    const through = { table: 'events', key: 'id' }
    const own = { match: { column: 'event', through }, action: 'retain', reason: 'law' } as const
    const keptFor = (duration: string) => ({ ...own, for: duration, then: 'delete' }) as const
    const found = (action: string, rule: PolicyInput['tables'][string]) =>
      findingsOf({ sql: sql(action), tables: { events, tries: rule } })
    assert.deepEqual(await found('', 'unrelated'), ['warning foreign_key_blocks tries.event'])
    assert.deepEqual(await found('ON DELETE CASCADE', 'unrelated'), [
      'error foreign_key_deletes tries.event',
    ])
    assert.deepEqual(await found('', own), ['warning foreign_key_blocks tries.event'])
    assert.deepEqual(await found('', keptFor('P30D')), [])
    assert.deepEqual(await found('', keptFor('P1D')), [])
    const removed = { match: { column: 'event', through }, action: 'delete' } as const
    assert.deepEqual(await found('', removed), [])
  })

  it("from others' rows to the user's: answers that go with what they answer", async () => {
    const comments = (action: string) => `${USERS}CREATE TABLE comments (
      id TEXT PRIMARY KEY, author TEXT, parent TEXT REFERENCES comments (id) ${action})`
    const tables = { comments: { match: 'author', action: 'delete' } } as const
    assert.deepEqual(await findingsOf({ sql: comments('ON DELETE CASCADE'), tables }), [
      'warning foreign_key_deletes comments.parent',
    ])
    assert.deepEqual(await findingsOf({ sql: comments(''), tables }), [
      'warning foreign_key_blocks comments.parent',
    ])
    assert.deepEqual(await findingsOf({ sql: comments('ON DELETE SET NULL'), tables }), [])
  })

  it('says of what is cleaned elsewhere only that the database would touch it', async () => {
    for (const match of [{}, { match: 'author' }]) {
      const tables = { posts: { ...match, action: 'external', reason: 'the CMS' } } as const
      assert.deepEqual(await findingsOf({ sql: posts('ON DELETE CASCADE'), tables }), [
        'error foreign_key_deletes posts.author',
      ])
      assert.deepEqual(await findingsOf({ sql: posts(''), tables }), [])
    }
  })
})

describe('columns that nobody has decided about', () => {
  it('a key to the user in a table that is called unrelated, or beside the one of the rule: refuses', async () => {
    const sql = `${USERS}CREATE TABLE docs (
      id, owner TEXT REFERENCES users (id), approved TEXT REFERENCES users (id))`
    assert.deepEqual(await findingsOf({ sql, tables: { docs: 'unrelated' } }), [
      'error user_reference docs.owner',
      'error user_reference docs.approved',
    ])
    const docs = { match: 'owner', action: 'delete' } as const
    assert.deepEqual(await findingsOf({ sql, tables: { docs } }), [
      'error user_reference docs.approved',
    ])
  })

  it('a key of several columns is decided by any of them', async () => {
    const sql = `CREATE TABLE users (tenant TEXT, id TEXT, email TEXT, PRIMARY KEY (tenant, id));
      CREATE TABLE docs (tenant TEXT, owner TEXT, FOREIGN KEY (tenant, owner) REFERENCES users (tenant, id))`
    const docs = { match: 'owner', action: 'delete' } as const
    const told = await findingsOf({ sql, tables: { docs } })
    assert.deepEqual(told, ['warning shared_value users.id'], 'an id is unique in a tenant only')
  })

  const references = ['user_id', 'ownerId', 'created_by', 'impersonatedBy', 'author', 'manager_id']
  for (const column of references) {
    it(`${column} reads as a reference to a user`, async () => {
      const sql = `${USERS}CREATE TABLE docs (id, ${column})`
      assert.deepEqual(await findingsOf({ sql, tables: { docs: 'unrelated' } }), [
        `warning user_reference docs.${column}`,
      ])
    })
  }

  const personal: readonly (readonly [string, RegExp])[] = [
    ['first_name', /name/],
    ['displayUsername', /name/],
    ['contactEmail', /e-mail/],
    ['mobile', /phone/],
    ['shipping_address', /address/],
    ['last_ip', /IP address/],
    ['userAgent', /device/],
    ['refresh_token', /token/],
    ['date_of_birth', /birth/],
  ]
  for (const [column, kind] of personal) {
    it(`${column} reads as a person's`, async () => {
      const sql = `${USERS}CREATE TABLE docs (id, ${column})`
      const { engine } = open({ sql, tables: { docs: 'unrelated' } })
      const { findings } = await engine.checkSchema()
      assert.deepEqual(short(findings), [`warning personal_column docs.${column}`])
      assert.match(findings[0]?.message ?? '', kind)
    })
  }

  it('things have names, counts and flags too, and users of other systems are none of ours', async () => {
    const columns = [
      ...['name', 'slug', 'email_verified', 'token_type', 'device_count', 'ordering', 'order_by'],
      ...['provider_user_id', 'member_count', 'userCount', 'shipment', 'zipped', 'tokenizer'],
    ]
    const sql = `${USERS}CREATE TABLE docs (id, ${columns.join(', ')})`
    assert.deepEqual(await findingsOf({ sql, tables: { docs: 'unrelated' } }), [])
  })

  it("in rows that go with the user, a person's columns go too", async () => {
    const sql = `${USERS}CREATE TABLE docs (user_id, phone, ip)`
    const docs = { match: 'user_id', action: 'delete' } as const
    assert.deepEqual(await findingsOf({ sql, tables: { docs } }), [])
  })

  it('in rows that stay, they have to be overwritten', async () => {
    const sql = `${USERS}CREATE TABLE log (actor_id, actor_email, ip, token)`
    assert.deepEqual(await findingsOf({ sql, tables: { log } }), [
      'warning personal_column log.ip',
      'warning personal_column log.token',
    ])
    const detached = { match: 'actor_id', action: 'detach' } as const
    assert.deepEqual(await findingsOf({ sql, tables: { log: detached } }), [
      'warning personal_column log.actor_email',
      'warning personal_column log.ip',
    ])
  })

  it('in a user row that stays blank, too', async () => {
    const sql = 'CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT, phone TEXT)'
    const user = { action: 'anonymize', reason: 'law', set: { email: null } } as const
    assert.deepEqual(await findingsOf({ sql, tables: {}, user }), [
      'warning personal_column users.phone',
    ])
    assert.deepEqual(await findingsOf({ sql, tables: {} }), [])
  })

  it('users who refer to each other need a rule', async () => {
    const sql = 'CREATE TABLE users (id TEXT PRIMARY KEY, email, boss TEXT REFERENCES users (id))'
    assert.deepEqual(await findingsOf({ sql, tables: {} }), ['error user_reference users.boss'])
    const users = { match: 'boss', action: 'detach' } as const
    assert.deepEqual(await findingsOf({ sql, tables: { users } }), [])
  })
})

describe('what columns do not take', () => {
  const sql = (type: string) =>
    `${USERS}CREATE TABLE log (id INTEGER PRIMARY KEY, actor_id, note ${type})`
  const writing = (value: unknown, more: object = {}) =>
    ({ log: { ...log, set: { note: value }, ...more } }) as PolicyInput['tables']

  it('null where the database has none', async () => {
    assert.deepEqual(await findingsOf({ sql: sql('NOT NULL'), tables: writing(null) }), [
      'error null_into_not_null log.note',
    ])
  })

  it('the same value twice, where each has to be different', async () => {
    const unique = sql('UNIQUE')
    const token = { randomToken: true }
    assert.deepEqual(await findingsOf({ sql: unique, tables: writing('gone') }), [
      'error constant_into_unique log.note',
    ])
    assert.deepEqual(await findingsOf({ sql: unique, tables: writing(token) }), [
      'warning constant_into_unique log.note',
    ])
    assert.deepEqual(await findingsOf({ sql: unique, tables: writing(null) }), [])
    const one = unique.replace('actor_id', 'actor_id UNIQUE')
    assert.deepEqual(await findingsOf({ sql: one, tables: writing(token) }), [])
    const pair = `${sql('')}; CREATE UNIQUE INDEX log_pair ON log (actor_id, note)`
    assert.deepEqual(await findingsOf({ sql: pair, tables: writing('gone') }), [
      'warning constant_into_unique log.note',
    ])
  })

  it('a token in the one row of the user collides with nothing, a constant does', async () => {
    const users = 'CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT UNIQUE)'
    const blank = (email: unknown) =>
      ({ action: 'anonymize', reason: 'law', set: { email } }) as never
    assert.deepEqual(
      await findingsOf({ sql: users, tables: {}, user: blank({ randomToken: true }) }),
      [],
    )
    assert.deepEqual(await findingsOf({ sql: users, tables: {}, user: blank('gone') }), [
      'error constant_into_unique users.email',
    ])
  })

  it('an audit entry that leaves out what the log wants of each', async () => {
    const audit = { table: 'log', entry: { actor_id: '$userId' } }
    const world = (type: string) => ({
      sql: sql(type),
      tables: writing({ scrub: ['a'] }),
      policy: { audit },
    })
    assert.deepEqual(await findingsOf(world('NOT NULL')), ['error null_into_not_null log.note'])
    assert.deepEqual(await findingsOf(world("NOT NULL DEFAULT '{}'")), [])
  })
})

describe('what the database does by itself, and what it is slow at', () => {
  const trigger = (when: string) =>
    `${USERS}${LOG}CREATE TRIGGER t AFTER ${when} ON log BEGIN SELECT 1; END`
  it('triggers that a deletion sets off, and no others', async () => {
    const tables = { log }
    const found = ['warning touched_trigger log']
    assert.deepEqual(await findingsOf({ sql: trigger('UPDATE'), tables }), found)
    assert.deepEqual(await findingsOf({ sql: trigger('UPDATE OF Actor_Email'), tables }), found)
    assert.deepEqual(await findingsOf({ sql: trigger('UPDATE OF actor_id'), tables }), [])
    assert.deepEqual(await findingsOf({ sql: trigger('DELETE'), tables }), [])
    assert.deepEqual(await findingsOf({ sql: trigger('INSERT'), tables }), [])
    const audit = { table: 'log', entry: { actor_id: '$userId' } }
    assert.deepEqual(await findingsOf({ sql: trigger('INSERT'), tables, policy: { audit } }), found)
    const ended = {
      match: 'actor_id',
      action: 'retain',
      reason: 'r',
      for: 'P1Y',
      then: 'delete',
    } as const
    const set = { actor_email: null }
    assert.deepEqual(
      await findingsOf({ sql: trigger('DELETE'), tables: { log: { ...ended, set } } }),
      found,
    )
  })

  it('references without an index, from 1,000 rows on, with how many rows there are', async () => {
    const world = (rows: number, check: World['check'] = {}) => ({
      sql: `${USERS}CREATE TABLE log (actor_id, actor_email);
        INSERT INTO log WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${rows}) SELECT 'ann', NULL FROM n`,
      ...{ tables: { log }, check },
    })
    assert.deepEqual(await findingsOf(world(999)), [])
    const { db, engine } = open(world(1_000))
    const { findings } = await engine.checkSchema()
    assert.deepEqual(short(findings), ['warning unindexed_reference log.actor_id'])
    assert.match(findings[0]?.message ?? '', /about 1000 rows/)
    db.exec("INSERT INTO log VALUES ('bob', NULL)")
    assert.match((await engine.checkSchema()).findings[0]?.message ?? '', /about 1001 rows/)
    assert.deepEqual(await findingsOf(world(1_001, { maxUnindexedRows: 1_000 })), [
      'error unindexed_reference log.actor_id',
    ])
    assert.deepEqual(await findingsOf(world(1, { minUnindexedRows: 1 })), [
      'warning unindexed_reference log.actor_id',
    ])
  })

  it('knows which indexes find a reference and which do not', async () => {
    const events = { match: { json: 'data', path: 'user.id' }, action: 'delete' } as const
    const cases: readonly (readonly [string, boolean])[] = [
      [`CASE WHEN json_valid("data") THEN json_extract("data", '$."user"."id"') END`, true],
      [`json_extract(data, '$.user.id')`, false],
      [`CASE WHEN json_valid(data) THEN json_extract(data, '$."user"."name"') END`, false],
    ]
    for (const [expression, isEnough] of cases) {
      const sql = `${USERS}CREATE TABLE events (data); CREATE INDEX i ON events (${expression})`
      const world = { sql, tables: { events }, check: { minUnindexedRows: 0 } }
      const expected = isEnough ? [] : ['warning unindexed_reference events.data.user.id']
      assert.deepEqual(await findingsOf(world), expected, expression)
    }
    const collations: readonly (readonly [string, string, boolean])[] = [
      ['TEXT', 'actor_id COLLATE NOCASE', false],
      ['TEXT COLLATE NOCASE', 'actor_id', true],
      ['TEXT COLLATE "nocase"', 'actor_id COLLATE BINARY', false],
      ['TEXT COLLATE NOCASE', 'actor_id COLLATE nocase DESC', true],
    ]
    for (const [type, key, isEnough] of collations) {
      const sql = `${USERS}CREATE TABLE log (actor_id ${type}, actor_email); CREATE INDEX i ON log (${key})`
      const world = { sql, tables: { log }, check: { minUnindexedRows: 0 } }
      const expected = isEnough ? [] : ['warning unindexed_reference log.actor_id']
      assert.deepEqual(await findingsOf(world), expected, `${type}: ${key}`)
    }
    const partial = `${USERS}CREATE TABLE log (actor_id, actor_email); CREATE INDEX i ON log (actor_id) WHERE actor_id > ''`
    assert.deepEqual(
      await findingsOf({ sql: partial, tables: { log }, check: { minUnindexedRows: 0 } }),
      ['warning unindexed_reference log.actor_id'],
    )
  })

  it('uses the index that it says is there, and reads all rows where it says there is none', async () => {
    const plan = (index: string) => {
      const { db, rows } = open({ sql: `${USERS}CREATE TABLE events (data); ${index}`, tables: {} })
      const sql = `EXPLAIN QUERY PLAN SELECT 1 FROM events WHERE CASE WHEN json_valid("data") THEN json_extract("data", '$."user"."id"') END IN (SELECT 1)`
      const text = JSON.stringify(rows(sql))
      db.close()
      return text
    }
    assert.match(
      plan(
        `CREATE INDEX i ON events (CASE WHEN json_valid(data) THEN json_extract([data], '$."user"."id"') END)`,
      ),
      /SEARCH events/,
    )
    assert.match(plan(`CREATE INDEX i ON events (json_extract(data, '$.user.id'))`), /SCAN events/)
  })

  it('ids that are declared in other types', async () => {
    const world = (type: string) => ({
      sql: `${USERS}CREATE TABLE log (actor_id ${type}, actor_email)`,
      tables: { log },
    })
    assert.deepEqual(await findingsOf(world('INTEGER')), ['warning id_type_mismatch log.actor_id'])
    assert.deepEqual(await findingsOf(world('BLOB')), ['error id_type_mismatch log.actor_id'])
    const numbers = (type: string) => {
      const { sql, tables } = world(type)
      return findingsOf({
        sql: sql.replace('TEXT PRIMARY KEY', 'INTEGER PRIMARY KEY AUTOINCREMENT'),
        tables,
      })
    }
    assert.deepEqual(await numbers('TEXT'), ['error id_type_mismatch log.actor_id'])
    assert.deepEqual(await numbers('BIGINT'), [])
    assert.deepEqual(await findingsOf(world('VARCHAR(26)')), [])
    assert.deepEqual(await findingsOf(world('')), [])
  })

  it('a number is not found among texts, and a text is found among numbers', async () => {
    const tables = { log: { match: 'actor_id', action: 'delete' } } as const
    const check = { accept: [{ code: 'id_type_mismatch', table: 'log' }] } as const
    const rows = 'INSERT INTO users VALUES (7, NULL); INSERT INTO log VALUES (7, NULL)'
    const found = async (users: string, actor: string) => {
      const sql = `CREATE TABLE users (id ${users} PRIMARY KEY, email); CREATE TABLE log (actor_id ${actor}, actor_email)`
      const { db, engine } = open({ sql: `${sql}; ${rows}`, tables, check })
      await engine.migrate()
      const { rows: count } = await engine.plan(users === 'TEXT' ? '7' : 7, {})
      db.close()
      return count
    }
    assert.equal(await found('INTEGER', 'TEXT'), 0)
    assert.equal(await found('TEXT', 'INTEGER'), 1)
    assert.equal(await found('INTEGER', 'INTEGER'), 1)
  })

  it('users in a view, whose rows are those of other tables', async () => {
    const sql =
      'CREATE TABLE people (id TEXT PRIMARY KEY); CREATE VIEW users AS SELECT id FROM people'
    const told = await findingsOf({ sql, tables: { people: 'unrelated' } })
    assert.ok(told.includes('error view_rule users'), String(told))
  })

  it('rules for views, which hold no rows', async () => {
    const sql = `${USERS}CREATE VIEW people AS SELECT id, email FROM users`
    const people = { match: 'id', action: 'delete' } as const
    assert.deepEqual(await findingsOf({ sql, tables: { people } }), ['error view_rule people'])
    assert.deepEqual(await findingsOf({ sql, tables: { people: 'unrelated' } }), [])
    assert.deepEqual(await findingsOf({ sql, tables: {} }), [])
  })
})

describe('the schema check on memory', () => {
  it('tells of declared tables what it tells on SQLite', async () => {
    const { db } = open({
      sql: `${USERS}${SESSIONS}CREATE TABLE posts (id, author REFERENCES users (id) ON DELETE CASCADE, ip, place)`,
      tables: {},
    })
    const { tables } = await sqliteStore(db).describe()
    const policy = definePolicy({
      ...{ name: 'acme', version: 1 },
      user: { table: 'users', id: 'id' },
      tables: {
        posts: { match: 'author', action: 'retain', reason: 'law', set: { placement: null } },
        devices: 'unrelated',
      },
    })
    const found = async (store: EngineOptions['store']) =>
      short((await new UserDeletionEngine({ store, policy }).checkSchema()).findings)
    db.pragma('foreign_keys = ON')
    const expected = await found(sqliteStore(db))
    assert.deepEqual(await found(memoryStore({ schema: tables })), expected)
    assert.deepEqual(expected, [
      'error unclassified_table sessions',
      'error missing_column posts.placement',
      'error foreign_key_deletes posts.author',
      'warning missing_table devices',
      'warning personal_column posts.ip',
    ])
  })
})
