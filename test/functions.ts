/** Functions for tests: hosts that are really started, and calls of them that say only what matters. */
import { afterAll } from 'vitest'
import { type HostsOptions, startFunctionHosts } from '../server/src/functions/hosts.ts'
import type { FunctionInvocation, FunctionOutcome } from '../server/src/functions/invocation.ts'
import { outboundPolicy } from '../server/src/openevent/guard.ts'

export const invocationOf = (source: string, more: Partial<FunctionInvocation> = {}): FunctionInvocation => ({
  tenantId: 1,
  codeId: source,
  source,
  limits: { timeoutMs: 30_000, memoryMb: 32 },
  environment: {},
  allowedHosts: [],
  request: '{"messageId":"m-1","blockBusiness":true}',
  ...more,
})

/** Hosts for the tests of one file. */
export function testHosts(options: Partial<HostsOptions> = {}) {
  const hosts = startFunctionHosts({ outbound: outboundPolicy(['127.0.0.1']), ...options })
  afterAll(() => hosts.close())
  return {
    hosts,
    /** Calls a function once. */
    call: (source: string, more: Partial<FunctionInvocation> = {}): Promise<FunctionOutcome> =>
      hosts.invoke(invocationOf(source, more)),
    /** What `expression` is inside of a function. */
    async seen(expression: string, more: Partial<FunctionInvocation> = {}): Promise<unknown> {
      const { value, ended, error } = await hosts.invoke(
        invocationOf(`export default async (request, context) => (${expression})`, more),
      )
      if (ended !== 'returned') throw new Error(`${ended}: ${error}`)
      return value === null ? undefined : JSON.parse(value)
    },
  }
}
