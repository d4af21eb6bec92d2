import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../sdk/src/index.ts'
import { type Example, exampleOf } from '../../test/example.ts'
import { detailOf, startWorld, until, type World } from '../../test/world.ts'

const POINTS = [
  'batch-create-data-quality-rules',
  'update-data-quality-rule',
  'batch-update-data-quality-rules',
  'create-data-quality-evaluation-task',
  'update-data-quality-evaluation-task',
]
const rule = (name: string, severity: 'High' | 'Normal') => ({
  ...{ name, severity, templateCode: 'system:table:table_count:fixed' },
  sampling: { metric: 'Count' as const },
  checking: { type: 'Fixed' as const, thresholds: { expected: '$checkValue > 0' } },
})

describe('strong rules', () => {
  let world: World
  let example: Example
  beforeAll(async () => {
    world = await startWorld()
    example = await exampleOf(world, 'strong-rules', POINTS, { isFunction: true })
  })
  afterAll(() => world?.stop())

  const params = () => ({ workspaceId: example.workspace.id })
  const call: Client['call'] = (...given) => example.tenant.owner.api.call(...given)
  /** How the operation ended, and what was said of it. */
  async function ended({ operation }: { readonly operation: { readonly id: string } }) {
    const { state, checks } = await until(
      world.server,
      () => detailOf(example.tenant.owner, operation.id),
      (one) => one.state !== 'held',
    )
    return [state, checks[0]?.result, checks[0]?.comment ?? '']
  }
  const watch = async (table: string, severity: 'High' | 'Normal', blocks = true) =>
    ended(
      await call('POST /workspaces/{workspaceId}/quality-monitors', {
        params: params(),
        body: {
          ...{ name: `${table} ${severity} ${blocks}`, target: { table }, trigger: { type: 'ByManual' } },
          ...(blocks ? {} : { blockWhen: null }),
          rules: [rule('rows', severity)],
        },
      }),
    )
  const monitors = async (table: string) =>
    (await call('GET /workspaces/{workspaceId}/quality-monitors', { params: params(), query: { table } })).items
  const rules = async (table: string) =>
    (await call('GET /workspaces/{workspaceId}/quality-rules', { params: params(), query: { table } })).items

  test('FAIL: a weak rule of a published table; the monitor is not there, nor is the rule', async () => {
    expect(await watch('ads_sales', 'Normal')).toEqual([
      ...['refused', 'FAIL', 'Rules of `ads_sales` have to be strong: `rows`'],
    ])
    expect(await monitors('ads_sales')).toEqual([])
    const body = { target: { table: 'ads_sales' }, rules: [rule('first', 'High'), rule('second', 'Normal')] }
    expect(await ended(await call('POST /workspaces/{workspaceId}/quality-rules', { params: params(), body }))).toEqual(
      [...['refused', 'FAIL', 'Rules of `ads_sales` have to be strong: `second`']],
    )
    expect(await rules('ads_sales')).toEqual([])
  })

  test('FAIL: a monitor of a published table that holds nothing up', async () => {
    expect(await watch('ads_sales', 'High', false)).toMatchObject([
      'refused',
      'FAIL',
      expect.stringContaining('hold up'),
    ])
  })

  test('OK: a strong rule of a published table, and a weak one of any other; both are there', async () => {
    expect(await watch('ads_sales', 'High')).toMatchObject(['done', 'OK', ''])
    expect(await watch('dwd_orders', 'Normal', false)).toMatchObject(['done', 'OK', ''])
    expect(await monitors('ads_sales')).toMatchObject([{ strongRules: 1 }])
    expect(await monitors('dwd_orders')).toMatchObject([{ strongRules: 0 }])
  })

  test('WARN: a rule that is made weak; it is weak from then on', async () => {
    expect(await watch('ads_orders', 'High')).toMatchObject(['done', 'OK', ''])
    const [made] = await rules('ads_orders')
    const { id: qualityRuleId, revision, rule: strong } = made!
    const asked = await call('PATCH /workspaces/{workspaceId}/quality-rules/{qualityRuleId}', {
      params: { ...params(), qualityRuleId },
      body: { revision, rule: { ...strong, severity: 'Normal' } },
    })
    expect(await ended(asked)).toMatchObject(['done', 'WARN', expect.stringContaining('`rows`')])
    expect(await rules('ads_orders')).toMatchObject([{ rule: { severity: 'Normal' } }])
  })

  test('the workspace chooses which tables are published', async () => {
    await example.choose({ prefixes: 'rpt_' })
    expect(await watch('rpt_sales', 'Normal')).toMatchObject(['refused', 'FAIL', expect.any(String)])
    expect(await watch('ads_sales', 'Normal')).toMatchObject(['done', 'OK', ''])
  })
})
