/**
 * Deletes users from an auth database by a policy, and proves it.
 *
 * @module
 */

export type { DeclaredBlocker, Keys } from './context-source.ts'
export type {
  DeleteManyOptions,
  DeleteOptions,
  EngineOptions,
  ReplayOptions,
  TenantScope,
  UserIds,
} from './engine.ts'

// The engine.
export { UserDeletionEngine } from './engine.ts'
export type { ErrorCode, ErrorDetails, ErrorKind } from './errors.ts'
// Errors.
export { ERROR_CODES, UserDeletionError, UserNotFoundError } from './errors.ts'
export type { BulkMode, BulkOutcome, BulkProgress, BulkResult } from './execution/delete-many.ts'
export type { UserOutcome } from './execution/delete-slice.ts'
export type { Expectation } from './execution/expectation.ts'
export type { ExpiredStep, ExpiryResult } from './execution/expire-retained.ts'
// Execution.
export type {
  BlockerAnswer,
  BlockerFunction,
  DeletionContext,
  Hooks,
  Refusal,
  Veto,
} from './execution/hooks.ts'
export type { ReplayOutcome, ReplayResult } from './execution/replay-result.ts'
export type { ResumeResult } from './execution/resume.ts'
export type { StepVerification, Verification } from './execution/verify.ts'
export type { SchemaFinding } from './plan/check-schema.ts'
// Plan: what a deletion would do.
export type { Blocker, BulkPlan, Plan, PlannedStep, PolicyStamp } from './plan/plan.ts'
// Policy: what happens to every row of a user who goes.
export { definePolicy } from './policy/define-policy.ts'
export type {
  Action,
  CheckInput,
  MatchInput,
  Policy,
  PolicyInput,
  RuleInput,
  SetInput,
  SetValue,
  TableInput,
  WhereInput,
} from './policy/policy.ts'
// For hosts and adapters.
export type { Clock, Logger, Secret } from './ports.ts'
export type { LedgerImport, LedgerLines } from './receipt/import-ledger.ts'
export type { Ledger } from './receipt/ledger.ts'
export type { Outbox } from './receipt/outbox.ts'
export type { DeletionReceipt } from './receipt/receipt.ts'
export type { LedgerVerification } from './receipt/verify-ledger.ts'
export type {
  Assignment,
  Chunk,
  ChunkResult,
  ColumnSchema,
  Condition,
  Cursor,
  DatabaseSchema,
  DeletedQuery,
  DerivedValue,
  ErasureLevel,
  ForeignKey,
  ForeignKeyAction,
  FoundUser,
  GroupMember,
  HeldIdsQuery,
  IdentityMode,
  InspectedUser,
  Inspection,
  Job,
  JobClaim,
  JobOpened,
  JobOpening,
  JobQuery,
  JournalEnd,
  JsonPath,
  KeyQuery,
  LastOfCheck,
  LedgerAdoption,
  LedgerEntry,
  LedgerHead,
  LedgerQuery,
  Locator,
  OutboxEvent,
  OutboxQuery,
  Program,
  Retention,
  Sanitized,
  Scalar,
  Seal,
  Selector,
  SelectorTarget,
  Slice,
  SliceOutcome,
  Step,
  StepAction,
  Store,
  StoreCapabilities,
  SubjectQuery,
  Survey,
  Sweep,
  SweepGroup,
  Swept,
  TableSchema,
  Target,
  Targets,
  UserId,
  UserPage,
  UserQuery,
  UserRow,
  UserTable,
  Verdict,
  Work,
} from './store.ts'
