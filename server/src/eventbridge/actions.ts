/** Every action of the dialect. What each does is what the native API does: the same rows of the table of access, the same changes, the same record. */
import { checkPattern, type Json, matchesPattern, Refusal } from '@holdpoint/core'
import type { z } from 'zod'
import { MOST_TARGETS, NewEventBus, NewEventRule } from '../openevent/bus-shapes.ts'
import * as buses from '../openevent/buses.ts'
import type { Platform } from '../platform.ts'
import * as openevent from '../store/openevent.ts'
import type { Caller } from '../store/principals.ts'
import { type Action, action, bound } from './action.ts'
import { putEvents } from './events.ts'
import { type Account, busArn, ruleArn } from './names.ts'
import * as shapes from './shapes.ts'
import { entryOf, type Given, kept, targetOf } from './targets.ts'

type Asked = { readonly platform: Platform; readonly caller: Caller }

export const ACTIONS: readonly Action[] = [
  action('createEventBus', 'openevent.write', shapes.newBus, async ({ platform, caller, given }) => {
    const wanted = { name: given.EventBusName, description: given.Description }
    const bus = await buses.createBus(platform, caller, renamed(NewEventBus, wanted, 'EventBusName'))
    return { EventBusARN: busArn(accountOf({ platform, caller }), bus.name) }
  }),
  action('getEventBus', 'openevent.read', shapes.ofBus, async ({ platform, caller, given }) =>
    busView(await busNamed({ platform, caller }, given.EventBusName), accountOf({ platform, caller })),
  ),
  action('listEventBuses', 'openevent.read', shapes.busList, async ({ platform, caller, given }) => {
    const { NamePrefix: prefix = '', Limit: limit, NextToken: token } = given
    const rows = await openevent.busesOf(platform.db, caller.tenantId, after(token), limit + 1, prefix)
    const { shown, next } = page(rows, limit)
    return {
      EventBuses: shown.map((bus) => busView(bus, accountOf({ platform, caller }))),
      ...next,
      Total: await openevent.countBuses(platform.db, caller.tenantId, prefix),
    }
  }),
  action('deleteEventBus', 'openevent.write', shapes.ofBus, async ({ platform, caller, given }) => {
    const bus = await busNamed({ platform, caller }, given.EventBusName)
    await buses.deleteBus(platform, caller, bus.id)
    return {}
  }),

  action('createRule', 'openevent.write', shapes.newRule, async ({ platform, caller, given }) => {
    const bus = await busNamed({ platform, caller }, given.EventBusName)
    const wanted = {
      name: given.RuleName,
      pattern: patternOf('FilterPattern', given.FilterPattern ?? '{}'),
      enabled: enabled(given.Status) ?? true,
    }
    const rule = renamed(NewEventRule, wanted, 'RuleName')
    const targets = await targetsOf({ platform, caller }, given.Targets ?? [])
    const { name } = await buses.createRule(platform, caller, bus.id, { ...rule, targets: fitting(targets) })
    return { RuleARN: ruleArn(accountOf({ platform, caller }), bus.name, name) }
  }),
  action('getRule', 'openevent.read', shapes.ofRule, async ({ platform, caller, given }) => {
    const { bus, rule } = await ruleNamed({ platform, caller }, given)
    return ruleView(rule, bus, accountOf({ platform, caller }))
  }),
  action('listRules', 'openevent.read', shapes.ruleList, async ({ platform, caller, given }) => {
    const bus = await busNamed({ platform, caller }, given.EventBusName)
    const { RuleNamePrefix: prefix = '', Limit: limit, NextToken: token } = given
    const rows = await openevent.rulesOf(platform.db, caller.tenantId, bus.id, after(token), limit + 1, prefix)
    const { shown, next } = page(rows, limit)
    return {
      Rules: shown.map((rule) => ruleView(rule, bus, accountOf({ platform, caller }))),
      ...next,
      Total: await openevent.countRules(platform.db, bus.id, prefix),
    }
  }),
  action('updateRule', 'openevent.write', shapes.ruleChange, async ({ platform, caller, given }) => {
    const { Status, FilterPattern } = given
    const pattern = FilterPattern === undefined ? undefined : patternOf('FilterPattern', FilterPattern)
    await changeRule({ platform, caller }, given, (rule) => ({
      pattern: pattern ?? rule.pattern,
      enabled: enabled(Status) ?? rule.enabled,
    }))
    return {}
  }),
  action('enableRule', 'openevent.write', shapes.ofRule, async ({ platform, caller, given }) => {
    await changeRule({ platform, caller }, given, () => ({ enabled: true }))
    return {}
  }),
  action('disableRule', 'openevent.write', shapes.ofRule, async ({ platform, caller, given }) => {
    await changeRule({ platform, caller }, given, () => ({ enabled: false }))
    return {}
  }),
  action('deleteRule', 'openevent.write', shapes.ofRule, async ({ platform, caller, given }) => {
    const { bus, rule } = await ruleNamed({ platform, caller }, given)
    await buses.deleteRule(platform, caller, { busId: bus.id, ruleId: rule.id })
    return {}
  }),

  action('createTargets', 'openevent.write', shapes.newTargets, async ({ platform, caller, given }) => {
    const added = await targetsOf({ platform, caller }, given.Targets)
    await changeRule({ platform, caller }, given, ({ targets }) => {
      const there = targets.find((one) => added.some((other) => other.name === one.name))
      if (there) throw new Refusal('NAME_TAKEN', { thing: 'target', name: there.name })
      return { targets: fitting([...targets.map(kept), ...added]) }
    })
    return NO_ERRORS
  }),
  action('listTargets', 'openevent.read', shapes.targetList, async ({ platform, caller, given }) => {
    const { rule } = await ruleNamed({ platform, caller }, given)
    const account = accountOf({ platform, caller })
    return { Targets: rule.targets.slice(0, given.Limit).map((row) => entryOf(row, account)) }
  }),
  action('deleteTargets', 'openevent.write', shapes.targetIds, async ({ platform, caller, given }) => {
    await changeRule({ platform, caller }, given, ({ targets }) => {
      const unknown = given.TargetIds.find((id) => !targets.some((one) => one.name === id))
      if (unknown !== undefined) throw new Refusal('NOT_FOUND', { thing: 'target', id: unknown })
      return { targets: targets.filter((one) => !given.TargetIds.includes(one.name)).map(kept) }
    })
    return NO_ERRORS
  }),

  action('testEventPattern', 'openevent.read', shapes.patternTest, async ({ given }) => {
    const pattern = patternOf('EventPattern', given.EventPattern)
    checkPattern(pattern)
    return { Result: matchesPattern(pattern, objectOf('Event', given.Event)) }
  }),

  action('putEvents', 'openevent.write', shapes.events, async ({ platform, caller, given }) => {
    const entries = await putEvents(platform, caller, given)
    return { FailedEntryCount: entries.filter((one) => one.ErrorCode !== undefined).length, EntryList: entries }
  }),
]

/** A change is made whole or not at all, and what is wrong is then the answer. */
const NO_ERRORS = { ErrorEntriesCount: 0, ErrorEntries: [] }

const accountOf = ({ platform, caller }: Asked): Account => ({ region: platform.region, tenantId: caller.tenantId })

/** Rule 21: a bus of the caller's tenant. */
async function busNamed({ platform, caller }: Asked, name: string): Promise<openevent.BusRow> {
  const bus = await openevent.busByName(platform.db, caller.tenantId, name)
  if (!bus) throw new Refusal('NOT_FOUND', { thing: 'event bus', id: name })
  return bus
}

async function ruleNamed(asked: Asked, { EventBusName, RuleName }: z.output<typeof shapes.ofRule>) {
  const bus = await busNamed(asked, EventBusName)
  const rule = await openevent.ruleByName(asked.platform.db, asked.caller.tenantId, bus.id, RuleName)
  if (!rule) throw new Refusal('NOT_FOUND', { thing: 'rule', id: RuleName })
  return { bus, rule }
}

type Changes = { readonly pattern?: { [member: string]: Json }; readonly enabled?: boolean; readonly targets?: Given[] }

async function changeRule(
  asked: Asked,
  named: z.output<typeof shapes.ofRule>,
  change: (rule: openevent.RuleRow) => Changes,
): Promise<void> {
  const { bus, rule } = await ruleNamed(asked, named)
  await buses.changeRule(asked.platform, asked.caller, { busId: bus.id, ruleId: rule.id }, (before) => {
    const { name, pattern, enabled } = before
    return { name, pattern, enabled, ...change(before) }
  })
}

async function targetsOf({ platform, caller }: Asked, entries: readonly shapes.TargetEntry[]): Promise<Given[]> {
  return await Promise.all(entries.map((entry) => targetOf(platform.db, caller, entry)))
}

function fitting(targets: Given[]): Given[] {
  if (targets.length > MOST_TARGETS)
    throw new Refusal('LIMIT_REACHED', { limit: MOST_TARGETS, things: 'targets of a rule' })
  return targets
}

function enabled(status: string | undefined): boolean | undefined {
  if (status === undefined) return undefined
  if (/^(enable|disable)$/i.test(status)) return status.toLowerCase() === 'enable'
  throw new Refusal('PARAMETER_INVALID', { parameter: 'Status', problem: 'it is ENABLE or DISABLE' })
}

const patternOf = (parameter: string, text: string) => objectOf(parameter, text) as { [member: string]: Json }

function objectOf(parameter: string, text: string): Json {
  try {
    const read: unknown = JSON.parse(text)
    if (typeof read === 'object' && read !== null && !Array.isArray(read)) return read as Json
  } catch {}
  throw new Refusal('PARAMETER_INVALID', { parameter, problem: 'it is the text of a JSON object' })
}

/** What the native API makes of it; a name that it refuses is called what it is called here. */
function renamed<Shape extends z.ZodType>(shape: Shape, wanted: unknown, name: string): z.output<Shape> {
  try {
    return bound(shape, wanted)
  } catch (error) {
    if (error instanceof Refusal && error.details.parameter === 'name')
      throw new Refusal(error.code, { ...error.details, parameter: name })
    throw error
  }
}

function after(token: string | undefined): number {
  if (token === undefined || token === '') return 0
  if (/^\d{1,16}$/.test(token)) return Number(token)
  throw new Refusal('PARAMETER_INVALID', { parameter: 'NextToken', problem: 'it is none that an answer has given' })
}

function page<Row extends { readonly id: number }>(rows: readonly Row[], limit: number) {
  const shown = rows.slice(0, limit)
  return { shown, next: rows.length > limit ? { NextToken: String(shown.at(-1)!.id) } : {} }
}

const busView = (bus: openevent.BusRow, account: Account) => ({
  EventBusName: bus.name,
  EventBusARN: busArn(account, bus.name),
  Description: bus.description,
  CreateTimestamp: bus.created_at.getTime(),
})

const ruleView = (rule: openevent.RuleRow, bus: openevent.BusRow, account: Account) => ({
  RuleARN: ruleArn(account, bus.name, rule.name),
  EventBusName: bus.name,
  RuleName: rule.name,
  Description: '',
  Status: rule.enabled ? 'ENABLE' : 'DISABLE',
  FilterPattern: JSON.stringify(rule.pattern),
  Targets: rule.targets.map((row) => entryOf(row, account)),
  Ctime: rule.created_at.getTime(),
})
