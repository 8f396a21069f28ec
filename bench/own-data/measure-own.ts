/**
 * The benchmark on the host's own data: plans, measures on a copy, and estimates the whole.
 *
 * What is measured happens to the copy alone: of a file in a folder of its own, of a MongoDB database in a scratch
 * database on the same server. It is removed at the end, also after a failure or an interrupt.
 *
 * @module
 */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createRandom } from '../../examples/demo/random.ts'
import { type BulkResult, type Policy, UserDeletionEngine } from '../../src/index.ts'
import { print, round } from '../support/figures.ts'
import { timed } from '../support/measure.ts'
import { isMongoAddress, withClone } from './mongodb.ts'
import type { OwnCopy } from './own-copy.ts'
import { withFileCopy } from './sqlite.ts'

export interface OwnData {
  /** A file, or the address of a MongoDB database. */
  readonly database: string
  /** A module that exports the policy, by whatever name. */
  readonly policy: string
  readonly users: number
  /** Needed where the policy names a tenant column. */
  readonly tenantId: string | null
}

const MODES = ['throughput', 'cooperative'] as const

export async function measureOwn({ database, policy, users, tenantId }: OwnData): Promise<void> {
  const chosen = await loadPolicy(policy)
  if ((chosen.user.tenant === undefined) !== (tenantId === null)) {
    throw new Error('--tenant is needed exactly when the policy names a tenant column.')
  }
  const withCopy = isMongoAddress(database) ? withClone : withFileCopy
  await untilInterrupted((signal) =>
    withCopy({ database, policy: chosen, tenantId, signal }, (copy) =>
      measureModes(copy, chosen, { users, tenantId, signal }),
    ),
  )
  print('The copy is gone; the database itself was only read.')
}

async function loadPolicy(file: string): Promise<Policy> {
  const module = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>
  const policies = Object.values(module).filter(
    (value): value is Policy => typeof value === 'object' && value !== null && 'user' in value,
  )
  const [policy] = policies
  if (policy === undefined || policies.length > 1) {
    throw new Error('The file of --policy has to export one policy.')
  }
  return policy
}

/** The first interrupt lets the work clean up after itself. */
async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController()
  const stop = (): void => controller.abort(new Error('The benchmark was interrupted.'))
  for (const name of SIGNALS) process.once(name, stop)
  try {
    await work(controller.signal)
  } finally {
    for (const name of SIGNALS) process.off(name, stop)
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

async function measureModes(
  { store, userIds }: OwnCopy,
  policy: Policy,
  { users, tenantId, signal }: Pick<OwnData, 'users' | 'tenantId'> & { signal: AbortSignal },
): Promise<void> {
  const engine = new UserDeletionEngine({ store, policy })
  await engine.migrate()
  const total = (await userIds()).length
  const size = Math.min(users, Math.floor(total / MODES.length))
  if (size === 0) throw new Error('There are not enough users in the database, or in the tenant.')
  print(`${total} users; ${size} of them are deleted from a copy in each mode.`)
  const scope = (tenantId === null ? {} : { tenantId }) as never
  for (const [index, mode] of MODES.entries()) {
    // Who is there now: others for each mode.
    const ids = createRandom(index + 1)
      .shuffle(await userIds())
      .slice(0, size)
    if (index === 0) {
      print(`Plan for ${ids.length} of them:`)
      const plan = await engine.planMany(ids, scope)
      print(JSON.stringify(plan, null, 2).slice(0, 4_000))
    }
    let result: BulkResult | null = null
    const seconds = await timed(mode, async () => {
      result = await engine.deleteMany(ids, { ...(scope as object), mode, signal } as never)
    })
    printMode(result as BulkResult | null, seconds, total)
  }
}

function printMode(result: BulkResult | null, seconds: number, total: number): void {
  if (result === null) throw new Error('The run has no result.')
  const { mode, deleted, failedByCode, stopped } = result
  if (stopped !== null) throw new Error('The run stopped early.', { cause: stopped.error })
  const failed = JSON.stringify(failedByCode)
  if (deleted === 0) throw new Error(`Nobody could be deleted: ${failed}`)
  const rate = deleted / seconds
  print(
    `${mode}: ${deleted} deleted in ${round(seconds, 1)} s, ${round(rate)} users/s; failed: ${failed}; all ${total} users would take about ${duration(total / rate)}`,
  )
}

function duration(seconds: number): string {
  if (seconds < 120) return `${round(seconds)} s`
  if (seconds < 7_200) return `${round(seconds / 60)} min`
  return `${round(seconds / 3_600, 1)} h`
}
