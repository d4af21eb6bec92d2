import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { CheckResult } from '../../core/src/check.ts'
import { detailOf, dialect, type Extension, type World } from '../world.ts'
import { axeFindings, type BrowserConsole, makeShop, type Shop, TEXTS } from './browser-console.ts'

const { en, zh } = TEXTS

/** Until the node has run: a run of it is asked for, and looked at until it has ended. */
async function ran({ tenant, workspace }: Shop, nodeId: number): Promise<void> {
  const { api } = tenant.owner
  const params = { workspaceId: workspace.id }
  await api.call('POST /workspaces/{workspaceId}/smoke-tests', { params, body: { nodeId, bizdate: '2026-11-20' } })
  const query = { nodeId, status: 'succeeded' } as const
  await expect
    .poll(async () => (await api.call('GET /workspaces/{workspaceId}/instances', { params, query })).items, {
      timeout: 60_000,
    })
    .toHaveLength(1)
}

/** An extension that watches these points in a shop, and whose messages arrive. */
export async function watching(
  world: World,
  { tenant, workspace }: Shop,
  points: readonly string[],
): Promise<Extension> {
  const extension = await tenant.extension({ points: [...points], enabledIn: [workspace] })
  await tenant.route(workspace, (await world.receiver()).url)
  return extension
}

/** The operation that is held, answered as the extension's own program would. */
export async function answerHeld(
  world: World,
  { tenant }: Shop,
  extension: Extension,
  result: CheckResult,
  tip = '',
): Promise<void> {
  const { items } = await tenant.owner.api.call('GET /operations', { query: { state: 'held' } })
  const { messageId } = await detailOf(tenant.owner, items[0]!.id)
  const { status, body } = await dialect(world.server, extension.author, 'CallbackExtension', {
    MessageId: messageId ?? '',
    ExtensionCode: extension.code,
    CheckResult: result,
    CheckMessage: tip,
  })
  expect([status, body]).toEqual([200, expect.anything()])
}

export function integrationStories(at: () => BrowserConsole): void {
  const press = async (page: Page, name: string) => await page.getByRole('button', { name, exact: true }).click()
  const dialog = (page: Page) => page.getByRole('dialog')
  const status = (page: Page, text: string) => page.locator('.page-title').getByText(text, { exact: true })

  /** A shop whose default data source has two tables that change. */
  async function furnished(): Promise<Shop> {
    const shop = await makeShop(at().world)
    const content = ['orders', 'payments']
      .map(
        (table) =>
          `create table ${table} as select i as id, i % 7 as amount, timestamp '2026-11-21' + i * interval 1 second as modified_at from range(500) t(i);`,
      )
      .join('\n')
    const { seed } = await shop.tenant.nodes(shop.workspace, { seed: [] }, { content })
    await ran(shop, seed)
    return shop
  }

  it('leads from nothing to rows in the target: tables are chosen, what they lead to is looked at, and the start is checked', {
    timeout: 120_000,
  }, async () => {
    const shop = await furnished()
    const extension = await watching(at().world, shop, ['start-diJob'])
    const page = await at().page(shop.administrator, `/workspaces/${shop.workspace.id}/integration/jobs`)
    await page.getByText(en.sync.empty).waitFor()
    await page.getByRole('link', { name: en.sync.new }).first().click()
    await page.getByRole('textbox', { name: en.sync.name }).fill('orders of the shop')
    await press(page, en.syncForm.addTables)
    await dialog(page).getByRole('checkbox', { name: 'orders' }).check()
    expect(await axeFindings(page)).toEqual([])
    await dialog(page)
      .getByRole('textbox', { name: en.syncForm.targetName })
      .fill('ods_$' + '{table}')
    await press(page, 'Add 1 mapping')
    await press(page, en.syncForm.ask)
    const leads = page.getByRole('table', { name: en.syncForm.preview })
    await leads.getByRole('row').filter({ hasText: 'ods_orders' }).getByText(en.syncForm.isMade).waitFor()
    expect(await axeFindings(page)).toEqual([])
    await press(page, en.ui.save)
    await status(page, en.jobState['never-run']).waitFor()

    await press(page, en.sync.start)
    await dialog(page).getByText(en.sync.startMeaning).waitFor()
    await dialog(page).getByRole('button', { name: en.sync.start, exact: true }).click()
    await page.locator('.operation-panel').waitFor()
    await answerHeld(at().world, shop, extension, 'FAIL', 'Not before the audit.')
    await page.locator('.operation-panel').getByText('Not before the audit.').waitFor()
    await page.keyboard.press('Escape')
    await status(page, en.jobState['never-run']).waitFor()

    await press(page, en.sync.start)
    await dialog(page).getByRole('button', { name: en.sync.start, exact: true }).click()
    await page.locator('.operation-panel').waitFor()
    await answerHeld(at().world, shop, extension, 'OK')
    await page.keyboard.press('Escape')
    await status(page, en.jobState.succeeded).waitFor({ timeout: 60_000 })
    await page.getByRole('img', { name: en.syncJob.throughputOf }).or(page.getByText(en.syncJob.noThroughput)).waitFor()

    await page.getByRole('tab', { name: en.syncJob.tables }).click()
    await page.getByRole('row').filter({ hasText: 'ods_orders' }).getByText('500', { exact: true }).waitFor()
    await page.getByRole('tab', { name: en.syncJob.runs }).click()
    await page.getByRole('group', { name: en.instance.log }).getByText('ods_orders').first().waitFor()
    expect(await axeFindings(page)).toEqual([])
  })

  it('starts several real-time jobs together, says why others cannot be with them, shows where each is, and stops one', {
    timeout: 120_000,
  }, async () => {
    const shop = await furnished()
    const params = { workspaceId: shop.workspace.id }
    const create = (name: string, kind: 'full' | 'real-time') =>
      shop.administrator.api.call('POST /workspaces/{workspaceId}/sync-jobs', {
        params,
        body: {
          name: `${name}_${kind}`,
          definition: {
            ...{ kind, source: {}, target: {}, pollSeconds: 1 },
            mappings: [
              {
                ...{ source: { table: name }, target: { table: `${name}_${kind === 'full' ? 'copy' : 'live'}` } },
                ...(kind === 'full' ? {} : { write: 'upsert', key: ['id'], changeColumn: 'modified_at' }),
              },
            ],
          },
        },
      })
    for (const name of ['orders', 'payments']) await create(name, 'real-time')
    await create('orders', 'full')
    const address = `/workspaces/${shop.workspace.id}/integration/jobs`
    const page = await at().page(shop.administrator, address)
    const row = (name: string) => page.getByRole('row').filter({ hasText: name })
    await row('orders_full').getByRole('checkbox').check()
    await row('orders_real-time').getByRole('checkbox').check()
    await row('payments_real-time').getByRole('checkbox').check()
    const start = page
      .getByRole('toolbar')
      .or(page.getByLabel(en.sync.actions))
      .getByRole('button', { name: en.sync.start })
    await start.hover()
    await page.getByText(en.sync.onlyRealTime.replace('{{jobs}}', 'orders_full')).waitFor()
    await row('orders_full').getByRole('checkbox').uncheck()
    await start.click()
    await dialog(page).getByRole('radio', { name: en.sync.startsWhereOn }).waitFor()
    expect(await axeFindings(page)).toEqual([])
    await dialog(page).getByRole('button', { name: en.sync.start, exact: true }).click()
    for (const name of ['orders_real-time', 'payments_real-time']) {
      await row(name).getByText(en.jobState.running, { exact: true }).waitFor({ timeout: 60_000 })
      await row(name).getByText('500', { exact: true }).waitFor({ timeout: 60_000 })
    }

    await row('orders_real-time').getByRole('link').first().click()
    await page.getByRole('tab', { name: en.syncJob.tables }).click()
    await page.getByRole('row').filter({ hasText: 'orders_live' }).getByText('2026-11-21 00:08:19').waitFor()
    await press(page, en.sync.stop)
    await dialog(page).getByRole('button', { name: en.sync.stop, exact: true }).click()
    await status(page, en.jobState.stopped).waitFor({ timeout: 60_000 })

    const chinese = await at().page(shop.administrator, address, { language: 'zh', scheme: 'dark' })
    await chinese.getByRole('row').filter({ hasText: 'orders_real-time' }).getByText(zh.jobState.stopped).waitFor()
    expect(await axeFindings(chinese)).toEqual([])
    await chinese.getByRole('row').filter({ hasText: 'payments_real-time' }).getByRole('button').first().click()
    await dialog(chinese).getByRole('button', { name: zh.sync.stop, exact: true }).click()
    await chinese
      .getByRole('row')
      .filter({ hasText: 'payments_real-time' })
      .getByText(zh.jobState.stopped)
      .waitFor({ timeout: 60_000 })
  })

  it('says beside the field what of a mapping can never run, and at once why a job cannot be started', async () => {
    const shop = await makeShop(at().world)
    const page = await at().page(shop.administrator, `/workspaces/${shop.workspace.id}/integration/jobs/new`)
    await page.getByRole('textbox', { name: en.sync.name }).fill('nothing there')
    await press(page, en.syncForm.addPattern)
    await dialog(page).getByRole('textbox', { name: en.syncForm.from }).fill('orders_(')
    await press(page, en.syncForm.apply)
    await dialog(page).locator('.mantine-TextInput-error').first().waitFor()
    await dialog(page).getByRole('textbox', { name: en.syncForm.from }).fill('orders_(.*)')
    await press(page, en.syncForm.apply)
    await press(page, en.syncForm.ask)
    await page.getByRole('alert').filter({ hasText: 'orders_(.*)' }).waitFor()
    await press(page, en.ui.save)
    await press(page, en.sync.start)
    await dialog(page).getByRole('button', { name: en.sync.start, exact: true }).click()
    await dialog(page).getByRole('alert').filter({ hasText: 'orders_(.*)' }).waitFor()
  })

  it('shows the content of a DI node as a form above it, each saying what the other does', async () => {
    const shop = await makeShop(at().world)
    const page = await at().page(shop.administrator, `/workspaces/${shop.workspace.id}/development`)
    await press(page, en.development.newFile)
    await dialog(page).getByRole('textbox', { name: en.development.name }).fill('ods_orders')
    await dialog(page).getByRole('combobox', { name: en.development.programType }).fill('DI')
    await dialog(page).getByRole('button', { name: en.ui.create, exact: true }).click()
    const tables = page.getByRole('combobox', { name: en.diNode.tables })
    await tables.fill('orders')
    await tables.press('Enter')
    await page.getByRole('textbox', { name: en.syncForm.to }).fill('ods_orders')
    await page.locator('.cm-content').getByText('"ods_orders"').waitFor()
    await page.getByRole('radio', { name: en.diNode.writePartition }).check()
    await page.getByText(en.diNode.partitionRequired).waitFor()
    await page.getByRole('textbox', { name: en.syncForm.partition }).fill('dt=$' + '{bizdate}')
    await page
      .locator('.cm-content')
      .getByText('"dt=$' + '{bizdate}"')
      .waitFor()
    expect(await axeFindings(page)).toEqual([])
    await press(page, en.ui.save)
    await page.reload()
    await page.getByRole('radio', { name: en.diNode.writePartition }).and(page.locator(':checked')).waitFor()
    expect(await page.getByRole('textbox', { name: en.syncForm.partition }).inputValue()).toBe('dt=$' + '{bizdate}')
  })
}
