import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { ask } from '../world.ts'
import { type BrowserConsole, makeShop, TEXTS, watch } from './browser-console.ts'

const { en } = TEXTS

export function lifeStories(at: () => BrowserConsole): void {
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
  const confirm = (page: Page, name: string) =>
    page.getByRole('dialog').getByRole('button', { name, exact: true }).click()
  const open = (page: Page, tab: string) => page.getByRole('tab', { name: tab, exact: true }).click()

  it('leads a new version of a published extension through its review, with what it changes and what was said, while the old one runs', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const { extension } = await watch(world, shop, 'limit=1\nkept=2')
    const page = await at().page(extension.author, `/extensions/${extension.code}/edit`)
    await page.getByText(en.form.editPublishedHint).waitFor()
    await page.getByLabel(en.form.parameters).fill('limit=2\nkept=2')
    await press(page, en.ui.save)
    await page.getByText('Version 2: Testing', { exact: true }).waitFor()
    await press(page, en.verb.submit)
    await page.getByRole('dialog').getByLabel(en.verb.reasonOptional).fill('for the new year')
    await confirm(page, en.verb.submit)
    await page.getByText('Version 2: In review', { exact: true }).waitFor()

    const reviewer = await at().page(shop.tenant.owner, '/reviews')
    await reviewer.getByRole('table', { name: en.review.title }).getByRole('link').click()
    const changes = reviewer.getByRole('region', { name: en.review.changes })
    await changes.getByText('limit=1', { exact: true }).waitFor()
    expect(await changes.locator('[data-sign="+"]').allTextContents()).toEqual(['+added: limit=2'])
    await reviewer.getByText('for the new year').waitFor()
    await reviewer.getByLabel(en.review.comment).fill('Why **2**?')
    await press(reviewer, en.review.say)
    await reviewer.getByText('Why 2?').waitFor()

    // The author reads it without a reload, and cannot decide.
    await open(page, en.life.review)
    await page.getByText('Why 2?').waitFor()
    await page.getByText(en.review.notYours).waitFor()
    expect(await page.getByRole('button', { name: en.verb.approve, exact: true }).count()).toBe(0)

    await press(reviewer, en.verb.approve)
    await confirm(reviewer, en.verb.approve)
    await press(page, en.verb.publish)
    await page.getByText('It replaces version 1 at once', { exact: false }).waitFor()
    await confirm(page, en.verb.publish)
    await page.getByText('version 2', { exact: true }).first().waitFor()
    await open(page, en.life.versions)
    await page.getByRole('cell', { name: en.life.superseded }).waitFor()
    await open(page, en.life.history)
    await page.getByText('published version 2').waitFor()
  })

  it('says beside the field what is wrong with it', async () => {
    const shop = await makeShop(at().world)
    const author = await shop.tenant.person(['open-platform-administrator'])
    const page = await at().page(author, '/extensions/register')
    await page.getByRole('checkbox', { name: 'Pre-event for node freezing freeze-node' }).check()
    await page.getByLabel(en.form.name, { exact: false }).first().fill('Night watch')
    await page.getByLabel(en.form.detailUrl).fill('https://user:secret@example.com/')
    await page.getByLabel(en.form.parameters).fill('no equals sign')
    await press(page, en.form.register)
    const beside = (label: string, problem: string) =>
      page
        .locator('.mantine-InputWrapper-root')
        .filter({ has: page.getByText(label, { exact: true }) })
        .getByText(problem, { exact: false })
        .waitFor()
    await beside(en.form.detailUrl, 'must not contain a user name or a password')
    await page.getByLabel(en.form.detailUrl).fill('https://example.com/')
    await press(page, en.form.register)
    await beside(en.form.parameters, 'line 1')
  })

  it('shows what an extension was asked about, and deletes it once nothing waits for it', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const { extension, name } = await watch(world, shop)
    const held = await ask(shop.tenant.owner, shop.workspace, 'freeze-node', [shop.nodes.orders])
    const page = await at().page(shop.tenant.owner, `/extensions/${extension.code}?tab=deliveries`)
    await page
      .getByRole('table', { name: en.life.asked })
      .getByRole('link', { name: /orders/ })
      .waitFor()
    await press(page, en.verb.disable)
    await confirm(page, en.verb.disable)
    const remove = async () => {
      await press(page, en.life.more)
      await page.getByRole('menuitem', { name: en.life.delete }).click()
      await confirm(page, en.life.delete)
    }
    await remove()
    await page.getByRole('dialog').getByRole('alert').getByText('Held operations wait').waitFor()
    await confirm(page, en.ui.cancel)
    await shop.tenant.owner.api.call('POST /operations/{operationId}/withdraw', { params: { operationId: held.id } })
    await remove()
    await page.getByRole('heading', { level: 1, name: en.extensions.title }).waitFor()
    expect(await page.getByRole('link', { name }).count()).toBe(0)
  })
}
