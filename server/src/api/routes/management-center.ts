/** The Management Center: which extensions are enabled for a workspace or the tenant, and with which options (rule 19). */
import { checkOptionValues, eventByCode, fittingOptions, may, type OptionValues, Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { type Configured, configuredFor, configuredPage, formOf } from '../../configured.ts'
import type { Platform } from '../../platform.ts'
import { writeAudit } from '../../store/audit.ts'
import * as configuration from '../../store/configuration.ts'
import type { Sql, Transaction } from '../../store/database.ts'
import { lockExtension } from '../../store/extensions.ts'
import type { Caller } from '../../store/principals.ts'
import { ConfigurationChange, TenantExtension, TestingChange, WorkspaceExtension } from '../management-shapes.ts'
import { afterId, pageOf, pageQuery, route } from '../route.ts'
import { person } from '../views.ts'
import { tellExtension } from './extensions.ts'
import { workspaceParams } from './workspaces.ts'

const codeParams = z.object({ code: z.string().max(64) })

export const managementCenterRoutes = [
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/extensions',
    access: 'workspace.read',
    tag: 'Management Center',
    summary: 'The workspace-level extensions: which are enabled in the workspace, and with which options',
    params: workspaceParams,
    query: pageQuery,
    answer: pageOf(WorkspaceExtension),
    async run({ platform, caller, params, query }) {
      const { workspaceId } = params
      const { items, nextCursor } = await pageFor(platform.db, caller, workspaceId, query)
      return { items: items.map((one) => workspaceView(caller, workspaceId, one)), nextCursor }
    },
  }),
  route({
    method: 'PUT',
    path: '/workspaces/:workspaceId/extensions/:code',
    access: 'extension.enable',
    tag: 'Management Center',
    summary: 'Enable a published workspace-level extension in the workspace, switch it off, or set its options',
    params: workspaceParams.extend(codeParams.shape),
    body: ConfigurationChange,
    answer: WorkspaceExtension,
    async run({ platform, caller, params, body }) {
      return await platform.db.transaction(async (tx) => {
        const one = await configure(platform, tx, caller, params.workspaceId, params.code, body)
        return workspaceView(caller, params.workspaceId, one)
      })
    },
  }),
  route({
    method: 'GET',
    path: '/tenant-extensions',
    access: 'extension.read',
    tag: 'Management Center',
    summary: 'The tenant-level extensions: which are enabled for the tenant, and with which options',
    query: pageQuery,
    answer: pageOf(TenantExtension),
    async run({ platform, caller, query }) {
      const { items, nextCursor } = await pageFor(platform.db, caller, null, query)
      return { items: items.map((one) => tenantView(caller, one)), nextCursor }
    },
  }),
  route({
    method: 'PUT',
    path: '/tenant-extensions/:code',
    access: 'extension.enable-for-tenant',
    tag: 'Management Center',
    summary: 'Enable a published tenant-level extension for the tenant, switch it off, or set its options',
    params: codeParams,
    body: ConfigurationChange,
    answer: TenantExtension,
    async run({ platform, caller, params, body }) {
      return await platform.db.transaction(async (tx) =>
        tenantView(caller, await configure(platform, tx, caller, null, params.code, body)),
      )
    },
  }),
  route({
    method: 'PUT',
    path: '/tenant-extensions/:code/testing',
    access: 'own',
    tag: 'Management Center',
    summary:
      'As its owner, let a tenant-level extension in testing hold your own operations, and set its options before the first publication',
    params: codeParams,
    body: TestingChange,
    answer: TenantExtension,
    async run({ platform, caller, params, body }) {
      return await platform.db.transaction(async (tx) => {
        const one = await locked(tx, caller, null, params.code)
        if (one.version.owner_id !== caller.userId) throw new Refusal('EXTENSION_TESTING_FOREIGN')
        if (one.tested === null) throw new Refusal('EXTENSION_NOT_IN_TESTING')
        if (body.options !== undefined) {
          if (one.standing !== null) throw new Refusal('EXTENSION_TESTING_OPTIONS')
          await setOptions(tx, caller, null, one, body.options)
        }
        if (body.on !== undefined) {
          await configuration.putTestedBy(tx, one.version.id, one.tested.number, body.on ? caller.userId : null)
          record(tx, caller, null, one, body.on ? 'extension.test' : 'extension.end-test')
        }
        tellExtension(platform, tx, caller, params.code)
        return tenantView(caller, await found(tx, caller, null, params.code))
      })
    },
  }),
]

const pageFor = (
  sql: Sql,
  caller: Caller,
  workspaceId: number | null,
  query: { readonly cursor?: string | undefined; readonly limit: number },
) => configuredPage(sql, caller.tenantId, workspaceId, afterId(query.cursor), query.limit)

async function found(sql: Sql, caller: Caller, workspaceId: number | null, code: string): Promise<Configured> {
  const one = await configuredFor(sql, caller.tenantId, workspaceId, code)
  if (one) return one
  // It is there, and of the other level: what it watches is named.
  const versions = await configuration.configuredVersions(sql, caller.tenantId, workspaceId, { code })
  if (versions.length > 0) throw new Refusal('EXTENSION_LEVELS_MIXED', { events: versions.at(-1)!.points })
  throw new Refusal('EXTENSION_UNKNOWN', { extensionCode: code })
}

/** Like `found`, and holds the extension until the transaction ends. */
async function locked(tx: Sql, caller: Caller, workspaceId: number | null, code: string): Promise<Configured> {
  await lockExtension(tx, caller.tenantId, code)
  return await found(tx, caller, workspaceId, code)
}

/** Rule 19: an administrator enables a published extension and sets the options of any; options may be set before. */
async function configure(
  platform: Platform,
  tx: Transaction,
  caller: Caller,
  workspaceId: number | null,
  code: string,
  change: { readonly enabled?: boolean | undefined; readonly options?: Readonly<Record<string, unknown>> | undefined },
): Promise<Configured> {
  const one = await locked(tx, caller, workspaceId, code)
  if (change.options !== undefined) await setOptions(tx, caller, workspaceId, one, change.options)
  if (change.enabled !== undefined) {
    if (change.enabled && one.standing?.status !== 'published') throw new Refusal('EXTENSION_NOT_PUBLISHED')
    const { enabled } = change
    const verb = enabled ? 'extension.enable' : 'extension.switch-off'
    await configuration.putConfiguration(tx, one.version.id, workspaceId, { enabled }, caller.userId)
    record(tx, caller, workspaceId, one, workspaceId === null ? `${verb}-for-tenant` : verb)
  }
  tellExtension(platform, tx, caller, code)
  return await found(tx, caller, workspaceId, code)
}

async function setOptions(
  tx: Transaction,
  caller: Caller,
  workspaceId: number | null,
  one: Configured,
  given: Readonly<Record<string, unknown>>,
): Promise<void> {
  const options = checkOptionValues(formOf(one.version), given)
  await configuration.putConfiguration(tx, one.version.id, workspaceId, { options }, caller.userId)
  record(tx, caller, workspaceId, one, 'extension.set-options', { version: one.version.number, options: cut(options) })
}

/** What the record shows of chosen values, of which each may be pages long. */
const cut = (options: OptionValues) =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [key, String(value).slice(0, 200)]))

function record(
  tx: Transaction,
  caller: Caller,
  workspaceId: number | null,
  one: Configured,
  action: string,
  details: Record<string, unknown> = {},
): void {
  const { tenantId, userId } = caller
  writeAudit(tx, { tenantId, workspaceId, userId, action, object: one.version.code, details })
}

function configuredView(caller: Caller, { version }: Configured, mayConfigure: boolean, mayRead: boolean) {
  const form = formOf(version)
  const { values, misfits } = fittingOptions(form, version.option_values ?? {})
  return {
    code: version.code,
    name: version.name,
    description: version.description,
    version: version.number,
    status: version.status,
    deployment: version.deployment,
    points: version.points,
    modules: [...new Set(version.points.flatMap((code) => eventByCode(code)?.module ?? []))],
    owner: person(version.owner_id, version.owner_name),
    detailUrl: version.detail_url,
    helpDocUrl: version.help_doc_url,
    parameters: version.parameters,
    onUnanswered: version.on_unanswered,
    enabled: version.enabled,
    form: form?.fields.map((field) => ({ ...field, choices: [...field.choices] })) ?? null,
    options: mayRead || version.owner_id === caller.userId ? values : null,
    misfits: mayRead ? [...misfits] : [],
    maySetOptions: mayConfigure && form !== null,
    modifiedBy: version.modified_by === null ? null : person(version.modified_by, version.modified_by_name ?? ''),
    modifiedAt: version.modified_at?.toISOString() ?? null,
  }
}

function workspaceView(caller: Caller, workspaceId: number, one: Configured): z.input<typeof WorkspaceExtension> {
  const { version, standing } = one
  const mayConfigure = may(caller, 'extension.enable', workspaceId)
  return {
    ...configuredView(caller, one, mayConfigure, may(caller, 'option.read', workspaceId)),
    mayEnable: mayConfigure && (standing?.status === 'published' || version.enabled),
    testWorkspaceId: version.test_workspace_id,
    testing: version.status !== 'testing' ? null : version.test_workspace_id === workspaceId ? 'here' : 'elsewhere',
  }
}

function tenantView(caller: Caller, one: Configured): z.input<typeof TenantExtension> {
  const { version, standing, tested } = one
  const mayConfigure = may(caller, 'extension.enable-for-tenant')
  const isOwner = version.owner_id === caller.userId
  const mayTest = isOwner && tested !== null && standing === null
  return {
    ...configuredView(caller, one, mayConfigure || mayTest, may(caller, 'option.read')),
    mayEnable: mayConfigure && (standing?.status === 'published' || version.enabled),
    testing: tested && { version: tested.number, on: tested.tested_by === version.owner_id, maySwitch: isOwner },
  }
}
