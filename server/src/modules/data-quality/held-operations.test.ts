// Rule 60: each of the eleven operations is asked about at its own extension point. A real extension lets one pass and refuses the next; the effect, or
// that there is none, is read back by other requests.
import { checkBody, type ExtensionPointCode, eventByCode, type QualityRule } from '@holdpoint/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fresh, monitorOf, newMonitorOf, putMonitor, readMonitor, ruleOf } from '../../../../test/quality.ts'
import {
  callBack,
  detailOf,
  type Extension,
  type Person,
  refusalCode,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../../test/world.ts'

const POINTS = [
  'batch-create-data-quality-rules',
  'batch-update-data-quality-rules',
  'update-data-quality-rule',
  'batch-delete-data-quality-rules',
  'create-data-quality-evaluation-task',
  'update-data-quality-evaluation-task',
  'clone-data-quality-evaluation-task',
  'batch-delete-data-quality-evaluation-tasks',
  'create-data-quality-evaluation-task-notification',
  'update-data-quality-evaluation-task-notification',
  'delete-data-quality-evaluation-task-notification',
] as const satisfies readonly ExtensionPointCode[]
type Point = (typeof POINTS)[number]

let world: World
let tenant: Tenant
let owner: Person
/** Where nobody is asked, and where an extension is. */
let free: Workspace
let asked: Workspace
let extension: Extension
let nodes: Readonly<Record<'a' | 'b', number>>
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  owner = tenant.owner
  free = await tenant.workspace()
  asked = await tenant.workspace()
  nodes = await tenant.nodes(asked, { a: [], b: [] })
  extension = await tenant.extension({ points: POINTS })
})
afterAll(() => world?.stop())

const enable = (enabled: boolean) =>
  owner.api.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
    params: { workspaceId: asked.id, code: extension.code },
    body: { enabled },
  })
/** Set up where nobody is asked about it. */
async function unasked<T>(work: () => Promise<T>): Promise<T> {
  await enable(false)
  const made = await work()
  await enable(true)
  return made
}
const answer = (operation: { readonly messageId: string | null }, result: 'OK' | 'FAIL') =>
  callBack(world.server, extension, operation.messageId, result, 'CallbackExtension')

/** The body of the message that asks, which has the members of the catalogue and no others. */
async function bodyOf(operationId: string, point: Point): Promise<Record<string, unknown>> {
  const [row] = await world.db.rows<{ body: string }>('select body from messages where operation_id = $1', [
    operationId,
  ])
  const body = (typeof row!.body === 'string' ? JSON.parse(row!.body) : row!.body) as Record<string, unknown>
  expect(checkBody(eventByCode(point), body)).toEqual([])
  expect(body).toMatchObject({ projectId: asked.id, operator: String(owner.id), eventCode: point })
  return body
}

const params = () => ({ workspaceId: asked.id })
const rules = async (monitorId: number) => (await readMonitor(owner, asked, monitorId)).ruleList
const names = async (monitorId: number) => (await rules(monitorId)).map(({ rule }) => rule.name)
const subscriptions = async (...of: Parameters<typeof readMonitor>) => (await readMonitor(...of)).subscriptions
const some = async <T>(all: Promise<readonly T[]>) => (await all) as readonly [T, T, ...T[]]
const tableOf = (table: string) => ({ dataSource: null, schema: null, table })
const isThere = async (monitorId: number) =>
  (await refusalCode(readMonitor(owner, asked, monitorId))) === 'it was not refused'

type Asked = {
  readonly operation: { readonly id: string; readonly messageId: string | null; readonly state: string }
  readonly ids: readonly number[]
}
/** What there is beforehand, what is asked for, what the message says of it, and how one sees whether it has been done. */
type Case = () => Promise<{
  readonly ask: () => Promise<Asked>
  readonly says: Readonly<Record<string, unknown>>
  readonly seen: () => Promise<unknown>
  readonly before: unknown
  readonly after: unknown
}>

const CASES: Readonly<Record<Point, Case>> = {
  async 'batch-create-data-quality-rules'() {
    const id = await putMonitor(owner, asked, { rules: [] })
    const [a, b] = [ruleOf(), ruleOf({ severity: 'Normal' })]
    return {
      ask: () =>
        owner.api.call('POST /workspaces/{workspaceId}/quality-rules', {
          params: params(),
          body: { monitorId: id, rules: [a, b] },
        }),
      says: {
        dataQualityTaskId: id,
        target: { databaseType: 'duckdb', tableGuid: expect.stringMatching(/^duckdb\..+\.orders$/) },
        rules: [
          {
            ...{ name: a.name, enabled: true, severity: 'High', templateCode: a.templateCode, description: '' },
            samplingConfig: { metric: 'Count' },
            checkingConfig: { type: 'Fixed', thresholds: { expected: { expression: '$checkValue > 0' } } },
          },
          expect.objectContaining({ name: b.name, severity: 'Normal' }),
        ],
      },
      seen: () => names(id),
      before: [],
      after: [a.name, b.name],
    }
  },
  async 'batch-update-data-quality-rules'() {
    const id = await putMonitor(owner, asked, { rules: [ruleOf(), ruleOf()] })
    const before = await rules(id)
    const changed = before.map(({ id: rule, revision }) => ({
      id: rule,
      revision,
      rule: ruleOf({ severity: 'Normal' }),
    }))
    return {
      ask: () =>
        owner.api.call('POST /workspaces/{workspaceId}/quality-rule-updates', {
          params: params(),
          body: { rules: changed },
        }),
      says: {
        rules: changed.map(({ id: rule, rule: { name } }) =>
          expect.objectContaining({ id: rule, name, severity: 'Normal' }),
        ),
      },
      seen: async () => (await rules(id)).map(({ rule }) => [rule.name, rule.severity]),
      before: before.map(({ rule }) => [rule.name, 'High']),
      after: changed.map(({ rule }) => [rule.name, 'Normal']),
    }
  },
  async 'update-data-quality-rule'() {
    const id = await putMonitor(owner, asked)
    const [{ id: qualityRuleId, rule, revision }] = await some(rules(id))
    return {
      ask: () =>
        owner.api.call('PATCH /workspaces/{workspaceId}/quality-rules/{qualityRuleId}', {
          params: { ...params(), qualityRuleId },
          body: { revision, rule: { ...rule, enabled: false } as never },
        }),
      says: { id: qualityRuleId, name: rule.name, enabled: false },
      seen: async () => (await rules(id))[0]!.rule.enabled,
      before: true,
      after: false,
    }
  },
  async 'batch-delete-data-quality-rules'() {
    const id = await putMonitor(owner, asked, { rules: [ruleOf(), ruleOf(), ruleOf()] })
    const all = await rules(id)
    const ids = all.slice(1).map((one) => one.id)
    return {
      ask: () =>
        owner.api.call('POST /workspaces/{workspaceId}/quality-rule-deletions', { params: params(), body: { ids } }),
      says: { ids },
      seen: async () => (await rules(id)).map((one) => one.id),
      before: all.map((one) => one.id),
      after: [all[0]!.id],
    }
  },
  async 'create-data-quality-evaluation-task'() {
    const [rule, known] = [ruleOf(), ruleOf()]
    const { ids } = await owner.api.call('POST /workspaces/{workspaceId}/quality-rules', {
      params: params(),
      body: { target: { table: 'orders' }, rules: [known] },
    })
    const webhook = `https://example.com/${rule.name}`
    const body = newMonitorOf({
      nodeIds: [nodes.a, nodes.b],
      rules: [rule, { id: ids[0]! }],
      webhook,
      partition: 'dt=$bizdate',
    })
    return {
      ask: () => owner.api.call('POST /workspaces/{workspaceId}/quality-monitors', { params: params(), body }),
      says: {
        ...{ name: body.name, target: { databaseType: 'duckdb', tableGuid: expect.stringMatching(/\.orders$/) } },
        trigger: { type: 'ByScheduledTaskInstance', taskIds: [nodes.a, nodes.b] },
        dataSourceId: expect.any(Number),
        rules: [
          expect.objectContaining({ name: rule.name }),
          expect.objectContaining({ id: ids[0], name: known.name }),
        ],
        hooks: [{ type: 'BlockTaskInstance', condition: expect.stringContaining('High') }],
        notifications: {
          condition: expect.any(String),
          notifications: [
            {
              channels: ['Webhook'],
              notificaionReceivers: [{ receiverType: 'WebhookUrl', receiverValues: [webhook] }],
            },
          ],
        },
      },
      async seen() {
        const { items } = await owner.api.call('GET /workspaces/{workspaceId}/quality-monitors', {
          params: params(),
          query: { name: body.name },
        })
        if (items.length === 0) return null
        const { ruleList, subscriptions, nodes: of } = await readMonitor(owner, asked, items[0]!.id)
        return [
          ruleList.map((one) => one.rule.name),
          subscriptions.map((one) => one.receiver),
          of.map(({ name }) => name),
        ]
      },
      before: null,
      after: [expect.arrayContaining([rule.name, known.name]), [webhook], ['a', 'b']],
    }
  },
  async 'update-data-quality-evaluation-task'() {
    const id = await putMonitor(owner, asked)
    const monitor = monitorOf({ table: 'items', nodeIds: [nodes.b], blockWhen: null })
    const [{ rule }] = await some(rules(id))
    return {
      ask: () =>
        owner.api.call('PATCH /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}', {
          params: { ...params(), qualityMonitorId: id },
          body: { revision: 1, monitor },
        }),
      says: {
        ...{ id, name: monitor.name, hooks: [], rules: [expect.objectContaining({ name: rule.name })] },
        target: { databaseType: 'duckdb', tableGuid: expect.stringMatching(/\.items$/) },
        trigger: { type: 'ByScheduledTaskInstance', taskIds: [nodes.b] },
      },
      async seen() {
        const { target, nodes: of, blockWhen, ruleList } = await readMonitor(owner, asked, id)
        return [target.table, of.map((one) => one.id), blockWhen === null, ruleList.map((one) => one.target.table)]
      },
      before: ['orders', [], false, ['orders']],
      after: ['items', [nodes.b], true, ['items']],
    }
  },
  async 'clone-data-quality-evaluation-task'() {
    const id = await putMonitor(owner, asked, { nodeIds: [nodes.a], rules: [ruleOf(), ruleOf()] })
    const { name } = await readMonitor(owner, asked, id)
    return {
      ask: () =>
        owner.api.call('POST /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}/clone', {
          params: { ...params(), qualityMonitorId: id },
          body: { targets: [tableOf('first'), tableOf('second')] },
        }),
      says: {
        id,
        targets: ['first', 'second'].map((table) => ({
          databaseType: 'duckdb',
          tableGuid: expect.stringMatching(new RegExp(`\\.${table}$`)),
        })),
      },
      async seen() {
        const { items } = await owner.api.call('GET /workspaces/{workspaceId}/quality-monitors', {
          params: params(),
          query: { name },
        })
        return items
          .filter((one) => one.id !== id)
          .map((one) => [one.name, one.target.table, one.rules, one.trigger.type])
      },
      before: [],
      after: [
        [`${name} first`, 'first', 2, 'ByManual'],
        [`${name} second`, 'second', 2, 'ByManual'],
      ],
    }
  },
  async 'batch-delete-data-quality-evaluation-tasks'() {
    const ids = [await putMonitor(owner, asked), await putMonitor(owner, asked)]
    const [{ id: rule }] = await some(rules(ids[0]!))
    return {
      ask: () =>
        owner.api.call('POST /workspaces/{workspaceId}/quality-monitor-deletions', { params: params(), body: { ids } }),
      says: { ids },
      seen: async () => [
        await Promise.all(ids.map(isThere)),
        await refusalCode(
          owner.api.call('GET /workspaces/{workspaceId}/quality-rules/{qualityRuleId}', {
            params: { ...params(), qualityRuleId: rule },
          }),
        ),
      ],
      before: [[true, true], 'it was not refused'],
      after: [[false, false], 'QUALITY_RULE_NOT_FOUND'],
    }
  },
  async 'create-data-quality-evaluation-task-notification'() {
    const id = await putMonitor(owner, asked)
    return {
      ask: () =>
        owner.api.call('POST /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}/subscriptions', {
          params: { ...params(), qualityMonitorId: id },
          body: { channel: 'Webhook', receiver: 'https://example.com/hook' },
        }),
      says: { dataQualityEvaluationTaskId: id, channel: 'Custom Webhook', receiverValue: 'https://example.com/hook' },
      seen: async () => (await readMonitor(owner, asked, id)).subscriptions.map((one) => one.receiver),
      before: [],
      after: ['https://example.com/hook'],
    }
  },
  async 'update-data-quality-evaluation-task-notification'() {
    const id = await putMonitor(owner, asked, { webhook: 'https://example.com/one' })
    const [{ id: subscriptionId }] = await some(subscriptions(owner, asked, id))
    return {
      ask: () =>
        owner.api.call('PATCH /workspaces/{workspaceId}/quality-subscriptions/{subscriptionId}', {
          params: { ...params(), subscriptionId },
          body: { channel: 'Webhook', receiver: 'https://example.com/two' },
        }),
      says: {
        dataQualityEvaluationTaskId: id,
        ...{ currentChannel: 'Custom Webhook', currentReceiverValue: 'https://example.com/one' },
        ...{ updatedChannel: 'Custom Webhook', updatedReceiverValue: 'https://example.com/two' },
      },
      seen: async () => (await readMonitor(owner, asked, id)).subscriptions.map((one) => one.receiver),
      before: ['https://example.com/one'],
      after: ['https://example.com/two'],
    }
  },
  async 'delete-data-quality-evaluation-task-notification'() {
    const id = await putMonitor(owner, asked, { webhook: 'https://example.com/one' })
    const [{ id: subscriptionId }] = await some(subscriptions(owner, asked, id))
    return {
      ask: () =>
        owner.api.call('DELETE /workspaces/{workspaceId}/quality-subscriptions/{subscriptionId}', {
          params: { ...params(), subscriptionId },
        }),
      says: { dataQualityEvaluationTaskId: id, channel: 'Custom Webhook', receiverValue: 'https://example.com/one' },
      seen: async () => (await readMonitor(owner, asked, id)).subscriptions.length,
      before: 1,
      after: 0,
    }
  },
}

describe.each(POINTS)('%s', (point) => {
  test('is done when the extension lets it pass, and not before', async () => {
    const { ask, says, seen, before, after } = await unasked(CASES[point])
    const { operation, ids } = await ask()
    expect([operation.state, ids]).toEqual(['held', []])
    expect(await bodyOf(operation.id, point)).toMatchObject(says)
    expect(await seen()).toEqual(before)
    // Asking again for the same is the same.
    expect((await ask()).operation.id).toBe(operation.id)
    expect((await answer(operation, 'OK')).body).toMatchObject({ Success: 'true' })
    expect((await detailOf(owner, operation.id)).state).toBe('done')
    expect(await seen()).toEqual(after)
  })

  test('is not done when the extension refuses it', async () => {
    const { ask, seen, before } = await unasked(CASES[point])
    const { operation } = await ask()
    await answer(operation, 'FAIL')
    expect((await detailOf(owner, operation.id)).state).toBe('refused')
    expect(await seen()).toEqual(before)
  })

  test('is done at once where nobody is asked', async () => {
    await unasked(async () => {
      const { ask, seen, after } = await CASES[point]()
      const { operation, ids } = await ask()
      expect(operation.state).toBe('done')
      expect(ids.length).toBeGreaterThan(0)
      expect(await seen()).toEqual(after)
    })
  })
})

describe('what has changed meanwhile makes it stale, and nothing of it is done', () => {
  const ended = async (operation: Asked['operation']) => {
    await answer(operation, 'OK')
    const { state, reasons } = await detailOf(owner, operation.id)
    return [state, reasons.map(({ code }) => code)]
  }

  test('a rule that is gone, among several', async () => {
    const id = await unasked(() => putMonitor(owner, asked, { rules: [ruleOf(), ruleOf()] }))
    const [a, b] = await some(rules(id))
    const { operation } = await owner.api.call('POST /workspaces/{workspaceId}/quality-rule-deletions', {
      params: params(),
      body: { ids: [a.id, b.id] },
    })
    await unasked(() =>
      owner.api.call('DELETE /workspaces/{workspaceId}/quality-rules/{qualityRuleId}', {
        params: { ...params(), qualityRuleId: a.id },
      }),
    )
    expect(await ended(operation)).toEqual(['stale', ['QUALITY_GONE']])
    expect((await rules(id)).map((one) => one.id)).toEqual([b.id])
  })

  test('a rule that somebody has changed', async () => {
    const id = await unasked(() => putMonitor(owner, asked))
    const [{ id: qualityRuleId }] = await some(rules(id))
    const save = (revision: number) =>
      owner.api.call('PATCH /workspaces/{workspaceId}/quality-rules/{qualityRuleId}', {
        params: { ...params(), qualityRuleId },
        body: { revision, rule: ruleOf({ name: `at revision ${revision}` }) },
      })
    const { operation } = await save(1)
    await unasked(() =>
      owner.api.call('PATCH /workspaces/{workspaceId}/quality-rules/{qualityRuleId}', {
        params: { ...params(), qualityRuleId },
        body: { revision: 1, rule: ruleOf({ name: 'first' }) },
      }),
    )
    expect(await ended(operation)).toEqual(['stale', ['QUALITY_CHANGED_MEANWHILE']])
    expect(await names(id)).toEqual(['first'])
    expect(await refusalCode(save(1))).toBe('QUALITY_CHANGED')
  })

  test('a name that somebody else has taken', async () => {
    const monitor = newMonitorOf()
    const { operation } = await owner.api.call('POST /workspaces/{workspaceId}/quality-monitors', {
      params: params(),
      body: monitor,
    })
    await unasked(() =>
      owner.api.call('POST /workspaces/{workspaceId}/quality-monitors', {
        params: params(),
        body: { ...newMonitorOf(), name: monitor.name },
      }),
    )
    expect(await ended(operation)).toEqual(['stale', ['QUALITY_NAME_TAKEN']])
  })

  test('rules that a monitor has got since it was to be cloned', async () => {
    const id = await unasked(() => putMonitor(owner, asked))
    const { operation } = await owner.api.call(
      'POST /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}/clone',
      {
        params: { ...params(), qualityMonitorId: id },
        body: { targets: [tableOf('later')] },
      },
    )
    await unasked(() =>
      owner.api.call('POST /workspaces/{workspaceId}/quality-rules', {
        params: params(),
        body: { monitorId: id, rules: [ruleOf()] },
      }),
    )
    expect(await ended(operation)).toEqual(['stale', ['QUALITY_CHANGED_MEANWHILE']])
  })

  test('a monitor that is deleted while somebody subscribes', async () => {
    const id = await unasked(() => putMonitor(owner, asked))
    const { operation } = await owner.api.call(
      'POST /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}/subscriptions',
      {
        params: { ...params(), qualityMonitorId: id },
        body: { channel: 'Webhook', receiver: 'https://example.com/late' },
      },
    )
    await unasked(() =>
      owner.api.call('DELETE /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}', {
        params: { ...params(), qualityMonitorId: id },
      }),
    )
    expect(await ended(operation)).toEqual(['stale', ['QUALITY_GONE']])
  })
})

describe('what can never be is refused at once, with its place, and nothing of it is done', () => {
  const create = (rule: object, more: object = {}) =>
    owner.api.call('POST /workspaces/{workspaceId}/quality-rules', {
      params: { workspaceId: free.id },
      body: { target: { table: 'orders' }, rules: [ruleOf(), rule as QualityRule as never], ...more },
    })

  test.each<[string, () => object, string]>([
    ['a column for a metric of the table', () => ruleOf({ sampling: { columns: ['a'] } }), 'rules[1].sampling.columns'],
    ['a metric of a column without one', () => ruleOf({ sampling: { metric: 'Max' } }), 'rules[1].sampling.columns'],
    [
      'SQL of two statements',
      () => ruleOf({ sampling: { metric: 'UserDefinedSql', sql: 'select 1; select 2' } }),
      'rules[1].sampling.sql',
    ],
    [
      'a threshold that cannot be read',
      () => ruleOf({ checking: { thresholds: { expected: '$checkValue >' } } }),
      'rules[1].checking.thresholds.expected',
    ],
    ['no threshold', () => ruleOf({ checking: { thresholds: { expected: null } } }), 'rules[1].checking.thresholds'],
  ])('%s', async (_name, rule, path) => {
    const refused = await create(rule()).catch((error) => error)
    expect(refused).toMatchObject({ code: 'QUALITY_INVALID', problem: { details: { path, paths: [path] } } })
    const { items } = await owner.api.call('GET /workspaces/{workspaceId}/quality-rules', {
      params: { workspaceId: free.id },
    })
    expect(items).toEqual([])
  })

  test('things that are not there, and those of others', async () => {
    const there = await unasked(() => putMonitor(owner, asked, { webhook: 'https://example.com/x' }))
    const of = { workspaceId: free.id }
    const monitors = (body: object) =>
      refusalCode(
        owner.api.call('POST /workspaces/{workspaceId}/quality-monitors', {
          params: of,
          body: { ...newMonitorOf(), ...body },
        }),
      )
    // Nodes and rules of another workspace are as if they were not there.
    expect(await monitors(monitorOf({ nodeIds: [nodes.a] }))).toBe('ALERT_NODES_UNKNOWN')
    expect(await monitors({ rules: [{ id: (await rules(there))[0]!.id }] })).toBe('QUALITY_RULE_NOT_FOUND')
    expect(await monitors({ target: { dataSource: 'nowhere', table: 't' } })).toBe('DATA_SOURCE_MISSING')
    expect(await refusalCode(create(ruleOf(), { monitorId: there, target: undefined }))).toBe(
      'QUALITY_MONITOR_NOT_FOUND',
    )
    expect(await refusalCode(create(ruleOf(), { target: undefined }))).toBe('QUALITY_INVALID')
    expect(
      await refusalCode(
        owner.api.call('POST /workspaces/{workspaceId}/quality-monitor-deletions', {
          params: of,
          body: { ids: [there] },
        }),
      ),
    ).toBe('QUALITY_MONITOR_NOT_FOUND')
    expect(await isThere(there)).toBe(true)
  })

  test('names twice, and a rule of a monitor with the name of another', async () => {
    const twice = ruleOf()
    expect(await refusalCode(create(twice, { rules: [twice, twice] }))).toBe('QUALITY_NAME_TAKEN')
    const id = await putMonitor(owner, free, { rules: [twice] })
    expect(await refusalCode(create(twice, { monitorId: id, target: undefined }))).toBe('QUALITY_NAME_TAKEN')
    const { name } = await readMonitor(owner, free, id)
    expect(
      await refusalCode(
        owner.api.call('POST /workspaces/{workspaceId}/quality-monitors', {
          params: { workspaceId: free.id },
          body: { ...newMonitorOf(), name },
        }),
      ),
    ).toBe('QUALITY_NAME_TAKEN')
  })

  test('receivers that could never be told, and one that is told already', async () => {
    const id = await putMonitor(owner, free, { webhook: 'https://example.com/told' })
    const subscribe = (channel: 'Mail' | 'Webhook', receiver: string) =>
      refusalCode(
        owner.api.call('POST /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}/subscriptions', {
          params: { workspaceId: free.id, qualityMonitorId: id },
          body: { channel, receiver },
        }),
      )
    expect(await subscribe('Webhook', 'https://example.com/told')).toBe('QUALITY_SUBSCRIBED')
    expect(await subscribe('Webhook', 'ftp://example.com/')).toBe('QUALITY_RECEIVER_INVALID')
    expect(await subscribe('Webhook', 'http://10.0.0.1/')).toBe('QUALITY_RECEIVER_INVALID')
    expect(await subscribe('Webhook', 'https://me:secret@example.com/')).toBe('QUALITY_RECEIVER_INVALID')
    // No mail server is configured here.
    expect(await subscribe('Mail', 'me@example.com')).toBe('QUALITY_RECEIVER_INVALID')
  })
})

test('what is asked for at the same moment under one name is done once', async () => {
  const id = await putMonitor(owner, free, { rules: [] })
  const [name, rule] = [fresh('same'), fresh('same')]
  const at = { workspaceId: free.id }
  const all = await Promise.all(
    Array.from({ length: 6 }, async () => [
      await refusalCode(
        owner.api.call('POST /workspaces/{workspaceId}/quality-monitors', {
          params: at,
          body: { ...newMonitorOf(), name },
        }),
      ),
      await refusalCode(
        owner.api.call('POST /workspaces/{workspaceId}/quality-rules', {
          params: at,
          body: { monitorId: id, rules: [ruleOf({ name: rule })] },
        }),
      ),
    ]),
  )
  for (const which of [0, 1]) {
    const codes = all.map((one) => one[which])
    expect(codes.filter((code) => code === 'it was not refused')).toHaveLength(1)
    expect(codes.filter((code) => code === 'QUALITY_NAME_TAKEN')).toHaveLength(5)
  }
})

test('whoever may only read sees neither the path of a webhook nor its secret', async () => {
  const id = await putMonitor(owner, free, { webhook: 'https://example.com/secret-path' })
  const [{ id: subscriptionId }] = await some(subscriptions(owner, free, id))
  const visitor = await tenant.person([], { [free.id]: ['visitor'] })
  const seen = await readMonitor(visitor, free, id)
  expect(JSON.stringify(seen)).not.toContain('secret-path')
  expect(seen.may).toEqual([])
  const read = (person: Person) =>
    person.api.call('GET /workspaces/{workspaceId}/quality-subscriptions/{subscriptionId}/signing-secret', {
      params: { workspaceId: free.id, subscriptionId },
    })
  expect(await refusalCode(read(visitor))).toBe('FORBIDDEN')
  expect((await read(owner)).secret).toMatch(/^whsec_/)
})
