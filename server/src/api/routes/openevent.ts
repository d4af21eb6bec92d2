import { randomUUID } from 'node:crypto'
import { checkPattern, type Json, Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { sampleEnvelope } from '../../openevent/sample.ts'
import type { Target } from '../../openevent/target.ts'
import type { Platform } from '../../platform.ts'
import { writeAudit } from '../../store/audit.ts'
import { isUniqueViolation, type Sql, type Transaction } from '../../store/database.ts'
import { setTargetBlocked } from '../../store/deliveries.ts'
import * as openevent from '../../store/openevent.ts'
import type { Caller } from '../../store/principals.ts'
import {
  EventBus,
  EventBusChange,
  EventRule,
  NewEventBus,
  NewEventRule,
  TargetTest,
  TargetTested,
} from '../openevent-shapes.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import { knownEvent, saveTargets, targetView } from './targets.ts'

const MOST_RULES = 100
/** Each keeps a connection open for as long as its receiver likes, up to the time limit of an attempt. */
const MOST_TESTS = 8

const busParams = z.object({ busId: z.coerce.number().int().positive() })
const ruleParams = busParams.extend({ ruleId: z.coerce.number().int().positive() })
const targetParams = ruleParams.extend({ name: z.string().max(127) })

export const openeventRoutes = [
  route({
    method: 'GET',
    path: '/event-buses',
    access: 'openevent.read',
    tag: 'OpenEvent',
    summary: 'The event buses of the tenant',
    query: pageQuery,
    answer: pageOf(EventBus),
    async run({ platform, caller, query }) {
      const rows = await openevent.busesOf(platform.db, caller.tenantId, afterId(query.cursor), query.limit + 1)
      return page(rows, query.limit, (row) => String(row.id), busView)
    },
  }),
  route({
    method: 'POST',
    path: '/event-buses',
    access: 'openevent.write',
    tag: 'OpenEvent',
    summary: 'Create an event bus',
    status: 201,
    body: NewEventBus,
    answer: EventBus,
    async run({ platform, caller, body }) {
      return await taken('event bus', body.name, () =>
        platform.db.transaction(async (tx) => {
          const row = await openevent.insertBus(tx, caller.tenantId, body.name, body.description)
          await changed(platform, tx, caller, 'event-bus.create', body.name)
          return busView(row)
        }),
      )
    },
  }),
  route({
    method: 'PATCH',
    path: '/event-buses/:busId',
    access: 'openevent.write',
    tag: 'OpenEvent',
    summary: 'Change the description of an event bus',
    params: busParams,
    body: EventBusChange,
    answer: EventBus,
    async run({ platform, caller, params, body }) {
      return await platform.db.transaction(async (tx) => {
        const bus = await busFor(tx, caller, params.busId)
        await openevent.updateBus(tx, bus.id, body.description)
        await changed(platform, tx, caller, 'event-bus.change', bus.name)
        return busView({ ...bus, description: body.description })
      })
    },
  }),
  route({
    method: 'DELETE',
    path: '/event-buses/:busId',
    access: 'openevent.write',
    tag: 'OpenEvent',
    summary: 'Delete an event bus to which nothing leads, with its rules',
    status: 204,
    params: busParams,
    async run({ platform, caller, params }) {
      await platform.db.transaction(async (tx) => {
        await openevent.lockBus(tx, caller.tenantId, params.busId)
        const bus = await busFor(tx, caller, params.busId)
        if (await openevent.busInUse(tx, bus.id)) throw new Refusal('EVENT_BUS_IN_USE', { name: bus.name })
        await openevent.deleteBus(tx, bus.id)
        await changed(platform, tx, caller, 'event-bus.delete', bus.name)
      })
    },
  }),
  route({
    method: 'GET',
    path: '/event-buses/:busId/rules',
    access: 'openevent.read',
    tag: 'OpenEvent',
    summary: 'The rules of an event bus with their targets',
    params: busParams,
    query: pageQuery,
    answer: pageOf(EventRule),
    async run({ platform, caller, params, query }) {
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
    access: 'openevent.write',
    tag: 'OpenEvent',
    summary: 'Create a rule: which events go to which targets',
    status: 201,
    params: busParams,
    body: NewEventRule,
    answer: EventRule,
    async run({ platform, caller, params, body }) {
      return await taken('rule', body.name, () =>
        platform.db.transaction(async (tx) => {
          await openevent.lockBus(tx, caller.tenantId, params.busId)
          await busFor(tx, caller, params.busId)
          // Every event of the bus is matched with all of them.
          if ((await openevent.countRules(tx, params.busId)) >= MOST_RULES)
            throw new Refusal('LIMIT_REACHED', { limit: MOST_RULES, things: 'rules of an event bus' })
          checkPattern(body.pattern as Json)
          const id = await openevent.insertRule(tx, params.busId, body.name, body.pattern, body.enabled)
          const of = { tenantId: caller.tenantId, busId: params.busId, ruleId: id, before: [] }
          await saveTargets(tx, of, body.targets, platform)
          await changed(platform, tx, caller, 'event-rule.create', body.name)
          return ruleView((await openevent.ruleById(tx, caller.tenantId, params.busId, id))!)
        }),
      )
    },
  }),
  route({
    method: 'PUT',
    path: '/event-buses/:busId/rules/:ruleId',
    access: 'openevent.write',
    tag: 'OpenEvent',
    summary: 'Replace a rule and its targets',
    params: ruleParams,
    body: NewEventRule,
    answer: EventRule,
    async run({ platform, caller, params, body }) {
      return await taken('rule', body.name, () =>
        platform.db.transaction(async (tx) => {
          // Whether credentials are kept is judged by the address that they were given for, not by one of a moment ago.
          await openevent.lockBus(tx, caller.tenantId, params.busId)
          const rule = await ruleFor(tx, caller, params.busId, params.ruleId)
          checkPattern(body.pattern as Json)
          await openevent.updateRule(tx, rule.id, body.name, body.pattern, body.enabled)
          const of = { tenantId: caller.tenantId, busId: params.busId, ruleId: rule.id, before: rule.targets }
          await saveTargets(tx, of, body.targets, platform)
          await changed(platform, tx, caller, 'event-rule.change', body.name)
          return ruleView((await openevent.ruleById(tx, caller.tenantId, params.busId, rule.id))!)
        }),
      )
    },
  }),
  route({
    method: 'DELETE',
    path: '/event-buses/:busId/rules/:ruleId',
    access: 'openevent.write',
    tag: 'OpenEvent',
    summary: 'Delete a rule with its targets',
    status: 204,
    params: ruleParams,
    async run({ platform, caller, params }) {
      await platform.db.transaction(async (tx) => {
        const rule = await ruleFor(tx, caller, params.busId, params.ruleId)
        await openevent.deleteRule(tx, rule.id)
        await changed(platform, tx, caller, 'event-rule.delete', rule.name)
      })
    },
  }),
  route({
    method: 'POST',
    path: '/event-buses/:busId/rules/:ruleId/targets/:name/test',
    access: 'openevent.write',
    tag: 'OpenEvent',
    summary: 'Send one sample event to a target, at once and once, and answer what became of it',
    params: targetParams,
    body: TargetTest,
    answer: TargetTested,
    async run({ platform, caller, params, body }) {
      const { eventCode } = knownEvent(body.eventCode ?? 'freeze-node')
      const bus = await busFor(platform.db, caller, params.busId)
      const { id, kind } = await platform.db.transaction(async (tx) => {
        const target = await targetFor(tx, caller, params)
        if (target.kind === 'bus')
          throw new Refusal('TARGET_REFUSED', { problem: 'what another bus receives is tested at its own targets' })
        if (target.kind === 'function')
          throw new Refusal('TARGET_REFUSED', { problem: 'a function is tried where its code is' })
        writeAudit(tx, {
          tenantId: caller.tenantId,
          userId: caller.userId,
          action: 'event-target.test',
          object: target.name,
          details: { eventCode },
        })
        return target
      })
      const target = await platform.targets.of(id)
      if (!target) throw new Refusal('NOT_FOUND', { thing: 'target', id: params.name })
      const at = new Date(platform.nowMs())
      const messageId = randomUUID()
      const result = await tested(platform, target, () =>
        platform.senders[kind].send(target, {
          messageId,
          deliveryId: 0,
          attempt: 1,
          envelope: sampleEnvelope(eventCode, messageId, {
            tenantId: caller.tenantId,
            workspaceId: null,
            busName: bus.name,
            region: platform.region,
            at,
          }),
          traceparent: null,
          trial: false,
          eventCode,
          publishedAtMs: at.getTime(),
        }),
      )
      const { status, error, responseBody } = result
      return { status, error, responseBody, durationMs: platform.nowMs() - at.getTime() }
    },
  }),
  route({
    method: 'POST',
    path: '/event-buses/:busId/rules/:ruleId/targets/:name/unblock',
    access: 'delivery.redeliver',
    tag: 'OpenEvent',
    summary: 'Let deliveries go on to a target that a failed one keeps waiting',
    status: 204,
    params: targetParams,
    async run({ platform, caller, params }) {
      await platform.db.transaction(async (tx) => {
        const target = await targetFor(tx, caller, params)
        await setTargetBlocked(tx, target.id, false)
        await changed(platform, tx, caller, 'event-target.unblock', target.name)
      })
      platform.wakeDispatcher()
    },
  }),
]

/** Rule 21: a bus of the caller's tenant. */
export async function busFor(sql: Sql, caller: Caller, id: number): Promise<openevent.BusRow> {
  const bus = await openevent.busById(sql, caller.tenantId, id)
  if (!bus) throw new Refusal('NOT_FOUND', { thing: 'event bus', id })
  return bus
}

async function ruleFor(sql: Sql, caller: Caller, busId: number, id: number): Promise<openevent.RuleRow> {
  const rule = await openevent.ruleById(sql, caller.tenantId, busId, id)
  if (!rule) throw new Refusal('NOT_FOUND', { thing: 'rule', id })
  return rule
}

async function targetFor(
  sql: Sql,
  caller: Caller,
  { busId, ruleId, name }: z.output<typeof targetParams>,
): Promise<openevent.TargetRow> {
  const { targets } = await ruleFor(sql, caller, busId, ruleId)
  const target = targets.find((one) => one.name === name)
  if (!target) throw new Refusal('NOT_FOUND', { thing: 'target', id: name })
  return target
}

/** Writes down who changed what, and tells it after the commit: whoever keeps targets in memory reads them again. */
export async function changed(
  platform: Platform,
  tx: Transaction,
  caller: Caller,
  action: string,
  object: string,
  more: { readonly workspaceId?: number | null; readonly details?: unknown } = {},
): Promise<void> {
  writeAudit(tx, { tenantId: caller.tenantId, userId: caller.userId, action, object, ...more })
  tx.afterCommit(() =>
    platform.live.publish({ kind: 'openevent', tenantId: caller.tenantId, workspaceId: null, id: object }),
  )
}

/** Tests do not wait for the places of deliveries; so of one target there is one at a time here, and of a tenant a few. */
async function tested<T>({ testing }: Platform, { id, tenantId }: Target, test: () => Promise<T>): Promise<T> {
  if (testing.has(id)) throw new Refusal('LIMIT_REACHED', { limit: 1, things: 'tests of a target at a time' })
  if ([...testing.values()].filter((one) => one === tenantId).length >= MOST_TESTS)
    throw new Refusal('LIMIT_REACHED', { limit: MOST_TESTS, things: 'tests of targets at a time' })
  testing.set(id, tenantId)
  try {
    return await test()
  } finally {
    testing.delete(id)
  }
}

async function taken<T>(thing: string, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isUniqueViolation(error)) throw new Refusal('NAME_TAKEN', { thing, name })
    throw error
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
  targets: row.targets.map(targetView),
})
