/**
 * The proof of a deletion as a document, and as a page of it.
 *
 * @module
 */
export type { NotClaimed } from './not-claimed.ts'
export type {
  DoneInTable,
  ProofDocument,
  RetainedInTable,
  VerifiedUser,
} from './proof-document.ts'
export { proofPage } from './proof-page.ts'
