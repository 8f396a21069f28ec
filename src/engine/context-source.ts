/**
 * Builds what the engine works with, and builds it again when the schema has changed.
 *
 * @module
 */

import { UserDeletionError } from '../errors.ts'
import { invalidArgument } from '../execution/context/arguments.ts'
import type { ExecutionContext } from '../execution/context/context.ts'
import { deriveKnownValues, deriveValues, subjectFor } from '../execution/context/derive.ts'
import type { BlockerFunction } from '../execution/context/hooks.ts'
import { identifyUser } from '../execution/context/identify.ts'
import { createFlights } from '../execution/context/in-flight.ts'
import { guardKeys, type KeyGuard, type MissingKey } from '../execution/context/known-keys.ts'
import { findEarlierPolicy } from '../execution/replay/earlier-policy.ts'
import { assertReserveKeys } from '../execution/reserve/is-reserved.ts'
import { createReserver, type Reserver } from '../execution/reserve/reserver.ts'
import { type DriftReport, type WatchedPrograms, watchSchema } from '../plan/check/schema-watch.ts'
import { buildProgram } from '../plan/compile/build-program.ts'
import { refuseLostExpiries } from '../plan/compile/check-expiry.ts'
import { compileCheck, compilePolicy } from '../plan/compile/compile-policy.ts'
import { compileTenant } from '../plan/compile/compile-tenant.ts'
import { buildExpiries } from '../plan/compile/expiry.ts'
import type { SchemaCheckOptions } from '../plan/schema-finding.ts'
import { findMissingType } from '../policy/native-types.ts'
import type { CheckInput, PolicyInput } from '../policy/policy.ts'
import { findCheckMistake } from '../policy/policy-shape.ts'
import { byteLength, processName, type Secret, sha256, sleepBy } from '../ports.ts'
import type { LastOfCheck, Program, UserId, UserTable } from '../program/program.ts'
import type { DatabaseSchema } from '../program/schema.ts'
import { type HeldColumn, type HeldColumns, heldColumns } from '../program/stored-id.ts'
import { canonicalJson } from '../receipt/canonical-json.ts'
import type { Store } from '../store/store.ts'

/** A check given to the engine instead of the policy. */
export type DeclaredBlocker = CheckInput & { readonly name: string }

/** Secrets, each of at least 16 bytes, kept outside the database. */
export interface Keys {
  /** Makes the ledger's chain an HMAC, and signs its head. */
  readonly ledger?: Secret
  /**
   * Keys that the ledger was written with before, for reading; `null` for a ledger that was begun without one. The
   * next write goes on under `ledger`, and says so in an entry `ledger.rekeyed`.
   */
  readonly oldLedger?: readonly (Secret | null)[]
  /** For `pseudonym` values of the policy. */
  readonly pseudonym?: Secret
  /** Hashes what the policy reserves (`user.reserve`); required where it reserves something. */
  readonly reserve?: Secret
  /**
   * Keys that reservations were written with before, for reading. One may go when its reservations have ended. Several
   * processes change the key one after the other: first all know the new one as an old one, then they write with it.
   */
  readonly oldReserve?: readonly Secret[]
  /** Lets receipts name users by an HMAC instead of their id. Stays the same: calls under another are `wrong_key`. */
  readonly subject?: Secret
}

type Fixed = Pick<
  ExecutionContext,
  | 'store'
  | 'hooks'
  | 'clock'
  | 'logger'
  | 'hookTimeoutMs'
  | 'maxRowsPerTransaction'
  | 'leaseMs'
  | 'issuer'
  | 'erasers'
  | 'writeAuditEntry'
>

export interface ContextSourceInput extends Fixed {
  readonly policy: PolicyInput
  readonly blockers: readonly (DeclaredBlocker | BlockerFunction)[]
  readonly keys: Keys
  readonly schemaCheck: SchemaCheckOptions
}

export interface ContextSource {
  /** The context for the present schema. @throws {@link UserDeletionError} `schema_mismatch`. */
  current(): Promise<ExecutionContext>
  /** The same for a call that writes: the ledger can be gone on with. */
  writing(missing?: MissingKey): Promise<ExecutionContext>
  /** What differs, by a fresh look at the database. */
  drift(): Promise<DriftReport>
  readonly keys: KeyGuard
  /** Where an earlier version was at work: that this policy is the first after it. */
  rememberPolicy(): Promise<void>
  subjectOf(id: UserId): UserId
  /** Of the policy and its blockers. */
  readonly digest: string
  /** What the policy alone says of the ids. */
  readonly idColumn: HeldColumn
  /**
   * Whom a call means, for calls that do not wait for a schema that fits: the last one seen tells, or the present one.
   *
   * @throws {@link UserDeletionError} `invalid_id`, or `invalid_argument` for a tenant that no row can hold.
   */
  identify<R extends { readonly tenantId: string | null }>(
    given: UserId,
    request: R,
  ): Promise<{ readonly id: UserId; readonly request: R }>
}

export function createContextSource(input: ContextSourceInput): ContextSource {
  const { store, policy, keys } = input
  assertKeys(keys)
  refuseMissingType(policy, store)
  const compiled = compilePolicy(policy)
  const pseudonymKey = keys.pseudonym ?? null
  const tenant = compileTenant(policy)
  const derived = [...compiled.derived, ...(tenant?.derived ?? [])]
  if (pseudonymKey === null && derived.some(({ kind }) => kind === 'pseudonym')) {
    throw invalidArgument(
      'keys.pseudonym',
      'The policy writes pseudonyms, so this key is required.',
    )
  }
  const reserver = reserverOf(compiled.user, keys)
  const checks = [...policyChecks(policy), ...engineChecks(input.blockers)]
  const digest = sha256(canonicalJson({ policy, checks }))
  const programsFor = (schema: DatabaseSchema | null): WatchedPrograms => ({
    users: {
      program: buildProgram(compiled, checks, digest, schema),
      tables: Object.keys(policy.tables),
    },
    tenant:
      tenant === null
        ? null
        : { program: buildProgram(tenant, [], digest, schema, false), tables: tenant.tables },
  })
  // What cannot be ordered without a schema cannot be ordered with one: refused before any use.
  const { name, version } = policy
  const earlier = findEarlierPolicy(store, { table: policy.user.table, name, version })
  const options = {
    ...{ ...input.schemaCheck, hidesIds: keys.subject !== undefined, policy },
    isEarlier: () => earlier.isOurs(),
  }
  const watch = watchSchema(store, input.logger, options, programsFor(null))
  refuseLostExpiries(compiled.steps)
  buildExpiries(compiled, digest, null)
  const subjectOf = (id: UserId): UserId => subjectFor(keys.subject ?? null, id)
  const { hooks, clock, logger, hookTimeoutMs, maxRowsPerTransaction, leaseMs, issuer } = input
  const { erasers, writeAuditEntry } = input
  const guard = guardKeys(store, issuer, { key: keys.subject ?? null, table: policy.user.table })
  const shared = {
    vouchForSubjects: () => guard.vouch(),
    ...{ store, hooks, clock, logger, hookTimeoutMs, maxRowsPerTransaction, leaseMs, issuer },
    ...{ erasers, writeAuditEntry },
    pause: (ms: number) => sleepBy(clock, ms),
    policy: Object.freeze({ name: policy.name, version: policy.version, digest }),
    blockers: input.blockers.filter((blocker) => typeof blocker === 'function'),
    owner: `${processName()}/${issuer.newId()}`,
    inFlight: createFlights(),
    userTable: policy.user.table,
    reserver,
    subjectOf,
    latest: () => latest(),
    current: () => current(),
  }
  const programOf = (
    program: Program,
    schema: DatabaseSchema,
  ): Pick<ExecutionContext, 'program' | 'columns' | 'derive' | 'deriveKnown'> => ({
    program,
    columns: heldColumns(program.user, schema),
    derive: (fields, now) => deriveValues(program.derived, pseudonymKey, fields, now),
    deriveKnown: (fields) => deriveKnownValues(program.derived, pseudonymKey, fields),
  })
  /** Hooks and blockers are asked about users, and a tenant's own rows go in one transaction. */
  const tenantContext = (program: Program, schema: DatabaseSchema): ExecutionContext => ({
    ...shared,
    ...programOf(program, schema),
    ...{ hooks: {}, blockers: [], erasers: [], writeAuditEntry: null, expiries: [] },
    maxRowsPerTransaction: Number.MAX_SAFE_INTEGER,
    inFlight: createFlights(),
    reserver: null,
    subjectOf: (id) => id,
    deletes: 'tenant.deleted',
    ofTenant: null,
    latest: () => tenantOf(latest()),
    current: async () => tenantOf(await current()),
  })
  let known: { readonly schema: DatabaseSchema; readonly context: ExecutionContext } | undefined
  let columns: HeldColumns | undefined

  function latest(): ExecutionContext {
    if (known === undefined) throw new Error('no schema has been looked at')
    return known.context
  }

  async function current(): Promise<ExecutionContext> {
    const schema = await watch.describe()
    if (known?.schema === schema) return known.context
    columns = heldColumns(compiled.user, schema)
    watch.approve(schema)
    const programs = programsFor(schema)
    const context: ExecutionContext = {
      ...shared,
      ...programOf(programs.users.program, schema),
      deletes: 'user.deleted',
      ofTenant: programs.tenant === null ? null : tenantContext(programs.tenant.program, schema),
      expiries: buildExpiries(compiled, digest, schema),
    }
    known = { schema, context }
    return context
  }

  return {
    subjectOf,
    digest,
    idColumn: heldColumns(compiled.user, null).id,
    async identify(given, request) {
      columns ??= heldColumns(compiled.user, await watch.describe())
      await guard.assertSubject()
      return identifyUser({ store, program: compiled, columns, subjectOf }, given, request)
    },
    drift: () => watch.report(),
    keys: guard,
    rememberPolicy: () => earlier.remember(),
    async current() {
      const context = await current()
      await guard.assertSubject()
      return context
    },
    async writing(missing) {
      const context = await current()
      await guard.settle(missing)
      if (reserver !== null) await assertReserveKeys(store, policy.user.table, reserver)
      await earlier.remember()
      return context
    },
  }
}

function tenantOf({ ofTenant }: ExecutionContext): ExecutionContext {
  if (ofTenant === null) throw new Error('the policy says nothing of tenants')
  return ofTenant
}

function policyChecks({ checks = {} }: PolicyInput): readonly LastOfCheck[] {
  return Object.entries(checks).map(([name, check]) => compileCheck(name, check))
}

function engineChecks(
  blockers: readonly (DeclaredBlocker | BlockerFunction)[],
): readonly LastOfCheck[] {
  return blockers.flatMap((blocker, index) => {
    if (typeof blocker === 'function') return []
    const { name, ...check } = blocker
    const mistake = findCheckMistake(check)
    if (typeof name !== 'string' || name === '') {
      throw invalidArgument(`blockers[${index}].name`, 'A declared blocker has no name.')
    }
    if (mistake !== null) {
      const path = `blockers[${index}].${mistake.path}`
      throw invalidArgument(path, `${path} ${mistake.message}.`)
    }
    return [compileCheck(name, check)]
  })
}

/** A policy for another kind of database would match nothing here, without a word. */
function refuseMissingType(policy: PolicyInput, { name, capabilities }: Store): void {
  const missing = findMissingType(policy, capabilities.nativeTypes ?? [])
  if (missing === null) return
  const { path, type } = missing
  throw new UserDeletionError(
    'invalid_policy',
    `Policy: ${path} needs a type that the store "${name}" does not have: ${type}.`,
    { details: { path } },
  )
}

function reserverOf(user: UserTable, { reserve, oldReserve = [] }: Keys): Reserver | null {
  if (user.reserve === undefined) return null
  if (reserve === undefined) {
    throw invalidArgument('keys.reserve', 'The policy reserves values, so this key is required.')
  }
  return createReserver(user, { key: reserve, oldKeys: oldReserve })
}

function assertKeys(keys: Keys): void {
  const { oldLedger = [], oldReserve = [], ...others } = keys
  assertOldKeys('ledger', oldLedger, keys.ledger)
  assertOldKeys('reserve', oldReserve, keys.reserve)
  for (const [name, key] of Object.entries(others)) {
    const isKnown = ['ledger', 'pseudonym', 'subject', 'reserve'].includes(name)
    if (!isKnown || secretLength(key) < 16) {
      throw invalidArgument(`keys.${name}`, 'A key is a text or bytes of at least 16 bytes.')
    }
  }
}

function assertOldKeys(
  of: 'ledger' | 'reserve',
  old: readonly (Secret | null)[],
  present: Secret | undefined,
): void {
  const path = of === 'ledger' ? 'keys.oldLedger' : 'keys.oldReserve'
  if (!Array.isArray(old)) throw invalidArgument(path, 'It is not a list.')
  if (old.length > 0 && present === undefined) {
    throw invalidArgument(`keys.${of}`, 'Old keys without a present one.')
  }
  for (const [index, key] of old.entries()) {
    if (of === 'ledger' && key === null) continue
    if (secretLength(key) >= 16) continue
    const which = of === 'ledger' ? ', or null' : ''
    throw invalidArgument(
      `${path}[${index}]`,
      `An old key is a text or bytes of at least 16 bytes${which}.`,
    )
  }
}

function secretLength(key: unknown): number {
  if (typeof key === 'string') return byteLength(key)
  return key instanceof Uint8Array ? key.byteLength : 0
}
