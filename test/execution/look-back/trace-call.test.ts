import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { memoryStore } from '../../../adapters/memory/index.ts'
import {
  definePolicy,
  type Logger,
  type Store,
  type TraceProgress,
  UserDeletionEngine,
  UserDeletionError,
} from '../../../src/index.ts'
import type { Question } from '../../../src/store/inquiry.ts'

const ID = 'usr_2f8d1c9b'

describe('a call of trace', () => {
  for (const [what, options, path] of [
    ['an unknown option', { deep: true }, 'deep'],
    ['what is no signal', { signal: {} }, 'signal'],
    ['what is no listener', { onProgress: 'x' }, 'onProgress'],
    ['a known value that is a query', { known: { email: { $ne: null } } }, 'known.email'],
    ['an id among what is known', { known: { id: 'x' } }, 'known'],
    ['a tenant where there are none', { tenantId: 'tnt_1' }, 'tenantId'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { engine } = world()
      const refused = engine.trace(ID, options as never)
      await assert.rejects(refused, { code: 'invalid_argument', details: { path } })
    })
  }

  it('refuses an id that is none, and asks for a tenant where users have one', async () => {
    await assert.rejects(world().engine.trace(''), { code: 'invalid_id' })
    const policy = definePolicy({
      ...{ name: 'tenants', version: 1 },
      user: { table: 'users', id: 'id', tenant: 'tenant' },
      tables: {},
    })
    const engine = new UserDeletionEngine({ store: memoryStore({ data: { users: [] } }), policy })
    const refused = engine.trace(ID, {} as never)
    await assert.rejects(refused, { code: 'invalid_argument', details: { path: 'tenantId' } })
  })

  it('reads each row once, in pages between which the event loop runs', async () => {
    let turns = 0
    let isOver = false
    const turn = (): void => {
      turns += 1
      if (!isOver) setImmediate(turn)
    }
    const askedIn: number[] = []
    const { engine, asked } = world(5_000, ({ kind }) => {
      if (kind === 'table_rows') askedIn.push(turns)
    })
    setImmediate(turn)
    const { rows } = await engine.trace(ID)
    isOver = true
    assert.equal(rows, 5_001)
    const pages = asked.filter((one) => one.kind === 'table_rows')
    assert.ok(pages.length >= 5)
    assert.ok(pages.every((one) => one.kind === 'table_rows' && one.limit <= 1_000))
    // The first page of a table follows the last one of the table before.
    const ofNotes = askedIn.slice(1)
    assert.equal(new Set(ofNotes).size, ofNotes.length)
  })

  it('asks nobody’s rules about pages in which nothing was found', async () => {
    const { engine, asked } = world(5_000)
    await engine.trace(ID)
    assert.equal(asked.filter(({ kind }) => kind === 'step_rows').length, 1)
  })

  it('tells how far it is', async () => {
    const { engine } = world(5_000)
    const told: TraceProgress[] = []
    await engine.trace(ID, { onProgress: (progress) => told.push(progress) })
    assert.deepEqual(told[0], { table: 'users', tablesDone: 0, tables: 2, rows: 1 })
    const { table, tablesDone, rows } = told.at(-1) ?? assert.fail('nothing was told')
    assert.deepEqual([table, tablesDone, rows], ['notes', 1, 5_001])
  })

  it('has read nothing where the signal is aborted already', async () => {
    const { engine, asked } = world()
    const trace = await engine.trace(ID, { signal: AbortSignal.abort() })
    assert.deepEqual([trace.rows, trace.tables, trace.status], [0, 0, 'incomplete'])
    assert.deepEqual(
      trace.unread.map(({ table, reason }) => `${table} ${reason}`),
      ['users stopped', 'notes stopped'],
    )
    assert.ok(!asked.some(({ kind }) => kind === 'table_rows'))
  })

  it('tells of a listener that rejects, and goes on', async () => {
    const { engine, warned } = world()
    await engine.trace(ID, { onProgress: () => Promise.reject(new Error('of the host')) as never })
    await new Promise((resolve) => setImmediate(resolve))
    assert.ok(warned.length > 0)
    assert.match(warned[0] ?? '', /a listener of trace failed/)
  })

  it('tells of one table that the database refuses, and fails with the database', async () => {
    const failing = (code: 'store_failed' | 'store_unavailable') =>
      world(10, (question) => {
        if (question.kind === 'table_rows' && question.table === 'notes') {
          throw new UserDeletionError(code, 'It failed.')
        }
      }).engine
    const trace = await failing('store_failed').trace(ID)
    assert.deepEqual(trace.unread, [{ table: 'notes', column: null, reason: 'unreadable' }])
    assert.equal(trace.tables, 1)
    await assert.rejects(failing('store_unavailable').trace(ID), { code: 'store_unavailable' })
  })

  it('may run twice at once, beside a deletion', async () => {
    const { engine } = world(3_000)
    const [one, other] = await Promise.all([engine.trace(ID), engine.trace(ID), engine.delete(ID)])
    for (const { rows } of [one, other]) assert.ok(rows >= 2_998 && rows <= 3_001)
    const after = await engine.trace(ID)
    assert.deepEqual([after.places, after.status], [[], 'clean'])
  })
})

function world(
  notes = 10,
  ask: (question: Question) => void = () => {},
): {
  readonly engine: UserDeletionEngine
  readonly asked: readonly Question[]
  readonly warned: readonly string[]
} {
  const rows = Array.from({ length: notes }, (_, number) => ({
    ...{ id: number, owner: number === 0 ? ID : 'usr_of_others', body: 'nothing of interest' },
  }))
  const store = memoryStore({ data: { users: [{ id: ID }], notes: rows } })
  const asked: Question[] = []
  const warned: string[] = []
  const logger: Logger = { warn: (message) => void warned.push(message) }
  const policy = definePolicy({
    ...{ name: 'calls', version: 1 },
    user: { table: 'users', id: 'id' },
    tables: { notes: { match: 'owner', action: 'delete' } },
  })
  const heard = listening(store, (question) => {
    asked.push(question)
    ask(question)
  })
  return { engine: new UserDeletionEngine({ store: heard, policy, logger }), asked, warned }
}

/** The same store; each question of a read is told before it is answered. */
function listening(store: Store, tell: (question: Question) => void): Store {
  return {
    ...store,
    read: (inquiry) =>
      store.read(function* () {
        const own = inquiry()
        let step = own.next()
        while (step.done !== true) {
          for (const question of step.value) tell(question)
          step = own.next(yield step.value)
        }
        return step.value
      }),
  }
}
