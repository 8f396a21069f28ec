/** What every store that looks at samples has to find in the same rows. */
import assert from 'node:assert/strict'
import {
  definePolicy,
  type Policy,
  type PolicyInput,
  type Store,
  UserDeletionEngine,
} from '../../../src/index.ts'

export const USERS = 300
export const idOf = (user: number): string => `user-${1_000 + (user % USERS)}`
export const emailOf = (user: number): string => `u${user % USERS}@example.org`

export type Held = (row: number) => string | number | null
export type Put = (held: Held, rows: number) => Store | Promise<Store>

export function engineOn(
  store: Store,
  things: PolicyInput['tables'][string] = 'unrelated',
  more: object = {},
) {
  const user = { table: 'users', id: 'id', fields: { email: 'email' } }
  const policy = definePolicy({ name: 'p', version: 1, user, tables: { things } } as PolicyInput)
  return new UserDeletionEngine({ store, policy: policy as Policy<PolicyInput>, ...more })
}

async function foundIn(store: Store): Promise<readonly string[]> {
  const engine = engineOn(store)
  await engine.migrate()
  const { findings } = await engine.checkSchema()
  return findings
    .filter(({ code }) => code === 'value_reference')
    .map(
      ({ severity, column, message }) => `${severity} ${column} ${/in \d+ of \d+/.exec(message)}`,
    )
}

export function proveSamples(
  it: (title: string, prove: (put: Put) => Promise<void>) => void,
): void {
  it('is an error where all of the rows do, under whatever name, of a large table too', async (put) => {
    assert.deepEqual(await foundIn(await put(idOf, 40)), ['error blob7 in 40 of 40'])
    const [large = ''] = await foundIn(await put(idOf, 5_000))
    const [, held = '', of = ''] = /^error blob7 in (\d+) of (\d+)$/.exec(large) ?? []
    assert.equal(held, of)
    assert.ok(Number(of) > 100 && Number(of) <= 250, large)
  })

  it('is found inside documents, arrays and by an address', async (put) => {
    const document: Held = (row) => JSON.stringify({ sent: [{ to: emailOf(row) }, { to: 'x' }] })
    assert.deepEqual(await foundIn(await put(document, 30)), ['error blob7.sent.to in 30 of 30'])
    const list: Held = (row) => JSON.stringify(['nobody', idOf(row)])
    assert.deepEqual(await foundIn(await put(list, 30)), ['error blob7 in 30 of 30'])
  })

  it('is a warning where one row alone does, and an error where two do', async (put) => {
    assert.deepEqual(await foundIn(await put(idOf, 1)), ['warning blob7 in 1 of 1'])
    assert.deepEqual(await foundIn(await put(idOf, 2)), ['error blob7 in 2 of 2'])
  })

  it('is a warning below a fifth of the rows, and an error from there on', async (put) => {
    const every =
      (nth: number): Held =>
      (row) =>
        row % nth === 0 ? idOf(row) : `other-${row}-thing`
    assert.deepEqual(await foundIn(await put(every(5), 100)), ['error blob7 in 20 of 100'])
    assert.deepEqual(await foundIn(await put(every(6), 100)), ['warning blob7 in 17 of 100'])
  })

  it('is nothing where nobody is meant: other texts, short ones, numbers', async (put) => {
    assert.deepEqual(await foundIn(await put((row) => `thing-${row}-name`, 100)), [])
    assert.deepEqual(await foundIn(await put((row) => row, 100)), [])
  })
}
