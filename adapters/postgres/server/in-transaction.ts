/**
 * BEGIN, work and COMMIT on one connection.
 *
 * @module
 */
import { CommitUnanswered, type Settings, USUAL } from './host.ts'
import { connectionBusy, sqlState } from './postgres-errors.ts'
import { oneByOne, type RawResult, type RawStatement, type Run } from './session.ts'

/** A connection that takes statements with parameters, and messages of several without. */
export interface Connection {
  readonly run: Run
  one(statement: RawStatement): Promise<RawResult>
  /** The first value that the last statement of the message answers, as text; `null` where it answers none. */
  script(sql: string): Promise<string | null>
}

/** `onEnded`: COMMIT or ROLLBACK was answered, so that nothing of the transaction is left on the connection. */
export async function inTransaction<T>(
  { run, script }: Connection,
  settings: Settings,
  work: (run: Run) => Promise<T>,
  onEnded: () => void,
): Promise<T> {
  const isAsAsked = await begin(script, settings, onEnded)
  let ahead = isAsAsked ? [] : anew(settings)
  let result: T
  try {
    result = await work(async (statements) => {
      const first = ahead
      ahead = []
      return (await run([...first, ...statements])).slice(first.length)
    })
  } catch (cause) {
    await script('ROLLBACK').then(onEnded, () => {})
    throw cause
  }
  try {
    await script('COMMIT')
  } catch (cause) {
    throw isAnswer(cause) ? cause : new CommitUnanswered(result, cause)
  }
  onEnded()
  return result
}

/** Statements that are a transaction each. @throws `connection_busy`: inside one of the host they would fail, and it with them. */
export async function outsideTransactions<T>(
  { one, script }: Connection,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  let isOwn: string | null
  try {
    isOwn = await script(`SELECT ${IS_OWN}`)
  } catch (cause) {
    throw sqlState(cause) === '25P02' ? connectionBusy(cause) : cause
  }
  if (isOwn !== 't') throw connectionBusy()
  return work(oneByOne(one))
}

/** The mode of a transaction that has asked for the time cannot be changed any more. */
function anew({ mode, first }: Settings): readonly RawStatement[] {
  return ['ROLLBACK', `BEGIN ${mode}`, `SELECT ${first.join(', ')}`].map((text) => ({
    text,
    values: [],
  }))
}

/**
 * A transaction that this very message has begun is as old as the message. Inside one of the host BEGIN is no more than
 * warned of, and COMMIT would be that of the host's work: nothing is set there, and nothing more is sent.
 *
 * @returns whether it is of the mode that is asked for, and has its settings.
 * @throws `connection_busy`
 */
async function begin(
  script: Connection['script'],
  { isUsual, first }: Settings,
  onEnded: () => void,
): Promise<boolean> {
  const settings = isUsual ? first.map((call) => `, CASE state WHEN 'usual' THEN ${call} END`) : []
  let state: string | null
  try {
    state = await script(`BEGIN; SELECT state${settings.join('')} FROM (${STATE}) AS begun`)
  } catch (cause) {
    throw sqlState(cause) === '25P02' ? connectionBusy(cause) : cause
  }
  if (state === 'usual') return isUsual
  if (state === 'own') return false
  if (state === 'host') throw connectionBusy()
  await script('ROLLBACK').then(onEnded, () => {})
  throw new Error(`BEGIN was answered ${String(state)}`)
}

const IS_OWN = 'pg_catalog.transaction_timestamp() = pg_catalog.statement_timestamp()'
const IS_USUAL = `pg_catalog.current_setting('transaction_isolation') = '${USUAL.isolation}' AND pg_catalog.current_setting('transaction_read_only') = '${USUAL.readOnly}'`
const STATE = `SELECT CASE WHEN NOT ${IS_OWN} THEN 'host' WHEN ${IS_USUAL} THEN 'usual' ELSE 'own' END AS state OFFSET 0`

/** Whether the server itself has refused, and not gone away. */
function isAnswer(cause: unknown): boolean {
  const state = sqlState(cause)
  return /^[0-9A-Z]{5}$/.test(state) && !/^(08|57P|EPIPE)/.test(state)
}
