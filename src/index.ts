/**
 * Deletes users from an auth database by a policy, and proves it.
 *
 * @module
 */

export type {
  CancelOptions,
  DeleteManyOptions,
  DeleteOptions,
  DeleteTenantOptions,
  EraseOptions,
  ExpireOptions,
  HoldOptions,
  OwnDeletionOptions,
  PlanOptions,
  PurgeOptions,
  ReplayOptions,
  ScheduleOptions,
  TenantScope,
  UserIds,
} from './call-options.ts'
export type { DeclaredBlocker, Keys } from './context-source.ts'
// A first policy from the live schema.
export { type DraftOptions, draftPolicy } from './draft/draft-policy.ts'
// The engine.
export { UserDeletionEngine } from './engine.ts'
export type { EngineOptions } from './engine-options.ts'
export type { ErrorCode, ErrorDetails, ErrorKind } from './errors.ts'
// Errors.
export { ERROR_CODES, UserDeletionError, UserNotFoundError } from './errors.ts'
export type { BulkOutcome, BulkResult } from './execution/bulk-result.ts'
export type { OpenDeletion, UserStatus } from './execution/change-state.ts'
export type { UserOutcome } from './execution/delete-slice.ts'
export type { TenantOutcome, TenantResult } from './execution/delete-tenant.ts'
export type { ErasureResult } from './execution/erase.ts'
export type { Expectation } from './execution/expectation.ts'
export type { ExpiredStep, ExpiryResult } from './execution/expire-retained.ts'
export type {
  EraserPage,
  EraserRequest,
  ExternalEraser,
  RetainedElsewhere,
} from './execution/external-eraser.ts'
// Execution.
export type {
  BlockerAnswer,
  BlockerFunction,
  DeletionContext,
  ErasureEntry,
  Hooks,
  Refusal,
  Revocation,
  Veto,
  WriteAuditEntry,
} from './execution/hooks.ts'
export type { ScheduledBy } from './execution/job-state.ts'
export type { Leftovers } from './execution/leftovers.ts'
export type { Maintenance } from './execution/maintain.ts'
export type { OpenJob, OpenReason } from './execution/open-jobs.ts'
export type { OverdueJob } from './execution/overdue.ts'
export type {
  OwnDeletion,
  OwnDeletionToken,
  OwnSession,
  SelfService,
} from './execution/own-account.ts'
export type { TenantPlan } from './execution/plan-tenant.ts'
export type { BulkProgress } from './execution/progress.ts'
export type { Proof } from './execution/prove.ts'
export type { PurgeResult } from './execution/purge.ts'
export type { FailedTry } from './execution/refused-job.ts'
export type { ReplayOutcome, ReplayResult } from './execution/replay-result.ts'
export type { ResumeResult } from './execution/resume.ts'
export type { Waiting } from './execution/run-job.ts'
export { TRANSITIONS, type UserAction, type UserState } from './execution/states.ts'
export type { StepVerification, Verification } from './execution/verify.ts'
export type { BsonId, UserIdInput } from './native-id.ts'
// Plan: what a deletion would do.
export { type Lookup, lookupsOf } from './plan/lookups.ts'
export type {
  Blocker,
  BulkPlan,
  Plan,
  PlannedStep,
  PolicyStamp,
  UserRowPlan,
} from './plan/plan.ts'
export {
  type AcceptableCode,
  type AcceptedFinding,
  type FindingFacts,
  SCHEMA_FINDINGS,
  type SchemaCheckOptions,
  type SchemaFinding,
  type SchemaFindingCode,
} from './plan/schema-finding.ts'
// Policy: what happens to every row of a user who goes.
export { definePolicy } from './policy/define-policy.ts'
export type {
  DrizzleDatabase,
  PrismaDatabase,
  SnakeCaseDatabase,
} from './policy/host-database.ts'
export type {
  Action,
  CheckInput,
  MatchInput,
  Policy,
  PolicyInput,
  RuleInput,
  SetInput,
  SetValue,
  StatusInput,
  TableInput,
  TenantInput,
  WhereInput,
} from './policy/policy.ts'
export { type Undecided, undecided } from './policy/undecided.ts'
// For hosts and adapters.
export type { Clock, Logger, Secret } from './ports.ts'
export type { LedgerImport, LedgerLines } from './receipt/import-ledger.ts'
export type { Ledger } from './receipt/ledger.ts'
export type { NotClaimed } from './receipt/not-claimed.ts'
export type { Outbox } from './receipt/outbox.ts'
export type {
  DoneInTable,
  ProofDocument,
  RetainedInTable,
  VerifiedUser,
} from './receipt/proof-document.ts'
export type { DeletionReceipt, ExternalOutcome } from './receipt/receipt.ts'
export type { LedgerVerification } from './receipt/verify-ledger.ts'
export type { DriftReport } from './schema-watch.ts'
export type {
  AskedPath,
  Assignment,
  AuditRow,
  AuditTemplate,
  BulkMode,
  BulkSession,
  CheckSchema,
  Chunk,
  ChunkResult,
  ColumnSchema,
  ColumnValue,
  Condition,
  ConfirmationToken,
  Cursor,
  DatabaseSchema,
  DeletedQuery,
  Departure,
  DerivedValue,
  DisabledUser,
  ErasureLevel,
  ForeignKey,
  ForeignKeyAction,
  FoundUser,
  GroupMember,
  HeldIdsQuery,
  Hold,
  HoldQuery,
  Hurdle,
  IdentityMode,
  IndexSchema,
  InspectedUser,
  Inspection,
  Job,
  JobClaim,
  JobKind,
  JobQuery,
  JobReference,
  JobSave,
  JournalEnd,
  JsonPath,
  KeyQuery,
  LastOfCheck,
  LedgerAdoption,
  LedgerEntry,
  LedgerHead,
  LedgerQuery,
  Locator,
  LookupQuestion,
  NativeType,
  NullKey,
  OutboxEvent,
  OutboxQuery,
  Program,
  RecordedDate,
  Retention,
  SampledPath,
  SampledTypes,
  Sanitized,
  Scalar,
  SchemaQuestion,
  Scrubbed,
  Seal,
  Selector,
  SelectorTarget,
  Slice,
  SliceOutcome,
  Standing,
  StandingQuery,
  StatusColumns,
  Step,
  StepAction,
  Store,
  StoreCapabilities,
  SubjectQuery,
  Survey,
  Sweep,
  SweepGroup,
  Swept,
  TableReference,
  TableSchema,
  Target,
  Targets,
  Tombstone,
  Transition,
  TransitionEnd,
  TransitionOutcome,
  TransitionPlan,
  TransitionVerdict,
  UserId,
  UserPage,
  UserQuery,
  UserRow,
  UserTable,
  ValidatedField,
  ValidatorSchema,
  Verdict,
  Whose,
  Work,
} from './store.ts'
