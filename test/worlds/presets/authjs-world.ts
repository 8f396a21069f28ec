/** Auth.js itself with sign-in by a mailed link, and what has to hold once a user of it is deleted. */
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { Auth, type AuthConfig } from '@auth/core'
import type { Adapter } from '@auth/core/adapters'
import { type DriftReport, type Store, UserDeletionEngine } from '../../../src/index.ts'
import { type AuthjsOptions, authjsPolicy } from '../../../src/presets/authjs/index.ts'

export const ANN = 'ann@example.com'
const BOB = 'bob@example.com'
const ORIGIN = 'http://localhost:3000/auth'

/** A database with the tables of an adapter, past Auth.js and past the engine. */
export interface AuthjsHost {
  readonly adapter: Adapter
  readonly store: Store
  /** `table.column` of every value that holds one of the texts. */
  places(texts: readonly string[]): Promise<readonly string[]>
  close(): Promise<void>
}

/** Registers the tests; `places` are those in which Ann stands before. */
export function annLeaves(
  it: (name: string, test: () => Promise<void>) => unknown,
  open: () => Promise<AuthjsHost>,
  { options, places }: { readonly options: AuthjsOptions; readonly places: readonly string[] },
): void {
  let host: AuthjsHost
  let server: ReturnType<typeof serve>
  let [ann, bob, openLink, annId] = ['', '', '', '']
  let placesBefore: readonly string[] = []
  let fit: DriftReport

  before(async () => {
    host = await open()
    server = serve(host.adapter)
    ann = await server.signIn(ANN)
    bob = await server.signIn(BOB)
    openLink = await server.requestLink(ANN)
    await server.requestLink(BOB)
    annId = (await host.adapter.getUserByEmail?.(ANN))?.id ?? ''
    const linked = { type: 'oauth', provider: 'github', access_token: 'secret' } as const
    await host.adapter.linkAccount?.({ ...linked, providerAccountId: '7', userId: annId })
    const bobId = (await host.adapter.getUserByEmail?.(BOB))?.id ?? ''
    await host.adapter.linkAccount?.({ ...linked, providerAccountId: '8', userId: bobId })
    assert.deepEqual([await server.userOf(ann), await server.userOf(bob)], [ANN, BOB])
    placesBefore = await host.places([annId, ANN])
    const engine = new UserDeletionEngine({ store: host.store, policy: authjsPolicy(options) })
    await engine.migrate()
    fit = await engine.checkSchema()
    await engine.delete(annId, {})
  })
  after(() => host.close())

  it('is fitted by the policy', async () => {
    assert.deepEqual(fit, { fits: true, findings: [] })
  })

  it('stood in every table, and stands in none', async () => {
    assert.deepEqual(placesBefore, places)
    assert.deepEqual(await host.places([annId, ANN]), [])
  })

  it('is refused with the old cookie and with a link that was still open', async () => {
    assert.equal(await server.userOf(ann), undefined)
    const answer = await server.ask(openLink)
    assert.match(answer.headers.get('location') ?? '', /error=Verification/)
    assert.equal(await host.adapter.getUserByEmail?.(ANN), null)
  })

  it('leaves others signed in, linked, and able to sign in', async () => {
    assert.equal(await server.userOf(bob), BOB)
    const linked = { provider: 'github', providerAccountId: '8' }
    assert.equal((await host.adapter.getUserByAccount?.(linked))?.email, BOB)
    assert.equal(await server.userOf(await server.signIn(BOB)), BOB)
  })

  it('can sign up again under the address, as somebody new', async () => {
    assert.equal(await server.userOf(await server.signIn(ANN)), ANN)
    assert.notEqual((await host.adapter.getUserByEmail?.(ANN))?.id, annId)
  })
}

/** Keeps the last link instead of mailing it. */
function serve(adapter: Adapter) {
  let mailed = ''
  const config: AuthConfig = {
    adapter,
    secret: 'a secret of the tests, long enough to be taken',
    trustHost: true,
    logger: { error: () => {} },
    basePath: '/auth',
    providers: [
      {
        id: 'email',
        type: 'email',
        name: 'Email',
        from: 'no-reply@example.com',
        maxAge: 3600,
        options: {},
        sendVerificationRequest: ({ url }) => {
          mailed = url
        },
      },
    ],
  }
  const ask = (path: string, init: RequestInit = {}) =>
    Auth(new Request(path.startsWith('http') ? path : `${ORIGIN}${path}`, init), config)
  const requestLink = async (email: string) => {
    const answer = await ask('/csrf')
    const { csrfToken } = (await answer.json()) as { csrfToken: string }
    await ask('/signin/email', {
      method: 'POST',
      headers: { cookie: cookiesOf(answer) },
      body: new URLSearchParams({ email, csrfToken }),
    })
    return mailed
  }
  const signIn = async (email: string) => cookiesOf(await ask(await requestLink(email)))
  const userOf = async (cookie: string) =>
    ((await (await ask('/session', { headers: { cookie } })).json()) as Session | null)?.user.email
  return { ask, requestLink, signIn, userOf }
}

interface Session {
  readonly user: { readonly email: string }
}

function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}
