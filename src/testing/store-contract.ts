/**
 * The store contract: what a `Store` must do, as sentences that run.
 *
 * @module
 */
import { actionClauses } from './contract/deletion/actions.ts'
import { agreementClauses } from './contract/deletion/agree.ts'
import { atomicityClauses } from './contract/deletion/atomicity.ts'
import { expiryClauses } from './contract/deletion/expiry.ts'
import { exportClauses, longExportClauses } from './contract/deletion/export.ts'
import { isolationClauses, tenantClauses } from './contract/deletion/isolation.ts'
import {
  erasureClauses,
  holdClauses,
  scheduleClauses,
  stateClauses,
  tokenClauses,
} from './contract/deletion/life-cycle.ts'
import { reserveClauses, restoredReserveClauses } from './contract/deletion/reserve.ts'
import { precedenceClauses } from './contract/deletion/rules.ts'
import { journalClauses, safetyClauses } from './contract/deletion/safety.ts'
import { wholeTenantClauses } from './contract/deletion/tenants.ts'
import { traceClauses, traceData } from './contract/deletion/traces.ts'
import { twoRulesClauses, twoRulesData } from './contract/deletion/two-rules.ts'
import { decisionClauses, leftoverClauses, refusedClauses } from './contract/deletion/upkeep.ts'
import { belongingClauses, shapeClauses } from './contract/matching/belonging.ts'
import { documentClauses } from './contract/matching/documents.ts'
import { groupClauses } from './contract/matching/groups.ts'
import { identityClauses } from './contract/matching/identity.ts'
import { jsonClauses } from './contract/matching/json.ts'
import { pathClauses } from './contract/matching/paths.ts'
import { referenceClauses } from './contract/matching/references.ts'
import { sharedBatchClauses } from './contract/matching/shared.ts'
import { tableRowsClauses } from './contract/matching/table-rows.ts'
import { userTableClauses } from './contract/matching/user-tables.ts'
import { sharedClauses, valueClauses, valueData } from './contract/matching/values.ts'
import { waysClauses, waysData } from './contract/matching/ways.ts'
import { jobClauses, verifyClauses } from './contract/records/jobs.ts'
import { importClauses, restoredClauses, userListClauses } from './contract/records/ledger.ts'
import { ledgerClauses, outboxClauses, receiptClauses } from './contract/records/records.ts'
import { restoredKeyClauses } from './contract/records/restored.ts'
import { presentSchemaClauses } from './contract/records/schema.ts'
import { type ContractRunner, clauses, type OpenStore } from './contract/world.ts'

/**
 * Registers the contract with a test framework. Each clause gets a database of its own from `open`, works
 * through the public engine, and proves what it says by raw reads.
 *
 * @example
 * import { describe, it } from 'node:test'
 * storeContract({ describe, it }, (schema, data) => {
 *   const store = memoryStore({ schema, data })
 *   return { store, rows: (table) => store.rows(table) }
 * })
 */
export function storeContract(runner: ContractRunner, open: OpenStore): void {
  const clause = clauses(runner, open)
  const { describe } = runner
  describe('the shape of a store', () => shapeClauses(clause))
  describe('actions', () => actionClauses(clause))
  describe('rows belong to a user', () => belongingClauses(clause))
  describe('one user, one id', () => identityClauses(runner, open))
  describe('ways to write an id', () => referenceClauses(clause))
  describe('rules that meet', () => precedenceClauses(clause))
  describe('two rules on one row', () => twoRulesClauses(clauses(runner, open, twoRulesData)))
  describe('several ways to a row', () => waysClauses(clauses(runner, open, waysData)))
  describe('values of rows and users', () => valueClauses(clauses(runner, open, valueData)))
  describe('groups', () => groupClauses(runner, open))
  describe('inside JSON', () => jsonClauses(runner, open))
  describe('texts that read like JSON', () => documentClauses(runner, open))
  describe('arrays that hold something else', () => pathClauses(runner, open))
  describe('values that users share', () => sharedClauses(clauses(runner, open, valueData)))
  describe('shared values, looked at', () => sharedBatchClauses(runner, open))
  describe('whole rows of tables', () => tableRowsClauses(clause))
  describe('traces of a person', () => traceClauses(clauses(runner, open, traceData)))
  describe('tenants', () => tenantClauses(clause))
  describe('a tenant as a whole', () => wholeTenantClauses(clause))
  describe('isolation', () => isolationClauses(clause))
  describe('atomicity', () => atomicityClauses(clause))
  describe('two tables of users', () => userTableClauses(clause))
  describe('receipts', () => receiptClauses(clause))
  describe('the ledger', () => ledgerClauses(clause))
  describe('imports of the ledger', () => importClauses(clause))
  describe('after an import', () => restoredKeyClauses(runner, open))
  describe('lists of users', () => userListClauses(clause))
  describe('users who came back with a backup', () => restoredClauses(clause))
  describe('outbox, spool and marks', () => outboxClauses(clause))
  describe('jobs', () => jobClauses(clause))
  describe('failures, repeats and races', () => safetyClauses(clause))
  describe('interruptions', () => journalClauses(clause))
  describe('a schema that changes', () => presentSchemaClauses(clause))
  describe('states of a user', () => stateClauses(clause))
  describe('scheduled deletions', () => scheduleClauses(clause))
  describe('deletions that are refused', () => refusedClauses(clause))
  describe('decisions in the ledger', () => decisionClauses(clause))
  describe('what killed runs leave', () => leftoverClauses(clause))
  describe('holds', () => holdClauses(clause))
  describe('confirmation tokens', () => tokenClauses(clause))
  describe('erasures', () => erasureClauses(clause))
  describe('the end of a retention', () => expiryClauses(clause))
  describe('exports of a user', () => {
    exportClauses(clause)
    longExportClauses(runner, open)
  })
  describe('what stays reserved', () => {
    reserveClauses(clause)
    restoredReserveClauses(runner, open)
  })
  describe('verification', () => verifyClauses(clause))
  describe('before and after', () => agreementClauses(clause))
}
