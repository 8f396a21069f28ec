/**
 * Clauses of the store contract: a deletion goes by the schema as it is at its moment.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { Program } from '../../../program/program.ts'
import { schemaChanged } from '../../../store/failures.ts'
import { ANN, BOB } from '../data.ts'
import { type Clause, IN_A, programOf, withMethods } from '../world.ts'

const USER = { id: ANN, subject: ANN }
const REFUSAL = { code: 'schema_mismatch' }

export function presentSchemaClauses(clause: Clause): void {
  clause('a program that was built for another schema writes nothing', async (world) => {
    const { program } = await programOf(world)
    assert.notEqual(program.schemaStamp, undefined)
    const stale: Program = { ...program, schemaStamp: 'another' }
    const before = await world.snapshot()
    const { store } = world
    await assert.rejects(
      store.apply(stale, {
        ...IN_A,
        users: [USER],
        isolation: 'together',
        keepsEntries: false,
        decide: () => [{ kind: 'proceed', derived: [] }],
        seal: () => assert.fail('the seal was asked for'),
      }),
      REFUSAL,
    )
    await assert.rejects(
      store.transition(stale, {
        ...IN_A,
        user: USER,
        tokenHash: null,
        decide: () => ({ kind: 'proceed', cutsAccess: true }),
      }),
      REFUSAL,
    )
    await assert.rejects(
      store.applyChunk(stale, {
        ...IN_A,
        fields: { id: ANN },
        derived: [],
        step: 0,
        cursor: null,
        limit: 10,
        jobId: 'job_none',
        fence: 1,
        save: () => assert.fail('the chunk was saved'),
      }),
      REFUSAL,
    )
    await assert.rejects(
      store.sweep(stale, {
        groups: [{ ...IN_A, users: [USER], derived: [[]] }],
        throughSeq: 0,
        mark: { name: 'sweep', from: null, to: 'done' },
        isHeldBy: () => false,
        seal: () => assert.fail('the seal was asked for'),
      }),
      REFUSAL,
    )
    assert.deepEqual(await world.snapshot(), before)
  })

  clause('a change that the policy fits costs no user', async (world) => {
    let refused = 0
    const store = withMethods(world.store, {
      apply: async (program, slice) => {
        refused += 1
        if (refused <= 2) throw schemaChanged()
        return world.store.apply(program, slice)
      },
    })
    const engine = world.engineWith({ store })
    const result = await engine.deleteMany([ANN, BOB], IN_A)
    assert.equal(result.deleted, 2)
    assert.equal(await world.row('users', ANN), undefined)
  })

  clause('a schema that never rests ends the call instead of going on for ever', async (world) => {
    let asked = 0
    const store = withMethods(world.store, {
      apply: async () => {
        asked += 1
        throw schemaChanged()
      },
    })
    await assert.rejects(world.engineWith({ store }).delete(ANN, IN_A), REFUSAL)
    assert.ok(asked > 1 && asked < 20)
    assert.notEqual(await world.row('users', ANN), undefined)
  })
}
