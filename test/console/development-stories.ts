import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { CheckResult } from '../../core/src/check.ts'
import { detailOf, dialect, type Extension, type Person, type Tenant, type Workspace } from '../world.ts'
import { axeFindings, type BrowserConsole, TEXTS } from './browser-console.ts'

const { en, zh } = TEXTS

type Room = {
  readonly tenant: Tenant
  readonly workspace: Workspace
  /** Writes, and publishes. */
  readonly writer: Person
  readonly other: Person
}

export function developmentStories(at: () => BrowserConsole): void {
  const home = ({ workspace }: Room) => `/workspaces/${workspace.id}/development`

  async function makeRoom(mode: 'standard' | 'basic' = 'standard'): Promise<Room> {
    const tenant = await at().world.tenant()
    const workspace = await tenant.workspace(mode)
    const roles = { [workspace.id]: ['administrator'] as const }
    return { tenant, workspace, writer: await tenant.person([], roles), other: await tenant.person([], roles) }
  }

  /** An extension that watches these points, with a receiver that takes its messages. */
  async function watch({ tenant, workspace }: Room, points: readonly string[]) {
    const extension = await tenant.extension({ points: [...points], enabledIn: [workspace] })
    const receiver = await at().world.receiver()
    await tenant.route(workspace, receiver.url)
    const { name } = await tenant.owner.api.call('GET /extensions/{code}', { params: { code: extension.code } })
    return { extension, name, receiver }
  }

  /** The newest operation that is held, answered as the extension's own program would. */
  async function answer({ tenant }: Room, extension: Extension, result: CheckResult, tip = ''): Promise<void> {
    const { items } = await tenant.owner.api.call('GET /operations', { query: { state: 'held' } })
    const { messageId } = await detailOf(tenant.owner, items[0]!.id)
    const { status, body } = await dialect(at().world.server, extension.author, 'UpdateIDEEventResult', {
      MessageId: messageId ?? '',
      ExtensionCode: extension.code,
      CheckResult: result,
      CheckResultTip: tip,
    })
    if (status !== 200) throw new Error(`The result was refused: ${JSON.stringify(body)}`)
  }

  async function newFile(page: Page, name: string): Promise<void> {
    await page.getByRole('button', { name: en.development.newFile }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: en.development.name }).fill(name)
    await dialog.getByRole('button', { name: en.ui.create, exact: true }).click()
    await page.getByRole('heading', { level: 1, name }).waitFor()
  }
  /** By keys, as people do: what is set from outside makes the browser style what it replaces. */
  async function write(page: Page, content: string): Promise<void> {
    await page.locator('.cm-content').first().click()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.press('Delete')
    await page.keyboard.insertText(content)
  }
  const press = async (page: Page, name: string) => await page.getByRole('button', { name, exact: true }).click()
  const confirm = async (page: Page, name: string) =>
    await page.getByRole('dialog').getByRole('button', { name, exact: true }).click()
  const steps = (page: Page) => page.getByRole('list', { name: en.check.timeline })

  it('leads from an empty file to a scheduled node, each step checked; what the extension says stands beside the log', {
    timeout: 120_000,
  }, async () => {
    const room = await makeRoom()
    const { extension, name, receiver } = await watch(room, ['commit-file', 'deploy-file'])
    const page = await at().page(room.writer, home(room))
    await page.getByText(en.development.empty).waitFor()
    await newFile(page, 'dwd_orders')

    await write(page, 'insert into dwd_orders select * from ods_orders')
    await page.getByRole('tab', { name: en.file.dependencies }).click()
    await page
      .getByRole('table', { name: en.node.inputs })
      .getByText(`${room.workspace.identifier}.ods_orders`)
      .waitFor()
    await page.getByRole('button', { name: `Remove ${room.workspace.identifier}.ods_orders` }).click()
    await page.getByText(en.dependencies.ignoredHint).waitFor()
    await press(page, en.ui.save)
    await page.getByText(en.file.draft, { exact: true }).first().waitFor()
    expect(await axeFindings(page)).toEqual([])

    await press(page, en.file.submit)
    await page.getByRole('dialog').getByRole('link', { name, exact: true }).or(page.getByText(name)).first().waitFor()
    await confirm(page, en.file.submit)
    await steps(page).getByText(en.checkWay.checking).waitFor()
    await receiver.nth(1)
    await answer(room, extension, 'FAIL', 'No `select *`.')
    await steps(page).getByText(en.checkWay.refused).waitFor()
    await page.getByText('No select *.').waitFor()

    await write(page, 'insert into dwd_orders select id, amount from ods_orders')
    await press(page, en.file.submit)
    await confirm(page, en.file.submit)
    await receiver.nth(2)
    await answer(room, extension, 'OK')
    await steps(page).getByText(en.checkWay.commit.done).waitFor()
    await page.getByText('Version 1', { exact: false }).first().waitFor()
    expect(await axeFindings(page)).toEqual([])

    await page.goto(`${at().url}${home(room)}/publish`)
    await page.getByRole('checkbox', { name: 'Choose dwd_orders' }).check()
    await press(page, en.file.publish)
    await confirm(page, en.file.publish)
    await page.getByText(en.deploymentItem.checking, { exact: true }).waitFor()
    await receiver.nth(3)
    await answer(room, extension, 'OK', 'Fine.')
    await page.getByText(en.deployment.succeeded, { exact: true }).first().waitFor()
    await page.getByText('Fine.').waitFor()
    const { items } = await room.writer.api.call('GET /workspaces/{workspaceId}/nodes', {
      params: { workspaceId: room.workspace.id },
      query: { environment: 'PROD', name: 'dwd_orders' },
    })
    expect(items.map((node) => [node.name, node.cron])).toEqual([['dwd_orders', '00 00 00 * * ?']])
  })

  it('runs what is written once it is let pass, and shows what it writes', { timeout: 120_000 }, async () => {
    const room = await makeRoom()
    const running = await at().world.replica({ scheduler: 'on' })
    const { extension, receiver } = await watch(room, ['run-file'])
    const page = await at().page(room.writer, home(room))
    await newFile(page, 'look')
    await write(page, 'select 40 + 2 as found')
    await press(page, en.file.run)
    await confirm(page, en.file.run)
    await steps(page).getByText(en.checkWay.checking).waitFor()
    await page.getByText(en.codeRun.notYet).waitFor()
    await receiver.nth(1)
    await answer(room, extension, 'OK')
    await steps(page).getByText(en.checkWay.run.done).waitFor()
    await page.getByRole('group', { name: en.instance.log }).getByText('42').waitFor()
    expect(await axeFindings(page)).toEqual([])

    await write(page, 'select count(*) from range(100000000) a, range(100000000) b')
    await press(page, en.file.run)
    await confirm(page, en.file.run)
    await receiver.nth(2)
    await answer(room, extension, 'OK')
    await press(page, en.codeRun.stop)
    await page.getByText(en.codeRun.failed, { exact: true }).first().waitFor()
    await running.stop()
  })

  it('says who has changed the file meanwhile, shows both, and loses neither unasked', {
    timeout: 90_000,
  }, async () => {
    const room = await makeRoom()
    const page = await at().page(room.writer, home(room))
    await newFile(page, 'shared')
    const workspaceId = room.workspace.id
    const fileId = Number(new URL(page.url()).pathname.split('/').at(-1))
    const params = { workspaceId, fileId }
    await write(page, 'select 1 as mine')
    const { revision, body } = await room.other.api.call('GET /workspaces/{workspaceId}/files/{fileId}', { params })
    if (body.kind !== 'node') throw new Error('It is a node.')
    const script = { path: null, language: null, content: 'select 2 as theirs' }
    await room.other.api.call('PATCH /workspaces/{workspaceId}/files/{fileId}', {
      params,
      body: { revision, body: { ...body, definition: { ...body.definition, script } } },
    })
    await press(page, en.ui.save)
    await page.getByRole('alert').getByText(`has changed this file meanwhile`).waitFor()
    await press(page, en.conflict.compare)
    await page.getByRole('dialog').getByText('as theirs').waitFor()
    await page.keyboard.press('Escape')
    await press(page, en.conflict.saveMine)
    await page.getByRole('alert').waitFor({ state: 'detached' })
    const content = async () => {
      const { body: now } = await room.writer.api.call('GET /workspaces/{workspaceId}/files/{fileId}', { params })
      return now.kind === 'node' && now.definition.script?.content
    }
    await expect.poll(content, { timeout: 20_000 }).toBe('select 1 as mine')
  })

  it('takes a deleted file out of production once its deletion is published, and keeps it in the recycle bin', {
    timeout: 120_000,
  }, async () => {
    const room = await makeRoom()
    const page = await at().page(room.writer, home(room))
    await newFile(page, 'retired')
    await write(page, 'select 1')
    await page.keyboard.press('ControlOrMeta+s')
    await page.getByRole('button', { name: en.ui.save, exact: true, disabled: true }).waitFor()
    for (const [verb, done] of [
      [en.file.submit, en.checkWay.commit.done],
      [en.file.publish, en.checkWay.deploy.done],
      [en.ui.delete, en.checkWay.delete.done],
    ] as const) {
      await press(page, verb)
      await confirm(page, verb)
      await steps(page).getByText(done).waitFor()
    }
    await page.getByText(en.file.inBinDeployed).waitFor()
    const nodes = async () =>
      (
        await room.writer.api.call('GET /workspaces/{workspaceId}/nodes', {
          params: { workspaceId: room.workspace.id },
          query: { environment: 'PROD', name: 'retired' },
        })
      ).items.length
    expect(await nodes()).toBe(1)
    await page.goto(`${at().url}${home(room)}/publish`)
    await page.getByRole('checkbox', { name: 'Choose retired' }).check()
    await press(page, en.file.publish)
    await confirm(page, en.file.publish)
    await page.getByRole('heading', { level: 1, name: 'retired' }).waitFor()
    await page.getByText(en.deployment.succeeded, { exact: true }).first().waitFor()
    expect(await nodes()).toBe(0)
    await page.goto(`${at().url}${home(room)}?state=deleted`)
    await page.getByRole('link', { name: 'retired' }).click()
    await press(page, en.file.restore)
    await page.getByText(en.file.inBin).waitFor({ state: 'detached' })
  })

  it('has a version looked at by somebody else, who approves it', { timeout: 90_000 }, async () => {
    const room = await makeRoom()
    const page = await at().page(room.writer, home(room))
    await newFile(page, 'reviewed')
    await write(page, 'select 1')
    await press(page, en.file.submit)
    await confirm(page, en.file.submit)
    await steps(page).getByText(en.checkWay.commit.done).waitFor()
    await page.getByRole('tab', { name: en.file.reviews }).click()
    await press(page, 'Ask for a review of version 1')
    await confirm(page, en.fileReview.askVerb)
    await page.getByRole('link', { name: 'Version 1', exact: true }).waitFor()

    const theirs = await at().page(room.other, `${home(room)}/reviews`)
    await theirs.getByRole('link', { name: 'reviewed' }).click()
    await theirs.getByRole('textbox', { name: en.fileReview.comment }).fill('Looks right.')
    await press(theirs, en.fileReview.say)
    await theirs.getByRole('article').getByText('Looks right.').waitFor()
    expect(await axeFindings(theirs)).toEqual([])
    await press(theirs, en.fileReviewVerb.approve)
    await confirm(theirs, en.fileReviewVerb.approve)
    await theirs.getByText(en.fileReview.approved, { exact: true }).first().waitFor()
  })

  it('says in Chinese what a visitor may not do by not showing it, and in basic mode that submitting is publishing', {
    timeout: 90_000,
  }, async () => {
    const room = await makeRoom('basic')
    const page = await at().page(room.writer, home(room))
    await newFile(page, 'basic')
    await page.getByRole('button', { name: en.file.submitAndPublish }).waitFor()
    const fileAddress = new URL(page.url()).pathname.replace(/^\/console/, '')
    const visitor = await room.tenant.person([], { [room.workspace.id]: ['visitor'] })
    const theirs = await at().page(visitor, fileAddress, { language: 'zh', scheme: 'dark' })
    await theirs.getByRole('heading', { level: 1, name: 'basic' }).waitFor()
    await theirs.getByText(zh.checkWay.nothingYet).waitFor()
    for (const verb of [zh.file.submitAndPublish, zh.file.run, zh.ui.save, zh.ui.delete])
      expect(await theirs.getByRole('button', { name: verb, exact: true }).count()).toBe(0)
    await theirs.goto(`${at().url}${home(room)}/publish`)
    await theirs.getByText(zh.publishing.basic).waitFor()
    expect(await axeFindings(theirs)).toEqual([])
  })

  it('designs a table, shows what differs in each environment, and asks for each loss of data by itself', {
    timeout: 120_000,
  }, async () => {
    const room = await makeRoom()
    const running = await at().world.replica({ scheduler: 'on' })
    const page = await at().page(room.writer, `${home(room)}/tables`)
    await page.getByText(en.tables.empty).waitFor()
    await page.getByRole('button', { name: en.tables.new }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: en.development.name }).fill('dwd_orders')
    await dialog.getByRole('button', { name: en.ui.create, exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'dwd_orders' }).waitFor()
    const submissions = page.getByRole('table', { name: en.submission.title })
    const applied = async (count: number) =>
      await submissions
        .getByText(en.submission.applied, { exact: true })
        .nth(count - 1)
        .waitFor()

    await press(page, en.tables.addColumn)
    await page.getByRole('textbox', { name: 'Name of column 2' }).fill('amount')
    await press(page, en.ui.save)
    await page.getByText(en.tables.notThere).first().waitFor()
    expect(await axeFindings(page)).toEqual([])
    await press(page, en.tables.submitToDevelopment)
    await dialog.getByText(en.tableChange['create-table']).waitFor()
    await confirm(page, en.tables.submitToDevelopment)
    await applied(1)
    await page.getByText(en.tables.same).first().waitFor()
    await press(page, en.tables.submitToProduction)
    await confirm(page, en.tables.submitToProduction)
    await applied(2)

    const { extension, receiver } = await watch(room, ['commit-table'])
    await press(page, 'Remove the column amount')
    await press(page, en.ui.save)
    await page.getByText(en.tables.losesData).first().waitFor()
    await press(page, en.tables.submitToDevelopment)
    expect(await dialog.getByRole('button', { name: en.tables.submitToDevelopment }).isDisabled()).toBe(true)
    await dialog.getByRole('checkbox').check()
    expect(await axeFindings(page)).toEqual([])
    await confirm(page, en.tables.submitToDevelopment)
    const panel = page.locator('.operation-panel')
    await panel.getByRole('status').getByText(en.standing.waitingForExtension).waitFor()
    await receiver.nth(1)
    await answer(room, extension, 'FAIL', 'Amounts are still read.')
    await panel.getByText('Amounts are still read.').waitFor()
    expect(await submissions.getByRole('row').count()).toBe(3)
    await running.stop()
  })
}
