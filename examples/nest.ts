/**
 * The engine as a provider of NestJS. Plain classes, so that nothing of Nest is needed to read or test them: put
 * `@Injectable()` above the service and `@Catch(UserDeletionError)` above the filter.
 *
 * @module
 */
import type Database from 'better-sqlite3'
import {
  type DeletionReceipt,
  type Hooks,
  UserDeletionEngine,
  type UserDeletionError,
} from 'user-deletion-engine'
import { helloJohnPolicy } from 'user-deletion-engine/presets/hellojohn'
import { sqliteStore } from 'user-deletion-engine/sqlite'

/** Who asks, as a guard has found out: from the key or the session, never from the request alone. */
export interface Caller {
  readonly id: string
  readonly tenantId: string
}

export class UserDeletionService {
  readonly #engine: UserDeletionEngine<typeof helloJohnPolicy>
  readonly #stopping = new AbortController()

  constructor(db: Database.Database, hooks: Hooks = {}) {
    this.#engine = new UserDeletionEngine({
      store: sqliteStore(db),
      policy: helloJohnPolicy,
      hooks,
    })
  }

  /** Nest waits for it before it listens: a table that nobody has classified keeps the server from starting. */
  async onModuleInit(): Promise<void> {
    await this.#engine.migrate()
    const { fits, findings } = await this.#engine.checkSchema()
    if (!fits)
      throw new Error(findings.map(({ path, message }) => `${path}: ${message}`).join('\n'))
    await this.keepUp()
  }

  /** With `@Cron(CronExpression.EVERY_HOUR)`: finish what was interrupted, delete who is due, end retentions. */
  async keepUp(): Promise<void> {
    const { signal } = this.#stopping
    await this.#engine.resume({ signal })
    await this.#engine.purgeDue({ signal })
    await this.#engine.expireRetained({ signal })
  }

  onModuleDestroy(): void {
    this.#stopping.abort()
  }

  async find(userId: string, { tenantId }: Caller): Promise<unknown> {
    return this.#engine.getUser(userId, { tenantId })
  }

  async remove(userId: string, { id, tenantId }: Caller): Promise<DeletionReceipt> {
    return this.#engine.delete(userId, { tenantId, requestedBy: id })
  }
}

/** What the filter uses of Nest's `ArgumentsHost`, by shape. */
export interface HttpHost {
  switchToHttp(): {
    getResponse(): { status(code: number): { json(body: unknown): unknown } }
  }
}

/** Every error of the engine has a status, and a body without personal data. */
export class UserDeletionFilter {
  catch(error: UserDeletionError, host: HttpHost): void {
    host.switchToHttp().getResponse().status(error.status).json(error)
  }
}
