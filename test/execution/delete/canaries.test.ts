import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import {
  type EngineOptions,
  type OwnSession,
  UserDeletionEngine,
  UserDeletionError,
} from '../../../src/index.ts'
import {
  canaryPolicy,
  fillCanaries,
  KEPT,
  type Person,
  TENANTS,
} from '../../worlds/canary-world.ts'
import { jumpingClock } from '../../worlds/erasure-world.ts'
import { FORMS, needleFinder } from '../../worlds/needles.ts'

/** Who goes, a quarter each by every way there is; the last ones stay. */
const GOING = 200
const STAYING = 8
const DAY = 86_400_000

type Options = Partial<EngineOptions<typeof canaryPolicy>>

/** Everything that the library says: to hooks, blockers, erasers and loggers, in answers and in errors. */
interface Heard {
  readonly from: string
  readonly what: unknown
}

function openCanaries(t: TestContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'user-deletion-canaries-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'auth.sqlite')
  const db = new Database(file)
  t.after(() => db.close())
  db.pragma('journal_mode = WAL')
  const people = fillCanaries(db, GOING + STAYING)
  const clock = jumpingClock()
  const heard: Heard[] = []
  const hear = (from: string, what: unknown): void => void heard.push({ from, what })
  const refusals = refusalsOf(people)
  const build = (options: Options = {}) =>
    new UserDeletionEngine({
      store: sqliteStore(db),
      policy: canaryPolicy,
      clock,
      ...talkativeHost(refusals, hear),
      ...options,
    })
  return { file, db, people, clock, heard, hear, build }
}

type World = ReturnType<typeof openCanaries>

/** Once each, the host stands in the way of somebody and names them in its own error. */
interface Refusals {
  readonly people: ReadonlyMap<unknown, Person>
  once(kind: string, userId: unknown, every: number): Person | null
}

function refusalsOf(list: readonly Person[]): Refusals {
  const people = new Map<unknown, Person>(list.map((person) => [person.id, person]))
  const done = new Set<string>()
  return {
    people,
    once: (kind, userId, every) => {
      const person = people.get(userId)
      const key = `${kind} ${userId}`
      if (person === undefined || Number(person.id.slice(4)) % every !== 0 || done.has(key)) {
        return null
      }
      done.add(key)
      return person
    },
  }
}

/** Hears what it is told, less what the contract hands over on purpose: the user row, and an eraser's identifiers. */
function talkativeHost({ once }: Refusals, hear: (from: string, what: unknown) => void) {
  return {
    logger: { warn: (message: string, details: unknown) => hear('logger', [message, details]) },
    hooks: {
      beforeDelete: ({ user: _, ...told }) => {
        hear('beforeDelete', told)
        const vetoed = once('veto', told.userId, 11)
        if (vetoed !== null) throw new Error(`${vetoed.email} has an open order`)
      },
      afterDelete: (receipt) => {
        hear('afterDelete', receipt)
        throw new Error('the CRM is down')
      },
      onRevoke: (revocation) => hear('onRevoke', revocation),
    },
    blockers: [
      ({ user: _, ...told }) => {
        hear('blocker', told)
        if (once('block', told.userId, 13) === null) return null
        return { name: 'open_order', remedy: 'Close the order.' }
      },
    ],
    externalErasers: [
      {
        name: 'crm',
        attempts: 1,
        page: ({ identifiers, ...asked }) => {
          hear('eraser', asked)
          assert.ok(typeof identifiers['email'] === 'string')
          if (asked.cursor === null) return { removed: 1, next: 'second' }
          const failing = once('eraser', asked.userId, 7)
          if (failing !== null) throw new Error(`${failing.email} is not there`)
          return { removed: 1, retained: [{ count: 1, reason: 'invoices' }] }
        },
      },
      {
        name: 'newsletter',
        required: false,
        attempts: 1,
        timeoutMs: 1_000,
        page: ({ identifiers, ...asked }) => {
          hear('eraser', asked)
          if (once('newsletter', asked.userId, 5) !== null) {
            throw Object.assign(new Error(`no such contact ${identifiers['email']}`), identifiers)
          }
          return { removed: 0, ...identifiers }
        },
      },
    ],
  } satisfies Options
}

/** Calls until it works; every error that comes out is heard. */
async function insist<T>(world: World, from: string, call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt <= 6; attempt += 1) {
    try {
      const answer = await call()
      world.hear(from, answer)
      return answer
    } catch (error) {
      assert.ok(error instanceof UserDeletionError, `not an error of the library: ${error}`)
      world.hear(from, error)
    }
  }
  throw new Error(`${from} does not work`)
}

/** Errors that a host provokes by mistake or out of spite. */
async function provoke(
  world: World,
  engine: ReturnType<World['build']>,
  person: Person,
): Promise<void> {
  const { id, email, tenantId } = person
  const other = TENANTS.find((tenant) => tenant !== tenantId) ?? ''
  const scope = { tenantId }
  const calls: readonly (() => Promise<unknown>)[] = [
    () => engine.delete(id, { tenantId: other }),
    () => engine.erase(id, { tenantId: other }),
    () => engine.getUser(email, scope),
    () => engine.delete(email, scope),
    () => engine.delete(id, { ...scope, reason: email }),
    () => engine.delete(id, { ...scope, requestedBy: email }),
    () => engine.delete({ email } as never, scope),
    () => engine.erase(id, { ...scope, idempotencyKey: email.repeat(20) }),
    () => engine.placeHold(id, { ...scope, reason: email }),
    () => engine.placeHold(id, { ...scope, reason: 'audit', tables: [email] }),
    () => engine.cancelDeletion(id, { ...scope, cancelToken: email }),
    () => engine.enable(id, scope),
    () => engine.deleteMany([email, { email }, null] as never, scope),
    () => engine.deleteMany([id], { ...scope, expect: { max: 0 } }),
    () => engine.verify(id, { ...scope, known: { email } }),
    () => engine.requestOwnDeletion({ id: email, userId: email, tenantId }),
    () =>
      engine.deleteOwnAccount({ id: email, userId: id, tenantId }, { confirm: true, token: email }),
  ]
  for (const call of calls) {
    try {
      const answer = await call()
      // What a caller passed in as an id comes back to that caller by contract.
      world.hear(
        'answer',
        JSON.parse(JSON.stringify(answer), (key, value) => (key === 'id' ? null : value)),
      )
    } catch (error) {
      assert.ok(error instanceof UserDeletionError, `not an error of the library: ${error}`)
      world.hear('error', error)
    }
  }
}

/** The database itself names the person in what it throws. */
async function refuseByTrigger(world: World, { id, tenantId }: Person): Promise<void> {
  const engine = world.build({ hooks: {}, blockers: [] })
  world.db.exec(`CREATE TRIGGER refuse BEFORE DELETE ON users WHEN OLD.id = '${id}'
    BEGIN SELECT RAISE(ABORT, 'no: ' || OLD.email); END`)
  const call = engine.delete(id, { tenantId })
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof UserDeletionError)
    assert.match(String((error.cause as Error).message), /^no: canary/)
    world.hear('trigger', error)
    return true
  })
  world.db.exec('DROP TRIGGER refuse')
}

/** A quarter by each way. */
async function deleteEverybody(world: World): Promise<void> {
  const { people, clock, hear } = world
  const going = people.slice(0, GOING)
  const quarter = (number: number) => going.slice((number * GOING) / 4, ((number + 1) * GOING) / 4)
  const isRecentlyAuthenticated = () => true
  const engine = world.build({ selfService: { isRecentlyAuthenticated, requiresToken: true } })
  const atOnce = world.build({ selfService: { isRecentlyAuthenticated, coolingOff: null } })
  await engine.migrate()
  for (const person of [going[0], going[60], going[120], going[180]]) {
    assert.ok(person !== undefined)
    await provoke(world, engine, person)
    await refuseByTrigger(world, person)
  }

  for (const { id, tenantId } of quarter(0)) {
    hear('plan', await engine.plan(id, { tenantId }).catch((error) => error))
    await insist(world, 'erase', () =>
      engine.erase(id, { tenantId, requestedBy: `usr_admin_${tenantId}`, reason: 'gdpr_request' }),
    )
  }
  for (const tenantId of TENANTS) {
    const ids = quarter(1).flatMap((person) => (person.tenantId === tenantId ? [person.id] : []))
    hear('planMany', await engine.planMany(ids, { tenantId }).catch((error) => error))
    for (let round = 0; round < 3; round += 1) {
      const onOutcome = (outcome: unknown): void => hear('onOutcome', outcome)
      hear('deleteMany', await engine.deleteMany(ids, { tenantId, onOutcome }))
    }
  }
  for (const { id, tenantId } of quarter(2)) {
    const hold = await engine.placeHold(id, { tenantId, reason: 'litigation' })
    hear('placeHold', hold)
    const scheduled = await insist({ ...world, hear: () => {} }, 'schedule', () =>
      engine.scheduleDeletion(id, { tenantId, after: 'P7D' }),
    )
    // The row is handed over on purpose.
    hear('schedule', { ...scheduled, user: null })
    await engine.releaseHold(id, { tenantId, holdId: hold.id })
  }
  for (const [index, { id, tenantId }] of quarter(3).entries()) {
    const session: OwnSession = { id: `ses_${id}_1`, userId: id, tenantId }
    if (index % 2 === 0) {
      await insist(world, 'own', () => atOnce.deleteOwnAccount(session, { confirm: true }))
      continue
    }
    const { token } = await engine.requestOwnDeletion(session)
    await insist(world, 'own', () => engine.deleteOwnAccount(session, { confirm: true, token }))
  }
  for (let round = 0; round < 4; round += 1) {
    for await (const job of engine.jobs()) hear('jobs', job)
    clock.advance(31 * DAY)
    hear('resume', await engine.resume())
    hear('purgeDue', await engine.purgeDue({ confirmClock: true }))
  }
  for await (const job of engine.jobs()) assert.fail(`${job.kind} of ${job.userId} is still open`)
  for await (const event of engine.outbox.pending()) hear('event', event)
  for await (const receipt of engine.ledger.receipts()) hear('receipt', receipt)
  for await (const line of engine.ledger.export()) hear('export', line)
  for (const { id, tenantId, email } of going) {
    hear('verify', await engine.verify(id, { tenantId, known: { email } }))
  }
}

/** As text, errors with everything that the library put into them. What the host or the driver threw is theirs. */
function textOf(value: unknown): string {
  const seen = new Set<unknown>()
  const spell = (part: unknown): unknown => {
    if (typeof part === 'bigint') return String(part)
    if (typeof part !== 'object' || part === null || part instanceof Date) return part
    if (seen.has(part)) return null
    seen.add(part)
    if (part instanceof UserDeletionError) {
      const { name, message, stack, code, remedy, details, cause } = part
      return spell({ name, message, stack, code, remedy, details, json: part.toJSON(), cause })
    }
    if (part instanceof Error) return null
    if (Array.isArray(part)) return part.map(spell)
    // Getters of classes count as well: a receipt is one.
    const receipt = 'receipt' in part ? { receipt: part.receipt } : {}
    return Object.fromEntries(
      Object.entries({ ...part, ...receipt }).map(([key, inner]) => [key, spell(inner)]),
    )
  }
  const spelled = spell(value)
  return typeof spelled === 'string' ? spelled : (JSON.stringify(spelled) ?? '')
}

/** Every value of every table, with where it stands: `table.column`. */
function* valuesOf(db: Database.Database): Generator<readonly [place: string, text: string]> {
  const tables = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .pluck()
    .all() as string[]
  for (const table of tables) {
    for (const row of db.prepare(`SELECT * FROM "${table}"`).all() as Record<string, unknown>[]) {
      for (const [column, value] of Object.entries(row)) {
        if (value === null) continue
        yield [`${table}.${column}`, Buffer.isBuffer(value) ? value.toString('latin1') : `${value}`]
      }
    }
  }
}

function marksOf(people: readonly Person[]): ReadonlyMap<string, string> {
  const entries = people.flatMap(({ marks }) => [...marks])
  return new Map(entries.map(([place, value]) => [value, place]))
}

describe('canaries: nothing of a deleted user is left anywhere', () => {
  it('after erasure, bulk deletion, schedule and purge, and self-service', async (t) => {
    const world = openCanaries(t)
    const { db, file, people } = world
    const going = people.slice(0, GOING)
    const marks = marksOf(going)
    const stayingMarks = marksOf(people.slice(GOING))
    const before = [...valuesOf(db)].map(([, text]) => text).join('\n')
    assert.equal(
      new Set(needleFinder(marks.keys())(before).map(({ value }) => value)).size,
      marks.size,
      'the search finds every mark before',
    )
    const stood = new Set(needleFinder(stayingMarks.keys())(before).map(({ value }) => value))
    await deleteEverybody(world)

    const left = db.prepare('SELECT count(*) FROM users').pluck().get()
    assert.equal(left, STAYING + TENANTS.length)

    await t.test('in no table, but where the policy keeps it', () => {
      const find = needleFinder(marks.keys())
      const found = new Map<string, string>()
      for (const [place, text] of valuesOf(db)) {
        for (const { value, form } of find(text)) {
          found.set(`${marks.get(value)}`, `${form} in ${place}`)
        }
      }
      assert.deepEqual(
        [...found.keys()].sort(),
        Object.keys(KEPT).sort(),
        JSON.stringify([...found]),
      )
    })

    await t.test('in nothing that the library said', () => {
      const find = needleFinder(marks.keys())
      const leaks = world.heard.flatMap(({ from, what }) =>
        find(textOf(what)).map(({ value, form }) => `${marks.get(value)}, ${form}: ${from}`),
      )
      assert.deepEqual([...new Set(leaks)], [])
      const speakers = new Set(world.heard.map(({ from }) => from))
      assert.deepEqual(
        [...speakers].sort(),
        [
          ...['afterDelete', 'answer', 'beforeDelete', 'blocker', 'deleteMany', 'eraser', 'erase'],
          ...['error', 'event', 'export', 'jobs', 'logger', 'onOutcome', 'onRevoke', 'own', 'plan'],
          ...['placeHold', 'planMany', 'purgeDue', 'receipt', 'resume', 'schedule', 'trigger'],
          'verify',
        ].sort(),
      )
    })

    await t.test('in no byte of the rewritten file', async () => {
      await world.build().scrubFile()
      const kept = new Set(Object.keys(KEPT))
      const gone = [...marks].flatMap(([value, place]) => (kept.has(place) ? [] : [value]))
      const { plain, json } = FORMS
      assert.ok(plain && json)
      const find = needleFinder(gone.map(latin1), { plain, json })
      for (const name of [file, `${file}-wal`]) {
        if (!existsSync(name)) continue
        const leaks = find(readFileSync(name, 'latin1')).map(({ value }) => value)
        assert.deepEqual([...new Set(leaks)].slice(0, 10), [], path.basename(name))
      }
    })

    await t.test('and every row of the users who stay is there', () => {
      const after = [...valuesOf(db)].map(([, text]) => text).join('\n')
      const standing = new Set(needleFinder(stayingMarks.keys())(after).map(({ value }) => value))
      assert.deepEqual(standing, stood)
      assert.equal(stood.size, stayingMarks.size)
    })
  })

  describe('the search', () => {
    const value = 'Zoë "q1" ä/b+c'
    for (const [form, spell] of Object.entries(FORMS)) {
      it(`finds ${form}, also in the middle of other text`, () => {
        const found = needleFinder([value, 'somebody else entirely'])(`xx${spell(value)}yy`)
        assert.ok(found.some((leak) => leak.value === value))
      })
    }

    it('sees a leak in a table, a log line, an error, and the cause of an error', async (t) => {
      const world = openCanaries(t)
      const [person] = world.people
      assert.ok(person !== undefined)
      const find = needleFinder(marksOf([person]).keys())
      const hash = FORMS['sha256 hex']?.(person.email) ?? ''
      world.db.exec(
        `CREATE TABLE user_deletion_x (note); INSERT INTO user_deletion_x VALUES ('is ${hash}')`,
      )
      const places = [...valuesOf(world.db)].flatMap(([place, text]) =>
        find(text).map(({ form }) => `${form} in ${place}`),
      )
      assert.ok(places.includes('sha256 hex in user_deletion_x.note'))

      const leak = (details: Record<string, unknown>, message = 'no', cause?: unknown) =>
        find(textOf([new UserDeletionError('store_failed', message, { details, cause })])).length
      assert.equal(leak({}), 0)
      assert.notEqual(leak({ rows: [{ email: person.email }] }), 0)
      assert.notEqual(leak({}, `the row of ${person.email}`), 0)
      const inner = new UserDeletionError('store_failed', person.email)
      assert.notEqual(leak({}, 'no', inner), 0)
      assert.equal(
        leak({}, 'no', new Error(person.email)),
        0,
        'the host may say so in its own error',
      )
    })
  })
})

/** Bytes of a text in UTF-8, one character each, as they stand in a file that is read as latin1. */
function latin1(text: string): string {
  return Buffer.from(text).toString('latin1')
}
