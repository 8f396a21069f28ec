import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, type Policy, type PolicyInput, UserDeletionEngine } from '../../src/index.ts'

const USERS = 'CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT UNIQUE);'
const USER = { table: 'users', id: 'id', fields: { email: 'email' } }

async function toldOf(sql: string, tables: PolicyInput['tables'], more: object = {}) {
  const db = new Database(':memory:')
  try {
    db.exec(sql)
    const input = { name: 'p', version: 1, user: USER, tables, ...more } as PolicyInput
    const policy = definePolicy(input) as Policy<PolicyInput>
    const engine = new UserDeletionEngine({ store: sqliteStore(db), policy })
    await engine.migrate()
    const { findings } = await engine.checkSchema()
    return findings.map(
      ({ severity, code, table, column }) => `${severity} ${code} ${table}.${column}`,
    )
  } finally {
    db.close()
  }
}

describe('people who would stay', () => {
  it('are told of where a declared check alone mentions them', async () => {
    const sql = `${USERS} CREATE TABLE members (id INTEGER PRIMARY KEY, user_id TEXT, org_id TEXT, role TEXT)`
    const last = {
      table: 'members',
      match: 'user_id',
      where: { role: 'owner' },
      within: 'org_id',
      effect: 'block',
      remedy: 'Name another owner.',
    }
    assert.deepEqual(await toldOf(sql, { members: 'unrelated' }, { checks: { last } }), [
      'warning user_reference members.user_id',
    ])
  })

  it('are no matter of a vague name in which the engine writes into the log by itself', async () => {
    const sql = `${USERS} CREATE TABLE log (id TEXT PRIMARY KEY, resource_id TEXT)`
    const entry = { resource_id: '$userId', id: '$id' }
    assert.deepEqual(await toldOf(sql, { log: 'unrelated' }), [
      'warning user_reference log.resource_id',
    ])
    assert.deepEqual(
      await toldOf(sql, { log: 'unrelated' }, { audit: { table: 'log', entry } }),
      [],
    )
  })

  it('are told of by the address that a rule finds them by and leaves, and not by one that it overwrites', async () => {
    const sql = `${USERS} CREATE TABLE audit (id INTEGER PRIMARY KEY, email TEXT, ip TEXT)`
    const by = (set: object) =>
      ({
        audit: {
          match: { column: 'email', equals: { user: 'email' } },
          action: 'anonymize',
          reason: 'log',
          set,
        },
      }) as PolicyInput['tables']
    assert.deepEqual(await toldOf(sql, by({ ip: null })), ['warning personal_column audit.email'])
    assert.deepEqual(await toldOf(sql, by({ ip: null, email: null })), [])
  })

  it('are told of by a picture that only the user points to, and not by a country', async () => {
    const sql = (table: string) =>
      `CREATE TABLE ${table}s (id TEXT PRIMARY KEY, x TEXT); CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT, ${table}_id TEXT REFERENCES ${table}s (id))`
    assert.deepEqual(await toldOf(sql('avatar'), { avatars: 'unrelated' }), [
      'warning user_reference users.avatar_id',
    ])
    assert.deepEqual(await toldOf(sql('team'), { teams: 'unrelated' }), [])
  })

  it('are told of by an address beside a rule for somebody else', async () => {
    const sql = (column: string) =>
      `${USERS} CREATE TABLE invites (id TEXT PRIMARY KEY, email TEXT, ${column} TEXT)`
    const by = (match: string) =>
      ({ invites: { match, action: 'delete' } }) as PolicyInput['tables']
    assert.deepEqual(await toldOf(sql('invited_by'), by('invited_by')), [
      'warning user_reference invites.email',
    ])
    assert.deepEqual(await toldOf(sql('user_id'), by('user_id')), [])
  })

  it('are let in by tokens of rows that a rule only deletes', async () => {
    const sql = `${USERS} CREATE TABLE devices (id TEXT PRIMARY KEY, user_id TEXT, push_token TEXT, refresh_token TEXT)`
    const devices = { match: 'user_id', action: 'delete' } as const
    assert.deepEqual(await toldOf(sql, { devices }), [
      'warning access_not_cut devices.refresh_token',
    ])
    assert.deepEqual(await toldOf(sql, { devices: { ...devices, grantsAccess: true } }), [])
    const elsewhere = sql.replace('push_token', 'provider')
    assert.deepEqual(await toldOf(elsewhere, { devices }), [])
  })
})
