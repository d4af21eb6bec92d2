import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { detailOf, type Workspace } from '../world.ts'
import {
  answer,
  axeFindings,
  type BrowserConsole,
  makeShop,
  openOperation,
  type Shop,
  standsAs,
  TEXTS,
} from './browser-console.ts'

const { en } = TEXTS

export function backfillStories(at: () => BrowserConsole): void {
  const list = (workspace: Workspace) => `/workspaces/${workspace.id}/backfills`

  /** An extension that watches backfills in the shop, with a receiver that takes its messages. */
  async function watchBackfills({ tenant, workspace }: Shop) {
    const extension = await tenant.extension({ points: ['backfill-data'], enabledIn: [workspace] })
    const receiver = await at().world.receiver()
    await tenant.route(workspace, receiver.url)
    const { name } = await tenant.owner.api.call('GET /extensions/{code}', { params: { code: extension.code } })
    return { extension, name, receiver }
  }

  async function takeDates(page: Page, start: string, end: string) {
    await page.getByLabel(en.backfillForm.first, { exact: true }).fill(start)
    await page.getByLabel(en.backfillForm.last, { exact: true }).fill(end)
  }

  it('shows before it is asked for what it would do and who checks it, is held, and is created once that has passed', {
    timeout: 90_000,
  }, async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const { extension, name, receiver } = await watchBackfills(shop)
    const page = await at().page(shop.operator, `/workspaces/${shop.workspace.id}/nodes/${shop.nodes.orders}`)
    await page.getByRole('link', { name: en.point.backfill }).click()
    await page.getByRole('heading', { level: 1, name: en.backfillForm.title }).waitFor()
    expect(await page.getByLabel(en.backfill.name).inputValue()).toMatch(/^P_orders_\d{8}_\d{6}$/)
    await page.getByLabel(en.backfill.name).fill('October again')
    await page.getByRole('radio', { name: en.backfillMode.descendants }).click()
    await page.getByRole('checkbox', { name: /^report/ }).check()
    await takeDates(page, '2026-10-01', '2026-10-31')

    await page.getByText('1 extension will check it first').waitFor()
    await page.getByRole('link', { name, exact: true }).waitFor()
    await page.getByText(en.backfillForm.whatThen).waitFor()
    const affected = page.getByRole('table', { name: en.backfillForm.affected })
    await affected.getByRole('row').filter({ hasText: 'report' }).getByText(en.backfillForm.runs).waitFor()
    await page.getByText('62', { exact: true }).waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('button', { name: en.backfillForm.submit, exact: true }).click()

    const id = await openOperation(page)
    await standsAs(page, en.standing.waitingForExtension)
    const panel = page.locator('.operation-panel')
    await panel.getByText('2026-10-01 – 2026-10-31').waitFor()
    await panel.getByText(en.backfillMode.descendants).waitFor()
    await receiver.nth(1)
    expect(
      (
        await shop.operator.api.call('GET /workspaces/{workspaceId}/backfills', {
          params: { workspaceId: shop.workspace.id },
        })
      ).items,
    ).toEqual([])

    await answer(world, shop, extension, id, 'OK', 'An open month.')
    await standsAs(page, en.standing.done)
    expect((await detailOf(shop.operator, id)).state).toBe('done')
    await page.goto(`${at().url}${list(shop.workspace)}`)
    await page.getByRole('link', { name: 'October again' }).click()
    await page.getByRole('heading', { level: 1, name: 'October again' }).waitFor()
    const days = page.getByRole('table', { name: en.backfillPage.days })
    await days.getByRole('row').filter({ hasText: '2026-10-31' }).waitFor()
    expect(await days.getByRole('row').count()).toBe(32)
  })

  it('takes several nodes from the list, up to seven ranges, and runs at once what nobody checks, once it is started', {
    timeout: 90_000,
  }, async () => {
    const shop = await makeShop(at().world)
    const tablesDir = mkdtempSync(path.join(tmpdir(), 'holdpoint-tables-'))
    const running = await at().world.replica({ scheduler: 'on', tablesDir })
    const page = await at().page(shop.operator, `/workspaces/${shop.workspace.id}/nodes`)
    for (const name of ['orders', 'payments'])
      await page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).check()
    await page.getByRole('group', { name: en.nodes.bulk }).getByRole('link', { name: en.point.backfill }).click()
    await page.getByRole('radio', { name: en.backfillMode.advanced, checked: true }).waitFor()
    await page.getByLabel(en.backfill.name).fill('two days')
    await takeDates(page, '2026-11-03', '2026-11-04')
    const more = page.getByRole('button', { name: en.backfillForm.addRange })
    for (let range = 2; range <= 7; range++) await more.click()
    expect(await more.isDisabled()).toBe(true)
    for (let range = 7; range >= 2; range--)
      await page.getByRole('button', { name: `Remove range ${range}`, exact: true }).click()
    await page.getByText(en.point.nobodyChecks).waitFor()
    await page.getByRole('switch', { name: en.backfillForm.starts }).click()
    await page.getByRole('button', { name: en.backfillForm.submit, exact: true }).click()

    await page.getByRole('heading', { level: 1, name: 'two days' }).waitFor()
    await page.getByText(en.backfillState['waiting-to-start'], { exact: true }).waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('button', { name: en.backfillPage.start, exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: en.backfillPage.start, exact: true }).click()
    await page.getByRole('img', { name: 'All instances: 4 succeeded' }).waitFor()
    await page.getByRole('img', { name: '2026-11-04: 2 succeeded' }).waitFor()
    await page.getByText(en.backfillState.succeeded, { exact: true }).first().waitFor()
    await running.stop()
    rmSync(tablesDir, { recursive: true })
  })

  it('cancels one that was not started, after asking', { timeout: 90_000 }, async () => {
    const shop = await makeShop(at().world)
    const { backfillId } = await shop.operator.api.call('POST /workspaces/{workspaceId}/backfills', {
      params: { workspaceId: shop.workspace.id },
      body: {
        name: 'not after all',
        rootNodeIds: [shop.nodes.orders],
        dates: [{ start: '2026-11-03', end: '2026-11-03' }],
        starts: false,
      },
    })
    const page = await at().page(shop.operator, `${list(shop.workspace)}/${backfillId}`)
    await page.getByText(en.backfillState['waiting-to-start'], { exact: true }).waitFor()
    await page.getByRole('button', { name: en.backfillPage.cancel, exact: true }).click()
    await page.getByRole('dialog').getByText(en.backfillPage.cancelMeaning).waitFor()
    await page.getByRole('dialog').getByRole('button', { name: en.backfillPage.cancel, exact: true }).last().click()
    await page.getByText(en.backfillState.cancelled, { exact: true }).waitFor()
    await page.goto(`${at().url}${list(shop.workspace)}?state=cancelled`)
    await page.getByRole('link', { name: 'not after all' }).waitFor()
  })

  it('says in Chinese, beside the field, what is wrong before anything is asked for', { timeout: 90_000 }, async () => {
    const shop = await makeShop(at().world)
    const page = await at().page(shop.operator, `${list(shop.workspace)}/new?nodes=${shop.nodes.orders}`, {
      language: 'zh',
      scheme: 'dark',
    })
    const { zh } = TEXTS
    await page.getByLabel(zh.backfillForm.first, { exact: true }).fill('2026-11-01')
    await page.getByText(zh.point.nobodyChecks).waitFor()
    const name = page.getByRole('textbox', { name: zh.backfill.name })
    await name.fill(' ')
    await page.locator('.mantine-TextInput-error').getByText(/名称/).waitFor()
    expect(await name.getAttribute('aria-invalid')).toBe('true')
    expect(await axeFindings(page)).toEqual([])
  })

  it('says first on which nodes somebody may not operate: what lies between gets a dry run, what is chosen is refused', {
    timeout: 90_000,
  }, async () => {
    const shop = await makeShop(at().world)
    const { tenant, workspace, operator, nodes } = shop
    const other = await tenant.workspace()
    const input = (output: string) => ({ nodeOutputs: [{ data: output, artifactType: 'NodeOutput' }] })
    const add = async (where: Workspace, name: string, upstream: string) =>
      await tenant.owner.api.call('POST /workspaces/{workspaceId}/flowspec-imports', {
        params: { workspaceId: where.id },
        body: {
          flowspec: {
            version: '1.1.0',
            kind: 'CycleWorkflow',
            spec: {
              nodes: [
                {
                  id: name,
                  name,
                  script: { path: name, content: 'select 1', runtime: { command: 'ODPS_SQL' } },
                  trigger: { type: 'Scheduler', cron: '00 00 00 * * ?' },
                  inputs: input(upstream),
                  outputs: input(`${where.identifier}.${name}`),
                },
              ],
            },
          },
        },
      })
    await add(other, 'theirs', `${workspace.identifier}.orders`)
    await add(workspace, 'ours', `${other.identifier}.theirs`)
    const page = await at().page(operator, `${list(workspace)}/new?nodes=${nodes.orders}`)
    await takeDates(page, '2026-11-03', '2026-11-03')
    await page.getByRole('radio', { name: en.backfillMode.massive }).click()
    await page.getByText('One node in between gets a dry run, because you may not operate on it:').waitFor()
    await page
      .getByRole('table', { name: en.backfillForm.affected })
      .getByText(en.backfillForm.why['not-allowed'])
      .waitFor()
    await page.getByRole('radio', { name: en.backfillMode.descendants }).click()
    await page.getByRole('checkbox', { name: /^theirs/ }).check()
    await page
      .getByText('You may not operate on one of the nodes that are to run. The backfill would be refused:')
      .waitFor()
    await page.getByRole('button', { name: en.backfillForm.submit, exact: true }).click()
    await page.getByRole('alert', { name: /^You may not operate on nodes/ }).waitFor()
    expect((await operator.api.call('GET /operations', { query: {} })).items).toEqual([])
  })
}
