import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openAcme } from './support/acme.ts'

const SCOPE = { tenantId: 'tnt_a' }

/** What onOutcome is told, in order. */
function outcomes() {
  const seen: unknown[][] = []
  const onOutcome = ({ index, id, status }: { index: number; id: unknown; status: string }) =>
    void seen.push([index, id, status])
  return { seen, onOutcome }
}

describe('the ids of a bulk run in cooperative mode', () => {
  it('go in their own order, each told with its place in the input', async () => {
    const { engine } = await openAcme({ users: 9 })
    const { seen, onOutcome } = outcomes()
    const input = ['usr_a3', 'usr_a1', '', 'usr_a9', 7, 'usr_a2', 3]
    await engine.deleteMany(input, { ...SCOPE, onOutcome })
    assert.deepEqual(seen, [
      [2, '', 'failed'],
      [6, 3, 'failed'],
      [4, 7, 'failed'],
      [1, 'usr_a1', 'deleted'],
      [5, 'usr_a2', 'deleted'],
      [0, 'usr_a3', 'deleted'],
      [3, 'usr_a9', 'deleted'],
    ])
  })

  it('go as they were given under a key, at a pace, and in throughput mode', async () => {
    const clock = { now: () => new Date('2026-03-01T12:00:00.000Z'), sleep: async () => {} }
    for (const options of [{ run: 'key' }, { pace: 1_000 }, { mode: 'throughput' }] as const) {
      const { engine } = await openAcme({ users: 3, clock })
      const { seen, onOutcome } = outcomes()
      await engine.deleteMany(['usr_a3', 'usr_a1', 'usr_a2'], { ...SCOPE, ...options, onOutcome })
      assert.deepEqual(
        seen.map(([index]) => index),
        [0, 1, 2],
      )
    }
  })

  it('are read 10,000 ahead and no further', async () => {
    const { engine } = await openAcme()
    const controller = new AbortController()
    let read = 0
    function* endless() {
      for (;;) yield `usr_of_nobody_${read++}`
    }
    const { stopped, failed } = await engine.deleteMany(endless(), {
      ...SCOPE,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    })
    assert.equal(stopped?.by, 'signal')
    assert.ok(failed > 0)
    assert.equal(read, 10_000)
  })

  it('are deleted while the input lets wait for the next ones', async () => {
    const { db, engine } = await openAcme({ users: 4 })
    let goOn = (): void => {}
    const gone = new Promise<void>((resolve) => {
      goOn = resolve
    })
    async function* input() {
      yield* ['usr_a2', 'usr_a1']
      // Answers only once those two are gone.
      await gone
      yield* ['usr_a4', 'usr_a3']
    }
    const { deleted } = await engine.deleteMany(input(), {
      ...SCOPE,
      onProgress: ({ done }) => done === 2 && goOn(),
    })
    assert.equal(deleted, 4)
    assert.equal(db.prepare("SELECT count(*) FROM users WHERE id LIKE 'usr_a%'").pluck().get(), 0)
  })

  it('are all dealt with when the input throws behind them', async () => {
    const { engine } = await openAcme({ users: 3 })
    async function* failing() {
      yield* ['usr_a2', 'usr_a1']
      throw new Error('the input broke')
    }
    const { deleted, stopped } = await engine.deleteMany(failing(), SCOPE)
    assert.equal(deleted, 2)
    assert.equal(stopped?.by, 'source')
    assert.match(String(stopped?.error), /the input broke/)
  })
})

describe('an input of ids that is given up', () => {
  it('is told so, and its own end is waited for', async () => {
    for (const options of [{}, { run: 'key' }]) {
      const { engine } = await openAcme()
      const controller = new AbortController()
      let hasEnded = false
      async function* endless() {
        try {
          for (let index = 0; ; index += 1) yield `usr_of_nobody_${index}`
        } finally {
          await new Promise(setImmediate)
          hasEnded = true
        }
      }
      const { signal } = controller
      const onProgress = () => controller.abort()
      await engine.deleteMany(endless(), { ...SCOPE, ...options, signal, onProgress })
      assert.ok(hasEnded)
    }
  })

  it('is neither waited for nor asked again when it does not answer', async () => {
    const warnings: string[] = []
    const logger = { warn: (message: string) => void warnings.push(message) }
    for (const options of [{}, { run: 'key' }]) {
      const { engine } = await openAcme({ users: 3, logger })
      const controller = new AbortController()
      const asked: string[] = []
      let isFirstGone = false
      const abortOnceWaiting = (): void => {
        if (isFirstGone && asked.length > 1) setImmediate(() => controller.abort())
      }
      const silent = {
        [Symbol.asyncIterator]: () => silent,
        next: () => {
          asked.push('next')
          if (asked.length === 1) return Promise.resolve({ done: false, value: 'usr_a1' })
          abortOnceWaiting()
          return new Promise<IteratorResult<string>>(() => {})
        },
        return: async () => {
          asked.push('return')
          throw new Error('still looking')
        },
      }
      const { deleted, stopped } = await engine.deleteMany(silent, {
        ...SCOPE,
        ...options,
        signal: controller.signal,
        onProgress: () => {
          isFirstGone = true
          abortOnceWaiting()
        },
      })
      assert.deepEqual([deleted, stopped?.by], [1, 'signal'])
      assert.deepEqual(asked, ['next', 'next', 'return'])
    }
    const warning = 'an input of ids failed when it was given up'
    assert.deepEqual(warnings, [warning, warning])
  })

  it('may fail at its end without harm to the result', async () => {
    const warnings: string[] = []
    const logger = { warn: (message: string) => void warnings.push(message) }
    const { engine } = await openAcme({ users: 3, logger })
    const controller = new AbortController()
    function* failing() {
      try {
        for (let index = 1; ; index += 1) yield `usr_a${index}`
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: what hosts do by mistake
        throw new Error('cannot end')
      }
    }
    const { signal } = controller
    const onProgress = () => controller.abort()
    const { deleted, stopped } = await engine.deleteMany(failing(), {
      ...SCOPE,
      signal,
      onProgress,
    })
    assert.equal(stopped?.by, 'signal')
    assert.ok(deleted > 0)
    assert.deepEqual(warnings, ['an input of ids failed when it was given up'])
  })
})
