/**
 * Statements that the server refuses, and connections that are cut, at every place of a deletion and of a small bulk
 * run: done once, or nothing done and worth another try.
 */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { inspect } from 'node:util'
import pg from 'pg'
import { UserDeletionError } from '../../../../src/index.ts'
import { isEveryFault } from '../../../worlds/faults/every-fault.ts'
import { BULK, postgresEngine, TARGETS } from '../../../worlds/faults/postgres-fault-engine.ts'
import {
  assertUnharmed,
  createPostgresWorld,
  finishBulk,
  postgresSnapshot,
  resetPostgresWorld,
} from '../../../worlds/faults/postgres-fault-world.ts'
import { type Fault, openFaultyProxy } from '../../../worlds/postgres/faulty-proxy.ts'
import { startPostgres } from '../../../worlds/postgres/postgres-server.ts'

const FAULTS: readonly {
  readonly name: string
  readonly fault: Fault
  readonly passes: boolean
}[] = [
  ...['40001', '40P01', '55P03', '57014', '25P02'].map((sqlState) => ({
    ...{ name: `refused with ${sqlState}`, passes: true },
    fault: { kind: 'refuse', sqlState } as const,
  })),
  { name: 'never sent', passes: false, fault: { kind: 'cut', side: 'before' } },
  { name: 'not answered', passes: false, fault: { kind: 'cut', side: 'after' } },
]

/** With `FAULTS=every` a fault hits each statement; else each fault hits other ones of them. */
const STEP = isEveryFault ? 1 : 25
const BULK_STEP = isEveryFault ? 17 : 331
const OPTIONS = { tenantId: 'a' } as const
/** Faults that last are given up sooner. */
const PATIENCE = { once: 20_000, lasting: 30 } as const

const server = await startPostgres()

describe('statements that fail on PostgreSQL', { skip: server === null }, async () => {
  if (server === null) return
  const { connectionString } = server
  const pool = new pg.Pool({ connectionString, max: 4 })
  await createPostgresWorld(pool)
  const before = await postgresSnapshot(pool)
  const proxy = await openFaultyProxy(Number(new URL(connectionString).port))
  const through = new pg.Pool({
    connectionString: connectionString.replace(/:\d+\//, `:${proxy.port}/`),
    max: 2,
  })
  // A connection that is cut while nobody has it is an event of the pool.
  through.on('error', () => {})

  after(async () => {
    await through.end()
    await pool.end()
    await proxy.close()
    await server.stop()
  })

  for (const isLasting of [false, true]) {
    it(`a deletion is done once, or not at all, where ${isLasting ? 'all from one on fail' : 'any one fails'}`, async () => {
      for (const [number, { name, fault, passes }] of FAULTS.entries()) {
        const run = async (at: number): Promise<boolean> => {
          await resetPostgresWorld(pool)
          const engine = postgresEngine(through, {
            postgres: { busyTimeoutMs: isLasting ? PATIENCE.lasting : PATIENCE.once },
          })
          const { said, hit } = await withFault(fault, at, isLasting, () =>
            engine.delete('a1', OPTIONS),
          )
          const isUnknown = outcomeOf(said) === 'unknown'
          assert.ok(isLasting || !isUnknown, 'one lost answer leaves nothing unknown')
          if (hit && passes && !isLasting && said !== null && !isOfBegin(said)) throw said
          const expected = said === null ? 'deleted' : 'untouched'
          await assertUnharmed(pool, before, ['a1'], isUnknown ? {} : { expected })
          assertAllGivenBack()
          if (said !== null) await deleteAgain(engine, isUnknown)
          await assertUnharmed(pool, before, ['a1'], { expected: 'deleted' })
          return hit
        }
        const count = await everywhere(`${name}${isLasting ? ', lasting' : ''}`, run, {
          first: 1 + (number % STEP),
          step: STEP,
        })
        assert.ok(count > 60, `only ${count} statements`)
      }
    })
  }

  it('a bulk run leaves nobody half-deleted where any one fails', async () => {
    for (const [number, { name, fault }] of FAULTS.entries()) {
      const run = async (at: number): Promise<boolean> => {
        await resetPostgresWorld(pool)
        const engine = postgresEngine(through, { ...BULK, postgres: { busyTimeoutMs: 20_000 } })
        const { said, hit } = await withFault(fault, at, false, async () => {
          const { errors, stopped } = await engine.deleteMany(TARGETS, OPTIONS)
          for (const { error } of errors) assertWorthAnotherTry(error)
          if (stopped !== null) assertWorthAnotherTry(stopped.error)
        })
        if (said !== null) assertWorthAnotherTry(said)
        await assertUnharmed(pool, before, TARGETS, { open: true })
        assertAllGivenBack()
        await finishBulk(pool)
        await assertUnharmed(pool, before, TARGETS, { expected: 'deleted' })
        return hit
      }
      const first = 1 + ((number * 43) % BULK_STEP)
      await everywhere(`bulk, ${name}`, run, { first, step: BULK_STEP })
    }
  })

  /** What is said of a call during which the n-th statement fails, if there are so many. */
  async function withFault(
    fault: Fault,
    at: number,
    isLasting: boolean,
    call: () => Promise<unknown>,
  ): Promise<{ readonly said: UserDeletionError | null; readonly hit: boolean }> {
    let count = 0
    proxy.arm(fault, () => {
      count += 1
      return isLasting ? count >= at : count === at
    })
    let said: UserDeletionError | null = null
    try {
      await call()
    } catch (error) {
      assertWorthAnotherTry(error)
      said = error
    } finally {
      proxy.disarm()
    }
    return { said, hit: count >= at }
  }

  function assertAllGivenBack(): void {
    assert.equal(through.idleCount, through.totalCount, 'a connection was not given back')
    assert.equal(proxy.open(), 0, 'a transaction was left open')
  }

  async function deleteAgain(
    engine: ReturnType<typeof postgresEngine>,
    mayBeGone: boolean,
  ): Promise<void> {
    try {
      await engine.delete('a1', OPTIONS)
    } catch (error) {
      if (!mayBeGone || Reflect.get(Object(error), 'code') !== 'resource_not_found') throw error
    }
  }
})

/** Runs at one place after the other until there are none, and answers how many there are. */
async function everywhere(
  name: string,
  run: (at: number) => Promise<boolean>,
  { first, step }: { readonly first: number; readonly step: number },
): Promise<number> {
  const problems: string[] = []
  for (let at = first; ; at += step) {
    try {
      if (!(await run(at))) {
        assert.equal(problems.length, 0, `${name}\n${problems.join('\n')}`)
        console.log(`${name}, at every ${step}. of ${at - 1} statements`)
        return at - 1
      }
    } catch (error) {
      problems.push(`statement ${at}: ${inspect(error, { depth: 4 }).slice(0, 1_500)}`)
      if (problems.length > 4) assert.fail(`${name}\n${problems.join('\n')}`)
    }
  }
}

function assertWorthAnotherTry(error: unknown): asserts error is UserDeletionError {
  if (!(error instanceof UserDeletionError && error.retryable)) throw error
}

function outcomeOf(error: UserDeletionError | null): unknown {
  return error?.details['outcome']
}

/** A connection that comes with a failed transaction has one of somebody else's. */
function isOfBegin(error: UserDeletionError): boolean {
  return error.code === 'connection_busy'
}
