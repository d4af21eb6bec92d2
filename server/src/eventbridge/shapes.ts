/** What the actions take. Members that are not named here are not looked at, as EventBridge does not. */
import { z } from 'zod'

/** The SDKs leave out what is not given; other clients may write null. */
const text = (most: number) =>
  z
    .string()
    .max(most)
    .nullish()
    .transform((given) => given ?? undefined)
const name = z.string().min(1).max(127)
const limit = z
  .int()
  .min(1)
  .max(100)
  .nullish()
  .transform((given) => given ?? 100)

export const ofBus = z.object({ EventBusName: name })
export const ofRule = ofBus.extend({ RuleName: name })

export const newBus = ofBus.extend({ Description: text(512) })
export const busList = z.object({ NamePrefix: text(127), Limit: limit, NextToken: text(200) })

const param = z.object({
  ResourceKey: z.string().max(128),
  Form: z.string().max(32),
  Value: text(8_192),
  Template: text(8_192),
})
export const target = z.object({
  Id: z.string().max(127),
  Type: text(64),
  Endpoint: text(2_048),
  PushRetryStrategy: text(64),
  ParamList: z.array(param).max(32).nullish(),
  ConcurrentConfig: z.object({ Concurrency: z.int().nullish() }).nullish(),
})
export type TargetEntry = z.output<typeof target>
const targets = z.array(target).max(100)

const status = text(16)
const pattern = text(8_192)
export const newRule = ofRule.extend({ Status: status, FilterPattern: pattern, Targets: targets.nullish() })
export const ruleChange = ofRule.extend({ Status: status, FilterPattern: pattern })
export const ruleList = ofBus.extend({ RuleNamePrefix: text(127), Limit: limit, NextToken: text(200) })

export const newTargets = ofRule.extend({ Targets: targets.min(1) })
export const targetIds = ofRule.extend({ TargetIds: z.array(z.string().max(127)).min(1).max(100) })
export const targetList = ofRule.extend({ Limit: limit })

export const patternTest = z.object({ Event: z.string().max(65_536), EventPattern: z.string().max(8_192) })

/** Each is judged by itself: what is wrong with one keeps the others from nothing. */
export const events = z.array(z.unknown()).min(1).max(16)
