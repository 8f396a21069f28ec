/**
 * Deletes users from an auth database by a policy, and proves it.
 *
 * @module
 */

// A first policy from the live schema.
/** As `user-deletion-engine/draft` has it, where it is looked for from now on. */
export { type DraftOptions, draftPolicy } from './draft/index.ts'
export type {
  CancelOptions,
  DeepVerifyOptions,
  DeleteManyOptions,
  DeleteOptions,
  DeleteTenantOptions,
  EraseOptions,
  ExpireOptions,
  ExportOptions,
  HoldOptions,
  OwnDeletionOptions,
  PlanOptions,
  PurgeOptions,
  ReplayOptions,
  ReservedValues,
  ScheduleOptions,
  TenantScope,
  TraceOptions,
  UserIds,
} from './engine/call-options.ts'
export type { DeclaredBlocker, Keys } from './engine/context-source.ts'
// The engine.
export { UserDeletionEngine } from './engine/engine.ts'
export type { EngineOptions } from './engine/options.ts'
export type { ErrorCode, ErrorDetails, ErrorKind } from './errors.ts'
// Errors.
export { ERROR_CODES, UserDeletionError, UserNotFoundError } from './errors.ts'
export type { BulkOutcome, BulkResult } from './execution/bulk/bulk-result.ts'
export type { Expectation } from './execution/bulk/expectation.ts'
export type { BulkProgress } from './execution/bulk/progress.ts'
export type {
  EraserPage,
  EraserRequest,
  ExternalEraser,
  RetainedElsewhere,
} from './execution/context/external-eraser.ts'
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
} from './execution/context/hooks.ts'
export type { UserOutcome } from './execution/delete/delete-slice.ts'
export type {
  ExportBegin,
  ExportEnd,
  ExportedRow,
  ExportedUser,
  ExportRecord,
  JsonValue,
  NotIncluded,
  Omitted,
} from './execution/export/export-record.ts'
export { exportLines } from './execution/export/export-user.ts'
export type { FailedTry } from './execution/job/failed-try.ts'
export type { ScheduledBy } from './execution/job/job-state.ts'
export type { Leftovers } from './execution/job/leftovers.ts'
export type { ResumeResult } from './execution/job/resume.ts'
export type { Waiting } from './execution/job/run-job.ts'
export type { OpenDeletion, UserStatus } from './execution/life-cycle/change-state.ts'
export type { ErasureResult } from './execution/life-cycle/erase.ts'
export type {
  OwnDeletion,
  OwnDeletionToken,
  OwnSession,
  SelfService,
} from './execution/life-cycle/own-account.ts'
export type { PurgeResult } from './execution/life-cycle/purge.ts'
export type { Proof } from './execution/look-back/prove.ts'
export type { StepVerification, Verification } from './execution/look-back/verify.ts'
export type { ReplayOutcome, ReplayResult } from './execution/replay/replay-result.ts'
export type { ExpiredStep, ExpiryResult } from './execution/retention/expire-retained.ts'
export type { TenantOutcome, TenantResult } from './execution/tenant/delete-tenant.ts'
export type { TenantPlan } from './execution/tenant/plan-tenant.ts'
export type { Maintenance } from './execution/upkeep/maintain.ts'
export type { WaitingEvents } from './execution/upkeep/old-events.ts'
export type { OpenJob, OpenReason } from './execution/upkeep/open-jobs.ts'
export type { OverdueJob } from './execution/upkeep/overdue.ts'
export { TRANSITIONS, type UserAction, type UserState } from './execution/user-state/states.ts'
export type { DriftReport } from './plan/check/schema-watch.ts'
// Plan: what a deletion would do.
export { type Lookup, lookupsOf } from './plan/compile/lookups.ts'
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
export type {
  CoveringRule,
  FoundIdentifier,
  Trace,
  TracedForm,
  TracedIdentifier,
  TracedPlace,
  TraceProgress,
  UnreadPlace,
} from './plan/trace/trace.ts'
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
  ReserveInput,
  RuleInput,
  SetInput,
  SetValue,
  StatusInput,
  TableInput,
  TenantInput,
  WayInput,
  WhereInput,
} from './policy/policy.ts'
export { type Undecided, undecided } from './policy/undecided.ts'
// For hosts and adapters.
export type { Clock, Logger, Secret } from './ports.ts'
export type { BsonId, UserIdInput } from './program/native-id.ts'
export type {
  Assignment,
  AuditTemplate,
  BulkMode,
  ColumnValue,
  Condition,
  Departure,
  DerivedValue,
  Hurdle,
  IdentityMode,
  JsonPath,
  LastOfCheck,
  Locator,
  Program,
  ReservedField,
  Retention,
  Scalar,
  Selector,
  SelectorTarget,
  StatusColumns,
  Step,
  StepAction,
  TableReference,
  UserId,
  UserTable,
} from './program/program.ts'
export type {
  AskedPath,
  CheckSchema,
  ColumnSchema,
  DatabaseSchema,
  ForeignKey,
  ForeignKeyAction,
  IndexSchema,
  LookupQuestion,
  NullKey,
  SampledPath,
  SampledTypes,
  SchemaQuestion,
  TableSchema,
  ValidatedField,
  ValidatorSchema,
} from './program/schema.ts'
export type { ArchivedReceipt } from './receipt/archived-entry.ts'
export type { ArchiveOptions, ArchiveSink, LedgerArchive } from './receipt/ledger/archive-ledger.ts'
export type { LedgerImport } from './receipt/ledger/import-ledger.ts'
export type { LastVerified } from './receipt/ledger/last-verified.ts'
export type { Ledger, ReceiptsOptions, VerifyLedgerOptions } from './receipt/ledger/ledger.ts'
export type { Outbox } from './receipt/ledger/outbox.ts'
export type { LedgerLines } from './receipt/ledger/read-lines.ts'
export type { ArchiveProblem, ArchiveVerification } from './receipt/ledger/verify-archive.ts'
export type { LedgerLook } from './receipt/ledger/verify-entries.ts'
export type { LedgerVerification, VerifiedHead } from './receipt/ledger/verify-ledger.ts'
export type { DeletionReceipt, ExternalOutcome } from './receipt/receipt.ts'
export type { Chunk, ChunkResult, Cursor } from './store/chunk.ts'
export type { InspectedUser, Inspection, Tombstone } from './store/inspection.ts'
export type {
  AuditRow,
  ConfirmationToken,
  DisabledUser,
  Hold,
  Job,
  JobKind,
  LedgerEntry,
  LedgerHead,
  OutboxEvent,
  RecordedDate,
  Seal,
  Whose,
} from './store/records.ts'
export type {
  FoundUser,
  GroupMember,
  JobReference,
  JournalEnd,
  Slice,
  SliceOutcome,
  Survey,
  Target,
  Targets,
  UserPage,
  UserQuery,
  UserRow,
  Verdict,
  Work,
} from './store/slice.ts'
export type {
  BulkSession,
  ErasureLevel,
  NativeType,
  Sanitized,
  Scrubbed,
  ScrubObstacle,
  Store,
  StoreCapabilities,
} from './store/store.ts'
export type { HeldIdsQuery, Sweep, SweepGroup, Swept } from './store/sweep.ts'
export type {
  Standing,
  StandingQuery,
  Transition,
  TransitionEnd,
  TransitionOutcome,
  TransitionPlan,
  TransitionVerdict,
} from './store/transition.ts'
