/** Distribution channels, one per workspace and one for tenant-level events, and what reaches whom through them. */

import { busFor, changed } from '../../openevent/buses.ts'
import { routing } from '../../openevent/routing.ts'
import type { Platform } from '../../platform.ts'
import type { Sql } from '../../store/database.ts'
import { watchingTenant } from '../../store/extensions.ts'
import * as openevent from '../../store/openevent.ts'
import type { Caller } from '../../store/principals.ts'
import { Channel, ChannelChange, Routing } from '../openevent-shapes.ts'
import { route } from '../route.ts'
import { workspaceParams } from './workspaces.ts'

export const channelRoutes = [
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/channel',
    access: 'workspace.read',
    tag: 'OpenEvent',
    summary: 'The distribution channel of a workspace',
    params: workspaceParams,
    answer: Channel,
    async run({ platform, caller, params }) {
      return await channelView(platform.db, caller, params.workspaceId)
    },
  }),
  route({
    method: 'PUT',
    path: '/workspaces/:workspaceId/channel',
    access: 'openevent.write',
    tag: 'OpenEvent',
    summary: 'Send the events of a workspace to an event bus, or stop sending them',
    params: workspaceParams,
    body: ChannelChange,
    answer: Channel,
    async run({ platform, caller, params, body }) {
      return await putChannel(platform, caller, params.workspaceId, body)
    },
  }),
  route({
    method: 'GET',
    path: '/tenant-channel',
    access: 'openevent.read',
    tag: 'OpenEvent',
    summary: 'The distribution channel of tenant-level events',
    answer: Channel,
    async run({ platform, caller }) {
      return await channelView(platform.db, caller, null)
    },
  }),
  route({
    method: 'PUT',
    path: '/tenant-channel',
    access: 'openevent.write',
    tag: 'OpenEvent',
    summary: 'Send tenant-level events to an event bus, or stop sending them',
    body: ChannelChange,
    answer: Channel,
    async run({ platform, caller, body }) {
      return await putChannel(platform, caller, null, body)
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/routing',
    access: 'workspace.read',
    tag: 'OpenEvent',
    summary: 'Which targets the events of a workspace reach, and which extensions they do not reach',
    params: workspaceParams,
    answer: Routing,
    async run({ platform, caller, params }) {
      return await routingView(platform.db, caller, params.workspaceId)
    },
  }),
  route({
    method: 'GET',
    path: '/tenant-routing',
    access: 'openevent.read',
    tag: 'OpenEvent',
    summary: 'Which targets tenant-level events reach, and which extensions they do not reach',
    answer: Routing,
    async run({ platform, caller }) {
      return await routingView(platform.db, caller, null)
    },
  }),
]

async function putChannel(
  platform: Platform,
  caller: Caller,
  workspaceId: number | null,
  { busId, enabled }: { readonly busId: number; readonly enabled: boolean },
) {
  return await platform.db.transaction(async (tx) => {
    await openevent.lockBus(tx, caller.tenantId, busId)
    const bus = await busFor(tx, caller, busId)
    await openevent.putChannel(tx, caller.tenantId, workspaceId, bus.id, enabled)
    changed(platform, tx, caller, 'channel.put', bus.name, { workspaceId, details: { enabled } })
    return await channelView(tx, caller, workspaceId)
  })
}

async function channelView(sql: Sql, caller: Caller, workspaceId: number | null) {
  const channel = await openevent.channelOf(sql, caller.tenantId, workspaceId)
  return {
    workspaceId,
    bus: channel ? { id: channel.bus_id, name: channel.bus_name } : null,
    enabled: channel?.enabled ?? false,
  }
}

async function routingView(sql: Sql, caller: Caller, workspaceId: number | null) {
  const [channel, routes, watching] = await Promise.all([
    channelView(sql, caller, workspaceId),
    openevent.tenantRoutes(sql, caller.tenantId),
    watchingTenant(sql, caller.tenantId, workspaceId),
  ])
  const { targets, events } = routing({
    workspaceId,
    busId: channel.enabled && channel.bus !== null ? channel.bus.id : null,
    routes,
    watching,
  })
  return {
    channel,
    targets: targets.map((target) => ({
      id: target.target_id,
      name: target.target_name,
      kind: target.kind,
      endpoint: target.endpoint,
      busId: target.bus_id,
      busName: target.bus_name,
      ruleId: target.rule_id,
      ruleName: target.rule_name,
      serves: target.serves,
      blockedAt: target.blocked_at?.toISOString() ?? null,
    })),
    events,
  }
}
