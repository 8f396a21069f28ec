// Every route of better-auth by which users leave: what it answers, and what is left in the database.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getMigrations } from 'better-auth/db/migration'
import Database from 'better-sqlite3'
import { authOptions, createAuth, createEngine, type LeavingOptions } from './better-auth.ts'

const PASSWORD = 'correct horse battery'
const ORIGIN = 'http://localhost:3000'

/** Ann, and Cat who administrates, over the server's own handler. */
async function open(options: Partial<LeavingOptions> = {}) {
  const db = new Database(':memory:')
  const all = { secret: 'a secret of the tests, long enough to be taken', ...options }
  const engine = createEngine(db, all)
  const { runMigrations } = await getMigrations(authOptions(db, engine, all))
  await runMigrations()
  await engine.migrate()
  const auth = createAuth(db, engine, all)
  const send = async (path: string, cookie: string, body?: object) => {
    const url = path.startsWith('http') ? path : `${ORIGIN}/api/auth${path}`
    const headers = { cookie, origin: ORIGIN, 'content-type': 'application/json' }
    const post = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    return auth.handler(new Request(url, { headers, ...post }))
  }
  /** As a browser keeps them: the last one of a name counts. */
  const cookiesOf = (answer: Response) => {
    const pairs = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '')
    return [...new Map(pairs.map((pair) => [pair.split('=')[0], pair])).values()].join('; ')
  }
  const signUp = async (name: string) => {
    const body = { name, email: `${name}@example.com`, password: PASSWORD }
    const answer = await send('/sign-up/email', '', body)
    const { user } = (await answer.json()) as { user: { id: string } }
    return { id: user.id, cookie: cookiesOf(answer) }
  }
  const ann = await signUp('ann')
  const cat = await signUp('cat')
  db.prepare("UPDATE user SET role = 'admin' WHERE id = ?").run(cat.id)
  const rows = (id: string) =>
    db
      .prepare(
        'SELECT (SELECT count(*) FROM user WHERE id = @id) + (SELECT count(*) FROM session WHERE userId = @id) + (SELECT count(*) FROM account WHERE userId = @id)',
      )
      .pluck()
      .get({ id })
  const receipts = async () => {
    const found: unknown[] = []
    for await (const { userId, requestedBy } of engine.ledger.receipts()) {
      found.push({ userId, requestedBy })
    }
    return found
  }
  return { db, send, ann, cat, rows, receipts, auth, cookiesOf }
}

type World = Awaited<ReturnType<typeof open>>

interface Way {
  readonly name: string
  /** Lets Ann go, and says who asked. */
  readonly leave: (world: World, links: readonly string[]) => Promise<Response>
  readonly by: 'ann' | 'cat'
  readonly confirmsByMail?: true
}

const WAYS: readonly Way[] = [
  {
    name: 'their own route',
    by: 'ann',
    leave: ({ send, ann }) => send('/delete-user', ann.cookie, { password: PASSWORD }),
  },
  {
    name: 'the link in a mail',
    by: 'ann',
    confirmsByMail: true,
    leave: async ({ send, ann, rows }, links) => {
      await send('/delete-user', ann.cookie, { password: PASSWORD })
      assert.equal(rows(ann.id), 3)
      return send(links[0] ?? '', ann.cookie)
    },
  },
  {
    name: "the administrators' route",
    by: 'cat',
    leave: ({ send, ann, cat }) => send('/admin/remove-user', cat.cookie, { userId: ann.id }),
  },
]

describe('a user of better-auth leaves', () => {
  for (const { name, by, leave, confirmsByMail } of WAYS) {
    const links: string[] = []
    const mail: Partial<LeavingOptions> = confirmsByMail
      ? {
          sendLink: async (_, url) => {
            links.push(url)
          },
        }
      : {}

    it(`by ${name}: one deletion, one receipt`, async () => {
      links.length = 0
      let asked = 0
      const count = () => {
        asked += 1
      }
      const world = await open({ ...mail, beforeDelete: count })
      const answer = await leave(world, links)
      assert.ok(answer.status < 400, String(answer.status))
      const { ann, cat, rows, receipts } = world
      assert.deepEqual([rows(ann.id), rows(cat.id), asked], [0, 3, 1])
      assert.deepEqual(await receipts(), [
        { userId: ann.id, requestedBy: by === 'ann' ? ann.id : cat.id },
      ])
    })

    it(`by ${name}: not against a veto, which leaves everything`, async () => {
      links.length = 0
      const veto = () => ({ veto: 'open_invoice' })
      const world = await open({ ...mail, beforeDelete: veto })
      const answer = await leave(world, links)
      assert.equal(answer.status, 409)
      assert.equal(((await answer.json()) as { code: string }).code, 'deletion_vetoed')
      assert.equal(world.rows(world.ann.id), 3)
      assert.deepEqual(await world.receipts(), [])
    })
  }

  it('not by the route of administrators, without being one', async () => {
    const { send, ann, cat, rows, receipts } = await open()
    const refused = await send('/admin/remove-user', ann.cookie, { userId: cat.id })
    const unknown = await send('/admin/remove-user', '', { userId: cat.id })
    assert.deepEqual([refused.status, unknown.status, rows(cat.id)], [403, 401, 3])
    const own = await send('/admin/remove-user', cat.cookie, { userId: cat.id })
    const nobody = await send('/admin/remove-user', cat.cookie, { userId: 'nobody' })
    assert.deepEqual([own.status, nobody.status, await receipts()], [400, 404, []])
  })

  it('not while an administrator stands in for them', async () => {
    const { send, ann, cat, rows, receipts, cookiesOf } = await open()
    const answer = await send('/admin/impersonate-user', cat.cookie, { userId: ann.id })
    const refused = await send('/delete-user', cookiesOf(answer), {})
    assert.equal(refused.status, 403)
    assert.equal(((await refused.json()) as { code: string }).code, 'impersonation_refused')
    assert.deepEqual([rows(ann.id), await receipts()], [4, []])
  })

  it('as a guest, and as a guest who has signed up', async () => {
    const { send, rows, receipts, cookiesOf } = await open()
    const guest = async () => {
      const answer = await send('/sign-in/anonymous', '', {})
      const { user } = (await answer.json()) as { user: { id: string } }
      return { id: user.id, cookie: cookiesOf(answer) }
    }
    const leaving = await guest()
    assert.equal((await send('/delete-anonymous-user', leaving.cookie, {})).status, 200)
    const staying = await guest()
    const body = { name: 'dan', email: 'dan@example.com', password: PASSWORD }
    assert.equal((await send('/sign-up/email', staying.cookie, body)).status, 200)
    assert.deepEqual([rows(leaving.id), rows(staying.id)], [0, 0])
    const guests = [leaving, staying].map(({ id }) => ({ userId: id, requestedBy: id }))
    assert.deepEqual(await receipts(), guests)
  })

  it('not as the last owner of an organization, no matter who asks', async () => {
    const { send, ann, cat, rows, receipts } = await open()
    await send('/organization/create', ann.cookie, { name: 'Club', slug: 'club' })
    const answers = [
      await send('/delete-user', ann.cookie, { password: PASSWORD }),
      await send('/admin/remove-user', cat.cookie, { userId: ann.id }),
    ]
    assert.deepEqual([answers.map(({ status }) => status), rows(ann.id)], [[409, 409], 3])
    assert.deepEqual(await receipts(), [])
  })
})
