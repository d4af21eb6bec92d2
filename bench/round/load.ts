/** The load generator: workers that each freeze and unfreeze nodes of their own, one round after the other. */
import { performance } from 'node:perf_hooks'
import type { Call } from './call.ts'

export type Side = {
  readonly name: string
  readonly call: Call
  readonly nodeIds: readonly number[]
  /** What each node is now, as far as completed rounds say. */
  readonly frozen: Set<number>
  /** Rounds completed from the beginning, measured or not. */
  rounds: number
}

export type Slice = { readonly perSecond: number; readonly rounds: number; readonly latenciesMs: readonly number[] }

export type Answers = {
  /** Resolves when the callback for this message has been answered. */
  of(messageId: string): Promise<void>
  told(messageIds: readonly string[]): void
  failed(reason: string): void
}

const ROUND_MS = 10_000

/** Matches what the receiver tells with who waits for it; either may come first. */
export function answers(): Answers {
  const waiting = new Map<string, { resolve(): void; reject(error: Error): void }>()
  const early = new Set<string>()
  let fault: Error | null = null
  return {
    of(messageId) {
      if (fault) return Promise.reject(fault)
      if (early.delete(messageId)) return Promise.resolve()
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`message ${messageId} was not answered within ${ROUND_MS / 1000} s`)),
          ROUND_MS,
        )
        waiting.set(messageId, {
          resolve: () => {
            clearTimeout(timer)
            resolve()
          },
          reject,
        })
      })
    },
    told(messageIds) {
      for (const id of messageIds) {
        const one = waiting.get(id)
        if (one === undefined) early.add(id)
        else {
          waiting.delete(id)
          one.resolve()
        }
      }
    },
    failed(reason) {
      fault = new Error(reason)
      for (const one of waiting.values()) one.reject(fault)
    },
  }
}

/** Runs rounds for so long; those that began before the measured time or end after it are not counted. */
export async function load(
  side: Side,
  answered: Answers,
  options: { readonly concurrency: number; readonly leadMs: number; readonly measureMs: number },
): Promise<Slice> {
  const fromMs = performance.now() + options.leadMs
  const untilMs = fromMs + options.measureMs
  const latenciesMs: number[] = []

  async function worker(own: readonly number[]): Promise<void> {
    for (let turn = 0; performance.now() < untilMs; turn++) {
      const nodeId = own[turn % own.length]!
      const startedMs = performance.now()
      await round(side, answered, nodeId)
      const endedMs = performance.now()
      if (endedMs >= fromMs && endedMs < untilMs) latenciesMs.push(endedMs - startedMs)
    }
  }
  const shares = Array.from({ length: options.concurrency }, (_, at) =>
    side.nodeIds.filter((_node, index) => index % options.concurrency === at),
  )
  await Promise.all(shares.map(worker))
  return {
    perSecond: latenciesMs.length / (options.measureMs / 1000),
    rounds: latenciesMs.length,
    latenciesMs: latenciesMs.sort((a, b) => a - b),
  }
}

/** A round is complete when its callback has been answered, which either side does after the effect is durable. */
async function round(side: Side, answered: Answers, nodeId: number): Promise<void> {
  const freezes = !side.frozen.has(nodeId)
  const { status, body } = await side.call('UpdateNodeRunMode', [
    ['NodeId', String(nodeId)],
    ['ProjectEnv', 'PROD'],
    ['SchedulerType', freezes ? '2' : '0'],
  ])
  const held = body.Data as { readonly MessageId?: string } | undefined
  if (status !== 409 || body.Code !== 'OperationHeld.ExtensionCheck' || !held?.MessageId)
    throw new Error(`${side.name} answered ${status}: ${JSON.stringify(body)}`)
  await answered.of(held.MessageId)
  if (freezes) side.frozen.add(nodeId)
  else side.frozen.delete(nodeId)
  side.rounds++
}
