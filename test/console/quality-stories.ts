import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { axeFindings, type BrowserConsole, makeShop, type Shop, TEXTS } from './browser-console.ts'
import { answerHeld, watching } from './integration-stories.ts'

const { en, zh } = TEXTS
const ENDED_MS = 60_000

export function qualityStories(at: () => BrowserConsole): void {
  const press = async (page: Page, name: string) =>
    await page.getByRole('button', { name, exact: true }).first().click()
  const dialog = (page: Page) => page.getByRole('dialog')
  const confirm = (page: Page, name: string) => dialog(page).getByRole('button', { name, exact: true }).click()
  const home = ({ workspace }: Shop) => `/workspaces/${workspace.id}/quality`

  it('watches a table from its first rule on: an instance whose data fail says why, and what waits for it does not run', {
    timeout: 180_000,
  }, async () => {
    const shop = await makeShop(at().world)
    const { api } = shop.tenant.owner
    const params = { workspaceId: shop.workspace.id }
    const nodes = await shop.tenant.nodes(
      shop.workspace,
      { load: [], use: ['load'] },
      { content: 'create or replace table dwd_orders as select i as id, nullif(i, 3) as amount from range(5) t(i)' },
    )
    const extension = await watching(at().world, shop, ['create-data-quality-evaluation-task'])
    const page = await at().page(shop.administrator, `${home(shop)}/monitors`)
    await page.getByText(en.monitors.empty).waitFor()
    await page.getByRole('link', { name: en.monitors.new }).first().click()
    await page.getByRole('textbox', { name: en.quality.name }).fill('orders of a day')
    await page.getByRole('textbox', { name: en.monitorForm.table }).fill('dwd_orders')
    await page.getByRole('combobox', { name: en.alerts.nodes }).fill('load')
    await page.getByRole('option', { name: 'load' }).click()
    await page.keyboard.press('Escape')
    await press(page, en.monitorForm.addRule)
    await dialog(page).getByRole('combobox', { name: en.qualityRule.template }).click()
    await page.getByRole('option', { name: `${en.metric.NullValueCount}: ${en.checking.Fixed}`, exact: true }).click()
    await dialog(page).getByRole('textbox', { name: en.quality.name }).fill('amounts are there')
    await confirm(page, en.monitorForm.addRule)
    // What can never be checked is said beside its field.
    await dialog(page).locator('.mantine-TagsInput-error').waitFor()
    const columns = dialog(page).getByRole('combobox', { name: en.qualityRule.columns })
    await columns.fill('amount')
    await columns.press('Enter')
    expect(await axeFindings(page)).toEqual([])
    await confirm(page, en.monitorForm.addRule)
    await page.getByRole('table', { name: en.monitorForm.firstRules }).getByText('amounts are there').waitFor()
    await press(page, en.ui.create)
    await page.locator('.operation-panel').waitFor()
    await answerHeld(at().world, shop, extension, 'OK')
    await page.keyboard.press('Escape')
    // Rows do not jump under whoever looks at them.
    await press(page, en.ui.showLatest)
    await page.getByRole('row').filter({ hasText: 'orders of a day' }).getByText('1 rule, 1 strong').waitFor()

    await api.call('POST /workspaces/{workspaceId}/backfills', {
      params,
      body: {
        ...{ name: 'a day', mode: 'advanced', rootNodeIds: [nodes.load, nodes.use] },
        dates: [{ start: '2026-11-20', end: '2026-11-20' }],
      },
    })
    const instanceOf = async (nodeId: number) =>
      (await api.call('GET /workspaces/{workspaceId}/instances', { params, query: { nodeId } })).items[0]
    await expect.poll(async () => (await instanceOf(nodes.load))?.status, { timeout: ENDED_MS }).toBe('failed')
    expect((await instanceOf(nodes.use))?.status).toBe('not-run')

    const { id } = (await instanceOf(nodes.load))!
    await page.goto(`${at().url}/workspaces/${shop.workspace.id}/instances/${id}`)
    await page.getByRole('alert').filter({ hasText: 'amounts are there' }).waitFor()
    await page.getByRole('link', { name: en.instance.showChecks }).click()
    await page.getByText(en.checks.blocked).first().waitFor()
    await press(page, en.checks.addComment)
    await page.getByRole('textbox', { name: en.checks.comment }).fill('The shop was closed.')
    await page.getByRole('button', { name: en.checks.addComment, exact: true }).last().click()
    await page.locator('main').getByText('The shop was closed.', { exact: true }).first().waitFor()
    expect(await axeFindings(page)).toEqual([])

    await page.getByRole('link', { name: 'amounts are there' }).first().click()
    await page.getByRole('img', { name: en.qualityRule.plotOf }).waitFor()
    await press(page, en.qualityRule.asTable)
    await page.getByRole('table', { name: en.qualityRule.plot }).getByText('2026-11-20').waitFor()
    expect(await axeFindings(page)).toEqual([])

    const chinese = await at().page(
      shop.administrator,
      `/workspaces/${shop.workspace.id}/nodes/${nodes.load}?tab=quality`,
      {
        language: 'zh',
        scheme: 'dark',
      },
    )
    const row = chinese.getByRole('row').filter({ hasText: 'orders of a day' })
    await row.getByText(zh.qualityStatus.Critical).waitFor()
    await row.getByRole('link', { name: 'orders of a day' }).click()
    await press(chinese, zh.monitor.checkNow)
    await confirm(chinese, zh.monitor.checkNow)
    await chinese.locator('.page-title').getByText(zh.qualityStatus.Critical).waitFor({ timeout: ENDED_MS })
    expect(await axeFindings(chinese)).toEqual([])
  })

  it('changes several rules together, tells who subscribes, and clones a monitor, each where it is shown', {
    timeout: 90_000,
  }, async () => {
    const shop = await makeShop(at().world)
    const rule = (name: string) => ({
      ...{ name, severity: 'Normal' as const, templateCode: 'system:table:table_count:fixed' },
      sampling: { metric: 'Count' as const },
      checking: { type: 'Fixed' as const, thresholds: { expected: '$checkValue > 0' } },
    })
    const { ids } = await shop.administrator.api.call('POST /workspaces/{workspaceId}/quality-monitors', {
      params: { workspaceId: shop.workspace.id },
      body: {
        ...{ name: 'payments', target: { table: 'payments' }, trigger: { type: 'ByManual' } },
        rules: [rule('first'), rule('second')],
      },
    })
    const page = await at().page(shop.administrator, `${home(shop)}/rules`)
    const row = (text: string) => page.getByRole('row').filter({ hasText: text })
    await row('first').getByRole('checkbox').check()
    await row('second').getByRole('checkbox').check()
    await press(page, en.qualityRules.switchOff)
    expect(await axeFindings(page)).toEqual([])
    await confirm(page, en.qualityRules.switchOff)
    await row('first').getByText(en.qualityRules.off).waitFor()
    await row('second').getByText(en.qualityRules.off).waitFor()
    await row('second').getByRole('checkbox').check()
    await press(page, en.qualityRules.delete)
    await confirm(page, en.ui.delete)
    await row('second').and(page.locator('.row-left')).or(page.getByText(en.ui.showLatest)).first().waitFor()

    await page.goto(`${at().url}${home(shop)}/monitors/${ids[0]}?tab=subscriptions`)
    await press(page, en.monitor.subscribe)
    await dialog(page).getByRole('radio', { name: en.monitor.channels.Webhook }).check()
    const { url } = await at().world.receiver()
    await dialog(page).getByRole('textbox', { name: en.monitor.receiver }).fill(url)
    await confirm(page, en.monitor.subscribe)
    await row(url).waitFor()
    await press(page, en.monitor.secretOf.replace('{{receiver}}', url))
    await confirm(page, en.alerts.reveal)
    await dialog(page)
      .getByText(/^whsec_|^[\w+/=-]{20,}$/)
      .waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.keyboard.press('Escape')
    await press(page, en.monitor.endSubscription.replace('{{receiver}}', url))
    await confirm(page, en.ui.remove)
    await page.getByText(en.monitor.noSubscriptions).waitFor()

    await press(page, en.monitor.clone)
    await dialog(page).getByRole('textbox', { name: en.monitor.cloneTables }).fill('refunds\narchive.refunds')
    await confirm(page, en.monitor.clone)
    await page.getByText(en.monitor.cloned).waitFor()
    await page.goto(`${at().url}${home(shop)}/monitors?table=refunds`)
    await expect.poll(() => page.getByRole('row').filter({ hasText: 'refunds' }).count()).toBe(2)
    expect(await axeFindings(page)).toEqual([])
  })
}
