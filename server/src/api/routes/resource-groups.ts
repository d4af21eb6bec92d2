/** Resource groups of the tenant: how many instances run at once, and whether programs of the machine are among them. */
import { Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { writeAudit } from '../../store/audit.ts'
import { isUniqueViolation, type Sql } from '../../store/database.ts'
import type { Caller } from '../../store/principals.ts'
import * as groups from '../../store/resource-groups.ts'
import { pageOf, route } from '../route.ts'
import { NewResourceGroup, ResourceGroup, ResourceGroupChange } from '../runner-shapes.ts'

const MOST_GROUPS = 100
const MOST_NAMED = 10

const groupParams = z.object({ resourceGroupId: z.coerce.number().int().positive() })

export const resourceGroupRoutes = [
  route({
    method: 'GET',
    path: '/resource-groups',
    access: 'resource-group.read',
    tag: 'Resource groups',
    summary: 'The resource groups of the tenant, the default one first',
    answer: pageOf(ResourceGroup),
    async run({ platform, caller }) {
      const rows = await groups.resourceGroupsOf(platform.db, caller.tenantId)
      return { items: rows.map(groupView), nextCursor: null }
    },
  }),
  route({
    method: 'POST',
    path: '/resource-groups',
    access: 'resource-group.write',
    tag: 'Resource groups',
    summary: 'Add a resource group',
    status: 201,
    body: NewResourceGroup,
    answer: ResourceGroup,
    async run({ platform, caller, body }) {
      try {
        return await platform.db.transaction(async (tx) => {
          if ((await groups.lockResourceGroups(tx, caller.tenantId)) >= MOST_GROUPS)
            throw new Refusal('LIMIT_REACHED', { limit: MOST_GROUPS, things: 'resource groups' })
          const id = await groups.insertResourceGroup(tx, { tenantId: caller.tenantId, ...body })
          const row = await groupFor(tx, caller, id)
          writeAudit(tx, entry(caller, row, 'resource-group.create'))
          return groupView(row)
        })
      } catch (error) {
        if (isUniqueViolation(error))
          throw new Refusal('NAME_TAKEN', { thing: 'resource group', name: body.identifier })
        throw error
      }
    },
  }),
  route({
    method: 'PATCH',
    path: '/resource-groups/:resourceGroupId',
    access: 'resource-group.write',
    tag: 'Resource groups',
    summary: 'Change a resource group, or make it the default one; what runs goes on',
    params: groupParams,
    body: ResourceGroupChange,
    answer: ResourceGroup,
    async run({ platform, caller, params, body }) {
      return await platform.db.transaction(async (tx) => {
        await groups.lockResourceGroups(tx, caller.tenantId)
        const before = await groupFor(tx, caller, params.resourceGroupId)
        const { name = before.name, slots = before.slots, allowsShell = before.allows_shell } = body
        await groups.updateResourceGroup(tx, before.id, { name, slots, allowsShell })
        if (body.isDefault && !before.is_default) await groups.makeDefaultResourceGroup(tx, caller.tenantId, before.id)
        const row = await groupFor(tx, caller, before.id)
        writeAudit(tx, entry(caller, row, 'resource-group.change'))
        return groupView(row)
      })
    },
  }),
  route({
    method: 'DELETE',
    path: '/resource-groups/:resourceGroupId',
    access: 'resource-group.write',
    tag: 'Resource groups',
    summary: 'Delete a resource group; refused while nodes name it. What it was to run runs in the default one',
    status: 204,
    params: groupParams,
    async run({ platform, caller, params }) {
      await platform.db.transaction(async (tx) => {
        await groups.lockResourceGroups(tx, caller.tenantId)
        const row = await groupFor(tx, caller, params.resourceGroupId)
        if (row.is_default) throw new Refusal('DEFAULT_KEPT', { name: row.identifier })
        const nodes = await groups.usersOfResourceGroup(tx, caller.tenantId, row.identifier, MOST_NAMED)
        if (nodes.length > 0) throw new Refusal('IN_USE_BY_NODES', { name: row.identifier, nodes })
        await groups.deleteResourceGroup(tx, caller.tenantId, row.id)
        writeAudit(tx, entry(caller, row, 'resource-group.delete'))
      })
    },
  }),
]

async function groupFor(sql: Sql, caller: Caller, id: number): Promise<groups.ResourceGroupRow> {
  const row = await groups.resourceGroupById(sql, caller.tenantId, id)
  if (!row) throw new Refusal('NOT_FOUND', { thing: 'resource group', id })
  return row
}

const entry = (caller: Caller, row: groups.ResourceGroupRow, action: string) => ({
  tenantId: caller.tenantId,
  userId: caller.userId,
  action,
  object: row.identifier,
  details: { name: row.name, slots: row.slots, allowsShell: row.allows_shell, isDefault: row.is_default },
})

const groupView = (row: groups.ResourceGroupRow) => ({
  id: row.id,
  identifier: row.identifier,
  name: row.name,
  slots: row.slots,
  running: row.running,
  allowsShell: row.allows_shell,
  isDefault: row.is_default,
  createdAt: row.created_at.toISOString(),
})
