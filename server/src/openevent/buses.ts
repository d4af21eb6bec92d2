/** What is changed about event buses and their rules, the same for every interface. Each change is on record, and told after the commit. */
import { checkPattern, type Json, Refusal } from '@holdpoint/core'
import type { z } from 'zod'
import type { Live } from '../live.ts'
import { writeAudit } from '../store/audit.ts'
import { type Database, isUniqueViolation, type Sql, type Transaction } from '../store/database.ts'
import * as openevent from '../store/openevent.ts'
import type { Caller } from '../store/principals.ts'
import type { NewEventBus, NewEventRule } from './bus-shapes.ts'
import type { OutboundPolicy } from './guard.ts'
import { saveTargets } from './rule-targets.ts'

const MOST_RULES = 100

type Telling = { readonly db: Database; readonly live: Live }
type Parts = Telling & {
  readonly outbound: OutboundPolicy
  readonly secretKey: Buffer
}
type Rule = z.output<typeof NewEventRule>
export type RuleOf = { readonly busId: number; readonly ruleId: number }

export async function createBus(
  parts: Telling,
  caller: Caller,
  { name, description }: z.output<typeof NewEventBus>,
): Promise<openevent.BusRow> {
  return await parts.db.transaction(async (tx) => {
    const row = await taken('event bus', name, openevent.insertBus(tx, caller.tenantId, name, description))
    changed(parts, tx, caller, 'event-bus.create', name)
    return row
  })
}

export async function deleteBus(parts: Telling, caller: Caller, busId: number): Promise<void> {
  await parts.db.transaction(async (tx) => {
    await openevent.lockBus(tx, caller.tenantId, busId)
    const bus = await busFor(tx, caller, busId)
    if (await openevent.busInUse(tx, bus.id)) throw new Refusal('EVENT_BUS_IN_USE', { name: bus.name })
    await openevent.deleteBus(tx, bus.id)
    changed(parts, tx, caller, 'event-bus.delete', bus.name)
  })
}

export async function createRule(parts: Parts, caller: Caller, busId: number, rule: Rule): Promise<openevent.RuleRow> {
  return await parts.db.transaction(async (tx) => {
    await openevent.lockBus(tx, caller.tenantId, busId)
    await busFor(tx, caller, busId)
    // Every event of the bus is matched with all of them.
    if ((await openevent.countRules(tx, busId)) >= MOST_RULES)
      throw new Refusal('LIMIT_REACHED', { limit: MOST_RULES, things: 'rules of an event bus' })
    checkPattern(rule.pattern as Json)
    const { name, pattern, enabled, targets } = rule
    const ruleId = await taken('rule', name, openevent.insertRule(tx, busId, name, pattern, enabled))
    await saveTargets(tx, { tenantId: caller.tenantId, busId, ruleId, before: [] }, targets, parts)
    changed(parts, tx, caller, 'event-rule.create', name)
    return (await openevent.ruleById(tx, caller.tenantId, busId, ruleId))!
  })
}

/** Without targets those of before stay as they are. */
type ChangedRule = Omit<Rule, 'targets'> & Partial<Pick<Rule, 'targets'>>

/** `change` says what the rule is from now on; what it was before nobody else changes meanwhile. */
export async function changeRule(
  parts: Parts,
  caller: Caller,
  { busId, ruleId }: RuleOf,
  change: (before: openevent.RuleRow) => ChangedRule,
): Promise<openevent.RuleRow> {
  return await parts.db.transaction(async (tx) => {
    // Whether credentials are kept is judged by the address that they were given for, not by one of a moment ago.
    await openevent.lockBus(tx, caller.tenantId, busId)
    const before = await ruleFor(tx, caller, busId, ruleId)
    const { name, pattern, enabled, targets } = change(before)
    checkPattern(pattern as Json)
    await taken('rule', name, openevent.updateRule(tx, ruleId, name, pattern, enabled))
    const of = { tenantId: caller.tenantId, busId, ruleId, before: before.targets }
    if (targets !== undefined) await saveTargets(tx, of, targets, parts)
    changed(parts, tx, caller, 'event-rule.change', name)
    return (await openevent.ruleById(tx, caller.tenantId, busId, ruleId))!
  })
}

export async function deleteRule(parts: Telling, caller: Caller, { busId, ruleId }: RuleOf): Promise<void> {
  await parts.db.transaction(async (tx) => {
    // Whoever changes it meanwhile finds it until they are done.
    await openevent.lockBus(tx, caller.tenantId, busId)
    const rule = await ruleFor(tx, caller, busId, ruleId)
    await openevent.deleteRule(tx, rule.id)
    changed(parts, tx, caller, 'event-rule.delete', rule.name)
  })
}

/** Rule 21: a bus of the caller's tenant. */
export async function busFor(sql: Sql, caller: Caller, id: number): Promise<openevent.BusRow> {
  const bus = await openevent.busById(sql, caller.tenantId, id)
  if (!bus) throw new Refusal('NOT_FOUND', { thing: 'event bus', id })
  return bus
}

export async function ruleFor(sql: Sql, caller: Caller, busId: number, id: number): Promise<openevent.RuleRow> {
  const rule = await openevent.ruleById(sql, caller.tenantId, busId, id)
  if (!rule) throw new Refusal('NOT_FOUND', { thing: 'rule', id })
  return rule
}

/** Writes down who changed what, and tells it after the commit: whoever keeps targets in memory reads them again. */
export function changed(
  { live }: { readonly live: Live },
  tx: Transaction,
  caller: Caller,
  action: string,
  object: string,
  more: { readonly workspaceId?: number | null; readonly details?: unknown } = {},
): void {
  writeAudit(tx, { tenantId: caller.tenantId, userId: caller.userId, action, object, ...more })
  tx.afterCommit(() => live.publish({ kind: 'openevent', tenantId: caller.tenantId, workspaceId: null, id: object }))
}

async function taken<T>(thing: string, name: string, written: Promise<T>): Promise<T> {
  try {
    return await written
  } catch (error) {
    if (isUniqueViolation(error)) throw new Refusal('NAME_TAKEN', { thing, name })
    throw error
  }
}
