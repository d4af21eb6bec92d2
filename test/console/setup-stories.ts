import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { flowSpec } from '../world.ts'
import { type BrowserConsole, makeShop, TEXTS } from './browser-console.ts'

const { en } = TEXTS

export function setupStories(at: () => BrowserConsole): void {
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
  const status = (page: Page, text: string) => page.getByRole('main').getByText(text, { exact: true }).first().waitFor()

  it('registers an extension with points of one level only, and leads it through review to publication and to the workspace', async () => {
    const shop = await makeShop(at().world)
    const author = await shop.tenant.person(['open-platform-administrator'], { [shop.workspace.id]: ['developer'] })
    const page = await at().page(author, '/extensions')
    await page.getByRole('link', { name: en.extensions.register }).first().click()
    await page.getByRole('checkbox', { name: 'Pre-event for node freezing freeze-node' }).check()
    expect(await page.getByRole('checkbox', { name: /delete-project/ }).isDisabled()).toBe(true)
    await page.getByText(en.picker.workspaceOnly).waitFor()
    await page.getByLabel(en.form.name, { exact: false }).first().fill('Night watch')
    await page.getByLabel(en.form.parameters).fill('extension.manualPass.enabled=true')
    await press(page, en.form.register)
    await page.getByRole('heading', { level: 1, name: 'Night watch' }).waitFor()
    const address = new URL(page.url()).pathname.replace('/console', '')

    await press(page, en.verb.submit)
    await page.getByRole('dialog').getByRole('button', { name: en.verb.submit }).click()
    await status(page, en.extension.inReviewNext)
    expect(await page.getByRole('button', { name: en.verb.approve, exact: true }).count()).toBe(0)

    const reviewer = await at().page(shop.tenant.owner, '/')
    await reviewer.getByRole('region', { name: en.home.reviews }).getByRole('link', { name: 'Night watch' }).click()
    await press(reviewer, en.verb.approve)
    await reviewer.getByRole('dialog').getByRole('button', { name: en.verb.approve }).click()
    await status(reviewer, en.extension.approvedNext)

    // The author sees it without a reload.
    await press(page, en.verb.publish)
    await page.getByRole('dialog').getByRole('button', { name: en.verb.publish }).click()
    await status(page, en.extension.publishedNext)
    expect(address).toMatch(/^\/extensions\/\w+/)

    const administrator = await at().page(shop.administrator, `/workspaces/${shop.workspace.id}/extensions`)
    // The box itself is drawn over.
    await administrator.getByRole('switch', { name: 'Enable Night watch in this workspace' }).click({ force: true })
    await administrator.getByText(en.management.on, { exact: true }).waitFor()
  })

  it('offers those workspaces for testing where one may test, and says what to do where there is none', async () => {
    const { tenant, workspace } = await makeShop(at().world)
    const other = await tenant.workspace()
    const developer = await tenant.person(['open-platform-administrator'], {
      [workspace.id]: ['developer'],
      [other.id]: ['visitor'],
    })
    const page = await at().page(developer, '/extensions/register')
    await page.getByText(en.form.testWorkspaceHint).waitFor()
    await page.getByRole('combobox', { name: en.form.testWorkspace }).click()
    await page.getByRole('option').first().waitFor()
    expect(await page.getByRole('option').allTextContents()).toEqual([workspace.identifier])

    const visitor = await tenant.person(['open-platform-administrator'], { [other.id]: ['visitor'] })
    const without = await at().page(visitor, '/extensions/register')
    await without.getByText(en.form.noTestWorkspace).waitFor()
    expect(await without.getByRole('combobox', { name: en.form.testWorkspace }).isDisabled()).toBe(true)
  })

  it('shows the secret of an AccessKey pair once, and lets it be deactivated and deleted', async () => {
    const { operator } = await makeShop(at().world)
    const page = await at().page(operator, '/account')
    await press(page, en.keys.create)
    const dialog = page.getByRole('dialog', { name: en.keys.created })
    await dialog.getByText(en.keys.onlyOnce).waitFor()
    const [id, secret] = (await dialog.locator('code').allTextContents()) as [string, string]
    expect(secret.length).toBeGreaterThanOrEqual(30)
    await dialog.getByRole('button', { name: en.keys.kept }).click()
    const row = page.getByRole('row').filter({ hasText: id })
    await row.getByText(en.keys.active, { exact: true }).waitFor()
    expect(await page.getByText(secret).count()).toBe(0)
    await row.getByRole('button', { name: en.keys.deactivate }).click()
    await row.getByText(en.keys.inactive, { exact: true }).waitFor()
    await row.getByRole('button', { name: en.ui.delete }).click()
    await page.getByRole('dialog').getByRole('button', { name: en.ui.delete }).click()
    await row.waitFor({ state: 'detached' })
  })

  it('names the place of a fault in a FlowSpec and imports nothing, then imports the mended file', async () => {
    const shop = await makeShop(at().world)
    const page = await at().page(shop.administrator, `/workspaces/${shop.workspace.id}/nodes`)
    await press(page, en.import.open)
    const text = page.getByLabel(en.import.text)
    await text.fill('{ "version": "1.1.0", "kind": ')
    await page.getByRole('dialog').getByRole('button', { name: en.import.verb, exact: true }).click()
    await page.getByRole('dialog').getByRole('alert').getByText('The FlowSpec cannot be imported').waitFor()
    await page.getByRole('dialog').getByText(en.import.place).waitFor()
    await text.fill(JSON.stringify(flowSpec(shop.workspace, { 新节点: [] })))
    await page.getByRole('dialog').getByRole('button', { name: en.import.verb, exact: true }).click()
    await page.getByText('Imported. New nodes: 1; updated: 0.').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: en.ui.close }).last().click()
    await page.getByRole('link', { name: '新节点' }).waitFor()
  })

  it('creates a bus with a rule and a target, shows the fault of a pattern, and makes it the channel of a workspace', async () => {
    const shop = await makeShop(at().world)
    const page = await at().page(shop.tenant.owner, '/event-buses')
    await page.getByRole('button', { name: en.buses.create }).first().click()
    await page.getByLabel(en.buses.name).fill(`bus-${shop.tenant.id}`)
    await press(page, en.ui.create)
    await page.getByRole('button', { name: en.rules.create }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel(en.rules.name).first().fill('everything')
    await dialog.getByLabel(en.rules.pattern).fill('{ "type": ')
    await dialog.getByText(en.rules.patternNotJson).waitFor()
    await dialog.getByLabel(en.rules.pattern).fill('{ "source": ["acs.dataworks"] }')
    await dialog.getByLabel(en.target.endpoint).fill('http://127.0.0.1:9/')
    await dialog.getByRole('button', { name: en.ui.save }).click()
    await page.getByRole('article', { name: 'everything' }).getByText('http://127.0.0.1:9/').waitFor()

    await page.goto(`${at().url}/workspaces/${shop.workspace.id}/channel`)
    await page.getByText(en.channel.none).waitFor()
    await page.getByRole('combobox', { name: en.channel.bus }).click()
    await page.getByRole('option', { name: `bus-${shop.tenant.id}` }).click()
    await press(page, en.ui.save)
    await page.getByText(en.channel.none).waitFor({ state: 'detached' })
  })

  it('creates a workspace and a user, and makes the user a member with a role', async () => {
    const shop = await makeShop(at().world)
    const page = await at().page(shop.tenant.owner, '/users')
    await page.getByRole('button', { name: en.users.create }).click()
    await page.getByLabel(en.users.name).fill('Not A Name')
    await press(page, en.ui.create)
    await page.getByRole('dialog').getByRole('alert').waitFor()
    await page.getByLabel(en.users.name).fill(`mei${shop.tenant.id}`)
    await page.getByLabel(en.users.displayName).fill('美玲')
    await press(page, en.ui.create)
    await press(page, en.keys.kept)
    await page.getByText('美玲', { exact: true }).waitFor()

    await page.goto(`${at().url}/workspaces`)
    await page.getByRole('button', { name: en.workspaces.create }).click()
    await page.getByLabel(en.workspaces.identifier).fill(`lab_${shop.tenant.id}`)
    await press(page, en.ui.create)
    await page.getByRole('link', { name: `lab_${shop.tenant.id}_root` }).waitFor()
    await page.getByRole('link', { name: en.nav.members }).click()
    await page.getByRole('button', { name: en.members.add }).click()
    await page.getByRole('combobox', { name: en.members.user }).click()
    await page.getByRole('option', { name: /美玲/ }).click()
    await press(page, en.ui.save)
    await page.getByRole('row').filter({ hasText: '美玲' }).getByText(en.role.developer).waitFor()
  })
}
