/**
 * Each transaction without a database: what it asks, what it decides, and what it writes, as data.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { chunkUnit } from '../../../src/execution/units/chunk-unit.ts'
import { applySlices, deleteUnit } from '../../../src/execution/units/delete-unit.ts'
import { sweepUnit } from '../../../src/execution/units/sweep-unit.ts'
import { transitionUnit } from '../../../src/execution/units/transition-unit.ts'
import type { Program } from '../../../src/program/program.ts'
import type { Decision, HostWork, Write } from '../../../src/store/change.ts'
import type { Chunk } from '../../../src/store/chunk.ts'
import type { Inquiry, Question } from '../../../src/store/inquiry.ts'
import type { HostQuestion } from '../../../src/store/questions.ts'
import type { RecordTable } from '../../../src/store/record-tables.ts'
import type { Hold, Job, LedgerEntry, OpenRetention, Seal } from '../../../src/store/records.ts'
import type { Slice, Verdict } from '../../../src/store/slice.ts'
import type { Committed } from '../../../src/store/store.ts'
import type { Sweep } from '../../../src/store/sweep.ts'
import type { Transition, TransitionPlan } from '../../../src/store/transition.ts'
import {
  type Answers,
  drive,
  kindsOf,
  labelsOf,
  programOf,
  selectorOf,
  stepOn,
} from '../../worlds/driven-unit.ts'

const AT = '2026-03-01T12:00:00.000Z'
const TENANT = 'tnt_a'

const STEPS = [
  stepOn('sessions', 'delete', { access: true }),
  stepOn('holds', 'block'),
  stepOn('posts', 'anonymize'),
  stepOn('invoices', 'retain'),
]
const PROGRAM = programOf(STEPS)

describe('a deletion as data', () => {
  it('is the steps and the user rows, the receipts in parts behind each other, and what is forgotten', () => {
    const users = idsUpTo(45)
    const heads: (number | null)[] = []
    const { made, result } = drive(
      deleteUnit(PROGRAM, sliceOf(users, { seal: numbering(heads) })),
      answersFor(users, { records: { ...HEAD_AT_7, jobs: [jobOf(users[3] ?? '')] } }),
    )
    const sealed = ['insert ledger', 'insert outbox', 'put ledger_head']
    assert.deepEqual(labelsOf(made), [
      ...['work', 'ask ledger_head', 'ask marks', ...sealed, ...sealed, ...sealed],
      ...['remove jobs', 'remove disabled', 'remove tokens'],
    ])
    assert.deepEqual(heads, [7, 27, 47])
    const entries = entriesOf(made)
    assert.deepEqual(
      entries.map(({ seq, subject }) => [seq, subject]),
      users.map((id, index) => [8 + index, id]),
    )
    assert.deepEqual(
      result,
      entries.map((entry) => ({ kind: 'deleted', entry })),
    )
  })

  it('leaves the retentions behind, and says since when where earlier marks name other steps', () => {
    const users = idsUpTo(45)
    const step = '["users","orders#0"]'
    const seal: Slice['seal'] = (works, head, residue) => {
      const sealed = numbering([])(works, head, residue)
      const open = sealed.entries.map(({ seq, at, tenantId, subject }): OpenRetention => {
        const subjects = [subject ?? assert.fail('it is about nobody')]
        return { step, seq, state: 'waiting', at, tenantId, hidden: 0, subjects }
      })
      return { ...sealed, retentions: { stepIds: ['orders#0'], open } }
    }
    const since = (...stepIds: readonly string[]) => JSON.stringify({ seq: 3, stepIds })
    const madeAfter = (...marks: readonly string[]) =>
      drive(
        deleteUnit(PROGRAM, sliceOf(users, { seal })),
        answersFor(users, {
          records: { ...HEAD_AT_7, marks: marks.map((value) => ({ name: 'm', value })) },
        }),
      ).made
    const told = (made: Made) =>
      made.filter((one) => typeof one !== 'string' && one.kind === 'put' && one.table === 'marks')
    for (const known of [[], [since('lines#0')], [since('orders#0', 'lines#0')], [since()]]) {
      const made = madeAfter(...known)
      const record = { name: 'retained_since:users', value: '{"seq":8,"stepIds":["orders#0"]}' }
      assert.deepEqual(told(made), [{ kind: 'put', table: 'marks', record }])
      assert.equal(labelsOf(made).filter((label) => label === 'insert retentions').length, 3)
    }
    assert.deepEqual(told(madeAfter(since('orders#0'))), [])
  })

  it('writes in each step no more rows than were counted for all who go', () => {
    const users = ['a', 'b', 'c']
    const rows: Readonly<Record<string, readonly number[]>> = {
      a: [2, 0, 1, 5],
      b: [9, 1, 9, 9],
      c: [1, 0, 0, 7],
    }
    const { made } = drive(
      deleteUnit(PROGRAM, sliceOf(users, { decide: refusing('b') })),
      answersFor(users, { host: { counts: countsBy((id) => rows[id] ?? []) } }),
    )
    const work = workOf(made)
    assert.deepEqual(
      work.users.map(({ fields }) => fields['id']),
      ['a', 'c'],
    )
    // What only blocks, and what is kept as it is, is no work.
    assert.deepEqual(work.steps, [
      { step: 0, rows: 3 },
      { step: 2, rows: 1 },
    ])
    assert.deepEqual(work.userRows, { kind: 'end' })
  })

  it('says what the columns hold meanwhile, and hands on what was derived for each', () => {
    const users = ['a', 'b']
    const disabled = { status: 'off' }
    const decide: Slice['decide'] = () => [
      { kind: 'proceed', derived: ['for a'] },
      { kind: 'proceed', derived: ['for b'] },
    ]
    const slice = sliceOf(users, { disabled, decide })
    const work = workOf(drive(deleteUnit(PROGRAM, slice), answersFor(users)).made)
    assert.deepEqual(work.userRows, { kind: 'end', meanwhile: disabled })
    assert.deepEqual(work.derived, [['for a'], ['for b']])
    assert.deepEqual([work.tenantId, work.program], [TENANT, PROGRAM])
  })

  it('answers each user in their place: absent, refused, deleted', () => {
    const users = ['gone', 'a', 'b', 'c']
    const { result, made } = drive(
      deleteUnit(PROGRAM, sliceOf(users, { decide: refusing('b') })),
      answersFor(users, { host: { users: fieldsBut('gone') } }),
    )
    const [first, second] = entriesOf(made)
    assert.deepEqual(result, [
      { kind: 'absent' },
      { kind: 'deleted', entry: first },
      { kind: 'refused', reason: 'because' },
      { kind: 'deleted', entry: second },
    ])
    assert.deepEqual([first?.subject, second?.subject], ['a', 'c'])
  })

  it('tells the seal the places in the slice, and the rows of each', () => {
    const users = ['gone', 'a', 'b']
    const seen: unknown[] = []
    const count = numbering([])
    const seal: Slice['seal'] = (works, head, residue) => {
      for (const { user, found, counts } of works) seen.push([user, found.fields['id'], counts])
      seen.push(residue)
      return count(works, head, residue)
    }
    drive(
      deleteUnit(PROGRAM, sliceOf(users, { seal })),
      answersFor(users, {
        host: { users: fieldsBut('gone'), counts: countsBy((id) => [id === 'a' ? 1 : 2, 0, 0, 0]) },
      }),
    )
    assert.deepEqual(seen, [[1, 'a', [1, 0, 0, 0]], [2, 'b', [2, 0, 0, 0]], 0])
  })

  it('keeps no entries where nobody wants them, though all are written', () => {
    const users = idsUpTo(21)
    const slice = sliceOf(users, { keepsEntries: false })
    const { result, made } = drive(deleteUnit(PROGRAM, slice), answersFor(users))
    assert.ok(result.every((one) => one.kind === 'deleted' && one.entry === null))
    assert.equal(entriesOf(made).length, 21)
  })

  it('is refused where the seal forgets somebody', () => {
    const users = ['a', 'b']
    const count = numbering([])
    const seal: Slice['seal'] = (works, head, residue) => count(works.slice(1), head, residue)
    for (const keepsEntries of [true, false]) {
      const unit = deleteUnit(PROGRAM, sliceOf(users, { seal, keepsEntries }))
      assert.throws(() => drive(unit, answersFor(users)), /no ledger entry/)
    }
  })

  it('changes nothing where nobody goes', () => {
    for (const [host, decide] of [
      [{ users: fieldsBut('a', 'b') }, proceeding],
      [{}, refusing('a', 'b')],
    ] as const) {
      const seal = (): never => assert.fail('a seal was asked for')
      const slice = sliceOf(['a', 'b'], { decide, seal })
      const { decision } = drive(deleteUnit(PROGRAM, slice), answersFor(['a', 'b'], { host }))
      assert.equal(decision.change, null)
    }
  })

  it('asks nothing of the rows of nobody', () => {
    const users = ['a', 'b']
    const slice = sliceOf(users)
    const { asked } = drive(
      deleteUnit(PROGRAM, slice),
      answersFor(users, { host: { users: fieldsBut(...users) } }),
    )
    const hosts = asked.flat().filter(({ kind }) => kind !== 'records')
    assert.deepEqual(kindsOf(hosts), ['users'])
  })

  it('is decided on what was found: all rows, groups of checks that block, holds and jobs', () => {
    const hold = holdOn('a')
    const check = { table: 'members', column: 'user', within: 'org' } as never
    const program: Program = {
      ...PROGRAM,
      checks: [
        { ...Object(check), name: 'warned', effect: 'warn' },
        { ...Object(check), name: 'owner', effect: 'block' },
      ],
      hurdles: [{}] as never,
    }
    const bereft: number[] = []
    let found: Parameters<Slice['decide']>[0] | undefined
    const decide: Slice['decide'] = (survey) => {
      found = survey
      return refusing('gone', 'a')(survey)
    }
    drive(
      deleteUnit(program, sliceOf(['gone', 'a'], { decide })),
      answersFor(['gone', 'a'], {
        records: { holds: [hold], jobs: [jobOf('a')] },
        host: {
          users: fieldsBut('gone'),
          counts: countsBy(() => [1, 2, 3, 4]),
          hurdles: () => [[6]],
          bereft: (question) => {
            bereft.push((question as HostQuestion<'bereft'>).check)
            return [{ user: 0, group: 'org_1' }]
          },
        },
      }),
    )
    // What only warns is not asked about.
    assert.deepEqual(bereft, [1])
    assert.deepEqual(found, {
      users: [null, { fields: { id: 'a' } }],
      counts: [[], [1, 2, 3, 4]],
      bereft: [[], [{ user: 1, group: 'org_1' }]],
      hurdles: [[], [6]],
      jobs: [null, { id: 'job_a', kind: 'deletion', fence: 3 }],
      holds: [[], [hold]],
    })
  })

  it('removes nothing that nobody has where each write is a trip', () => {
    const about = {
      jobs: [jobOf('a')],
      holds: [holdOn('a')],
      disabled: [{ userId: 'a' }],
      tokens: [{ userId: 'a' }],
    }
    for (const table of ['jobs', 'holds', 'disabled', 'tokens'] as const) {
      const records = { [table]: about[table] }
      const far = deleteUnit(PROGRAM, sliceOf(['a']), true)
      const { made } = drive(far, answersFor(['a'], { records }))
      const removed = writesOf(made).filter(({ kind }) => kind === 'remove')
      assert.deepEqual(removed, [
        {
          ...{ kind: 'remove', table },
          where: [
            { field: 'userId', in: ['a'] },
            { field: 'userTable', in: ['users'] },
            { field: 'tenantId', in: [TENANT] },
          ],
        },
      ])
    }
    const { made } = drive(deleteUnit(PROGRAM, sliceOf(['a']), true), answersFor(['a']))
    assert.ok(!labelsOf(made).some((label) => label.startsWith('remove')))
  })

  it('removes without a question where a write costs less than one', () => {
    const { made, asked } = drive(deleteUnit(PROGRAM, sliceOf(['a'])), answersFor(['a']))
    const kinds = kindsOf(asked.flat())
    assert.ok(!kinds.includes('disabled') && !kinds.includes('tokens'))
    const removed = labelsOf(made).filter((label) => label.startsWith('remove'))
    assert.deepEqual(removed, ['remove disabled', 'remove tokens'])
  })

  it('inserts the rows for the audit log of the host with the receipts of their part', () => {
    const users = idsUpTo(21)
    const count = numbering([])
    const seal: Slice['seal'] = (works, head, residue) => ({
      ...count(works, head, residue),
      auditRows: works.map(({ user }) => ({ table: 'log', values: { user } })),
    })
    const { made } = drive(deleteUnit(PROGRAM, sliceOf(users, { seal })), answersFor(users))
    const rows = writesOf(made).filter(({ kind }) => kind === 'insert_row')
    assert.deepEqual(rows[20], {
      ...{ kind: 'insert_row', program: PROGRAM, table: 'log', values: { user: 20 } },
    })
    const labels = labelsOf(made)
    assert.ok(labels.indexOf('insert_row log') < labels.lastIndexOf('insert ledger'))
    assert.equal(rows.length, 21)
  })

  it('says of itself that it is a rehearsal, and that it calls the host', () => {
    const of = (more: Partial<Slice>) => {
      const { decision } = drive(deleteUnit(PROGRAM, sliceOf(['a'], more)), answersFor(['a']))
      const { change: _, ...flags } = decision
      return flags
    }
    assert.deepEqual(of({}), {})
    assert.deepEqual(of({ isRehearsal: true }), { isRehearsal: true })
    assert.deepEqual(of({ callsHost: true }), { callsHost: true })
  })

  it('makes the same change again where a store asks for it again', () => {
    const users = idsUpTo(21)
    const unit = deleteUnit(PROGRAM, sliceOf(users))
    const { decision, made } = drive(unit, answersFor(users))
    const again = drive(
      // biome-ignore lint/correctness/useYield: it asks nothing.
      (function* () {
        return decision
      })(),
      answersFor(users),
    )
    assert.deepEqual(again.made, made)
  })
})

describe('slices of which each may be refused alone', () => {
  const slicesOfTwo = (): readonly Slice[] =>
    ['a', 'b', 'c'].map((id) => sliceOf([id, `${id}2`], { keepsEntries: false }))

  it('are one call, and who is refused fails alone', async () => {
    const error = new Error('no')
    let calls = 0
    const store = {
      capabilities: { transactions: true, erasure: 'rows_removed' } as const,
      commitEach: async <T>(inquiries: readonly (() => Inquiry<Decision<T>>)[]) => {
        calls += 1
        return inquiries.map(
          (inquiry, place): Committed<T> =>
            place === 1
              ? { kind: 'refused', error }
              : { kind: 'done', result: drive(inquiry(), answersFor(['a', 'a2'])).result },
        )
      },
    }
    const outcomes = await applySlices(store, PROGRAM, slicesOfTwo())
    const kinds = outcomes.map(({ kind }) => kind)
    assert.deepEqual(kinds, ['deleted', 'deleted', 'failed', 'failed', 'deleted', 'deleted'])
    assert.equal(calls, 1)
  })
})

describe('the last deletion of a job', () => {
  const cursors = [['s1'], null, ['p9'], ['i1']]
  const journal = { jobId: 'job_a', fence: 3, cursors }

  it('is not decided on where another worker has the job by now', () => {
    const decide = (): never => assert.fail('it was decided')
    const unit = deleteUnit(PROGRAM, sliceOf(['a'], { journal, decide }))
    assert.throws(() => drive(unit, answersFor(['a'], { records: {} })), { code: 'lease_lost' })
  })

  it('ends the job of its own fence, behind the receipt', () => {
    const { made, asked } = drive(
      deleteUnit(PROGRAM, sliceOf(['a'], { journal })),
      answersFor(['a'], { records: { jobs: [jobOf('a')] } }),
    )
    const held = [
      { field: 'id', in: ['job_a'] },
      { field: 'fence', in: [3] },
    ]
    assert.ok(
      asked.flat().some((one) => one.kind === 'records' && isDeepEqual(one.where, held)),
      'the job is asked about',
    )
    const [end] = writesOf(made).filter(({ kind }) => kind === 'remove')
    assert.deepEqual(end, { kind: 'remove', table: 'jobs', where: held, orElse: 'lease_lost' })
    const labels = labelsOf(made)
    assert.ok(labels.indexOf('remove jobs') > labels.indexOf('insert ledger'))
  })

  it('writes of steps that keep their rows only what is behind the cursor, and asks about that', () => {
    const { made, asked } = drive(
      deleteUnit(PROGRAM, sliceOf(['a'], { journal })),
      answersFor(['a'], { records: { jobs: [jobOf('a')] } }),
    )
    assert.deepEqual(workOf(made).steps, [
      { step: 0, rows: 0 },
      { step: 2, rows: 0, behind: ['p9'] },
    ])
    assert.deepEqual(countOf(asked).behind, [null, null, ['p9'], ['i1']])
  })

  it('does not ask about steps with exceptions, which chunks have had the last word on', () => {
    const except = [selectorOf('posts')]
    const steps = STEPS.map((one) => (one.table === 'posts' ? { ...one, except } : one))
    const { asked } = drive(
      deleteUnit(programOf(steps), sliceOf(['a'], { journal })),
      answersFor(['a'], { records: { jobs: [jobOf('a')] } }),
    )
    assert.deepEqual(countOf(asked).steps, [0, 1, 3])
  })

  it('has everything still to do where no chunk has run', () => {
    const { made, asked } = drive(
      deleteUnit(PROGRAM, sliceOf(['a'], { journal: { ...journal, cursors: null } })),
      answersFor(['a'], { records: { jobs: [jobOf('a')] } }),
    )
    assert.ok(workOf(made).steps.every(({ behind }) => behind === undefined))
    assert.deepEqual([countOf(asked).behind, countOf(asked).steps], [undefined, undefined])
  })
})

describe('what a deletion has left of a user row', () => {
  const blanking = programOf(STEPS, { action: 'anonymize', fields: { id: 'id', email: 'email' } })
  const deleted = { records: { ledger: [{ subject: 'a', seq: 1 }] } } as const
  const outcomes = (program: Program, restored: boolean, answers: Answers): readonly string[] => {
    const slice = sliceOf(['a', 'b'], { restored })
    const { result } = drive(deleteUnit(program, slice), answersFor(['a', 'b'], answers))
    return result.map(({ kind }) => kind)
  }

  it('is nobody, where the policy keeps a blank row', () => {
    assert.deepEqual(outcomes(blanking, false, deleted), ['absent', 'deleted'])
    assert.deepEqual(outcomes(PROGRAM, false, deleted), ['deleted', 'deleted'])
  })

  it('is somebody again once a backup has filled it, and of nobody else is it asked', () => {
    const holders = () => new Set()
    for (const blank of [true, false]) {
      const suspects: unknown[] = []
      const host: Answers['host'] = {
        holders,
        blank_rows: (question) => {
          suspects.push((question as HostQuestion<'blank_rows'>).users)
          return [blank]
        },
      }
      const [first] = outcomes(blanking, true, { ...deleted, host })
      assert.equal(first, blank ? 'absent' : 'deleted')
      assert.deepEqual(suspects, [[{ fields: { id: 'a' } }]])
    }
  })

  it('asks the ledger nothing where no row is left', () => {
    const { asked } = drive(deleteUnit(PROGRAM, sliceOf(['a'])), answersFor(['a']))
    assert.ok(!kindsOf(asked.flat()).includes('ledger'))
  })

  it('finds restored users by nothing that somebody else has taken meanwhile', () => {
    const fields = (): unknown => [{ id: 'a', email: 'ann@example.com' }]
    const host = { users: fields, holders: () => new Set(['string ann@example.com']) }
    const work = (restored: boolean): HostWork =>
      workOf(
        drive(
          deleteUnit(blanking, sliceOf(['a'], { restored })),
          answersFor(['a'], { host: { ...host, blank_rows: () => [] } }),
        ).made,
      )
    assert.deepEqual(work(true).users, [{ fields: { id: 'a', email: null } }])
    assert.deepEqual(work(false).users, [{ fields: { id: 'a', email: 'ann@example.com' } }])
  })
})

describe('a chunk as data', () => {
  const job = { records: { jobs: [jobOf('a')] } } as const
  const chunkOf = (more: Partial<Chunk> = {}): Chunk => ({
    ...{ tenantId: TENANT, fields: { id: 'a' }, derived: ['d'], step: 2, cursor: ['p1'], limit: 2 },
    ...{ jobId: 'job_a', fence: 3 },
    save: ({ rows }) => ({ leaseUntil: AT, state: `${rows} rows` }),
    ...more,
  })
  const rowsOf = (...keys: readonly string[]): NonNullable<Answers['host']> => ({
    step_rows: (question) => {
      const { step } = question as HostQuestion<'step_rows'>
      return keys.map((key) => ({ key: [key], steps: [step] }))
    },
  })

  it('is the rows by their keys, and the job with where it ended', () => {
    const { made, result } = drive(chunkUnit(PROGRAM, chunkOf()), {
      ...job,
      host: rowsOf('p2', 'p3'),
    })
    assert.deepEqual(result, { rows: 2, cursor: ['p3'], done: false })
    assert.deepEqual(made, [
      {
        ...{ kind: 'work', program: PROGRAM, tenantId: TENANT, derived: [['d']] },
        users: [{ fields: { id: 'a' }, shared: [] }],
        steps: [{ step: 2, rows: 2, keys: [['p2'], ['p3']] }],
        userRows: { kind: 'leave' },
      },
      {
        ...{ kind: 'patch', table: 'jobs', orElse: 'lease_lost' },
        where: [
          { field: 'id', in: ['job_a'] },
          { field: 'fence', in: [3] },
        ],
        set: { leaseUntil: AT, state: '2 rows' },
      },
    ])
  })

  it('goes on behind the cursor, or from the front where rows do not match again', () => {
    const after = (step: number): unknown => {
      const { asked } = drive(chunkUnit(PROGRAM, chunkOf({ step })), { ...job, host: rowsOf() })
      const [question] = asked.flat().filter(({ kind }) => kind === 'step_rows')
      return question?.kind === 'step_rows' && [question.after, question.limit]
    }
    assert.deepEqual(after(2), [['p1'], 2])
    assert.deepEqual(after(0), [null, 2])
  })

  it('without rows saves the job alone, and says that the step is done', () => {
    const { made, result } = drive(chunkUnit(PROGRAM, chunkOf()), { ...job, host: rowsOf() })
    assert.deepEqual(labelsOf(made), ['patch jobs'])
    assert.deepEqual(result, { rows: 0, cursor: ['p1'], done: true })
  })

  it('has the rows of all steps that find them together, and counts each', () => {
    const together = [
      stepOn('posts', 'anonymize', { foundWith: 'posts' }),
      stepOn('posts', 'anonymize', { id: 'posts#1', foundWith: 'posts' }),
    ]
    const step_rows = () => [
      { key: ['p2'], steps: [1] },
      { key: ['p3'], steps: [1] },
    ]
    const program = programOf(together)
    const { made, result } = drive(chunkUnit(program, chunkOf({ step: 0 })), {
      ...job,
      host: { step_rows },
    })
    assert.deepEqual(result, {
      ...{ rows: 0, others: [{ step: 1, rows: 2 }], cursor: ['p3'], done: false },
    })
    const [busy] = workOf(made).steps.filter(({ rows }) => rows > 0)
    assert.deepEqual(busy, { step: 1, rows: 2, keys: [['p2'], ['p3']] })
  })

  it('writes nothing where another worker has the job by now', () => {
    const save = (): never => assert.fail('the job was saved')
    const unit = chunkUnit(PROGRAM, chunkOf({ save }))
    assert.throws(() => drive(unit, { host: rowsOf('p2') }), { code: 'lease_lost' })
  })
})

describe('a sweep as data', () => {
  const sweepOf = (more: Partial<Sweep> = {}): Sweep => ({
    groups: [groupOf('a', 'b')],
    records: [{ kind: 'remove', table: 'retentions', where: [] }],
    mark: { name: 'm', from: 'then', to: 'now' },
    isHeldBy: () => false,
    seal: () => null,
    ...more,
  })
  const groupOf = (...ids: readonly string[]) => ({
    tenantId: TENANT,
    users: ids.map((id) => ({ id, subject: id })),
    seqs: ids.map(() => 9),
    derived: ids.map((id) => [`for ${id}`]),
  })
  const answers = ({ records, host }: Answers = {}): Answers => ({
    records: { marks: [{ name: 'm', value: 'then' }], ...records },
    host: {
      user_rows: (question) => (question as HostQuestion<'user_rows'>).ids.map(() => null),
      counts: countsBy(() => [2, 0, 1, 0]),
      ...host,
    },
  })

  it('is nothing where the mark has moved, or somebody has a hold', () => {
    const seal = (): never => assert.fail('a seal was asked for')
    for (const marks of [[], [{ name: 'm', value: 'now' }]]) {
      const moved = drive(sweepUnit(PROGRAM, sweepOf({ seal })), answers({ records: { marks } }))
      assert.deepEqual([moved.result, moved.made], [null, []])
    }
    const holds = [holdOn('b')]
    const sweep = sweepOf({ seal, isHeldBy: ({ userId }) => userId === 'b' })
    const held = drive(sweepUnit(PROGRAM, sweep), answers({ records: { holds } }))
    assert.deepEqual([held.result, held.made], [null, []])
  })

  it('is the steps of each group with rows, the seal, and the mark', () => {
    const none = { ...groupOf('c'), tenantId: 'tnt_b' }
    const host = { counts: countsBy((id) => (id === 'c' ? [0, 0, 0, 0] : [2, 0, 1, 0])) }
    const sealed: unknown[] = []
    const seal: Sweep['seal'] = (swept, head) => {
      sealed.push(swept, head?.seq)
      return { entries: [], events: [], head: { seq: 8, hash: 'h', signature: null } }
    }
    const sweep = sweepOf({ groups: [groupOf('a', 'b'), none], seal })
    const { made, result } = drive(
      sweepUnit(PROGRAM, sweep),
      answers({ host, records: { ...HEAD_AT_7, marks: [{ name: 'm', value: 'then' }] } }),
    )
    assert.deepEqual(labelsOf(made), [
      ...['work', 'ask ledger_head', 'insert ledger', 'insert outbox', 'put ledger_head'],
      ...['remove retentions', 'put marks'],
    ])
    const { steps, userRows, derived } = workOf(made)
    assert.deepEqual(steps, [
      { step: 0, rows: 4 },
      { step: 2, rows: 2 },
    ])
    assert.deepEqual([userRows, derived], [{ kind: 'leave' }, [['for a'], ['for b']]])
    const ofGroups = [
      {
        counts: [
          [2, 0, 1, 0],
          [2, 0, 1, 0],
        ],
      },
      { counts: [[0, 0, 0, 0]] },
    ]
    assert.deepEqual([result, sealed], [ofGroups, [ofGroups, 7]])
    assert.deepEqual(made.at(-1), {
      ...{ kind: 'put', table: 'marks', record: { name: 'm', value: 'now' } },
    })
  })

  it('moves the mark on although there is nothing to tell', () => {
    const { made } = drive(
      sweepUnit(PROGRAM, sweepOf()),
      answers({ host: { counts: countsBy(() => [0, 0, 0, 0]) } }),
    )
    assert.deepEqual(labelsOf(made), ['ask ledger_head', 'remove retentions', 'put marks'])
  })

  it('leaves out who is there, and whose rows a later deletion retains', () => {
    const groups = [groupOf('there', 'later', 'a')]
    const user_rows = () => [{ id: 'there' }, null, null]
    const ledger = [
      { subject: 'later', seq: 10 },
      { subject: 'a', seq: 9 },
    ]
    const { made, result } = drive(
      sweepUnit(PROGRAM, sweepOf({ groups })),
      answers({ records: { ledger, marks: [{ value: 'then' }] }, host: { user_rows } }),
    )
    assert.deepEqual(result, [{ counts: [null, null, [2, 0, 1, 0]] }])
    const { users, derived } = workOf(made)
    assert.deepEqual(
      users.map(({ fields }) => fields['id']),
      ['a'],
    )
    assert.deepEqual(derived, [['for a']])
  })

  it('counts nothing of nobody', () => {
    const groups = [groupOf('there')]
    const { asked, made } = drive(
      sweepUnit(PROGRAM, sweepOf({ groups })),
      answers({ host: { user_rows: () => [{ id: 'there' }] } }),
    )
    assert.ok(!kindsOf(asked.flat()).includes('counts'))
    assert.deepEqual(labelsOf(made), ['ask ledger_head', 'remove retentions', 'put marks'])
  })
})

describe('a transition as data', () => {
  const transitionOf = (plan: TransitionPlan, tokenHash: string | null = null): Transition => ({
    ...{ tenantId: TENANT, user: { id: 'a', subject: 'a' }, tokenHash },
    decide: () => ({ kind: 'proceed', ...plan }),
  })
  const standing = (answers: Answers = {}): Answers =>
    answersFor(['a'], {
      ...answers,
      host: {
        user_rows: () => [{ id: 'a', status: 'on' }],
        counts: countsBy(() => [2, 1, 3, 0]),
        ...answers.host,
      },
    })

  it('is not decided on where nobody is there, and writes nothing where it is refused', () => {
    const absent = drive(
      transitionUnit(PROGRAM, {
        ...transitionOf({}),
        decide: () => assert.fail('it was decided'),
      }),
      standing({ host: { user_rows: () => [null], users: () => [null] } }),
    )
    assert.deepEqual([absent.result, absent.made], [{ kind: 'absent' }, []])
    const refused = drive(
      transitionUnit(PROGRAM, {
        ...transitionOf({}),
        decide: () => ({ kind: 'refuse', reason: 'because' }),
      }),
      standing(),
    )
    assert.deepEqual([refused.result, refused.made], [{ kind: 'refused', reason: 'because' }, []])
  })

  it('is the rows of the user, what the engine keeps of them, events, and the seal', () => {
    const job = jobOf('a')
    const cutRows: unknown[] = []
    const plan: TransitionPlan = {
      set: { status: 'off' },
      disabled: { since: AT, before: { status: 'on' } },
      placeHold: holdOn('a'),
      releaseHold: 'hold_old',
      consumesToken: true,
      cutsAccess: true,
      finish: (cut) => {
        cutRows.push(cut)
        return {
          job: { ...job, id: 'job_new' },
          seal: () => ({ entries: [], events: [], head: { seq: 8, hash: 'h', signature: null } }),
        }
      },
    }
    const { made, result } = drive(
      transitionUnit(PROGRAM, transitionOf(plan, 'hash')),
      standing({ records: { jobs: [job], tokens: [{ hash: 'hash' }] } }),
    )
    assert.deepEqual(labelsOf(made), [
      ...['work', 'put disabled', 'insert holds', 'remove holds', 'put marks'],
      'remove tokens',
      ...['remove jobs', 'insert jobs', 'insert outbox'],
      ...['ask ledger_head', 'insert ledger', 'insert outbox', 'put ledger_head'],
    ])
    const { steps, userRows } = workOf(made)
    // Only what grants access, though there is more.
    assert.deepEqual(steps, [{ step: 0, rows: 2 }])
    assert.deepEqual(userRows, { kind: 'set', columns: { status: 'off' } })
    assert.deepEqual(cutRows, [[2, 0, 0, 0]])
    assert.ok(result.kind === 'done')
    assert.deepEqual(result.standing.row, { id: 'a', status: 'off' })
    assert.deepEqual([result.standing.job?.id, result.standing.disabled?.since], ['job_new', AT])
  })

  it('touches no row of the host where it has none to write', () => {
    const { made } = drive(transitionUnit(PROGRAM, transitionOf({ disabled: null })), standing())
    assert.deepEqual(labelsOf(made), ['remove disabled', 'insert outbox'])
  })

  it('asks for a token only where one was given', () => {
    const { asked } = drive(transitionUnit(PROGRAM, transitionOf({})), standing())
    assert.ok(!kindsOf(asked.flat()).includes('tokens'))
  })
})

const HEAD_AT_7 = { ledger_head: [{ id: 1, seq: 7, hash: 'h', signature: null }] } as const

function idsUpTo(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `usr_${index}`)
}

const proceeding: Slice['decide'] = ({ users }) =>
  users.map(() => ({ kind: 'proceed', derived: [] }))

function refusing(...ids: readonly string[]): Slice['decide'] {
  return ({ users }) =>
    users.map(
      (user): Verdict =>
        user !== null && !ids.includes(String(user.fields['id']))
          ? { kind: 'proceed', derived: [] }
          : { kind: 'refuse', reason: 'because' },
    )
}

function sliceOf(ids: readonly string[], more: Partial<Slice> = {}): Slice {
  return {
    tenantId: TENANT,
    users: ids.map((id) => ({ id, subject: id })),
    keepsEntries: true,
    decide: proceeding,
    seal: numbering([]),
    ...more,
  }
}

/** Numbers the entries on from the head, and tells which heads it was given. */
function numbering(heads: (number | null)[]): Slice['seal'] {
  return (works, head): Seal => {
    heads.push(head?.seq ?? null)
    const first = (head?.seq ?? 0) + 1
    const entries = works.map(
      ({ found }, index): LedgerEntry => ({
        ...{ seq: first + index, kind: 'user.deleted', at: AT, userTable: 'users' },
        ...{ tenantId: TENANT, subject: String(found.fields['id']), idempotencyKey: null },
        ...{ body: '{}', hash: 'h' },
      }),
    )
    const seq = first + works.length - 1
    return { entries, events: [], head: { seq, hash: 'h', signature: null } }
  }
}

/** All are there and have no rows, unless other answers are given. */
function answersFor(ids: readonly string[], { records = {}, host = {} }: Answers = {}): Answers {
  return { records, host: { users: fieldsBut(), counts: countsBy(() => none(ids)), ...host } }
}

function none(ids: readonly string[]): readonly number[] {
  return ids.length === 0 ? [] : STEPS.map(() => 0)
}

function fieldsBut(...absent: readonly string[]): (question: Question) => unknown {
  return (question) =>
    (question as HostQuestion<'users'>).ids.map((id) =>
      absent.includes(String(id)) ? null : { id },
    )
}

function countsBy(rows: (id: string) => readonly number[]): (question: Question) => unknown {
  return (question) =>
    (question as HostQuestion<'counts'>).users.map(({ fields }) => rows(String(fields['id'])))
}

function jobOf(userId: string): Job {
  return {
    ...{ id: `job_${userId}`, kind: 'deletion', userTable: 'users', tenantId: TENANT, userId },
    ...{ requestedAt: AT, dueAt: null, idempotencyKey: null, owner: 'w', leaseUntil: AT },
    ...{ fence: 3, createdAt: AT, policyDigest: 'd', state: '{}' },
  }
}

function holdOn(userId: string): Hold {
  return {
    ...{ id: `hold_${userId}`, userTable: 'users', tenantId: TENANT, userId },
    ...{ reason: 'court_order', tables: null, placedAt: AT, until: null },
  }
}

type Made = readonly (Write | RecordTable)[]

function writesOf(made: Made): readonly Write[] {
  return made.filter((one) => typeof one !== 'string')
}

function workOf(made: Made): HostWork {
  const works = writesOf(made).flatMap((write) => (write.kind === 'work' ? [write] : []))
  return works[0] ?? assert.fail('there is no work')
}

function entriesOf(made: Made): readonly LedgerEntry[] {
  return writesOf(made).flatMap((write) =>
    write.kind === 'insert' && write.table === 'ledger' ? write.records : [],
  )
}

function countOf(asked: readonly (readonly Question[])[]): HostQuestion<'counts'> {
  const counts = asked.flat().flatMap((one) => (one.kind === 'counts' ? [one] : []))
  return counts[0] ?? assert.fail('no rows are counted')
}

function isDeepEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
