/**
 * Looks at the live schema for a policy's programs: what is wrong refuses, what is odd is logged once.
 *
 * @module
 */

import type { PolicyInput } from '../../policy/policy.ts'
import type { Logger } from '../../ports.ts'
import {
  askedJsonOf,
  askedPathsOf,
  isInAnyCase,
  readsAll,
  referencesOf,
} from '../../program/columns/references.ts'
import type { Program } from '../../program/program.ts'
import type { DatabaseSchema, LookupQuestion, TableSchema } from '../../program/schema.ts'
import type { Store } from '../../store/store.ts'
import { inOrder, type SchemaFinding } from '../schema-finding.ts'
import { checkSchema, isError, refuseMismatch, type SchemaCheck } from './check-schema.ts'
import { askedValuesOf } from './values/check-found.ts'

/** Everything in which the policy and the live database differ. */
export interface DriftReport {
  /** Whether deletions may run: there is no error among the findings. */
  readonly fits: boolean
  /** Errors first, then warnings, then what the host has accepted. */
  readonly findings: readonly SchemaFinding[]
}

/** The programs of a policy, not fitted to any schema, and the tables that each part of the policy names. */
export interface WatchedPrograms {
  readonly users: { readonly program: Program; readonly tables: readonly string[] }
  readonly tenant: { readonly program: Program; readonly tables: readonly string[] } | null
}

/** With what only the engine's own options tell. */
export interface WatchOptions extends Omit<SchemaCheck, 'givenIdTypes' | 'policy'> {
  readonly policy: Pick<PolicyInput, 'tables'>
  /** Whether the policy may have been written for an earlier version; `null` where that is still to be seen. */
  isEarlier(): Promise<boolean | null>
}

export interface SchemaWatch {
  /** The live schema. Read again after a refusal, since the cause may have been fixed. */
  describe(): Promise<DatabaseSchema>
  /** @throws {@link UserDeletionError} `schema_mismatch`. Each warning goes to the logger once. */
  approve(schema: DatabaseSchema): void
  /** Reads the schema again and answers all that is found. */
  report(): Promise<DriftReport>
}

type SeenValues = Pick<TableSchema, 'sampledValues' | 'sampledInPart'>

export function watchSchema(
  store: Store,
  logger: Logger,
  options: WatchOptions,
  programs: WatchedPrograms,
): SchemaWatch {
  const { users, tenant } = programs
  const all = [users.program, ...(tenant === null ? [] : [tenant.program])]
  const question = {
    paths: askedPathsOf(all),
    json: askedJsonOf(all),
    lookups: all.flatMap(lookupsIn),
    everything: true,
  }
  const warned = new Set<string>()
  let refused = false
  let isEarlier: boolean | null = null
  const values = askedValuesOf(users.program, users.tables)
  /** What a sample of the values told; `null` until the first look. */
  let seen: ReadonlyMap<string, SeenValues> | null = null
  let isToldByValue = false
  let looking: Promise<void> | null = null

  async function describe(fresh: boolean): Promise<DatabaseSchema> {
    const schema = await store.describe({ ...question, fresh })
    isEarlier ??= await options.isEarlier()
    return schema
  }

  /** Values are looked at once, and whenever a report is asked for: never in the middle of a run. */
  async function lookAtValues(rows: number): Promise<void> {
    const asked = { ...values, rows }
    const { tables } = await store.describe({ paths: [], values: asked, fresh: true })
    seen = new Map(
      tables.map(({ name, sampledValues, sampledInPart }) => [
        name,
        {
          ...(sampledValues === undefined ? {} : { sampledValues }),
          ...(sampledInPart === undefined ? {} : { sampledInPart }),
        },
      ]),
    )
  }

  /** Calls that begin at the same time wait for one look. */
  function firstLook(): Promise<void> {
    looking ??= lookAtValues(ROWS_AT_FIRST).finally(() => {
      looking = null
    })
    return looking
  }

  function withSeen(schema: DatabaseSchema): DatabaseSchema {
    const tables = schema.tables.map((table) => ({ ...table, ...seen?.get(table.name) }))
    return { ...schema, tables }
  }

  function check(schema: DatabaseSchema): readonly SchemaFinding[] {
    const { policy, ...others } = options
    return findingsOf(
      withSeen(schema),
      programs,
      isEarlier === true ? { ...others, policy } : others,
    )
  }

  return {
    async describe() {
      const schema = await describe(refused)
      if (seen === null || (refused && !isToldByValue)) await firstLook()
      return schema
    },
    approve(schema) {
      const findings = check(schema).filter((one) => !isToldByValue || !isErrorByValue(one))
      refused = findings.some(isError)
      isToldByValue = !refused
      refuseMismatch(findings)
      const news = findings.filter((one) => one.severity === 'warning' && !warned.has(keyOf(one)))
      for (const finding of news) warned.add(keyOf(finding))
      if (news.length === 0) return
      logger.warn('The policy may not fit the database.', { findings: news })
    },
    async report() {
      await lookAtValues(ROWS_FOR_A_REPORT)
      const findings = check(await describe(true))
      return Object.freeze({ fits: !findings.some(isError), findings })
    },
  }
}

/** The first deletion waits for its look, so it is a short one. */
const ROWS_AT_FIRST = 40
const ROWS_FOR_A_REPORT = 100

function isErrorByValue({ code, severity }: SchemaFinding): boolean {
  return code === 'value_reference' && severity === 'error'
}

function lookupsIn(program: Program): readonly LookupQuestion[] {
  return referencesOf(program).map((one) => ({
    ...{ table: one.table, path: one.path, inText: readsAll(one), inAnyCase: isInAnyCase(one) },
  }))
}

function findingsOf(
  schema: DatabaseSchema,
  { users, tenant }: WatchedPrograms,
  options: SchemaCheck,
): readonly SchemaFinding[] {
  const ofUsers = checkSchema(users.program, users.tables, schema, options)
  if (tenant === null) return ofUsers
  // A tenant's id comes from the caller, as text.
  const check = { ...options, givenIdTypes: ['string'] }
  const ofTenant = checkSchema(tenant.program, tenant.tables, schema, check).map((finding) => ({
    ...finding,
    path: `tenant.${finding.path}`,
  }))
  return inOrder([...ofUsers, ...ofTenant])
}

/** Without the figures in its message, which change. */
function keyOf({ code, table, column, path }: SchemaFinding): string {
  return JSON.stringify([code, table, column, path])
}
