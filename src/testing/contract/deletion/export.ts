/**
 * Clauses of the store contract: what is exported of a user, and what is left out.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type {
  ExportEnd,
  ExportedRow,
  ExportRecord,
  Omitted,
} from '../../../execution/export/export-record.ts'
import { definePolicy } from '../../../policy/define-policy.ts'
import type { PolicyInput } from '../../../policy/policy.ts'
import { ANN, BOB, contractData, type Row, SHARED_EMAIL, TENANT_A, TWIN } from '../data.ts'
import { contractPolicy } from '../fixture.ts'
import { type Clause, type ContractRunner, clauses, IN_A, type OpenStore } from '../world.ts'

async function listed(records: AsyncIterable<ExportRecord>): Promise<readonly ExportRecord[]> {
  const all: ExportRecord[] = []
  for await (const record of records) all.push(record)
  return all
}

function rowsOf(records: readonly ExportRecord[], table: string): readonly ExportedRow[] {
  return records.filter((one) => one.kind === 'row').filter((one) => one.table === table)
}

function endOf(records: readonly ExportRecord[]): ExportEnd {
  const end = records.at(-1)
  return end?.kind === 'end' ? end : assert.fail('an export has no end')
}

/** JSON may be text or a value, as the store has it. */
function listIn(row: ExportedRow | undefined): unknown {
  const held = row?.row['members']
  return typeof held === 'string' ? JSON.parse(held) : held
}

export function exportClauses(clause: Clause): void {
  clause('an export has the rows of the plan, and changes nothing', async (world) => {
    const before = await world.snapshot()
    const { steps } = await world.engine.plan(ANN, IN_A)
    const records = await listed(world.engine.export(ANN, IN_A))
    const planned = steps
      .filter(({ action }) => action !== 'external' && action !== 'unlink')
      .map(({ id, table, rows }) => ({ step: id, table, rows }))
    const { steps: counted, complete } = endOf(records)
    assert.deepEqual([counted, complete], [planned, true])
    for (const { step, rows } of planned) {
      assert.equal(records.filter((one) => one.kind === 'row' && one.step === step).length, rows)
    }
    assert.ok(counted.filter(({ rows }) => rows > 0).length > 12)
    const { userId, tenantId, exportedAt, policy } = records[0] as ExportRecord & { kind: 'begin' }
    assert.deepEqual([userId, tenantId, exportedAt], [ANN, TENANT_A, '2026-03-01T12:00:00.000Z'])
    assert.equal(policy.name, 'contract')
    assert.deepEqual(await world.snapshot(), before)
    assert.deepEqual(records, JSON.parse(JSON.stringify(records)))
  })

  clause('rows of the user stand there whole', async ({ engine, rows, row }) => {
    const records = await listed(engine.export(ANN, IN_A))
    const sessions = rowsOf(records, 'sessions')
    const raw = (await rows('sessions')).filter((one) => one['user_id'] === ANN)
    const inOrder = (all: readonly object[]) => all.map((one) => JSON.stringify(one)).toSorted()
    assert.deepEqual(inOrder(sessions.map((one) => plain(one.row))), inOrder(raw.map(plain)))
    assert.ok(sessions.every(({ omitted }) => omitted.length === 0))
    const user = records.find((one) => one.kind === 'user')
    assert.deepEqual(plain(user?.row ?? {}), plain((await row('users', ANN)) ?? {}))
    assert.deepEqual([user?.table, user?.omitted], ['users', []])
  })

  clause('nobody else is in it', async ({ engine }) => {
    const records = await listed(engine.export(ANN, IN_A))
    const text = JSON.stringify(records)
    for (const other of [BOB, TWIN, 'bob@example.com', 'his, pinned by me']) {
      assert.equal(text.includes(other), false, other)
    }
    const invited = rowsOf(records, 'invitations').find(({ row }) => row['id'] === 'inv_ann_by_bob')
    assert.equal(invited?.row['email'], SHARED_EMAIL)
    assert.deepEqual(invited?.omitted, [{ column: 'invited_by', because: 'others' }])
    const pinned = rowsOf(records, 'comments').find(({ step }) => step === 'comments#1')
    const left = besideKeys(pinned)
      .map(({ column, because }) => `${column} ${because}`)
      .toSorted()
    assert.deepEqual(left, ['author_id not_theirs', 'body not_theirs'])
    assert.equal(pinned?.row['pinned_by'], ANN)
    const [group] = rowsOf(records, 'groups')
    assert.deepEqual(listIn(group), [ANN])
    assert.deepEqual(besideKeys(group).toSorted(byColumn), [
      { column: 'members', because: 'others', values: 4 },
      { column: 'name', because: 'not_theirs' },
    ])
    const [room] = rowsOf(records, 'rooms')
    assert.deepEqual(listIn(room), [{ user: { id: ANN }, role: 'guest' }])
  })

  clause(
    'what the policy calls secret is left out, whichever rule finds the row',
    async (world) => {
      const policy = definePolicy({
        ...contractPolicy,
        user: { ...contractPolicy.user, secret: ['name'] },
        tables: {
          ...contractPolicy.tables,
          sessions: {
            ...(contractPolicy.tables['sessions'] as { match: 'user_id'; action: 'delete' }),
            secret: ['ip'],
          },
          comments: [
            { match: 'author_id', action: 'delete' },
            { match: 'pinned_by', action: 'detach', secret: ['body'] },
          ],
        },
      } as PolicyInput) as typeof contractPolicy
      const records = await listed(world.engineWith({}, policy).export(ANN, IN_A))
      const text = JSON.stringify(records)
      for (const secret of ['1.1.1.1', `Name of ${ANN}`, 'mine, pinned by me']) {
        assert.equal(text.includes(secret), false, secret)
      }
      for (const { omitted } of rowsOf(records, 'sessions')) {
        assert.deepEqual(omitted, [{ column: 'ip', because: 'secret' }])
      }
      const user = records.find((one) => one.kind === 'user')
      assert.deepEqual(user?.omitted, [{ column: 'name', because: 'secret' }])
      const comment = rowsOf(records, 'comments').find(({ row }) => row['id'] === `com_${ANN}`)
      assert.deepEqual(comment?.omitted, [{ column: 'body', because: 'secret' }])
    },
  )

  clause('what is not in it is named', async ({ engine }) => {
    const { notIncluded } = endOf(await listed(engine.export(ANN, IN_A)))
    const told = notIncluded.map(({ table, because, rows }) => `${table} ${because} ${rows}`)
    assert.deepEqual(told.toSorted(), [
      'accounts unread undefined',
      'countries unread undefined',
      'crm_contacts external 1',
      'newsletters external undefined',
    ])
  })

  clause('rows found by a value that others hold too are told apart', async (world) => {
    const rule = {
      match: { column: 'address', equals: { user: 'email' } },
      acrossTenants: true,
      action: 'delete',
    } as const
    const policyWith = (newsletters: object) =>
      definePolicy({
        ...contractPolicy,
        tables: { ...contractPolicy.tables, newsletters },
      } as PolicyInput) as typeof contractPolicy
    const own = await listed(world.engineWith({}, policyWith(rule)).export(ANN, IN_A))
    assert.deepEqual(rowsOf(own, 'newsletters'), [])
    const [shared] = endOf(own).notIncluded.filter(({ because }) => because === 'shared')
    assert.deepEqual(shared, { table: 'newsletters', because: 'shared', rows: 1 })
    const loose = policyWith({ ...rule, evenIfShared: true, secret: ['id'] })
    const [row] = rowsOf(await listed(world.engineWith({}, loose).export(ANN, IN_A)), 'newsletters')
    assert.deepEqual(row?.row['address'], SHARED_EMAIL)
    const one = { ...rule, evenIfShared: true, where: { id: 'nl_1' } }
    const bobs = await listed(world.engineWith({}, policyWith(one)).export(BOB, IN_A))
    assert.deepEqual(rowsOf(bobs, 'newsletters'), [])
  })

  clause('nothing is exported of whom a plan does not find', async ({ engine }) => {
    const first = (id: string, scope = IN_A) => engine.export(id, scope).next()
    await assert.rejects(first('usr_nobody'), { code: 'resource_not_found' })
    await assert.rejects(first(TWIN), { code: 'resource_not_found' })
    await assert.rejects(first(''), { code: 'invalid_id' })
    const { id } = await engine.delete(ANN, IN_A)
    await assert.rejects(first(ANN), { code: 'resource_not_found', details: { receiptId: id } })
  })

  clause('a signal ends it, and the end says so', async ({ engine }) => {
    const controller = new AbortController()
    const records: ExportRecord[] = []
    for await (const record of engine.export(ANN, { ...IN_A, signal: controller.signal })) {
      records.push(record)
      if (record.kind === 'row') controller.abort()
    }
    assert.equal(endOf(records).complete, false)
    assert.equal(new Set(records.map((one) => one.kind === 'row' && one.step)).size, 2)
  })
}

const VISITS = 1_201

/** Enough rows for several pages. */
export function longExportClauses(runner: ContractRunner, open: OpenStore): void {
  const clause = clauses(runner, open, () => {
    const data = contractData()
    const visits = Array.from(
      { length: VISITS },
      (_, place): Row => ({
        ...{ id: `many_${place}`, visitor: ANN, page: `/${place}` },
      }),
    )
    return { users: data['users'] ?? [], visits }
  })
  clause('page after page each row comes once', async ({ engineWith }) => {
    for (const maxRowsPerTransaction of [10, 10_000]) {
      const engine = engineWith({ maxRowsPerTransaction })
      const records = await listed(engine.export(ANN, IN_A))
      const ids = rowsOf(records, 'visits').map(({ row }) => row['id'])
      assert.deepEqual([ids.length, new Set(ids).size], [VISITS, VISITS])
      if (maxRowsPerTransaction > VISITS) continue
      assert.ok(['one', 'pages'].includes(endOf(records).view))
    }
  })
}

/** A store may have keys of its own beside those of the host's rows. */
function besideKeys(row: ExportedRow | undefined): readonly Omitted[] {
  return (row?.omitted ?? []).filter(({ column }) => column !== 'id')
}

/** JSON as text, so that a store may hand it back as either. */
function plain(row: object): object {
  const entries = Object.entries(row)
    .filter(([column]) => column !== '_id')
    .map(([column, value]) => [column, String(value)])
  return Object.fromEntries(entries.toSorted())
}

function byColumn(a: { readonly column: string }, b: { readonly column: string }): number {
  return a.column < b.column ? -1 : 1
}
