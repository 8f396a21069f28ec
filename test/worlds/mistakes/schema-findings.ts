/**
 * What the schema check says of a database, and whether that is the mistake that was made in it.
 *
 * @module
 */
import assert from 'node:assert/strict'
import {
  definePolicy,
  type EngineOptions,
  type Policy,
  type PolicyInput,
  SCHEMA_FINDINGS,
  type SchemaFinding,
  type Store,
  UserDeletionEngine,
} from '../../../src/index.ts'

export async function findingsOf(
  store: Store,
  policy: PolicyInput,
  schemaCheck: NonNullable<EngineOptions['schemaCheck']> = {},
): Promise<readonly SchemaFinding[]> {
  const checked = definePolicy(policy) as Policy<PolicyInput>
  const engine = new UserDeletionEngine({ store, policy: checked, schemaCheck })
  return (await engine.checkSchema()).findings
}

/** The mistake is among the findings with its code, severity and place, and each of them is as it is declared. */
export function assertFound(
  found: readonly SchemaFinding[],
  mistake: Pick<SchemaFinding, 'code' | 'severity'>,
  { table, column, world }: MadeIn,
): void {
  const isIt = (one: SchemaFinding): boolean =>
    one.code === mistake.code &&
    one.severity === mistake.severity &&
    one.table === table &&
    one.column === column
  const shown = found.map((one) => `${one.severity} ${one.code} ${one.table} ${one.column}`)
  const wanted = `${mistake.severity} ${mistake.code} ${table} ${column}`
  assert.ok(found.some(isIt), `${world.name}: ${wanted}\n${shown.join('\n')}`)
  for (const { code, severity, message } of found) {
    assert.ok(SCHEMA_FINDINGS[code].severities.includes(severity as 'error'), code)
    assert.match(message, /^\S[^\n]*[.]$/)
  }
}

interface MadeIn {
  readonly table: string
  readonly column?: string
  readonly world: { readonly name: string }
}
