/**
 * Clauses of the store contract: a deletion goes by the schema as it is at its moment.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { applyChunk } from '../../../execution/units/chunk-unit.ts'
import { applySlice } from '../../../execution/units/delete-unit.ts'
import { applySweep } from '../../../execution/units/sweep-unit.ts'
import { makeTransition } from '../../../execution/units/transition-unit.ts'
import type { Program } from '../../../program/program.ts'
import { listJobs } from '../../../records/job-records.ts'
import { schemaChanged } from '../../../store/failures.ts'
import { withCommits } from '../altered-store.ts'
import { ANN, BOB } from '../data.ts'
import { programOf, sliceOf } from '../programs.ts'
import { type Clause, IN_A } from '../world.ts'

const USER = { id: ANN, subject: ANN }
const REFUSAL = { code: 'schema_mismatch' }

export function presentSchemaClauses(clause: Clause): void {
  clause('a program that was built for another schema writes nothing', async (world) => {
    const program = await programOf(world)
    assert.notEqual(program.schemaStamp, undefined)
    const stale: Program = { ...program, schemaStamp: 'another' }
    const { store } = world
    await world.engine.scheduleDeletion(BOB, IN_A)
    const [job] = await listJobs(store, { limit: 1 })
    assert.ok(job !== undefined)
    const before = await world.snapshot()
    const seal = () => assert.fail('the seal was asked for')
    await assert.rejects(applySlice(store, stale, sliceOf(stale, [ANN], { seal })), REFUSAL)
    await assert.rejects(
      makeTransition(store, stale, {
        ...IN_A,
        user: USER,
        tokenHash: null,
        decide: () => ({ kind: 'proceed', cutsAccess: true }),
      }),
      REFUSAL,
    )
    await assert.rejects(
      applyChunk(store, stale, {
        ...IN_A,
        fields: { id: ANN },
        derived: [],
        step: 0,
        cursor: null,
        limit: 10,
        jobId: job.id,
        fence: job.fence,
        save: () => assert.fail('the chunk was saved'),
      }),
      REFUSAL,
    )
    await assert.rejects(
      applySweep(store, stale, {
        groups: [{ ...IN_A, users: [USER], seqs: [1], derived: [[]] }],
        records: [],
        mark: { name: 'sweep', from: null, to: 'done' },
        isHeldBy: () => false,
        seal,
      }),
      REFUSAL,
    )
    assert.deepEqual(await world.snapshot(), before)
  })

  clause('a change that the policy fits costs no user', async (world) => {
    let refused = 0
    const store = withCommits(world.store, (unit, commit) => {
      if (unit !== 'deletion') return commit()
      refused += 1
      if (refused <= 2) throw schemaChanged()
      return commit()
    })
    const engine = world.engineWith({ store })
    const result = await engine.deleteMany([ANN, BOB], IN_A)
    assert.equal(result.deleted, 2)
    assert.equal(await world.row('users', ANN), undefined)
  })

  clause('a schema that never rests ends the call instead of going on for ever', async (world) => {
    let asked = 0
    const store = withCommits(world.store, (unit, commit) => {
      if (unit !== 'deletion') return commit()
      asked += 1
      throw schemaChanged()
    })
    await assert.rejects(world.engineWith({ store }).delete(ANN, IN_A), REFUSAL)
    assert.ok(asked > 1 && asked < 20)
    assert.notEqual(await world.row('users', ANN), undefined)
  })
}
