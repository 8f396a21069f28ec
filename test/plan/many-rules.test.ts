/** What many rules of mixed action on one table cost: calls and texts, counted. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine } from '../../src/index.ts'
import { countCalls } from '../worlds/counted-calls.ts'
import { MIXED_SCHEMA, mixedPolicy } from '../worlds/mixed-rules.ts'

interface Cost {
  readonly calls: number
  /** Of statements that were prepared. */
  readonly characters: number
}

/** What the first plan and the first deletion of a new engine cost. */
async function costOf(rules: number): Promise<Cost> {
  const db = new Database(':memory:')
  db.exec(MIXED_SCHEMA)
  db.exec(`INSERT INTO users VALUES ('usr_1', 'ann@example.com', 'active'), ('usr_2', NULL, NULL);
INSERT INTO things (id, kind, owner0, note0) VALUES ('kept', 'kind3', 'usr_1', 'ann'), ('gone', 'kind0', 'usr_1', 'ann'),
  ('loose', 'kind1', 'usr_1', 'ann'), ('other', 'kind0', 'usr_2', 'bob')`)
  const prepare = db.prepare.bind(db)
  let characters = 0
  db.prepare = ((sql: string) => {
    characters += sql.length
    return prepare(sql)
  }) as typeof db.prepare
  const calls = await countCalls(async () => {
    const engine = new UserDeletionEngine({
      store: sqliteStore(db),
      policy: definePolicy(mixedPolicy(rules)),
      logger: { warn: () => {} },
    })
    await engine.migrate()
    const { steps } = await engine.plan('usr_1')
    assert.equal(steps.length, rules)
    await engine.delete('usr_1')
  })
  const left = db.prepare('SELECT id, owner0, note0 FROM things ORDER BY id').all()
  assert.deepEqual(left, [
    { id: 'kept', owner0: 'usr_1', note0: null },
    { id: 'loose', owner0: null, note0: 'ann' },
    { id: 'other', owner0: 'usr_2', note0: 'bob' },
  ])
  db.close()
  return { calls, characters }
}

test('twice as many rules on one table need no more than their pairs: four times the calls and the text', async () => {
  await costOf(50)
  const [few, many] = [await costOf(100), await costOf(200)]
  console.log(`100 rules: ${JSON.stringify(few)}, 200 rules: ${JSON.stringify(many)}`)
  assert.ok(many.calls < 4.2 * few.calls, `${few.calls} calls become ${many.calls}`)
  assert.ok(
    many.characters < 4.2 * few.characters,
    `${few.characters} characters become ${many.characters}`,
  )
})
