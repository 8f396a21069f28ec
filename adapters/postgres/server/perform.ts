/**
 * Runs the statements of every SQL: those that wait for no answer on one way to the server and back.
 *
 * @module
 */
import type { Flow, Statement } from '../../sql/flow.ts'
import type { Session } from './session.ts'

/** `first`: statements that run ahead of the others, and whose answers nobody needs. */
export async function perform<T>(
  session: Session,
  flows: readonly Flow<T>[],
  first: readonly Statement[] = [],
): Promise<readonly T[]> {
  const steps = flows.map((flow) => flow.next())
  let ahead = first
  for (;;) {
    const asked = steps.map((step) => (step.done === true ? [] : statementsIn(step.value)))
    const statements = [...ahead, ...asked.flat()]
    if (statements.length === 0) break
    const answers = [...(await session.together(statements))]
    answers.splice(0, ahead.length)
    ahead = []
    for (const [place, flow] of flows.entries()) {
      const step = steps[place]
      if (step === undefined || step.done === true) continue
      const own = answers.splice(0, asked[place]?.length)
      steps[place] = flow.next(step.value.kind === 'together' ? own : own[0])
    }
  }
  return steps.map((step) => {
    if (step.done === true) return step.value
    throw new Error('a flow has asked for nothing')
  })
}

type Asking = Flow<unknown> extends Generator<infer Request> ? Request : never

function statementsIn(request: Asking): readonly Statement[] {
  return request.kind === 'together' ? request.statements : [request]
}
