/**
 * Events that are put on a bus. Each is a CloudEvent that names its bus; the rules of the bus match it as it is delivered, and every target they lead to
 * gets it like any other event of that bus. All that are taken are written together.
 */
import { PUT_EVENT, Refusal } from '@holdpoint/core'
import type { Platform } from '../platform.ts'
import type { Sql } from '../store/database.ts'
import { routesOfBus } from '../store/forwarding.ts'
import { busByName, type RouteRow } from '../store/openevent.ts'
import type { Caller } from '../store/principals.ts'
import { currentTrace } from '../watch/trace.ts'
import { eventBridgeCode } from './errors.ts'

/** What the platform itself says: a receiver can rely on nobody else having said it. */
const OWN_SOURCE = 'acs.dataworks'
const MOST_BYTES = 65_536
const NEEDED = ['id', 'source', 'type'] as const
/** Attributes that name the server and the moment; they are written here, whatever was given. */
const WRITTEN_HERE = /^aliyun/
const BUS = 'aliyuneventbusname'
const BUS_NAME = /^[\w-]{1,127}$/
const TEXTS = ['time', 'subject', 'datacontenttype', 'dataschema', 'data_base64']
const MOST_CHARACTERS = 1_024

type PutEvent = { readonly id: string; readonly bus: string; readonly text: string }
type Entry = { EventId?: string; TraceId?: string; ErrorCode?: string; ErrorMessage?: string }

export async function putEvents(platform: Platform, caller: Caller, given: readonly unknown[]): Promise<Entry[]> {
  const read = given.map((one) => attempted(() => eventOf(one, platform.nowMs())))
  return await platform.db.transaction(async (tx) => {
    const routes = new Map<string, readonly RouteRow[] | Refusal>()
    const entries: Entry[] = []
    for (const [at, event] of read.entries()) {
      if (event instanceof Refusal) {
        entries.push(failed(idOf(given[at]), event))
        continue
      }
      const { id, bus, text } = event
      const reached = routes.get(bus) ?? (await routesFrom(tx, caller, bus))
      routes.set(bus, reached)
      if (reached instanceof Refusal) {
        entries.push(failed(id, reached))
        continue
      }
      const messageId = platform.publish(tx, {
        eventCode: PUT_EVENT,
        tenantId: caller.tenantId,
        workspaceId: null,
        operationId: null,
        always: false,
        body: text,
        trace: currentTrace(),
        requestedBy: caller.userId,
        routes: reached,
      })
      entries.push({ EventId: id, ...(messageId !== null && { TraceId: messageId }) })
    }
    return entries
  })
}

async function routesFrom(sql: Sql, { tenantId }: Caller, name: string): Promise<readonly RouteRow[] | Refusal> {
  const bus = await busByName(sql, tenantId, name)
  return bus ? await routesOfBus(sql, tenantId, bus.id) : new Refusal('NOT_FOUND', { thing: 'event bus', id: name })
}

/** An event as it is kept, or why it is none. */
function eventOf(given: unknown, nowMs: number): PutEvent {
  if (!isObject(given)) throw wrong('events', 'an event is a JSON object')
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    if (value === null || WRITTEN_HERE.test(name)) continue
    if (name !== 'data') checkAttribute(name, value)
    kept[name] = value
  }
  for (const name of NEEDED)
    if (typeof kept[name] !== 'string' || kept[name] === '') throw wrong(name, 'a text is expected')
  if (kept.specversion !== '1.0') throw wrong('specversion', 'it must be 1.0')
  if (kept.source === OWN_SOURCE) throw wrong('source', `${OWN_SOURCE} is what the platform itself says`)
  if ('data' in kept && 'data_base64' in kept) throw wrong('data', 'there is data_base64 too')
  const bus = given[BUS]
  if (typeof bus !== 'string' || !BUS_NAME.test(bus)) throw wrong(BUS, 'the name of an event bus is expected')
  const text = JSON.stringify({ time: new Date(nowMs).toISOString(), ...kept })
  if (Buffer.byteLength(text) > MOST_BYTES) throw wrong('data', `the event is larger than ${MOST_BYTES} bytes`)
  return { id: kept.id as string, bus, text }
}

// Newer than the types: whether it is a number that stays as it was written.
const { isRawJSON } = JSON as unknown as { isRawJSON(value: unknown): boolean }

function checkAttribute(name: string, value: unknown): void {
  if (!/^\w{1,64}$/.test(name)) throw wrong('events', 'names of attributes are letters, digits and _, at most 64')
  if (typeof value !== 'string') {
    if (TEXTS.includes(name)) throw wrong(name, 'a text is expected')
    if (typeof value === 'object' && !isRawJSON(value))
      throw wrong(name, 'a text, a number or true or false is expected')
  } else if (name !== 'data_base64' && value.length > MOST_CHARACTERS)
    throw wrong(name, `it is longer than ${MOST_CHARACTERS} characters`)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What names the event in an answer that refuses it. */
function idOf(given: unknown): string | undefined {
  const id = isObject(given) ? given.id : undefined
  return typeof id === 'string' ? id.slice(0, 256) : undefined
}

const failed = (id: string | undefined, refusal: Refusal): Entry => ({
  ...(id !== undefined && { EventId: id }),
  ErrorCode: eventBridgeCode(refusal),
  ErrorMessage: refusal.message,
})

function attempted<T>(work: () => T): T | Refusal {
  try {
    return work()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

const wrong = (parameter: string, problem: string) => new Refusal('PARAMETER_INVALID', { parameter, problem })
