// Requests of the DataWorks dialect as chance makes them: signed as they must be or not, with parameters of every kind in every place, and then, often, spoiled.
import { ACTIONS } from '../../server/src/dataworks/actions/index.ts'
import type { Chance } from '../chaos/chance.ts'
import { type How, type Key, type Parameters, signedV1, signedV3 } from '../conformance/raw-request.ts'
import { type DialectPlace, dialectParameters } from '../dialect-calls.ts'
import { type Made, nonceFor, spoiled, timeFor, VERBS } from './spoils.ts'

export type Source = {
  readonly host: string
  readonly key: Key
  /** Of the caller's own tenant, and of the others. */
  readonly places: readonly DialectPlace[]
}

/** What stands for a text anywhere. */
export const TEXTS = [
  '',
  ' ',
  '0',
  '-1',
  '00',
  '+7',
  '1e3',
  '0x10',
  '1.5',
  'NaN',
  '-0',
  '2147483648',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '-9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551616',
  '1'.repeat(400),
  'true',
  'True',
  'FALSE',
  'yes',
  'null',
  '[]',
  '{}',
  '[1,2]',
  '["1"]',
  '[null]',
  '[9007199254740993]',
  '[1e999]',
  '[[[[]]]]',
  '['.repeat(3_000),
  `[${'1,'.repeat(1_500)}1]`,
  '{"__proto__":{"Recurrence":"Pause"}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '[{"Id":"__proto__"},{"__proto__":null}]',
  '["\\ud800"]',
  '{"Recurrence":"\\u0000"}',
  '{"Recurrence":"Pause","Type":"Scheduler"',
  '中文',
  '😀',
  '１２',
  'a+b c%2B&=;',
  `'; drop table nodes; --`,
  '%',
  '_',
  '\\',
  '../../etc/passwd',
  '\u0000',
  'a\u0000b',
  '\ufeff',
  '\u202e',
  'x'.repeat(5_000),
  '2020-01-01',
  '2020-02-30',
  '0000-00-00',
  '9999-12-31',
  '-000001-01-01',
  '2020-01-01 00:00:00',
  '2020-01-01T00:00:00+0800',
  '8640000000000001',
  'hasOwnProperty',
]

export const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'constructor.prototype.polluted',
  '__proto__.polluted',
  'Ids.1',
  'Ids.2',
  'Ids.0',
  'Ids.1.1',
  'Ids.__proto__',
  'Ids.999999999',
  'Tasks.1.Id',
  'Tasks.1.Trigger.Recurrence',
  'Tasks.1.__proto__.Id',
  'Trigger.Recurrence',
  'Trigger.__proto__.Recurrence',
  'Trigger.constructor',
  'Periods.BizDates.1.StartBizDate',
  'DefaultRunProperties.RootTaskIds.1',
  'DefaultRunProperties.__proto__.Mode',
  'Tags.1.Key',
  '.',
  '..',
  'Ids.',
  '.Ids',
  'a.b.c.d.e.f.g.h.i.j',
  'n'.repeat(300),
  '名字',
  'a&b',
  'a=b',
  'a b',
  "it's(*)!~",
  'RegionId',
  'Format',
  'Action',
  'Version',
  'SecurityToken',
  'BearerToken',
  'SignatureType',
  'SignatureMethod',
  'Signature',
  'AccessKeyId',
]

export function makeRequest(chance: Chance, source: Source, nowMs: number): Made {
  const { contract } = chance.pick(ACTIONS)
  const unknown = chance.happens(0.02)
  const action = unknown ? chance.pick(['GetNodes', '__proto__', 'constructor', 'x'.repeat(200), '']) : contract.action
  const version = chance.happens(0.03) ? chance.pick(['2018-06-01', '', '__proto__']) : chance.pick(contract.versions)
  const parameters = parametersOf(chance, source, contract.action)

  const forged = chance.happens(0.05)
  const key = forged ? { ...source.key, secret: `${source.key.secret}x` } : source.key
  const how: How = {
    method: chance.pick(VERBS.slice(0, chance.happens(0.1) ? VERBS.length : 2)),
    place: chance.pick(['query', 'form']),
    version,
    nonce: nonceFor(chance),
    atMs: timeFor(chance, nowMs),
  }
  // A GET with a body is never sent.
  const placed: How = how.method === 'GET' ? { ...how, place: 'query' } : how
  const signature = chance.pick(['V1', 'V3'] as const)
  const signed =
    signature === 'V1'
      ? signedV1(key, action, parameters, placed)
      : signedV3(source.host, key, action, parameters, placed)
  const described = `${signature} ${placed.method} ${placed.place}${forged ? ' forged' : ''}`
  return spoiled(chance, { raw: signed, action, how: described, forged })
}

function parametersOf(chance: Chance, { places }: Source, action: string): Parameters {
  const date = chance.happens(0.2) ? '2020-01-01' : undefined
  const given = Object.entries(dialectParameters(action, chance.pick(places), date)).filter(() => !chance.happens(0.05))
  const changes = chance.happens(0.4) ? 0 : chance.between(1, 4)
  for (let change = 0; change < changes; change++) {
    const at = chance.between(0, given.length)
    if (at < given.length && chance.happens(0.7)) given[at] = [given[at]![0], chance.pick(TEXTS)]
    else given.push([chance.pick(NAMES), chance.pick(TEXTS)])
  }
  if (chance.happens(0.005)) for (let n = 0; n < 1_100; n++) given.push([`Ids.${n + 1}`, n])
  return Object.fromEntries(given)
}
