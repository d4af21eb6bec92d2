import { randomUUID } from 'node:crypto'
import { Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { NewEventBus, NewEventRule } from '../../openevent/bus-shapes.ts'
import {
  busFor,
  changed,
  changeRule,
  createBus,
  createRule,
  deleteBus,
  deleteRule,
  ruleFor,
} from '../../openevent/buses.ts'
import { sampleEnvelope } from '../../openevent/sample.ts'
import type { Target } from '../../openevent/target.ts'
import type { Platform } from '../../platform.ts'
import { writeAudit } from '../../store/audit.ts'
import type { Sql } from '../../store/database.ts'
import { setTargetBlocked } from '../../store/deliveries.ts'
import * as openevent from '../../store/openevent.ts'
import type { Caller } from '../../store/principals.ts'
import { EventBus, EventBusChange, EventRule, TargetTest, TargetTested } from '../openevent-shapes.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import { knownEvent, targetView } from './targets.ts'

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
      return busView(await createBus(platform, caller, body))
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
        changed(platform, tx, caller, 'event-bus.change', bus.name)
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
      await deleteBus(platform, caller, params.busId)
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
      return ruleView(await createRule(platform, caller, params.busId, body))
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
      return ruleView(await changeRule(platform, caller, params, () => body))
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
      await deleteRule(platform, caller, params)
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
        changed(platform, tx, caller, 'event-target.unblock', target.name)
      })
      platform.wakeDispatcher()
    },
  }),
]

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
