import net from 'node:net'
import { checkPattern, type Json, Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { ensureMay, workspaceFor } from '../../access.ts'
import type { OutboundPolicy } from '../../openevent/guard.ts'
import { insertAudit } from '../../store/audit.ts'
import { isUniqueViolation, type Sql } from '../../store/database.ts'
import { knownCodes } from '../../store/extensions.ts'
import * as openevent from '../../store/openevent.ts'
import type { Caller } from '../../store/principals.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import { Channel, ChannelChange, EventBus, EventRule, NewEventBus, NewEventRule } from '../shapes.ts'
import { workspaceParams } from './workspaces.ts'

const MOST_RULES = 100

const busParams = z.object({ busId: z.coerce.number().int().positive() })
const ruleParams = busParams.extend({ ruleId: z.coerce.number().int().positive() })

export const openeventRoutes = [
  route({
    method: 'GET',
    path: '/event-buses',
    tag: 'OpenEvent',
    summary: 'The event buses of the tenant',
    query: pageQuery,
    answer: pageOf(EventBus),
    async run({ platform, caller, query }) {
      ensureMay(caller, 'openevent.read')
      const rows = await openevent.busesOf(platform.db, caller.tenantId, afterId(query.cursor), query.limit + 1)
      return page(rows, query.limit, (row) => String(row.id), busView)
    },
  }),
  route({
    method: 'POST',
    path: '/event-buses',
    tag: 'OpenEvent',
    summary: 'Create an event bus',
    status: 201,
    body: NewEventBus,
    answer: EventBus,
    async run({ platform, caller, body }) {
      ensureMay(caller, 'openevent.write')
      return await taken('event bus', body.name, () =>
        platform.db.transaction(async (tx) => {
          const row = await openevent.insertBus(tx, caller.tenantId, body.name, body.description)
          await insertAudit(tx, {
            tenantId: caller.tenantId,
            userId: caller.userId,
            action: 'event-bus.create',
            object: body.name,
          })
          return busView(row)
        }),
      )
    },
  }),
  route({
    method: 'GET',
    path: '/event-buses/:busId/rules',
    tag: 'OpenEvent',
    summary: 'The rules of an event bus with their targets',
    params: busParams,
    query: pageQuery,
    answer: pageOf(EventRule),
    async run({ platform, caller, params, query }) {
      ensureMay(caller, 'openevent.read')
      await busFor(platform.db, caller, params.busId)
      const rows = await openevent.rulesOf(
        platform.db,
        caller.tenantId,
        params.busId,
        afterId(query.cursor),
        query.limit + 1,
      )
      return page(rows, query.limit, (row) => String(row.id), ruleView)
    },
  }),
  route({
    method: 'POST',
    path: '/event-buses/:busId/rules',
    tag: 'OpenEvent',
    summary: 'Create a rule: which events go to which HTTP targets',
    status: 201,
    params: busParams,
    body: NewEventRule,
    answer: EventRule,
    async run({ platform, caller, params, body }) {
      ensureMay(caller, 'openevent.write')
      return await taken('rule', body.name, () =>
        platform.db.transaction(async (tx) => {
          await busFor(tx, caller, params.busId)
          // Every event of the bus is matched with all of them.
          if ((await openevent.lockRuleCount(tx, params.busId)) >= MOST_RULES)
            throw new Refusal('LIMIT_REACHED', { limit: MOST_RULES, things: 'rules of an event bus' })
          await checkRule(tx, caller, body, platform.outbound)
          const id = await openevent.insertRule(tx, params.busId, body.name, body.pattern, body.enabled)
          await openevent.putTargets(tx, id, body.targets)
          await insertAudit(tx, {
            tenantId: caller.tenantId,
            userId: caller.userId,
            action: 'event-rule.create',
            object: body.name,
          })
          return ruleView((await openevent.ruleById(tx, caller.tenantId, params.busId, id))!)
        }),
      )
    },
  }),
  route({
    method: 'PUT',
    path: '/event-buses/:busId/rules/:ruleId',
    tag: 'OpenEvent',
    summary: 'Replace a rule and its targets',
    params: ruleParams,
    body: NewEventRule,
    answer: EventRule,
    async run({ platform, caller, params, body }) {
      ensureMay(caller, 'openevent.write')
      return await taken('rule', body.name, () =>
        platform.db.transaction(async (tx) => {
          const rule = await ruleFor(tx, caller, params.busId, params.ruleId)
          await checkRule(tx, caller, body, platform.outbound)
          await openevent.updateRule(tx, rule.id, body.name, body.pattern, body.enabled)
          await openevent.putTargets(tx, rule.id, body.targets)
          await insertAudit(tx, {
            tenantId: caller.tenantId,
            userId: caller.userId,
            action: 'event-rule.change',
            object: body.name,
          })
          return ruleView((await openevent.ruleById(tx, caller.tenantId, params.busId, rule.id))!)
        }),
      )
    },
  }),
  route({
    method: 'DELETE',
    path: '/event-buses/:busId/rules/:ruleId',
    tag: 'OpenEvent',
    summary: 'Delete a rule with its targets',
    status: 204,
    params: ruleParams,
    async run({ platform, caller, params }) {
      ensureMay(caller, 'openevent.write')
      await platform.db.transaction(async (tx) => {
        const rule = await ruleFor(tx, caller, params.busId, params.ruleId)
        await openevent.deleteRule(tx, rule.id)
        await insertAudit(tx, {
          tenantId: caller.tenantId,
          userId: caller.userId,
          action: 'event-rule.delete',
          object: rule.name,
        })
      })
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/channel',
    tag: 'OpenEvent',
    summary: 'The distribution channel of a workspace',
    params: workspaceParams,
    answer: Channel,
    async run({ platform, caller, params }) {
      await workspaceFor(platform.db, caller, params.workspaceId, 'workspace.read')
      return await channelView(platform.db, caller, params.workspaceId)
    },
  }),
  route({
    method: 'PUT',
    path: '/workspaces/:workspaceId/channel',
    tag: 'OpenEvent',
    summary: 'Send the events of a workspace to an event bus, or stop sending them',
    params: workspaceParams,
    body: ChannelChange,
    answer: Channel,
    async run({ platform, caller, params, body }) {
      await workspaceFor(platform.db, caller, params.workspaceId, 'openevent.write')
      return await platform.db.transaction(async (tx) => {
        const bus = await busFor(tx, caller, body.busId)
        await openevent.putChannel(tx, caller.tenantId, params.workspaceId, bus.id, body.enabled)
        await insertAudit(tx, {
          tenantId: caller.tenantId,
          workspaceId: params.workspaceId,
          userId: caller.userId,
          action: 'channel.put',
          object: bus.name,
          details: { enabled: body.enabled },
        })
        return await channelView(tx, caller, params.workspaceId)
      })
    },
  }),
]

async function busFor(sql: Sql, caller: Caller, id: number): Promise<openevent.BusRow> {
  const bus = await openevent.busById(sql, caller.tenantId, id)
  if (!bus) throw new Refusal('NOT_FOUND', { thing: 'event bus', id })
  return bus
}

async function ruleFor(sql: Sql, caller: Caller, busId: number, id: number): Promise<openevent.RuleRow> {
  const rule = await openevent.ruleById(sql, caller.tenantId, busId, id)
  if (!rule) throw new Refusal('NOT_FOUND', { thing: 'rule', id })
  return rule
}

/** Refuses early what could never work: a pattern that means nothing, an address that is never reached, an extension that is not here. */
async function checkRule(
  sql: Sql,
  caller: Caller,
  rule: z.output<typeof NewEventRule>,
  outbound: OutboundPolicy,
): Promise<void> {
  checkPattern(rule.pattern as Json)
  const names = rule.targets.map((target) => target.name)
  if (new Set(names).size < names.length)
    throw new Refusal('TARGET_REFUSED', { problem: 'two targets of a rule have the same name' })
  for (const target of rule.targets) {
    const endpoint = new URL(target.endpoint)
    if (endpoint.username !== '' || endpoint.password !== '')
      throw new Refusal('TARGET_REFUSED', { problem: 'the address carries a password' })
    const host = endpoint.hostname.replace(/^\[|\]$/g, '')
    const problem = net.isIP(host) ? outbound.refuse(host, host, portOf(endpoint)) : null
    if (problem !== null) throw new Refusal('TARGET_REFUSED', { problem })
  }
  const codes = [...new Set(rule.targets.flatMap((target) => target.serves ?? []))]
  const known = new Set(await knownCodes(sql, caller.tenantId, codes))
  const unknown = codes.find((code) => !known.has(code))
  if (unknown !== undefined) throw new Refusal('EXTENSION_UNKNOWN', { extensionCode: unknown })
}

const portOf = (url: URL) => Number(url.port || (url.protocol === 'https:' ? 443 : 80))

async function taken<T>(thing: string, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isUniqueViolation(error)) throw new Refusal('NAME_TAKEN', { thing, name })
    throw error
  }
}

async function channelView(sql: Sql, caller: Caller, workspaceId: number) {
  const channel = await openevent.channelOf(sql, caller.tenantId, workspaceId)
  return {
    workspaceId,
    bus: channel ? { id: channel.bus_id, name: channel.bus_name } : null,
    enabled: channel?.enabled ?? false,
  }
}

const busView = (row: openevent.BusRow) => ({
  id: row.id,
  name: row.name,
  description: row.description,
  createdAt: row.created_at.toISOString(),
})

const ruleView = (row: openevent.RuleRow) => ({
  id: row.id,
  busId: row.bus_id,
  name: row.name,
  pattern: row.pattern,
  enabled: row.enabled,
  targets: row.targets,
})
