/** What a drafted policy says, read from its text, and how near that is to a policy written by hand. */
import type {
  MatchInput,
  PolicyInput,
  RuleInput,
  TableInput,
  Undecided,
} from '../../../src/index.ts'
import { rulesOf } from '../../../src/policy/rules-of.ts'

type DraftedEntry = TableInput | Undecided | readonly (RuleInput | Undecided)[]

export interface Drafted {
  readonly user: PolicyInput['user']
  readonly tables: Readonly<Record<string, DraftedEntry>>
}

const IMPORT = /^import \{ .* \} from 'user-deletion-engine'$/m

/** The draft as data: `definePolicy` passes it on, lines that are not decided stay marked. */
export async function dataOf(text: string): Promise<Drafted> {
  const marks = `const definePolicy = (policy) => policy
    const undecided = (question, proposal) => ({ undecided: question, proposal })`
  const code = text.replace(IMPORT, marks)
  const module = await import(`data:text/javascript,${encodeURIComponent(code)}`)
  return module.policy as Drafted
}

/** The text with every proposal in the place of its question: what a person would have who agrees to all. */
export function agreedText(text: string): string {
  const agree = `import { definePolicy } from 'user-deletion-engine'
    const undecided = <const Rule,>(_question: string, proposal: Rule): Rule => proposal`
  return text.replace(IMPORT, agree)
}

/** The same as data. */
export function agreed({ user, tables }: Drafted): PolicyInput {
  return {
    ...{ name: 'agreed', version: 1, user },
    tables: Object.fromEntries(
      Object.entries(tables).map(([table, entry]) => [table, proposalOf(entry)]),
    ),
  }
}

/** Tables by how the draft has them, beside the policy that was written by hand. */
export function compared(drafted: Drafted, byHand: PolicyInput) {
  const tables = Object.keys(byHand.tables)
  const asProposed = (table: string): boolean =>
    isSame(proposalOf(drafted.tables[table] ?? 'unrelated'), byHand.tables[table] ?? 'unrelated')
  const asked = tables.filter((table) => isAsked(drafted.tables[table]))
  return {
    same: tables.filter(asProposed),
    others: tables.filter((table) => !asProposed(table)),
    asked,
    silentlyOther: tables.filter((table) => !asProposed(table) && !asked.includes(table)),
  }
}

function isAsked(entry: DraftedEntry | undefined): boolean {
  return JSON.stringify(entry).includes('"undecided":')
}

function proposalOf(entry: DraftedEntry): TableInput {
  return JSON.parse(JSON.stringify(entry), (_, value) =>
    typeof value?.undecided === 'string' ? value.proposal : value,
  ) as TableInput
}

/** The same actions on the same rows; reasons, events and what is written over are the host's to say. */
function isSame(a: TableInput, b: TableInput): boolean {
  if (a === 'unrelated' || b === 'unrelated') return a === b
  const essence = (entry: TableInput) => rulesOf(entry).map(essenceOf).sort().join('\n')
  return essence(a) === essence(b)
}

function essenceOf(rule: RuleInput): string {
  const { match, where = {} } = { match: undefined, ...rule } as {
    match: MatchInput | undefined
    where?: object
  }
  const located = typeof match === 'string' ? { column: match } : (match ?? {})
  const sorted = (value: object) => Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1))
  return JSON.stringify([rule.action, sorted(located), sorted(where)])
}
