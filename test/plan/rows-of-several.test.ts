/** Documents that name several, and references that name something else: what a sample of them tells. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DBRef } from 'mongodb'
import { memoryStore } from '../../adapters/memory/index.ts'
import { sampleTypes } from '../../adapters/mongodb/schema/sampled-types.ts'
import {
  definePolicy,
  type EngineOptions,
  type PolicyInput,
  type SchemaFinding,
  UserDeletionEngine,
} from '../../src/index.ts'
import { checkSchema } from '../../src/plan/check/check-schema.ts'
import { compilePolicy } from '../../src/plan/compile/compile-policy.ts'
import { askedPathsOf } from '../../src/program/columns/references.ts'
import type { TableSchema } from '../../src/program/schema.ts'
import { openOdd } from '../worlds/odd-schema.ts'

type Documents = readonly Readonly<Record<string, unknown>>[]

interface Collections {
  readonly posts: Documents
  readonly users?: Documents
  readonly tenant?: string
  readonly rule: object
}

/** The findings of one code, on documents as MongoDB samples them. */
function toldOf(code: SchemaFinding['code'], given: Collections): readonly string[] {
  const { posts, users = [{ _id: 'usr_1' }], rule, tenant } = given
  const ownTenant = tenant === undefined ? {} : { tenant }
  const policy = definePolicy({
    ...{ name: 'several', version: 1, user: { table: 'users', id: '_id', ...ownTenant } },
    tables: { posts: rule },
  } as unknown as PolicyInput)
  const program = { ...compilePolicy(policy as never), digest: '', checks: [] }
  const asked = askedPathsOf([program])
  const tables = Object.entries({ users, posts }).map(
    ([name, documents]): TableSchema => ({
      ...{ name, kind: 'table', columns: null, primaryKey: ['_id'] },
      ...{ uniqueKeys: [], foreignKeys: [], triggers: [] },
      sampledTypes: asked
        .filter(({ table }) => table === name)
        .map((one) => sampleTypes(documents as never, one)),
    }),
  )
  const schema = { tables, foreignKeysEnforced: false }
  return checkSchema(program, ['posts'], schema).flatMap((one) =>
    one.code === code ? [`${one.severity} ${one.table}.${one.column}`] : [],
  )
}

describe('a rule that deletes documents by a path which arrays are opened on', () => {
  const rule = { match: 'owners', action: 'delete' }

  it('is told of where a document names several: it goes with the first of them', () => {
    const several = [{ owners: ['usr_1', 'usr_2'] }, { owners: 'usr_1' }]
    assert.deepEqual(toldOf('several_named', { posts: several, rule }), ['warning posts.owners'])
    const nested = [{ comments: [{ by: 'usr_1' }, { by: 'usr_2' }] }]
    const byComment = { match: 'comments.by', action: 'delete' }
    assert.deepEqual(toldOf('several_named', { posts: nested, rule: byComment }), [
      'warning posts.comments.by',
    ])
  })

  it('is told of where the rows are deleted at the end of a retention', () => {
    const kept = { ...rule, action: 'retain', reason: 'law', for: 'P1Y', then: 'delete' }
    const posts = [{ owners: ['usr_1', 'usr_2'] }]
    assert.deepEqual(toldOf('several_named', { posts, rule: kept }), ['warning posts.owners'])
  })

  it('is not told of where each document names one, or the rule says that it means an array', () => {
    const posts = [{ owners: ['usr_1'] }, { owners: 'usr_2' }, { owners: ['usr_1', 'usr_1', null] }]
    assert.deepEqual(toldOf('several_named', { posts, rule }), [])
    const several = [{ owners: ['usr_1', 'usr_2'] }]
    const inArray = { match: { array: 'owners' }, action: 'delete' }
    assert.deepEqual(toldOf('several_named', { posts: several, rule: inArray }), [])
    const detached = { match: 'owners', action: 'detach' }
    assert.deepEqual(toldOf('several_named', { posts: several, rule: detached }), [])
  })
})

describe('users who have several ids or tenants in an array', () => {
  it('are refused: they would go for all of them', () => {
    const users = [{ _id: 'usr_1', org: ['a', 'b'] }]
    const rule = { match: 'by', tenant: 'org', action: 'delete' }
    const posts = [{ by: 'usr_1', org: 'a' }]
    assert.deepEqual(toldOf('id_type_mismatch', { users, posts, rule, tenant: 'org' }), [
      'error users.org',
    ])
    const one = [{ _id: 'usr_1', org: 'a' }]
    assert.deepEqual(toldOf('id_type_mismatch', { users: one, posts, rule, tenant: 'org' }), [])
  })
})

describe('references that name their collection', () => {
  const rule = { match: 'about.$id', action: 'delete' }
  const [user, team] = [new DBRef('users', 'usr_1' as never), new DBRef('teams', 'usr_1' as never)]

  it('are told of where some name another one than that of the users', () => {
    const posts = [{ about: user }, { about: team }]
    assert.deepEqual(toldOf('other_kind', { posts, rule }), ['warning posts.about.$id'])
    const inArray = { match: { array: 'list', element: '$id' }, action: 'detach' }
    assert.deepEqual(toldOf('other_kind', { posts: [{ list: [user, team] }], rule: inArray }), [
      'warning posts.list.$id',
    ])
  })

  it('are not told of where all name the users, or the rule looks at the name', () => {
    assert.deepEqual(toldOf('other_kind', { posts: [{ about: user }], rule }), [])
    const asked = { ...rule, where: { 'about.$ref': 'users' } }
    assert.deepEqual(
      toldOf('other_kind', { posts: [{ about: user }, { about: team }], rule: asked }),
      [],
    )
  })
})

describe('a key with a dot in the path of a rule', () => {
  const scrubbing = (path: unknown) => ({
    ...{ match: 'by', action: 'anonymize', reason: 'history', set: { data: { scrub: [path] } } },
  })

  it('is told of in documents, where no path names it', () => {
    const posts = [{ by: 'usr_1', data: { 'a.b': 'x', a: { b: 'x' } } }]
    assert.deepEqual(toldOf('path_not_found', { posts, rule: scrubbing(['a.b']) }), [
      'warning posts.data.a.b',
    ])
    assert.deepEqual(toldOf('path_not_found', { posts, rule: scrubbing('a.b') }), [])
  })

  it('is not told of in memory, where it is found as it is', async () => {
    const store = memoryStore({
      data: { users: [{ id: 'usr_1' }], posts: [{ by: 'usr_1', data: { 'a.b': 'x', k: 1 } }] },
    })
    const policy = definePolicy({
      ...{ name: 'dots', version: 1, user: { table: 'users', id: 'id' } },
      tables: { posts: scrubbing(['a.b']) },
    } as unknown as PolicyInput)
    const engine = new UserDeletionEngine({ store, policy } as unknown as EngineOptions)
    await engine.migrate()
    assert.deepEqual((await engine.checkSchema()).findings, [])
    await engine.delete('usr_1', {} as never)
    assert.deepEqual(store.rows('posts'), [{ by: 'usr_1', data: { k: 1 } }])
  })
})

describe('elements of two kinds in one array', () => {
  const both = { l: ['usr_1', { id: 'usr_1' }] }
  const byKey = { match: { array: 'l', element: 'id' }, action: 'detach' }

  it('are told of in documents: a key leads into none of the plain ones', () => {
    assert.deepEqual(toldOf('path_not_found', { posts: [both], rule: byKey }), [
      'warning posts.l.id',
    ])
    const alike = [{ l: [{ id: 'usr_1' }, null] }]
    assert.deepEqual(toldOf('path_not_found', { posts: alike, rule: byKey }), [])
    const named = [byKey, { match: { array: 'l' }, action: 'detach' }]
    assert.deepEqual(toldOf('path_not_found', { posts: [both], rule: named }), [])
  })

  it('are told of in documents where an array is an element of another: no path leads into it', () => {
    const within = { match: 'l.id', action: 'detach' }
    const posts = [{ l: [[{ id: 'usr_1' }]] }, { l: [{ id: 'usr_2' }] }]
    assert.deepEqual(toldOf('path_not_found', { posts, rule: within }), ['warning posts.l.id'])
    const plain = { match: 'l', action: 'detach' }
    assert.deepEqual(
      toldOf('mixed_id_types', { posts: [{ l: [['usr_1'], 'usr_2'] }], rule: plain }),
      ['warning posts.l'],
    )
  })

  it('are told of in JSON', async () => {
    const toldIn = async (row: unknown, rules: unknown) => {
      const { engine, db } = await openOdd({
        sql: 'CREATE TABLE users (id TEXT PRIMARY KEY); CREATE TABLE posts (id INTEGER PRIMARY KEY, l TEXT)',
        tables: { posts: rules } as PolicyInput['tables'],
      })
      db.prepare('INSERT INTO posts (l) VALUES (?)').run(JSON.stringify(row))
      const { findings } = await engine.checkSchema()
      return findings.flatMap(({ code, column }) => (code === 'path_not_found' ? [column] : []))
    }
    const plain = { match: { array: 'l' }, action: 'detach' }
    assert.deepEqual(await toldIn(both.l, plain), ['l'])
    assert.deepEqual(await toldIn(both.l, byKey), ['l.id'])
    assert.deepEqual(await toldIn(both.l, [plain, byKey]), [])
    assert.deepEqual(await toldIn(['usr_1', null], plain), [])
    assert.deepEqual(await toldIn([{ id: 'usr_1' }, null], byKey), [])
  })
})
