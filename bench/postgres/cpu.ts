/**
 * The processor's time that a piece of work takes, here and in the server's processes.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import type pg from 'pg'

export interface CpuMs {
  readonly client: number
  /** `NaN` where the server is on another machine. */
  readonly server: number
}

/** Answers the milliseconds since the call. The connections of the pool have to last until then. */
export async function cpuSince(pool: pg.Pool): Promise<() => Promise<CpuMs>> {
  const [client, server] = [process.cpuUsage(), await serverMs(pool)]
  return async () => {
    const { user, system } = process.cpuUsage(client)
    return { client: (user + system) / 1_000, server: (await serverMs(pool)) - server }
  }
}

const MS_A_TICK = 10

async function serverMs(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() OR backend_type IN ('walwriter', 'background writer', 'checkpointer')",
  )
  return rows.reduce((sum, { pid }) => sum + msOf(pid), 0)
}

function msOf(pid: number): number {
  try {
    const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
    const fields = rest.split(' ')
    return (Number(fields[11]) + Number(fields[12])) * MS_A_TICK
  } catch {
    return Number.NaN
  }
}
