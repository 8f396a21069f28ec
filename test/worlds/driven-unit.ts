/** A unit without a database: its questions are answered by hand, and its writes are looked at as data. */
import type { Program, Selector, Step } from '../../src/program/program.ts'
import type { Decision, Write } from '../../src/store/change.ts'
import type { Answer, Inquiry, Question } from '../../src/store/inquiry.ts'
import type { RecordTable } from '../../src/store/record-tables.ts'
import { isQuestions, NO_ANSWERS } from '../../src/store/run.ts'

/** What is answered by kind, and by table for records; `[]` for records that nothing is said of. */
export interface Answers {
  readonly records?: Partial<Readonly<Record<RecordTable, readonly unknown[]>>>
  readonly host?: Readonly<Record<string, (question: Question) => unknown>>
}

export interface Driven<T> {
  readonly decision: Decision<T>
  readonly result: T
  /** Lists of questions before the decision, one a trip. */
  readonly asked: readonly (readonly Question[])[]
  /** What was made of it, in order: writes, and the table of each question for records. */
  readonly made: readonly (Write | RecordTable)[]
}

/** Runs a unit to its end. */
export function drive<T>(unit: Inquiry<Decision<T>>, answers: Answers): Driven<T> {
  const asked: (readonly Question[])[] = []
  const made: (Write | RecordTable)[] = []
  const answer = (question: Question): Answer => answered(question, answers)
  let step = unit.next()
  while (step.done !== true) {
    asked.push(step.value)
    step = unit.next(step.value.map(answer))
  }
  const decision = step.value
  if (decision.change === null) return { decision, result: decision.result, asked, made }
  const change = decision.change()
  let next = change.next(NO_ANSWERS)
  while (next.done !== true) {
    const { value } = next
    made.push(...(isQuestions(value) ? value.map(({ table }) => table) : [value]))
    next = change.next(isQuestions(value) ? value.map(answer) : NO_ANSWERS)
  }
  return { decision, result: next.value, asked, made }
}

function answered(question: Question, { records = {}, host = {} }: Answers): Answer {
  if (question.kind === 'records') return (records[question.table] ?? []) as Answer
  const own = host[question.kind]
  if (own === undefined) throw new Error(`nobody answers ${question.kind}`)
  return own(question) as Answer
}

/** What is asked, by kind, and by table for records. */
export function kindsOf(questions: readonly Question[]): readonly string[] {
  return questions.map((question) => (question.kind === 'records' ? question.table : question.kind))
}

/** Writes by their kind and table. */
export function labelsOf(made: readonly (Write | RecordTable)[]): readonly string[] {
  return made.map((one) => {
    if (typeof one === 'string') return `ask ${one}`
    return 'table' in one ? `${one.kind} ${one.table}` : one.kind
  })
}

export function programOf(
  steps: readonly Step[],
  user: Partial<Program['user']> = {},
  more: Partial<Program> = {},
): Program {
  return {
    digest: 'd',
    user: {
      ...{ table: 'users', id: 'id', idType: 'plain', tenant: 'tenant_id', fields: { id: 'id' } },
      ...{ action: 'delete', set: [], disabled: null, active: null, ghost: null },
      ...user,
    },
    steps,
    checks: [],
    audit: null,
    derived: [],
    ...more,
  }
}

/** A step on the rows that name the user as their owner. */
export function stepOn(table: string, action: Step['action'], more: Partial<Step> = {}): Step {
  return {
    ...{ id: `${table}#0`, table, rule: 0, action, ways: [selectorOf(table)], except: [] },
    set: action === 'anonymize' ? [{ kind: 'constant', column: 'text', value: null }] : [],
    ...{ access: false, event: null, reason: null, remedy: null, retention: null },
    identity: 'removed',
    ...more,
  }
}

export function selectorOf(table: string): Selector {
  const locator = { column: 'owner', path: null, each: false, element: null }
  const target = { kind: 'user', field: 'id', form: null } as const
  return { table, locator, target, where: [], tenant: null }
}
