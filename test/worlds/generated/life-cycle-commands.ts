/** What may happen to users, as commands of a model-based test. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { ResumeResult } from '../../../src/execution/job/resume.ts'
import type { OwnDeletion } from '../../../src/execution/life-cycle/own-account.ts'
import type { PurgeResult } from '../../../src/execution/life-cycle/purge.ts'
import type { Hold } from '../../../src/store/records.ts'
import { type Crash, TENANTS } from '../hosts/life-cycle-host.ts'
import {
  cancel,
  disable,
  type Expected,
  enable,
  isDue,
  isFree,
  isUnclear,
  join,
  type ModelUser,
  type Moment,
  purge,
  remove,
  schedule,
  stateOf,
} from './life-cycle-model.ts'
import {
  CLOCK_BOUND_MS,
  count,
  DAY_MS,
  type Engine,
  type Model,
  place,
  type World,
} from './life-cycle-world.ts'

export type LifeCycleCommand = fc.AsyncCommand<Model, World>

const HOUR_MS = 3_600_000
const MOST_SESSIONS = 5

/** Asks for one user: what the engine is called with, and what should come of it. */
interface Ask {
  readonly name: string
  call(engine: Engine, user: Pick<ModelUser, 'id' | 'tenantId'>): Promise<unknown>
  expect(user: ModelUser, at: Moment, model: Model): Expected
  /** The user as expected, with what only the answer tells. */
  learn?(user: ModelUser, answer: unknown): ModelUser
  prepare?(world: World, user: ModelUser, model: Model): void
}

abstract class Named {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
  check(): boolean {
    return true
  }
  toString(): string {
    return this.name
  }
}

class UserCommand extends Named implements LifeCycleCommand {
  readonly #slot: number
  readonly #ask: (model: Model) => Ask

  constructor(slot: number, name: string, ask: (model: Model) => Ask) {
    super(`${name}@${slot}`)
    this.#slot = slot
    this.#ask = ask
  }

  async run(model: Model, world: World): Promise<void> {
    const ask = this.#ask(model)
    const at = world.at(model)
    const isLegal = (user: ModelUser): boolean => 'user' in ask.expect(user, at, model)
    const id = pick(model, this.#slot, isLegal)
    const user = model.users.get(id)
    const tenantId = user?.tenantId ?? model.deleted.get(id)?.tenantId ?? ''
    if (user !== undefined) ask.prepare?.(world, user, model)
    const expected: Expected =
      user === undefined ? { refused: 'resource_not_found' } : ask.expect(user, at, model)
    const seenBefore = model.seen
    const state = user === undefined ? 'deleted' : stateOf(user, world.mapping)
    const { value, crashed, ...rest } = await world.ask((engine) =>
      ask.call(engine, { id, tenantId }),
    )
    const error = 'error' in rest ? rest.error : undefined
    if (ask.name === 'schedule' && model.seen === null) model.seen = model.now
    if (crashed && error !== undefined) {
      count(world.tally, `${ask.name} crashed`)
      if (user !== undefined) await world.settle(model, id, expected)
      await world.settleClock(model, [seenBefore, model.seen])
    } else if ('refused' in expected) {
      assert.equal(error?.code, expected.refused, `${this.name} of a user who is ${state}`)
      if (error?.code === 'invalid_transition') assert.equal(error.details['state'], state)
      count(world.tally, `${ask.name} refused`)
    } else {
      // Who wants a deletion and joins an erasure that waits is told so.
      const waits = ask.name === 'delete' && expected.user !== null
      if (waits) assert.equal(error?.code, 'in_progress', this.name)
      else if (error !== undefined) throw error
      const after =
        expected.user === null || ask.learn === undefined
          ? expected.user
          : ask.learn(expected.user, value)
      place(model, id, after)
      count(world.tally, ask.name)
      if (user !== undefined) count(world.tally, `${ask.name} from ${state}`)
    }
    await world.check(model, [id])
  }
}

/** Twice in three a user whom the command suits; else any user, or the one who was deleted last. */
function pick(model: Model, slot: number, suits: (user: ModelUser) => boolean): string {
  const suited = slot % 3 === 0 ? [] : [...model.users.values()].filter(suits).map(({ id }) => id)
  const anybody = [...model.users.keys(), ...[...model.deleted.keys()].slice(-1)]
  const ids = suited.length > 0 ? suited : anybody
  return ids[slot % ids.length] ?? ''
}

class PurgeCommand extends Named implements LifeCycleCommand {
  readonly #confirmClock: boolean

  constructor(confirmClock: boolean) {
    super(`purge(${confirmClock ? 'confirmed' : ''})`)
    this.#confirmClock = confirmClock
  }

  async run(model: Model, world: World): Promise<void> {
    const { seen, now } = model
    const at = world.at(model)
    const answer = await world.ask((engine) =>
      engine.purgeDue({ confirmClock: this.#confirmClock }),
    )
    const jumped = seen !== null && now - seen > CLOCK_BOUND_MS && !this.#confirmClock
    const after = jumped || (seen !== null && seen > now) ? seen : now
    if (answer.crashed) {
      count(world.tally, 'purge crashed')
      if (!jumped) {
        for (const user of [...model.users.values()]) {
          if (isDue(user, now)) await world.settle(model, user.id, purge(user, at))
        }
      }
      await world.settleClock(model, [seen, after])
    } else if (jumped) {
      assert.equal('error' in answer ? answer.error.code : 'purged', 'clock_jumped')
      count(world.tally, 'purge refused: clock')
    } else {
      model.seen = after
      if ('error' in answer) throw answer.error
      this.#compare(model, world, at, answer.value as PurgeResult)
    }
    await world.check(model, 'all')
  }

  #compare(model: Model, world: World, at: Moment, result: PurgeResult): void {
    const fates = {
      deleted: [] as string[],
      postponed: [] as string[],
      reactivated: [] as string[],
    }
    for (const user of [...model.users.values()]) {
      if (!isDue(user, at.now)) continue
      const expected = purge(user, at)
      fates[expected.fate].push('refused' in expected ? `${user.id} ${expected.refused}` : user.id)
      count(world.tally, `purge ${expected.fate}`)
      if (isUnclear(user, at.mapping)) count(world.tally, 'purge postponed: status unclear')
      if (user.status === 'banned') count(world.tally, `purge of a banned user: ${expected.fate}`)
      if ('user' in expected) place(model, user.id, expected.user)
    }
    assert.deepEqual(
      result.deleted.map(({ userId }) => userId).toSorted(),
      fates.deleted.toSorted(),
    )
    const postponed = result.postponed.map(({ userId, error }) => `${userId} ${error.code}`)
    assert.deepEqual(postponed.toSorted(), fates.postponed.toSorted())
    const reactivated = result.reactivated.map(({ userId }) => userId)
    assert.deepEqual(reactivated.toSorted(), fates.reactivated.toSorted())
  }
}

class ResumeCommand extends Named implements LifeCycleCommand {
  async run(model: Model, world: World): Promise<void> {
    const at = world.at(model)
    const answer = await world.ask((engine) => engine.resume())
    const wanted = { finished: [] as string[], waiting: 0, held: 0 }
    for (const user of [...model.users.values()]) {
      const { deletion } = user
      if (deletion === null) continue
      const isDueAgain = !deletion.isRecorded || (deletion.readyAt ?? 0) <= at.now
      if (!isDueAgain) continue
      const expected = join(user, deletion, at, 'resumption')
      if (answer.crashed) {
        await world.settle(model, user.id, expected)
        continue
      }
      if (!isFree(deletion, at)) wanted.held += 1
      if (!('user' in expected)) continue
      if (expected.user === null) wanted.finished.push(user.id)
      else wanted.waiting += 1
      count(world.tally, expected.user === null ? 'resume finished' : 'resume waits')
      place(model, user.id, expected.user)
    }
    if (answer.crashed) count(world.tally, 'resume crashed')
    else {
      if ('error' in answer) throw answer.error
      const { finished, waiting, held, failed } = answer.value as ResumeResult
      assert.deepEqual(failed, [])
      assert.deepEqual(finished.map(({ userId }) => userId).toSorted(), wanted.finished.toSorted())
      assert.deepEqual(
        { waiting: waiting.length, held },
        { waiting: wanted.waiting, held: wanted.held },
      )
      if (held > 0) count(world.tally, 'resume held')
    }
    await world.check(model, 'all')
  }
}

/** A careful host: it looks at the user row and writes the session in one transaction. */
class SignInCommand extends Named implements LifeCycleCommand {
  readonly #slot: number
  constructor(slot: number) {
    super(`signIn@${slot}`)
    this.#slot = slot
  }

  async run(model: Model, world: World): Promise<void> {
    const id = pick(model, this.#slot, ({ status }) => status === 'active')
    const user = model.users.get(id)
    const row = (await world.host.rows('users')).find((candidate) => candidate['id'] === id)
    const isLetIn = row?.['status'] === 'active' && (await this.#engineLetsIn(world, user))
    const mayEnter =
      user !== undefined &&
      user.status === 'active' &&
      (world.mapping !== 'engine' || stateOf(user, world.mapping) === 'active')
    assert.equal(isLetIn, mayEnter, `${this.name}: let in`)
    if (user === undefined || !isLetIn || user.sessions.length === MOST_SESSIONS) {
      count(world.tally, 'sign-in refused')
      return
    }
    const session = `ses_${id}_${crypto.randomUUID()}`
    await world.host.insert('sessions', { id: session, user_id: id })
    model.users.set(id, { ...user, sessions: [...user.sessions, session] })
    count(world.tally, 'sign-in')
    await world.check(model, [id])
  }

  /** Where no column of the host's says so, the host asks. */
  async #engineLetsIn({ observer, mapping }: World, user: ModelUser | undefined): Promise<boolean> {
    if (mapping !== 'engine' || user === undefined) return true
    const { state } = await observer.getStatus(user.id, { tenantId: user.tenantId })
    return state === 'active'
  }
}

class SignUpCommand extends Named implements LifeCycleCommand {
  readonly #tenant: number
  readonly #email: string
  readonly #posts: number
  constructor(tenant: number, email: number, posts: number) {
    super(`signUp(${TENANTS[tenant]}, ${email}, ${posts} posts)`)
    this.#tenant = tenant
    this.#email = emailOf(email)
    this.#posts = posts
  }

  async run(model: Model, world: World): Promise<void> {
    const tenantId = TENANTS[this.#tenant] ?? TENANTS[0]
    const users = await world.host.rows('users')
    const isTaken = users.some(
      (row) => row['tenant_id'] === tenantId && row['email'] === this.#email,
    )
    if (isTaken) {
      count(world.tally, 'sign-up refused')
      return
    }
    const isAgain = [...model.deleted.values()].some(
      (gone) => gone.tenantId === tenantId && gone.email === this.#email,
    )
    await world.insertUser(model, tenantId, this.#email, this.#posts)
    count(world.tally, isAgain ? 'sign-up with the e-mail of a deleted user' : 'sign-up')
    await world.check(model, [])
  }
}

export function emailOf(index: number): string {
  return `user${index}@example.com`
}

/** The host writes the status by itself: bans, enables again, or disables somebody the engine has not. */
class HostWriteCommand extends Named implements LifeCycleCommand {
  readonly #slot: number
  readonly #status: string
  constructor(slot: number, status: string) {
    super(`host writes ${status}@${slot}`)
    this.#slot = slot
    this.#status = status
  }

  async run(model: Model, world: World): Promise<void> {
    const user = model.users.get(pick(model, this.#slot, ({ schedule: plan }) => plan !== null))
    // With a record of the engine's, nobody could say who has disabled the user.
    if (user === undefined || (this.#status === 'disabled' && user.before !== null)) return
    await world.host.writeUser(user.id, { status: this.#status })
    model.users.set(user.id, { ...user, status: this.#status })
    count(world.tally, `host writes ${this.#status}`)
    await world.check(model, [user.id])
  }
}

class TickCommand extends Named implements LifeCycleCommand {
  readonly #ms: number
  constructor(ms: number) {
    super(`tick(${ms / HOUR_MS} h)`)
    this.#ms = ms
  }

  async run(model: Model, world: World): Promise<void> {
    model.now += this.#ms
    count(world.tally, this.#ms < 0 ? 'clock goes back' : 'clock goes on')
    if (this.#ms > CLOCK_BOUND_MS) count(world.tally, 'clock leaps')
    await world.check(model, [])
  }
}

/** To the instant at which the next deletion is due, or the next eraser ready. */
class TickToDueCommand extends Named implements LifeCycleCommand {
  async run(model: Model, world: World): Promise<void> {
    const ahead = [...model.users.values()]
      .flatMap(({ schedule: plan, deletion }) => plan?.dueAt ?? deletion?.readyAt ?? [])
      .filter((instant) => instant > model.now)
    if (ahead.length === 0) return
    model.now = Math.min(...ahead)
    count(world.tally, 'clock comes to a due day')
    await world.check(model, [])
  }
}

/** The host writes over a schedule, and then its day comes: rarely met by commands in any order. */
class OverwrittenScheduleCommand extends Named implements LifeCycleCommand {
  readonly #commands: readonly LifeCycleCommand[]
  constructor(slot: number, status: string) {
    super(`host writes ${status}@${slot}, and the day comes`)
    const write = new HostWriteCommand(slot, status)
    this.#commands = [write, new TickToDueCommand('tick to a due day'), new PurgeCommand(true)]
  }

  async run(model: Model, world: World): Promise<void> {
    for (const command of this.#commands) await command.run(model, world)
  }
}

class CrashCommand extends Named implements LifeCycleCommand {
  readonly #crash: Crash
  constructor(crash: Crash) {
    const { at, mode, isLasting } = crash
    super(`crash(${mode} call ${at}${isLasting ? ', for good' : ''})`)
    this.#crash = crash
  }

  async run(_: Model, world: World): Promise<void> {
    world.arm(this.#crash)
  }
}

/** A process that dies while it erases, and another one that looks for work before the lease has ended. */
class InterruptedErasureCommand extends Named implements LifeCycleCommand {
  readonly #commands: readonly LifeCycleCommand[]
  constructor(slot: number, at: number) {
    super(`erase@${slot}, dead after call ${at}, and resume`)
    const crash = new CrashCommand({ at, mode: 'after', isLasting: true })
    const erasure = new UserCommand(slot, 'erase(0 h)', () => eraseAsk(0))
    this.#commands = [crash, erasure, new ResumeCommand('resume')]
  }

  async run(model: Model, world: World): Promise<void> {
    for (const command of this.#commands) await command.run(model, world)
  }
}

const disableAsk = (revokeSessions: boolean): Ask => ({
  name: revokeSessions ? 'disable' : 'disable, sessions kept',
  call: (engine, { id, tenantId }) => engine.disable(id, { tenantId, revokeSessions }),
  expect: (user, at) => disable(user, at, revokeSessions),
})

const enableAsk: Ask = {
  name: 'enable',
  call: (engine, { id, tenantId }) => engine.enable(id, { tenantId }),
  expect: enable,
}

const scheduleAsk = (by: 'user' | 'administrator', days: number): Ask => ({
  name: 'schedule',
  call: (engine, { id, tenantId }) =>
    engine.scheduleDeletion(id, { tenantId, by, after: `P${days}D` }),
  expect: (user, at) => schedule(user, at, { dueAt: at.now + days * DAY_MS, by, token: null }),
})

const ownAsk: Ask = {
  name: 'schedule',
  call: (engine, { id, tenantId }) =>
    engine.deleteOwnAccount({ id: 'ses_own', userId: id, tenantId }, { confirm: true }),
  expect: (user, at) => schedule(user, at, { dueAt: at.now + 7 * DAY_MS, by: 'user', token: null }),
  learn: (user, answer) => {
    const { status, ...outcome } = answer as OwnDeletion
    assert.equal(status, 'scheduled')
    const token = 'cancelToken' in outcome ? outcome.cancelToken : null
    return user.schedule === null ? user : { ...user, schedule: { ...user.schedule, token } }
  },
}

const cancelAsk = (by: 'user' | 'administrator'): Ask => ({
  name: `cancel by ${by}`,
  call: (engine, { id, tenantId }) => engine.cancelDeletion(id, { tenantId, by }),
  expect: (user, at) => cancel(user, at, by),
})

/** With the user's own token, or with another user's. */
const tokenAsk = (model: Model, isOwn: boolean): Ask => {
  const tokens = [...model.users.values()].flatMap(({ schedule: plan }) => plan?.token ?? [])
  const tokenFor = (id: string): string => {
    const own = model.users.get(id)?.schedule?.token
    return (isOwn ? own : tokens.find((token) => token !== own)) ?? 'a token of nobody'
  }
  return {
    name: 'cancel by token',
    call: (engine, { id, tenantId }) =>
      engine.cancelDeletion(id, { tenantId, cancelToken: tokenFor(id) }),
    expect: (user, at) => cancel(user, at, { token: tokenFor(user.id) }),
  }
}

const deleteAsk: Ask = {
  name: 'delete',
  call: (engine, { id, tenantId }) => engine.delete(id, { tenantId }),
  expect: (user, at) => remove(user, at, 'deletion', null),
}

const eraseAsk = (hours: number): Ask => ({
  name: hours > 0 ? 'erase, eraser waits' : 'erase',
  prepare: ({ readyAt }, user, { now }) => {
    if (user.deletion?.kind !== 'erasure') readyAt.set(user.id, now + hours * HOUR_MS)
  },
  call: (engine, { id, tenantId }) => engine.erase(id, { tenantId }),
  expect: (user, at) => remove(user, at, 'erasure', at.now + hours * HOUR_MS),
})

const holdAsk = ({ now }: Model, tables: readonly string[] | null, days: number | null): Ask => {
  const until = days === null ? null : now + days * DAY_MS
  return {
    name: tables === null ? 'hold' : 'hold on tables',
    call: (engine, { id, tenantId }) =>
      engine.placeHold(id, {
        tenantId,
        reason: 'litigation',
        ...(until === null ? {} : { until: new Date(until) }),
        ...(tables === null ? {} : { tables }),
      }),
    expect: (user) => {
      if (user.deletion !== null) return { refused: 'invalid_transition' }
      return { user: { ...user, holds: [...user.holds, { id: '', until, tables }] } }
    },
    learn: (user, answer) => ({
      ...user,
      holds: user.holds.map((hold) =>
        hold.id === '' ? { ...hold, id: (answer as Hold).id } : hold,
      ),
    }),
  }
}

/** Releases the user's first hold, or one that is not theirs. */
const releaseAsk = (model: Model): Ask => {
  const holdOf = (id: string): string => model.users.get(id)?.holds[0]?.id ?? 'hold_of_nobody'
  return {
    name: 'release',
    call: (engine, { id, tenantId }) => engine.releaseHold(id, { tenantId, holdId: holdOf(id) }),
    expect: (user) => {
      if (user.deletion !== null) return { refused: 'invalid_transition' }
      if (user.holds.length === 0) return { refused: 'resource_not_found' }
      return { user: { ...user, holds: user.holds.slice(1) } }
    },
  }
}

/** Up to about 25 commands in any order. */
export function lifeCycles(): fc.Arbitrary<Iterable<LifeCycleCommand>> {
  const slot = fc.nat(11)
  const ask = (name: string, of: (model: Model) => Ask): fc.Arbitrary<LifeCycleCommand> =>
    slot.map((at) => new UserCommand(at, name, of))
  const table = fc.constantFrom<readonly string[] | null>(null, ['posts'], ['users'], ['sessions'])
  const days = fc.option(fc.integer({ min: 1, max: 40 }))
  const scheduled = fc.record({
    by: fc.constantFrom('user' as const, 'administrator' as const),
    days: fc.integer({ min: 1, max: 10 }),
  })
  const tick = fc.oneof(
    fc.integer({ min: 1, max: 72 }).map((hours) => hours * HOUR_MS),
    fc.integer({ min: 3, max: 7 }).map((count) => count * DAY_MS),
    fc.constantFrom(20_000, 40_000, -60_000, -90 * 60_000, 60 * DAY_MS),
  )
  const crash = fc.record({
    at: fc.integer({ min: 1, max: 9 }),
    mode: fc.constantFrom('before' as const, 'after' as const),
    isLasting: fc.boolean(),
  })
  const arbitraries: fc.Arbitrary<LifeCycleCommand>[] = [
    ask('disable', () => disableAsk(true)),
    ask('disable, sessions kept', () => disableAsk(false)),
    ask('enable', () => enableAsk),
    ask('schedule own', () => ownAsk),
    fc
      .tuple(slot, scheduled)
      .map(
        ([at, { by, days: count }]) =>
          new UserCommand(at, `schedule(${by}, ${count} days)`, () => scheduleAsk(by, count)),
      ),
    ask('cancel by user', () => cancelAsk('user')),
    ask('cancel by administrator', () => cancelAsk('administrator')),
    ask('cancel by token', (model) => tokenAsk(model, true)),
    ask('cancel by a wrong token', (model) => tokenAsk(model, false)),
    ask('delete', () => deleteAsk),
    fc
      .tuple(slot, fc.constantFrom(0, 6, 30))
      .map(([at, hours]) => new UserCommand(at, `erase(${hours} h)`, () => eraseAsk(hours))),
    fc
      .tuple(slot, table, days)
      .map(
        ([at, tables, count]) =>
          new UserCommand(at, `hold(${tables?.join() ?? 'user'}, ${count} days)`, (model) =>
            holdAsk(model, tables, count),
          ),
      ),
    ask('release', releaseAsk),
    fc.constant(new PurgeCommand(false)),
    fc.constant(new PurgeCommand(true)),
    fc.constant(new PurgeCommand(true)),
    fc.constant(new ResumeCommand('resume')),
    fc.constant(new ResumeCommand('resume')),
    slot.map((at) => new SignInCommand(at)),
    slot.map((at) => new SignInCommand(at)),
    fc
      .tuple(fc.nat(1), fc.nat(2), fc.nat(8))
      .map(([tenant, email, posts]) => new SignUpCommand(tenant, email, posts)),
    fc
      .tuple(slot, fc.constantFrom('banned', 'active', 'disabled'))
      .map(([at, status]) => new HostWriteCommand(at, status)),
    fc
      .tuple(slot, fc.constantFrom('banned', 'active'))
      .map(([at, status]) => new OverwrittenScheduleCommand(at, status)),
    tick.map((ms) => new TickCommand(ms)),
    fc.constant(new TickToDueCommand('tick to a due day')),
    fc.constant(new TickToDueCommand('tick to a due day')),
    crash.map((given) => new CrashCommand(given)),
    fc
      .tuple(slot, fc.integer({ min: 1, max: 20 }))
      .map(([at, call]) => new InterruptedErasureCommand(at, call)),
  ]
  return fc.commands(arbitraries, { maxCommands: 30, size: 'max' })
}
