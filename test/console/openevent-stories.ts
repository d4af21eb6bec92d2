import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { ask } from '../world.ts'
import { axeFindings, type BrowserConsole, makeShop, TEXTS } from './browser-console.ts'

const { en } = TEXTS

export function openeventStories(at: () => BrowserConsole): void {
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

  /** A shop whose events a receiver refuses for good, so that each is a dead letter at once; an extension waits for them. */
  async function refused() {
    const shop = await makeShop(at().world)
    const receiver = await at().world.receiver(() => ({ status: 410 }))
    await shop.tenant.extension({ enabledIn: [shop.workspace] })
    await shop.tenant.route(shop.workspace, receiver.url, { name: 'watchers' })
    const [bus] = (await shop.tenant.owner.api.call('GET /event-buses')).items
    return { shop, receiver, bus: bus! }
  }

  it('tries a pattern on an event while it is written, shows the part that does not match, and keeps targets of other kinds', async () => {
    const { shop, bus } = await refused()
    const page = await at().page(shop.tenant.owner, `/event-buses/${bus.id}`)
    await press(page, en.rules.create)
    const dialog = page.getByRole('dialog')
    const pattern = dialog.getByRole('textbox', { name: en.rules.pattern, exact: true })
    await dialog.getByText(en.pattern.matches).waitFor()
    await dialog.getByLabel(en.rules.name).first().fill('to-kafka')
    await pattern.fill('{ "data": { "projectId": [{ "numeric": ["<", 5] }] } }')
    await dialog.getByText('This event does not match: data.projectId').waitFor()
    await pattern.fill('{ "data": { "projectId": [{ "numric": ["<", 5] }] } }')
    await dialog.getByText('at data.projectId[0]: unknown operator numric').waitFor()
    await pattern.fill('{ "type": [{ "suffix": ":CommitFile" }] }')
    await dialog.getByText('This event does not match: type').waitFor()
    await dialog.getByRole('combobox', { name: en.pattern.event }).fill('file commit')
    await page.getByRole('option').first().click()
    await dialog.getByText(en.pattern.matches).waitFor()
    await dialog.getByLabel(en.pattern.eventText).fill('{ "type": "mine:CommitFile" }')
    await dialog.getByText(en.pattern.matches).waitFor()

    await dialog.getByRole('combobox', { name: en.target.kind }).click()
    await page.getByRole('option', { name: en.target.kinds.kafka }).click()
    await dialog.getByLabel(en.target.brokers).fill('broker.example:9093')
    await dialog.getByLabel(en.target.topic).fill('events')
    await dialog.getByRole('combobox', { name: en.target.sasl }).click()
    await page.getByRole('option', { name: 'SCRAM-SHA-512' }).click()
    await dialog.getByLabel(en.target.username).fill('holdpoint')
    await dialog.getByRole('textbox', { name: en.target.password }).fill('a password for the broker')
    expect(await axeFindings(page)).toEqual([])
    await dialog.getByRole('button', { name: en.ui.save }).click()
    const rule = page.getByRole('article', { name: 'to-kafka' })
    await rule.getByText('kafka://broker.example:9093/events').waitFor()
    await rule.getByText(en.target.withCredentials).waitFor()

    // Edited without the password, it stays.
    await rule.getByRole('button', { name: en.ui.edit }).click()
    await dialog.getByLabel(en.target.topic).fill('other-events')
    await dialog.getByRole('button', { name: en.ui.save }).click()
    await rule.getByText('kafka://broker.example:9093/other-events').waitFor()
    await rule.getByText(en.target.withCredentials).waitFor()
    expect(await page.content()).not.toContain('a password for the broker')
  })

  it('sends a test event to a target and tells what its receiver said', async () => {
    const { shop, bus, receiver } = await refused()
    receiver.answer((_, n) => (n === 1 ? { status: 410 } : { status: 202, body: 'noted' }))
    const page = await at().page(shop.tenant.owner, `/event-buses/${bus.id}`)
    await press(page, 'Send a test event to watchers')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: en.target.send, exact: true }).click()
    await dialog.getByText('It was not accepted: answered 410').waitFor()
    await dialog.getByRole('button', { name: en.target.send, exact: true }).click()
    await dialog.getByText('noted').waitFor()
    expect(await axeFindings(page)).toEqual([])
  })

  it('shows what reaches whom, and which extensions are not routed', async () => {
    const { shop, bus } = await refused()
    const page = await at().page(shop.tenant.owner, `/workspaces/${shop.workspace.id}/channel`)
    const table = page.getByRole('region', { name: en.routing.title })
    const row = table.getByRole('row').filter({ hasText: 'freeze-node' }).first()
    await row.getByRole('link', { name: `${bus.name} / watchers / watchers` }).waitFor()
    expect(await row.getByText(en.check.notRouted).count()).toBe(0)
    await page.getByRole('switch', { name: en.channel.enabled }).click({ force: true })
    await press(page, en.ui.save)
    await row.getByText(en.check.notRouted).waitFor()
    await row.getByText(en.routing.nobody).waitFor()
  })

  it('lists dead letters with what went wrong, replays those that are chosen and drops the others', async () => {
    const { shop, receiver } = await refused()
    for (const name of ['orders', 'payments', 'report'] as const)
      await ask(shop.operator, shop.workspace, 'freeze-node', [shop.nodes[name]])
    const page = await at().page(shop.tenant.owner, '/dead-letters')
    const boxes = page.getByRole('checkbox', { name: /^Select the dead letter of message/ })
    // Those that come while the page is open are announced; it shows them when it is asked to.
    await page.reload()
    await expect.poll(async () => await boxes.count(), { timeout: 15_000 }).toBeGreaterThan(0)
    while ((await boxes.count()) < 3) await page.reload().then(() => boxes.first().waitFor())
    await page.getByText('answered 410').first().waitFor()
    expect(await axeFindings(page)).toEqual([])

    receiver.answer(() => ({ status: 200 }))
    await boxes.first().check()
    await page
      .getByRole('toolbar', { name: en.deadLetters.bulk })
      .or(page.getByLabel(en.deadLetters.bulk))
      .getByRole('button', { name: en.deadLetters.replay, exact: true })
      .click()
    await page.getByRole('dialog').getByRole('button', { name: en.deadLetters.replay, exact: true }).click()
    await page.getByText('1 dead letter is being delivered again.').waitFor()
    await receiver.nth(4)
    await press(page, en.deadLetters.dropAll)
    await page.getByRole('dialog').getByRole('button', { name: en.deadLetters.drop, exact: true }).click()
    await page.getByText(en.deadLetters.empty).waitFor()
  })

  it('shows a blocked target, with its dead letters, and lets it go on', async () => {
    const { shop, bus, receiver } = await refused()
    const { items } = await shop.tenant.owner.api.call('GET /event-buses/{busId}/rules', { params: { busId: bus.id } })
    const [rule] = items
    await shop.tenant.owner.api.call('PUT /event-buses/{busId}/rules/{ruleId}', {
      params: { busId: bus.id, ruleId: rule!.id },
      body: { name: rule!.name, targets: [{ name: 'watchers', endpoint: receiver.url, errorsTolerance: 'NONE' }] },
    })
    await ask(shop.operator, shop.workspace, 'freeze-node', [shop.nodes.orders])
    const page = await at().page(shop.tenant.owner, `/event-buses/${bus.id}`)
    await receiver.nth(1)
    while ((await page.getByText(en.target.blocked, { exact: true }).count()) === 0)
      await page.reload().then(() => page.getByRole('article').waitFor())
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('link', { name: en.target.itsDeadLetters }).click()
    await page.getByRole('button', { name: en.deadLetters.anyTarget }).waitFor()
    await page.goBack()
    await press(page, en.target.unblock)
    await page.getByText(en.target.blocked, { exact: true }).waitFor({ state: 'detached' })
  })
}
