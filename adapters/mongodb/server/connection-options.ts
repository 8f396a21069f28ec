/**
 * How a store waits for others and whether it uses transactions.
 *
 * @module
 */
import type { TransactionUse } from './detect.ts'

export interface ConnectionOptions {
  readonly transactions: TransactionUse
  readonly busyTimeoutMs: number
  readonly leaseMs: number
}
