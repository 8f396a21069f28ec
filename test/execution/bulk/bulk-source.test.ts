import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openAcme } from '../../worlds/acme.ts'

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
      [6, '3', 'failed'],
      [4, '7', 'failed'],
      [1, 'usr_a1', 'deleted'],
      [5, 'usr_a2', 'deleted'],
      [0, 'usr_a3', 'deleted'],
      [3, 'usr_a9', 'deleted'],
    ])
  })

  it('go as they were given at a pace, and in throughput mode', async () => {
    const clock = { now: () => new Date('2026-03-01T12:00:00.000Z'), sleep: async () => {} }
    for (const options of [{ pace: 1_000 }, { mode: 'throughput' }] as const) {
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

  it('leave the event loop its turns while an input takes its time for each', async () => {
    const { engine } = await openAcme()
    let turns = 0
    function* slow() {
      const counter = setInterval(() => {
        turns += 1
      }, 0)
      for (let index = 0; index < 8; index += 1) {
        const until = performance.now() + 5
        while (performance.now() < until);
        yield `usr_of_nobody_${index}`
      }
      clearInterval(counter)
    }
    const { failed } = await engine.deleteMany(slow(), SCOPE)
    assert.equal(failed, 8)
    assert.ok(turns >= 6, `${turns} turns`)
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
  it('is ended early, and the run waits for its end', async () => {
    for (const options of [{}, { pace: 1_000 }]) {
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
    for (const options of [{}, { pace: 1_000 }]) {
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

  it('is waited for at its end when its last id has come meanwhile', async () => {
    const { engine } = await openAcme({ users: 3 })
    const controller = new AbortController()
    let hasEnded = false
    let answer = (): void => {}
    const later = new Promise<void>((resolve) => {
      answer = resolve
    })
    async function* input() {
      try {
        yield 'usr_a1'
        await later
        yield 'usr_a2'
      } finally {
        await new Promise(setImmediate)
        hasEnded = true
      }
    }
    // The first slice goes while the second id is awaited; it comes, and nobody takes it any more.
    const onProgress = (): void => {
      answer()
      controller.abort()
    }
    const { signal } = controller
    const { deleted } = await engine.deleteMany(input(), { ...SCOPE, signal, onProgress })
    assert.equal(deleted, 1)
    assert.ok(hasEnded)
  })

  it('may fail on the very abort of the run', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    try {
      for (const options of [{}, { mode: 'throughput' }] as const) {
        for (const before of [[], ['usr_a1']]) {
          const { engine } = await openAcme({ users: 3 })
          const controller = new AbortController()
          async function* input() {
            yield* before
            controller.abort()
            throw new Error('aborted as well')
          }
          const { signal } = controller
          const { stopped } = await engine.deleteMany(input(), { ...SCOPE, ...options, signal })
          assert.ok(stopped !== null)
        }
      }
      await new Promise(setImmediate)
      assert.deepEqual(unhandled, [])
    } finally {
      process.off('unhandledRejection', note)
    }
  })

  it('may answer with anything that has a `then`, as `await` takes it', async () => {
    for (const options of [{}, { signal: new AbortController().signal }]) {
      const { db, engine } = await openAcme({ users: 3 })
      let asked = 0
      const input = {
        [Symbol.asyncIterator]: () => input,
        next: () => {
          asked += 1
          const id = asked
          return {
            then: (resolve: (value: object) => void) => {
              setImmediate(() => resolve({ done: id > 2, value: `usr_a${id}` }))
            },
          }
        },
      }
      const { deleted } = await engine.deleteMany(input as never, { ...SCOPE, ...options })
      assert.equal(deleted, 2)
      assert.deepEqual(db.prepare("SELECT id FROM users WHERE id LIKE 'usr_a%'").pluck().all(), [
        'usr_a3',
      ])
    }
  })

  it('is not ended again when it has ended by itself', async () => {
    const warnings: string[] = []
    const logger = { warn: (message: string) => void warnings.push(message) }
    const { engine } = await openAcme({ users: 20, logger })
    const calls: string[] = []
    let left = 20
    const input = {
      [Symbol.iterator]: () => input,
      next: () => {
        if (left === 0) throw new Error('the input broke')
        left -= 1
        return { done: false, value: `usr_a${20 - left}` }
      },
      return: () => {
        calls.push('return')
        return { done: true, value: undefined }
      },
    }
    const controller = new AbortController()
    const onProgress = (): void => controller.abort()
    const { signal } = controller
    const { stopped } = await engine.deleteMany(input as never, { ...SCOPE, signal, onProgress })
    assert.equal(stopped?.by, 'signal')
    assert.deepEqual(calls, [])
    assert.deepEqual(warnings, ['an input of ids failed behind the last one deleted'])
  })
})
