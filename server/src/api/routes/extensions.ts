import { randomBytes } from 'node:crypto'
import {
  checkParameters,
  EXTENSION_POINTS,
  levelOf,
  may,
  Refusal,
  readOptions,
  versionDifferences,
} from '@holdpoint/core'
import { z } from 'zod'
import { startFunction } from '../../functions/starter.ts'
import type { Platform } from '../../platform.ts'
import { writeAudit } from '../../store/audit.ts'
import type { Sql, Transaction } from '../../store/database.ts'
import * as extensions from '../../store/extensions.ts'
import { hasSecrets } from '../../store/functions.ts'
import type { Caller } from '../../store/principals.ts'
import { deactivateServiceKeys, disableServiceUser, userOfTenant } from '../../store/users.ts'
import { workspaceById } from '../../store/workspaces.ts'
import { draftOf, lockedExtension, recordStep } from '../extension-draft.ts'
import {
  ExtensionChange,
  ExtensionOwner,
  ExtensionStatusShape,
  ExtensionView,
  NewExtension,
} from '../extension-shapes.ts'
import { contentOf, extensionView } from '../extension-views.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import { mayManageCredentials } from './service-users.ts'

export const codeParams = z.object({ code: z.string().max(64) })

const listQuery = pageQuery.extend({
  search: z.string().trim().max(128).optional().describe('Part of the name, or the code'),
  status: ExtensionStatusShape.optional().describe('Of any of its versions'),
  level: z.enum(['workspace', 'tenant']).optional(),
  point: z.string().max(128).optional(),
  module: z.string().max(64).optional(),
  owner: z.coerce.number().int().positive().optional().describe('Id of a user'),
})

export const extensionRoutes = [
  route({
    method: 'GET',
    path: '/extensions',
    access: 'extension.read',
    tag: 'Extensions',
    summary: 'The extensions of the tenant, each in the version that runs, or in its newest where none does',
    query: listQuery,
    answer: pageOf(ExtensionView),
    async run({ platform, caller, query }) {
      const rows = await extensions.extensionsOf(
        platform.db,
        caller.tenantId,
        afterId(query.cursor),
        query.limit + 1,
        0,
        { search: query.search, status: query.status, ownerId: query.owner, points: pointsThat(query) },
      )
      return page(
        rows,
        query.limit,
        (row) => String(row.id),
        (row) => extensionView(caller, row),
      )
    },
  }),
  route({
    method: 'POST',
    path: '/extensions',
    access: 'extension.write',
    tag: 'Extensions',
    summary: 'Register an extension; it starts in testing and has its code from now on',
    status: 201,
    body: NewExtension,
    answer: ExtensionView,
    async run({ platform, caller, body }) {
      const code = randomBytes(16).toString('hex')
      return await platform.db.transaction(async (tx) => {
        const { deployment, ownerId, ...given } = body
        const content = { ...given, points: [...new Set(given.points)] }
        checkContent(content)
        await ensureTestWorkspace(tx, caller, content.testWorkspaceId)
        const owner = ownerId === undefined ? caller.userId : await ownerFor(tx, caller, ownerId)
        await extensions.insertExtension(tx, caller.tenantId, owner, caller.userId, code, deployment, content)
        const row = (await extensions.extensionByCode(tx, caller.tenantId, code))!
        if (deployment === 'function') await startFunction(tx, row)
        await recordStep(
          tx,
          caller,
          row,
          { version: 1, step: 'register', from: null, to: 'testing' },
          { deployment, ...(owner === caller.userId ? {} : { owner }) },
        )
        tellExtension(platform, tx, caller, code)
        return extensionView(caller, row)
      })
    },
  }),
  route({
    method: 'GET',
    path: '/extensions/:code',
    access: 'extension.read',
    tag: 'Extensions',
    summary: 'One extension in the version that runs, or in its newest where none does',
    params: codeParams,
    answer: ExtensionView,
    async run({ platform, caller, params }) {
      return extensionView(caller, await foundExtension(platform.db, caller, params.code))
    },
  }),
  route({
    method: 'PATCH',
    path: '/extensions/:code',
    access: 'extension.write',
    tag: 'Extensions',
    summary:
      'Change what an extension says: the version in testing or rejected, else in a new one; what runs goes on as it is',
    params: codeParams,
    body: ExtensionChange,
    answer: ExtensionView,
    async run({ platform, caller, params, body }) {
      return await platform.db.transaction(async (tx) => {
        const row = await lockedExtension(tx, caller, params.code)
        const { revision, ...change } = body
        const draft = await draftOf(tx, caller, row, revision)
        const before = contentOf(draft)
        const after = { ...before, ...change, ...(change.points && { points: [...new Set(change.points)] }) }
        checkContent(after)
        await ensureTestWorkspace(tx, caller, after.testWorkspaceId)
        // Rule 19: a workspace's administrators enabled one, or the tenant's.
        const level = levelOf(row.points)
        if ((row.status === 'published' || row.status === 'disabled') && levelOf(after.points) !== level)
          throw new Refusal('EXTENSION_LEVEL_KEPT', { level, field: 'points' })
        const fields = versionDifferences(before, after).map((one) => one.field)
        await extensions.updateExtensionContent(tx, row.id, draft.number, after, caller.userId)
        await recordStep(tx, caller, row, {
          version: draft.number,
          step: 'change',
          from: draft.status,
          to: 'testing',
          fields,
        })
        tellExtension(platform, tx, caller, row.code)
        return extensionView(caller, await foundExtension(tx, caller, params.code))
      })
    },
  }),
  route({
    method: 'PUT',
    path: '/extensions/:code/owner',
    access: 'extension.write',
    tag: 'Extensions',
    summary:
      'Give the extension another owner: who answers for it, and whom to ask about it; the AccessKey pairs with which it answers are deactivated',
    params: codeParams,
    body: ExtensionOwner,
    answer: ExtensionView,
    async run({ platform, caller, params, body }) {
      return await platform.db.transaction(async (tx) => {
        const row = await lockedExtension(tx, caller, params.code)
        const owner = await ownerFor(tx, caller, body.ownerId)
        // Rule 20: whoever owns it decides in its name.
        if (owner === caller.userId && row.owner_id !== owner && !may(caller, 'extension.credentials'))
          throw new Refusal('OWN_RIGHTS')
        if (owner !== row.owner_id && !mayManageCredentials(caller, row) && (await hasSecrets(tx, row.id)))
          throw new Refusal('FORBIDDEN', { action: 'handing on a function with secrets' })
        await extensions.updateOwner(tx, row.id, owner)
        if (owner !== row.owner_id) await deactivatePairs(tx, caller, row)
        await recordStep(
          tx,
          caller,
          row,
          { version: row.number, step: 'change-owner', from: row.status, to: row.status, note: '' },
          { from: row.owner_id, to: owner },
        )
        tellExtension(platform, tx, caller, row.code)
        return extensionView(caller, await foundExtension(tx, caller, params.code))
      })
    },
  }),
  route({
    method: 'DELETE',
    path: '/extensions/:code',
    access: 'extension.write',
    tag: 'Extensions',
    summary:
      'Delete an extension that does not run and that no held operation waits for; past operations still name it',
    status: 204,
    params: codeParams,
    async run({ platform, caller, params }) {
      await platform.db.transaction(async (tx) => {
        const row = await lockedExtension(tx, caller, params.code)
        if (row.status === 'published')
          throw new Refusal('EXTENSION_TRANSITION', { status: row.status, verb: 'deleted' })
        // Rule 22: deleting it is refused while a check is open.
        if (await extensions.hasOpenCheck(tx, row.id)) throw new Refusal('EXTENSION_OPEN_CHECKS')
        await extensions.deleteExtension(tx, row.id)
        await disableServiceUser(tx, row.id)
        writeAudit(tx, {
          tenantId: caller.tenantId,
          userId: caller.userId,
          action: 'extension.delete',
          object: row.code,
          details: { name: row.name, status: row.status },
        })
        tellExtension(platform, tx, caller, row.code)
      })
    },
  }),
]

export async function foundExtension(sql: Sql, caller: Caller, code: string): Promise<extensions.ExtensionRow> {
  const row = await extensions.extensionByCode(sql, caller.tenantId, code)
  if (!row) throw new Refusal('EXTENSION_UNKNOWN', { extensionCode: code })
  return row
}

/** The extension points that all of these allow; undefined where nothing is asked for. */
function pointsThat({ level, point, module }: { level?: string; point?: string; module?: string }) {
  if (level === undefined && point === undefined && module === undefined) return undefined
  return EXTENSION_POINTS.filter(
    (event) =>
      (level === undefined || event.scope === level) &&
      (point === undefined || event.eventCode === point) &&
      (module === undefined || event.module === module),
  ).map((event) => event.eventCode)
}

/** One level only, and parameters and a form of options that can be read. */
function checkContent(content: Pick<extensions.ExtensionContent, 'points' | 'parameters' | 'options'>): void {
  levelOf(content.points)
  checkParameters(content.parameters)
  readOptions(content.options)
}

/** Rule 20: only who may test in a workspace says what is tested there: the version is asked about real operations of it. */
export async function ensureTestWorkspace(sql: Sql, caller: Caller, id: number | null): Promise<void> {
  if (id === null) return
  const field = 'testWorkspaceId'
  if (!(await workspaceById(sql, caller.tenantId, id))) throw new Refusal('WORKSPACE_NOT_FOUND', { id, field })
  if (!may(caller, 'extension.test', id)) throw new Refusal('FORBIDDEN', { action: 'extension.test', field })
}

/** Rule 20: whoever owned it knows its pairs, and speaks for it no more. */
async function deactivatePairs(tx: Transaction, caller: Caller, { id, code }: extensions.ExtensionRow): Promise<void> {
  for (const pair of await deactivateServiceKeys(tx, id))
    writeAudit(tx, {
      tenantId: caller.tenantId,
      userId: caller.userId,
      action: 'access-key.deactivate',
      object: pair,
      details: { extension: code, reason: 'another owner' },
    })
}

/** Whoever owns an extension answers for it: any person of the tenant who is not disabled. */
async function ownerFor(sql: Sql, caller: Caller, ownerId: string): Promise<number> {
  const id = Number(ownerId)
  const user = Number.isSafeInteger(id) ? await userOfTenant(sql, caller.tenantId, id) : null
  if (!user || user.disabled_at !== null || user.service_of !== null)
    throw new Refusal('NOT_FOUND', { thing: 'user', id: ownerId, field: 'ownerId' })
  return user.id
}

export function tellExtension(
  platform: Platform,
  tx: { afterCommit(run: () => void): void },
  caller: Caller,
  code: string,
): void {
  tx.afterCommit(() =>
    platform.live.publish({ kind: 'extension', tenantId: caller.tenantId, workspaceId: null, id: code }),
  )
}
