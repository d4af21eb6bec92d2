/** Targets in EventBridge's words, and back. What could not be delivered as it was asked for is refused: nothing is taken and then done differently. */
import { Refusal } from '@holdpoint/core'
import type { z } from 'zod'
import { NewTarget } from '../openevent/bus-shapes.ts'
import type { Sql } from '../store/database.ts'
import { busByName, type TargetKind, type TargetRow } from '../store/openevent.ts'
import type { Caller } from '../store/principals.ts'
import { type Account, busArn, busOfArn } from './names.ts'
import type { TargetEntry } from './shapes.ts'

export type Given = z.output<typeof NewTarget>

/** Which kind each of EventBridge's types is here. It has no word for some of ours, and ours are reached in other ways than its. */
const TYPES: Readonly<Record<TargetKind, string>> = {
  http: 'http',
  bus: 'acs.eventbridge',
  kafka: 'acs.alikafka',
  rabbitmq: 'acs.rabbitmq',
  function: 'acs.fc.function',
}

/** A target that is asked for; `sql` finds the bus it may lead to. */
export async function targetOf(sql: Sql, caller: Caller, entry: TargetEntry): Promise<Given> {
  const { Id: name, Type: type = 'http', PushRetryStrategy: retryPolicy, ConcurrentConfig: concurrent } = entry
  const ofAnyKind = {
    name,
    ...(retryPolicy !== undefined && { retryPolicy }),
    ...(concurrent?.Concurrency != null && { maxConcurrency: concurrent.Concurrency }),
  }
  if (type === TYPES.bus)
    return made(name, { ...ofAnyKind, kind: 'bus', settings: await busSettings(sql, caller, entry) })
  if (!/^https?$/i.test(type))
    throw refused(name, `type ${type} is none of http, https and ${TYPES.bus}; others are set up in the console`)
  const { url, token } = httpParams(entry)
  const endpoint = entry.Endpoint ?? url
  if (url !== undefined && url !== endpoint) throw refused(name, 'Endpoint and parameter URL differ')
  return made(name, {
    ...ofAnyKind,
    kind: 'http',
    endpoint,
    ...(token !== undefined && { settings: { signatureToken: token } }),
  })
}

/** What a rule has, as it is written in order to stay. */
export function kept(row: TargetRow): Given {
  return made(row.name, {
    kind: row.kind,
    name: row.name,
    serves: row.serves,
    retryPolicy: row.retry_policy,
    errorsTolerance: row.errors_tolerance,
    maxConcurrency: row.most_concurrent,
    settings: row.settings,
    ...(row.kind === 'http' && { endpoint: row.endpoint }),
  })
}

export function entryOf(row: TargetRow, account: Account) {
  const { signatureToken: token } = row.settings
  const constants = { ...(row.kind === 'http' && { URL: row.endpoint }), ...(token !== undefined && { Token: token }) }
  return {
    Id: row.name,
    Type: TYPES[row.kind],
    Endpoint: row.kind === 'bus' ? busArn(account, row.endpoint) : row.endpoint,
    PushRetryStrategy: row.retry_policy,
    ParamList: [
      ...Object.entries(constants).map(([key, value]) => ({ ResourceKey: key, Form: 'CONSTANT', Value: value })),
      { ResourceKey: 'Body', Form: 'ORIGINAL' },
    ],
    ConcurrentConfig: { Concurrency: row.most_concurrent },
  }
}

async function busSettings(sql: Sql, caller: Caller, entry: TargetEntry) {
  const name = entry.Endpoint === undefined ? undefined : busOfArn(entry.Endpoint)
  if (name === undefined) throw refused(entry.Id, 'Endpoint is not the ARN of an event bus')
  const bus = await busByName(sql, caller.tenantId, name)
  if (bus === null) throw new Refusal('NOT_FOUND', { thing: 'event bus', id: name })
  return { busId: bus.id }
}

/** Of the parameters only those that ask for what is done anyway, and the word that signatures cover. */
function httpParams({ Id, ParamList }: TargetEntry): { url?: string; token?: string } {
  const found: { url?: string; token?: string } = {}
  for (const { ResourceKey: key, Form: form, Value: value } of ParamList ?? []) {
    const word = key.toLowerCase()
    if (word === 'body') {
      if (form !== 'ORIGINAL') throw refused(Id, `its body is the whole event (form ORIGINAL), not made by ${form}`)
    } else if (form !== 'CONSTANT' || value === undefined || !['url', 'token', 'network'].includes(word))
      throw refused(Id, `parameter ${key} with form ${form} is not known here`)
    else if (word === 'url') found.url = value
    else if (word === 'token') found.token = value
    else if (value !== 'PublicNetwork') throw refused(Id, 'there is no network but PublicNetwork')
  }
  return found
}

function made(name: string, given: unknown): Given {
  const read = NewTarget.safeParse(given)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw refused(name, `${issue!.path.join('.')}: ${issue!.message}`)
}

const refused = (name: string, problem: string) => new Refusal('TARGET_REFUSED', { problem: `${name}: ${problem}` })
