/** Operations and trials as lines for people, and waiting for them to end. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, OperationDetail, OperationView } from '@holdpoint/sdk'
import { EXIT, type ExitCode, Failure } from './exit.ts'
import { painted } from './say.ts'

const LOOK_EVERY_MS = 300

export function line(one: OperationView): string {
  const checks = one.checks.map((check) => `${check.extensionName}: ${painted(check.result ?? check.state)}`).join(', ')
  const name = `${one.trial ? 'trial of ' : ''}${one.eventCode} on ${one.objectName}`
  return [one.requestedAt, one.id, painted(one.state), name, checks].filter((part) => part !== '').join('  ')
}

export function describe(one: OperationDetail): string {
  const lines = [line(one)]
  if (one.message) lines.push(`message ${one.message.id}, expires ${one.message.expiresAt}`)
  for (const delivery of one.deliveries) {
    lines.push(`  to ${delivery.targetName} at ${delivery.endpoint}: ${delivery.state}`)
    for (const attempt of delivery.attempts)
      lines.push(
        `    ${attempt.at}  attempt ${attempt.number}: ${attempt.error ?? attempt.status ?? 'accepted'} (${Math.round(attempt.durationMs)} ms)`,
      )
  }
  if (one.deliveries.length === 0) lines.push('  to nobody: no rule of the distribution channel leads it to a target')
  for (const check of one.checks)
    lines.push(
      `  ${check.extensionName} ${painted(check.result ?? check.state)}${check.comment ? `: ${check.comment}` : ''}`,
    )
  if (one.reason) lines.push(`  ${one.reason}`)
  return lines.join('\n')
}

/** Reads it until nothing more is to come: its end, or of what is only told that every delivery has ended. */
export async function waitFor(client: Client, operationId: string, timeoutMs: number): Promise<OperationDetail> {
  const untilMs = Date.now() + timeoutMs
  for (;;) {
    const one = await client.call('GET /operations/{operationId}', { params: { operationId } })
    const over = one.checks.length > 0 ? one.state !== 'held' : one.deliveries.every((each) => each.state !== 'pending')
    if (over) return one
    if (Date.now() > untilMs) {
      const waits = one.checks.find((check) => check.waitsFor)?.waitsFor
      throw new Failure(
        `No answer within ${timeoutMs / 1000} seconds${waits ? ` (${waits})` : ''}; it goes on waiting: holdpoint checks show ${operationId}`,
        EXIT.timeout,
      )
    }
    await sleep(LOOK_EVERY_MS)
  }
}

export const exitOf = (one: OperationView): ExitCode =>
  one.status === 'BLOCKED' || one.state === 'refused' || one.state === 'failed' ? EXIT.failed : EXIT.done
