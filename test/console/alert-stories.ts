import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { axeFindings, type BrowserConsole, makeShop, TEXTS } from './browser-console.ts'

const { en } = TEXTS

export function alertStories(at: () => BrowserConsole): void {
  const choose = async (page: Page, box: string, option: string) => {
    await page.getByRole('dialog').getByRole('combobox', { name: box }).click()
    await page.getByRole('option', { name: option, exact: true }).click()
  }

  it('adds a rule for chosen nodes, tests it, and shows every try to reach its receiver', async () => {
    const shop = await makeShop(at().world)
    const receiver = await at().world.receiver((_received, n) => (n === 1 ? { status: 503, body: 'later' } : {}))
    const page = await at().page(shop.operator, `/workspaces/${shop.workspace.id}/alerts`)
    await page.getByText(en.alerts.noRules).waitFor()
    await page.getByRole('button', { name: en.alerts.create }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel(en.alerts.name).fill('reports are late')
    await choose(page, en.alerts.kind, en.alerts.kinds.TIMEOUT)
    await choose(page, en.alerts.scope, en.alerts.scopes.nodes)
    await dialog.getByRole('combobox', { name: en.alerts.nodes, exact: true }).fill('repo')
    await page.getByRole('option', { name: 'report' }).click()
    await dialog.getByLabel(en.alerts.minutes, { exact: true }).fill('45')
    await dialog.getByRole('textbox', { name: en.alerts.webhook }).fill('http://10.1.2.3/')
    // A receiver that could never be reached is told of beside its field.
    await dialog.getByRole('button', { name: en.ui.save }).click()
    await dialog
      .getByText(/10\.1\.2\.3 is a private or special address/)
      .first()
      .waitFor()
    expect(await axeFindings(page)).toEqual([])
    await dialog.getByRole('textbox', { name: en.alerts.webhook }).fill(receiver.url)
    await dialog.getByRole('button', { name: en.ui.save }).click()
    const rules = page.getByRole('table', { name: en.alerts.rules })
    await rules.getByRole('link', { name: 'report' }).waitFor()
    await rules.getByText('for more than 45 min').waitFor()

    await rules.getByRole('button', { name: 'Test the rule reports are late' }).click()
    const told = page.getByRole('table', { name: en.alerts.told })
    await told.getByText(en.alerts.isTest, { exact: true }).waitFor()
    await told.getByRole('button', { name: '1 try' }).click()
    await told.getByText('HTTP 503 · answered 503 · later').waitFor()
    await told.getByText(en.alerts.nextTry).waitFor()
    expect(await axeFindings(page)).toEqual([])

    await rules.getByRole('button', { name: 'Signing secret of reports are late' }).click()
    await dialog.getByRole('button', { name: en.alerts.reveal }).click()
    await dialog.getByText(/^whsec_/).waitFor()
    await dialog.getByRole('button', { name: en.ui.close }).click()
    await rules.getByRole('button', { name: 'Delete the rule reports are late' }).click()
    await dialog.getByRole('button', { name: en.alerts.remove }).click()
    await page.getByText(en.alerts.noRules).waitFor()
    await told.getByText('reports are late').waitFor()
  })

  it('whoever may not change rules sees them without their receivers, and no buttons', async () => {
    const shop = await makeShop(at().world)
    await shop.operator.api.call('POST /workspaces/{workspaceId}/alert-rules', {
      params: { workspaceId: shop.workspace.id },
      body: {
        name: 'failures',
        watch: { kind: 'ERROR', nodeIds: null },
        webhook: 'https://chat.example.com/secret-path',
      },
    })
    const visitor = await shop.tenant.person([], { [shop.workspace.id]: ['visitor'] })
    const page = await at().page(visitor, `/workspaces/${shop.workspace.id}/alerts`)
    await page.getByText('Webhook https://chat.example.com').waitFor()
    expect(await page.content()).not.toContain('secret-path')
    expect(await page.getByRole('button', { name: en.alerts.create }).count()).toBe(0)
    expect(await page.getByRole('button', { name: /Test the rule/ }).count()).toBe(0)
  })
}
