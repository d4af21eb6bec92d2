/** The names of resources as EventBridge writes them. The tenant stands for the account. */

export type Account = { readonly region: string; readonly tenantId: number }

export const busArn = ({ region, tenantId }: Account, bus: string) =>
  `acs:eventbridge:${region}:${tenantId}:eventbus/${bus}`

export const ruleArn = (account: Account, bus: string, rule: string) => `${busArn(account, bus)}/rule/${rule}`

/** The name of the bus; whose it is said to be does not matter, because it is looked for among the caller's. */
export const busOfArn = (arn: string) => /^acs:eventbridge:[^:/]*:[^:/]*:eventbus\/([\w-]{1,127})$/.exec(arn)?.[1]
