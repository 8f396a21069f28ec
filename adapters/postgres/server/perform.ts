/**
 * Runs the statements of every SQL, one after the other.
 *
 * @module
 */
import type { Flow, Request } from '../../sql/flow.ts'
import type { Session } from './session.ts'

export async function perform<T>(session: Session, flow: Flow<T>): Promise<T> {
  let step = flow.next()
  while (step.done !== true) step = flow.next(await resultOf(session, step.value))
  return step.value
}

async function resultOf(session: Session, request: Request): Promise<unknown> {
  switch (request.kind) {
    case 'rows':
      return session.rows(request.sql, request.parameters)
    case 'each':
      for (const row of await session.rows(request.sql, request.parameters)) request.visit(row)
      return
    case 'records':
      return session.records(request.sql, request.parameters)
    case 'change':
      return session.change(request.sql, request.parameters)
    case 'change_each':
      return session.changeEach(request.sql, request.lists)
  }
}
