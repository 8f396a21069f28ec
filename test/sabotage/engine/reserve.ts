import type { Sabotage } from '../sabotage.ts'

const contract = 'test/adapters/memory/contract.test.ts'
const policy = 'test/policy/reserve.test.ts'

export const reserveSabotages: readonly Sabotage[] = [
  {
    name: 'reserve nothing with the deletion',
    file: 'src/store/own-records.ts',
    find: '    ...(reservations.length === 0\n',
    replace: '    ...(reservations.length >= 0\n',
    caughtBy: contract,
  },
  {
    name: 'reserve what is nobody’s',
    file: 'src/execution/reserve/reserver.ts',
    find: 'values.filter((one) => !isNobodys(one)).map(textOf)',
    replace: 'values.map(textOf)',
    caughtBy: contract,
  },
  {
    name: 'reserve a value in every tenant',
    file: 'src/execution/reserve/reserver.ts',
    find: "JSON.stringify(['reservation', table, tenantId, field, text])",
    replace: "JSON.stringify(['reservation', table, field, text])",
    caughtBy: contract,
  },
  {
    name: 'reserve in the spelling of a tenant alone',
    file: 'src/execution/reserve/one-tenant.ts',
    find: 'foldedBy(tenant?.collation ?? null)',
    replace: 'foldedBy(tenant === null ? null : null)',
    caughtBy: policy,
  },
  {
    name: 'say of a reservation when its user went',
    file: 'src/execution/reserve/reserver.ts',
    find: 'until: endOfDay(endOfTerm(at, reserved.term)),',
    replace: 'until: endOfTerm(at, reserved.term).toISOString(),',
    caughtBy: contract,
  },
  {
    name: 'forget the case that a policy ignores',
    file: 'src/execution/reserve/reserver.ts',
    find: 'ignoreCase ? texts.map(inLowerCase) : texts',
    replace: 'ignoreCase ? texts : texts.map(inLowerCase)',
    caughtBy: contract,
  },
  {
    name: 'read reservations under the present key alone',
    file: 'src/execution/reserve/reserver.ts',
    find: 'texts.flatMap((text) => keys.map((own)',
    replace: 'texts.flatMap((text) => keys.slice(0, 1).map((own)',
    caughtBy: contract,
  },
  {
    name: 'say that nothing is reserved under a key that cannot be read',
    file: 'src/execution/reserve/is-reserved.ts',
    find: '  assertKnown(reserver, found.keyNames)\n',
    replace: '',
    caughtBy: contract,
  },
  {
    name: 'delete under a reserve key that the others do not know',
    file: 'src/engine/context-source.ts',
    find: '      if (reserver !== null) await assertReserveKeys(store, policy.user.table, reserver)\n',
    replace: '',
    caughtBy: contract,
  },
  {
    name: 'remember no reserve key',
    file: 'src/execution/units/delete-unit.ts',
    find: '    if (key !== null) yield key\n',
    replace: '',
    caughtBy: contract,
  },
  {
    name: 'end reservations before their day',
    file: 'src/records/reservation-records.ts',
    find: "      { field: 'until', upTo: now },\n",
    replace: '',
    caughtBy: contract,
  },
  {
    name: 'end no reservation',
    file: 'src/execution/retention/expire-retained.ts',
    find: 'run.stopped ? 0 : await expireReservations(context, run)',
    replace: 'run.stopped ? 0 : await expireReservations(context, { ...run, left: 0 })',
    caughtBy: contract,
  },
  {
    name: 'remember a reserve key for ever',
    file: 'src/execution/retention/expire-reservations.ts',
    find: 'if (ended > 0) await forget',
    replace: 'if (ended < 0) await forget',
    caughtBy: contract,
  },
  {
    name: 'import an export from which reservations were cut',
    file: 'src/receipt/ledger/import-ledger.ts',
    find: 'if (!aside.areTold(parsed.reservations)) {',
    replace: 'if (false as boolean) {',
    caughtBy: contract,
  },
  {
    name: 'bring reservations back twice',
    file: 'src/records/reservation-records.ts',
    find: 'reservations.filter(({ id }) => !known.has(id))',
    replace: 'reservations.filter(({ id }) => known.has(id) || id !== null)',
    caughtBy: contract,
  },
  {
    name: 'bring reservations back without the names of their keys',
    file: 'src/records/reservation-records.ts',
    find: '      if (told !== null) names.push(told)\n',
    replace: '',
    caughtBy: contract,
  },
]
