// The console as people meet it: its built files, the real server with its database, a real Chromium.
import { AxeBuilder } from '@axe-core/playwright'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { buildConsole } from '../../console/build.ts'
import { auditEn } from '../../console/src/text/audit-en.ts'
import { auditZh } from '../../console/src/text/audit-zh.ts'
import { developmentEn } from '../../console/src/text/development-en.ts'
import { developmentZh } from '../../console/src/text/development-zh.ts'
import { en } from '../../console/src/text/en.ts'
import { integrationEn } from '../../console/src/text/integration-en.ts'
import { integrationZh } from '../../console/src/text/integration-zh.ts'
import { openeventEn } from '../../console/src/text/openevent-en.ts'
import { openeventZh } from '../../console/src/text/openevent-zh.ts'
import { operationCenterEn } from '../../console/src/text/operation-center-en.ts'
import { operationCenterZh } from '../../console/src/text/operation-center-zh.ts'
import { peopleEn } from '../../console/src/text/people-en.ts'
import { peopleZh } from '../../console/src/text/people-zh.ts'
import { qualityEn } from '../../console/src/text/quality-en.ts'
import { qualityZh } from '../../console/src/text/quality-zh.ts'
import { zh } from '../../console/src/text/zh.ts'
import type { CheckResult } from '../../core/src/check.ts'
import { findBrowser } from '../browser.ts'
import {
  detailOf,
  dialect,
  type Extension,
  type Person,
  type Receiver,
  startWorld,
  type Tenant,
  urlOf,
  type Workspace,
  type World,
} from '../world.ts'

export const TEXTS = {
  en: {
    ...en,
    ...operationCenterEn,
    ...openeventEn,
    ...auditEn,
    ...developmentEn,
    ...integrationEn,
    ...qualityEn,
    ...peopleEn,
  },
  zh: {
    ...zh,
    ...operationCenterZh,
    ...openeventZh,
    ...auditZh,
    ...developmentZh,
    ...integrationZh,
    ...qualityZh,
    ...peopleZh,
  },
}
export type Language = keyof typeof TEXTS

export type Look = { readonly language: Language; readonly scheme: 'light' | 'dark' }
/** A page that does not come to show what it should within this time fails with what it was waited for. */
const PATIENCE_MS = 15_000
const ENGLISH: Look = { language: 'en', scheme: 'light' }

export type BrowserConsole = {
  readonly world: World
  readonly url: string
  /** A new browser profile; with a person it is signed in as them. */
  open(person: Person | null, look?: Look): Promise<BrowserContext>
  /** The same with one page at this address of the console. */
  page(person: Person | null, address: string, look?: Look): Promise<Page>
  /** What went wrong in any page so far and was not expected: faults of the console, violations of its content policy. */
  readonly faults: string[]
  stop(): Promise<void>
}

/** One browser and one server for all stories of a test file; each story brings its own tenant. */
export function browserConsole(settings: Parameters<typeof startWorld>[0] = {}): () => BrowserConsole {
  let started: BrowserConsole
  beforeAll(async () => {
    started = await startBrowserConsole(settings)
  })
  afterAll(() => started?.stop())
  afterEach(() => {
    expect(started.faults.splice(0)).toEqual([])
  })
  return () => started
}

async function startBrowserConsole(settings: Parameters<typeof startWorld>[0]): Promise<BrowserConsole> {
  const problem = await buildConsole()
  if (problem !== null) throw new Error(`The console could not be built: ${problem}`)
  const world = await startWorld(settings)
  const { executablePath, args, env } = findBrowser()
  const browser = await chromium.launch({ executablePath, args: [...args], env: { ...env } }).catch(async (error) => {
    await world.stop()
    throw error
  })
  const faults: string[] = []
  const url = `${urlOf(world.server)}/console`
  const open: BrowserConsole['open'] = async (person, { language, scheme } = ENGLISH) => {
    const context = await browser.newContext({
      locale: language === 'zh' ? 'zh-CN' : 'en-US',
      colorScheme: scheme,
      timezoneId: 'Asia/Shanghai',
      reducedMotion: 'reduce',
      viewport: { width: 1366, height: 900 },
    })
    context.setDefaultTimeout(PATIENCE_MS)
    context.on('weberror', (error) => faults.push(error.error().message))
    context.on('console', (message) => {
      // The browser itself reports answers that refuse something; the pages show them in their own words.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource: the server responded'))
        faults.push(message.text())
    })
    if (person) {
      const [name, value] = (await person.cookie()).split('=') as [string, string]
      await context.addCookies([{ name, value, url }])
    }
    return context
  }
  return {
    world,
    url,
    faults,
    open,
    async page(person, address, look) {
      const page = await (await open(person, look)).newPage()
      await page.goto(`${url}${address}`)
      return page
    },
    async stop() {
      await browser.close()
      await world.stop()
    },
  }
}

export type Shop = {
  readonly tenant: Tenant
  readonly workspace: Workspace
  /** May operate on nodes, and is no administrator. */
  readonly operator: Person
  /** Administers the workspace, and asked for nothing. */
  readonly administrator: Person
  readonly nodes: Readonly<Record<'orders' | 'payments' | '订单汇总' | 'report', number>>
}

/** A tenant of its own for one test: a workspace whose node `report` depends on the others. */
export async function makeShop(world: World): Promise<Shop> {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const roles = (...names: ('operator' | 'administrator')[]) => ({ [workspace.id]: names })
  return {
    tenant,
    workspace,
    operator: await tenant.person([], roles('operator')),
    administrator: await tenant.person([], roles('administrator')),
    nodes: await tenant.nodes(workspace, {
      orders: [],
      payments: [],
      订单汇总: [],
      report: ['orders', 'payments', '订单汇总'],
    }),
  }
}

/** An extension enabled in the shop, with a receiver that takes its messages and answers only when a test says so. */
export async function watch(
  world: World,
  { tenant, workspace }: Shop,
  parameters = '',
): Promise<{ readonly extension: Extension; readonly name: string; readonly receiver: Receiver }> {
  const extension = await tenant.extension({
    points: ['freeze-node', 'unfreeze-node', 'undeploy-node'],
    parameters,
    enabledIn: [workspace],
  })
  const receiver = await world.receiver()
  await tenant.route(workspace, receiver.url)
  const { name } = await tenant.owner.api.call('GET /extensions/{code}', { params: { code: extension.code } })
  return { extension, name, receiver }
}

/** Answers for the extension, signed by its author, as its own program would. */
export async function answer(
  world: World,
  shop: Shop,
  extension: Extension,
  operationId: string,
  result: CheckResult,
  tip: string,
): Promise<void> {
  const { messageId } = await detailOf(shop.tenant.owner, operationId)
  const { status, body } = await dialect(world.server, extension.author, 'UpdateWorkbenchEventResult', {
    MessageId: messageId ?? '',
    ExtensionCode: extension.code,
    CheckResult: result,
    CheckResultTip: tip,
  })
  if (status !== 200) throw new Error(`The result was refused: ${JSON.stringify(body)}`)
}

/** The operation whose panel is open, as the address names it. */
export async function openOperation(page: Page): Promise<string> {
  await page.waitForURL(/[?&]operation=/)
  return new URL(page.url()).searchParams.get('operation')!
}

/** Where the operation of the open panel stands, as soon as it stands so. */
export async function standsAs(page: Page, text: string): Promise<void> {
  await page.locator('.operation-panel').getByRole('status').getByText(text, { exact: true }).waitFor()
}

/** What axe finds, by all of its rules or these, in words that point to the place. */
export async function axeFindings(page: Page, rules?: string[]): Promise<string[]> {
  const builder = new AxeBuilder({ page })
  const { violations } = await (rules ? builder.withRules(rules) : builder).analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  )
}
