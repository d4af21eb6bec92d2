/** Data sources of a workspace: what its SQL nodes run on. */
import net from 'node:net'
import { Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { encryptSecret } from '../../credentials.ts'
import type { Platform } from '../../platform.ts'
import { secretOf } from '../../runners/sql.ts'
import { writeAudit } from '../../store/audit.ts'
import * as sources from '../../store/data-sources.ts'
import { isUniqueViolation, type Sql, type Transaction } from '../../store/database.ts'
import type { Caller } from '../../store/principals.ts'
import { pageOf, route } from '../route.ts'
import {
  DataSource,
  DataSourceChange,
  DataSourceTest,
  NewDataSource,
  type PostgresqlSettings,
} from '../runner-shapes.ts'
import { workspaceParams } from './workspaces.ts'

const MOST_SOURCES = 100
const MOST_NAMED = 10
const TEST_WITHIN_MS = 20_000

type Settings = z.output<typeof PostgresqlSettings>
const sourceParams = workspaceParams.extend({ dataSourceId: z.coerce.number().int().positive() })

export const dataSourceRoutes = [
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/data-sources',
    access: 'node.read',
    tag: 'Data sources',
    summary: 'The data sources of a workspace, the default one first',
    params: workspaceParams,
    query: z.object({ environment: z.enum(['DEV', 'PROD']).default('PROD') }),
    answer: pageOf(DataSource),
    async run({ platform, workspace, query }) {
      const rows = await sources.dataSourcesOf(platform.db, workspace.id, query.environment)
      return { items: rows.map(sourceView), nextCursor: null }
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/data-sources',
    access: 'data-source.write',
    tag: 'Data sources',
    summary: 'Add a data source',
    status: 201,
    params: workspaceParams,
    body: NewDataSource,
    answer: DataSource,
    async run({ platform, caller, workspace, body }) {
      if (body.environment === 'DEV' && workspace.mode === 'basic') throw new Refusal('ENVIRONMENT_ABSENT')
      const settings = body.kind === 'postgresql' ? body.settings : {}
      if (body.kind === 'postgresql') checkAddress(platform, body.settings)
      try {
        return await platform.db.transaction(async (tx) => {
          if ((await sources.lockDataSources(tx, workspace.id)) >= MOST_SOURCES)
            throw new Refusal('LIMIT_REACHED', { limit: MOST_SOURCES, things: 'data sources of a workspace' })
          const { environment, name, kind } = body
          const id = await sources.insertDataSource(tx, {
            ...{ tenantId: caller.tenantId, workspaceId: workspace.id, createdBy: caller.userId },
            ...{ environment, name, kind, settings },
          })
          if (body.kind === 'postgresql' && body.password !== null)
            await sources.updateDataSource(tx, id, settings, sealed(platform, id, body.password))
          const row = await sourceFor(tx, workspace.id, id)
          writeAudit(tx, entry(caller, row, 'data-source.create', { kind, settings }))
          return sourceView(row)
        })
      } catch (error) {
        if (isUniqueViolation(error)) throw new Refusal('NAME_TAKEN', { thing: 'data source', name: body.name })
        throw error
      }
    },
  }),
  route({
    method: 'PATCH',
    path: '/workspaces/:workspaceId/data-sources/:dataSourceId',
    access: 'data-source.write',
    tag: 'Data sources',
    summary: 'Change where a data source is, or make it the default one',
    params: sourceParams,
    body: DataSourceChange,
    answer: DataSource,
    async run({ platform, caller, workspace, params, body }) {
      return await platform.db.transaction(async (tx) => {
        await sources.lockDataSources(tx, workspace.id)
        const before = await sourceFor(tx, workspace.id, params.dataSourceId)
        if (body.settings !== undefined || body.password !== undefined) await changeSettings(platform, tx, before, body)
        if (body.isDefault && !before.is_default) await sources.makeDefaultDataSource(tx, before)
        const row = await sourceFor(tx, workspace.id, before.id)
        const { settings } = row
        const details = {
          kind: row.kind,
          settings,
          isDefault: row.is_default,
          newPassword: body.password !== undefined,
        }
        writeAudit(tx, entry(caller, row, 'data-source.change', details))
        return sourceView(row)
      })
    },
  }),
  route({
    method: 'DELETE',
    path: '/workspaces/:workspaceId/data-sources/:dataSourceId',
    access: 'data-source.write',
    tag: 'Data sources',
    summary:
      'Delete a data source, with its tables where it is a DuckDB file; refused while nodes, synchronisation jobs or monitors name it',
    status: 204,
    params: sourceParams,
    async run({ platform, caller, workspace, params }) {
      const gone = await platform.db.transaction(async (tx) => {
        await sources.lockDataSources(tx, workspace.id)
        const row = await sourceFor(tx, workspace.id, params.dataSourceId)
        if (row.is_default) throw new Refusal('DEFAULT_KEPT', { name: row.name })
        const nodes = await sources.usersOfDataSource(tx, row.id, MOST_NAMED)
        if (nodes.length > 0) throw new Refusal('IN_USE_BY_NODES', { name: row.name, nodes })
        await sources.deleteDataSource(tx, row.id)
        writeAudit(tx, entry(caller, row, 'data-source.delete', { kind: row.kind }))
        return row
      })
      await platform.runners.remove(gone)
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/data-sources/:dataSourceId/test',
    access: 'data-source.write',
    tag: 'Data sources',
    summary: 'Whether a data source can be used now, as nodes would use it',
    params: sourceParams,
    answer: DataSourceTest,
    async run({ platform, workspace, params }) {
      const row = await sourceFor(platform.db, workspace.id, params.dataSourceId)
      const refusal = await platform.runners.test(row, AbortSignal.timeout(TEST_WITHIN_MS))
      return { problem: refusal && { code: refusal.code, detail: refusal.message, details: { ...refusal.details } } }
    },
  }),
]

async function sourceFor(sql: Sql, workspaceId: number, id: number): Promise<sources.ListedDataSourceRow> {
  const row = await sources.dataSourceById(sql, workspaceId, id)
  if (!row) throw new Refusal('NOT_FOUND', { thing: 'data source', id })
  return row
}

const sealed = (platform: Platform, id: number, password: string) =>
  encryptSecret(platform.secretKey, password, secretOf(id))

/** A password that was given for one server is shown to no other: where that changes, it is given again or removed. */
async function changeSettings(
  platform: Platform,
  tx: Transaction,
  before: sources.DataSourceRow,
  body: z.output<typeof DataSourceChange>,
): Promise<void> {
  if (before.kind !== 'postgresql') throw invalid('settings', 'a DuckDB file has no settings')
  const settings = body.settings ?? (before.settings as Settings)
  checkAddress(platform, settings)
  let secret = before.secret
  if (body.password !== undefined) secret = body.password === null ? null : sealed(platform, before.id, body.password)
  else if (secret !== null && receiverOf(settings) !== receiverOf(before.settings as Settings))
    throw invalid('password', 'its address has changed, so the password must be given again')
  await sources.updateDataSource(tx, before.id, settings, secret)
}

const receiverOf = ({ host, port, tls, user }: Settings) => JSON.stringify([host, port, tls, user])

/** An address that is written as one is judged at once; a name whenever it is connected to. */
function checkAddress({ outbound }: Platform, { host, port }: Settings): void {
  const problem = net.isIP(host) === 0 ? null : outbound.refuse(host, host, port)
  if (problem !== null) throw invalid('settings.host', problem)
}

const invalid = (path: string, problem: string) =>
  new Refusal('DATA_SOURCE_INVALID', { problem, paths: [path], problems: [problem] })

const entry = (caller: Caller, row: sources.DataSourceRow, action: string, details: Record<string, unknown>) => ({
  tenantId: caller.tenantId,
  workspaceId: row.workspace_id,
  userId: caller.userId,
  action,
  object: row.name,
  details: { environment: row.environment, ...details },
})

const sourceView = (row: sources.ListedDataSourceRow) => ({
  id: row.id,
  environment: row.environment,
  name: row.name,
  kind: row.kind,
  isDefault: row.is_default,
  settings: row.settings as Partial<Settings>,
  hasPassword: row.secret !== null,
  nodeCount: row.node_count,
  createdAt: row.created_at.toISOString(),
  modifiedAt: row.modified_at.toISOString(),
})
