// Data Quality for tests: rules and monitors that say only what matters, and data on the data source of a workspace's production.
import { type QualityRule, USUAL_BLOCK_CONDITION, USUAL_NOTIFY_CONDITION } from '@holdpoint/core'
import { dataSourceOfNode } from '../server/src/store/data-sources.ts'
import { workOf } from './runners.ts'
import type { Person, Workspace, World } from './world.ts'

type Given = Partial<Omit<QualityRule, 'sampling' | 'checking'>> & {
  readonly sampling?: Partial<QualityRule['sampling']>
  readonly checking?: Partial<Omit<QualityRule['checking'], 'thresholds'>> & {
    readonly thresholds?: Partial<QualityRule['checking']['thresholds']>
  }
}
/** As the interface takes it. */
type Rule = ReturnType<typeof ruleOf>

let serial = 0
export const fresh = (word: string) => `${word}_${++serial}`

/** A strong rule that wants rows, unless it is said otherwise. */
export const ruleOf = ({
  sampling,
  checking: { thresholds, daysBefore = [], ...checking } = {},
  ...more
}: Given = {}) => ({
  ...{ name: fresh('rule'), description: '', enabled: true, severity: 'High' as const },
  ...{ templateCode: 'system:table:table_count:fixed', ...more },
  sampling: {
    ...{ metric: 'Count' as const, filter: null, sql: null, least: null, most: null, ...sampling },
    ...{ columns: [...(sampling?.columns ?? [])], values: [...(sampling?.values ?? [])] },
  },
  checking: {
    ...{ type: 'Fixed' as const, ...checking, daysBefore: [...daysBefore] },
    thresholds: { expected: '$checkValue > 0', warned: null, critical: null, ...thresholds },
  },
})

/** Runs SQL on the default data source of production. */
export async function sqlOn({ server, db }: World, { id }: Workspace, content: string): Promise<void> {
  const dataSource = await dataSourceOfNode(db, { workspaceId: id, environment: 'PROD', name: null })
  let log = ''
  const io = {
    log(text: string) {
      log += text
    },
    signal: new AbortController().signal,
  }
  const ended = await server.platform.runners.run(workOf({ content, dataSource }), io)
  if (ended.ended !== 'succeeded') throw new Error(`it ${ended.ended}: ${log}`)
}

type Monitor = {
  readonly table?: string
  readonly partition?: string | null
  readonly nodeIds?: readonly number[]
  readonly rules?: readonly (Rule | { readonly id: number })[]
  readonly blockWhen?: string | null
  readonly notifyWhen?: string | null
  readonly webhook?: string
}

export const monitorOf = ({ table = 'orders', partition = null, nodeIds = [], ...more }: Monitor = {}) => ({
  ...{
    name: fresh('monitor'),
    description: '',
    enabled: true,
    target: { dataSource: null, schema: null, table },
    partition,
  },
  trigger: {
    type: nodeIds.length > 0 ? ('ByScheduledTaskInstance' as const) : ('ByManual' as const),
    nodeIds: [...nodeIds],
  },
  blockWhen: more.blockWhen === undefined ? USUAL_BLOCK_CONDITION : more.blockWhen,
  notifyWhen: more.notifyWhen === undefined ? USUAL_NOTIFY_CONDITION : more.notifyWhen,
})

export const newMonitorOf = (of: Monitor = {}) => ({
  ...monitorOf(of),
  rules: [...(of.rules ?? [ruleOf()])],
  subscriptions: of.webhook === undefined ? [] : [{ channel: 'Webhook' as const, receiver: of.webhook }],
})

/** Asked for where no extension watches; answers its id. */
export async function putMonitor(person: Person, { id: workspaceId }: Workspace, of: Monitor = {}): Promise<number> {
  const { ids } = await person.api.call('POST /workspaces/{workspaceId}/quality-monitors', {
    params: { workspaceId },
    body: newMonitorOf(of),
  })
  return ids[0]!
}

export const readMonitor = (person: Person, { id: workspaceId }: Workspace, qualityMonitorId: number) =>
  person.api.call('GET /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}', {
    params: { workspaceId, qualityMonitorId },
  })
