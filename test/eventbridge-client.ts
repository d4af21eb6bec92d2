// The vendor's npm client for EventBridge.
import { createRequire } from 'node:module'
import type { Server } from '../server/src/server.ts'
import type { Person } from './world.ts'

// It is CommonJS; loaded as such it is the same under every loader. Its models are classes of one shape: a map of what is given.
const require = createRequire(import.meta.url)
// biome-ignore lint/suspicious/noExplicitAny: answers as they arrive; the tests say what must be in them
type Answer = any
type Model = new (given?: Readonly<Record<string, unknown>>) => Record<string, unknown>
const sdk = require('@alicloud/eventbridge') as Record<string, Model>

export type ClientError = Error & { readonly code: string; readonly data: Answer }

/** Named as their actions, two of them without what is listed. */
function modelOf(action: string): Model {
  const name = `${action[0]!.toUpperCase()}${action.slice(1)}`
  return (sdk[`${name}Request`] ?? sdk[`${name.replace('EventSources', '')}Request`])!
}

/** Longer than any machine takes; it gives up within seconds otherwise. */
const PATIENCE_MS = 60_000

/** Calls an action with the vendor's client; `putEvents` takes a list of events. */
export function eventBridge(server: Pick<Server, 'port'>, { key }: Pick<Person, 'key'>, secret = key.secret) {
  const Client = sdk.default as unknown as new (config: unknown) => Record<string, (given: unknown) => Promise<Answer>>
  const config = new sdk.Config!({
    endpoint: `127.0.0.1:${server.port}`,
    accessKeyId: key.id,
    accessKeySecret: secret,
    readTimeout: PATIENCE_MS,
    connectTimeout: PATIENCE_MS,
  })
  const client = new Client(config)
  return async (action: string, given: Answer = {}): Promise<Answer> =>
    await client[action]!(action === 'putEvents' ? given.map(modelOfEvent) : new (modelOf(action))(modelled(given)))
}

const modelOfEvent = ({ bus, data, ...event }: Record<string, unknown>) =>
  new sdk.CloudEvent!({
    ...event,
    ...(data !== undefined && { data: Buffer.from(typeof data === 'string' ? data : JSON.stringify(data)) }),
    extensions: { ...(bus === undefined ? {} : { aliyuneventbusname: bus }), ...(event.extensions as object) },
  })

/** Targets and their parameters are models of their own. */
const modelled = ({ targets, ...given }: Answer) => ({
  ...given,
  ...(targets && { targets: targets.map(modelOfTarget) }),
})
const modelOfTarget = ({ paramList, concurrentConfig, ...target }: Answer) =>
  new sdk.TargetEntry!({
    ...target,
    ...(paramList && { paramList: paramList.map((one: Answer) => new sdk.EBTargetParam!(one)) }),
    ...(concurrentConfig && { concurrentConfig: new sdk.ConcurrentConfig!(concurrentConfig) }),
  })

/** What it can ask for. */
export const clientMethods = (): string[] =>
  Object.getOwnPropertyNames(sdk.default!.prototype).filter(
    (name) => !/^(constructor|doRequest)$|WithOptions$/.test(name),
  )
