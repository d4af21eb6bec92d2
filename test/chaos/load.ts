// The load: people who ask for operations, withdraw some and pass some checks by hand, at any replica, and do not know what became of a request
// whose answer did not come. What was answered is kept: it has to be true afterwards.
import { setTimeout as sleep } from 'node:timers/promises'
import { HoldpointError } from '../../sdk/src/index.ts'
import { type Chance, chanceOf } from './chance.ts'
import type { Environment } from './environment.ts'

export type Acknowledged =
  | { readonly what: 'asked'; readonly id: string; readonly messageId: string | null; readonly state: string }
  | { readonly what: 'withdrawn'; readonly id: string }
  | { readonly what: 'passed'; readonly id: string; readonly extension: string }

export type Load = {
  readonly acknowledged: readonly Acknowledged[]
  /** The operations that somebody tried to withdraw, and those of which somebody tried to pass a check by hand. */
  readonly withdrawals: readonly string[]
  readonly passes: readonly string[]
  readonly requests: { asked: number; refused: number; unknown: number; faulted: number }
}

const WORKERS = 5
/** Longer than any fault lasts, so that what a thawed replica answers is still heard. */
const ANSWER_WITHIN_MS = 6_000

/** `passable` are held operations whose checks may be passed by hand, and which. */
export async function runLoad(
  environment: Environment,
  words: readonly (string | number)[],
  lastsMs: number,
  passable: readonly { readonly id: string; readonly extension: string }[],
): Promise<Load> {
  const untilMs = Date.now() + lastsMs
  const acknowledged: Acknowledged[] = []
  const withdrawals: string[] = []
  const passes: string[] = []
  const requests = { asked: 0, refused: 0, unknown: 0, faulted: 0 }
  const toPass = [...passable]

  /** What was answered; null where it was refused, or nobody knows. */
  async function attempt<T>(work: Promise<T>): Promise<{ answer: T } | { refused: string } | null> {
    requests.asked++
    try {
      return { answer: await within(ANSWER_WITHIN_MS, work) }
    } catch (error) {
      if (error instanceof HoldpointError && error.status < 500) {
        requests.refused++
        return { refused: error.code }
      }
      if (error instanceof HoldpointError) requests.faulted++
      else requests.unknown++
      return null
    }
  }

  async function worker(chance: Chance): Promise<void> {
    let mine: { id: string; operator: number }[] = []
    while (Date.now() < untilMs) {
      const replica = chance.between(0, environment.replicas.length - 1)
      const operator = chance.between(0, environment.operators.length - 1)
      const workspace = chance.pick(environment.workspaces)
      const nodeIds = Array.from({ length: chance.happens(0.1) ? 3 : 1 }, () => chance.pick(workspace.nodeIds))
      const verb = chance.next()
      const pause = chance.between(20, 120)
      if (verb < 0.08 && mine.length > 0) {
        const one = mine.pop()!
        withdrawals.push(one.id)
        const done = await attempt(
          environment.operators[one.operator]![replica]!.call('POST /operations/{operationId}/withdraw', {
            params: { operationId: one.id },
          }),
        )
        if (done && 'answer' in done) acknowledged.push({ what: 'withdrawn', id: one.id })
      } else if (verb < 0.3 && toPass.length > 0) {
        const one = toPass.pop()!
        passes.push(one.id)
        const done = await attempt(
          environment.administrator[replica]!.call('POST /operations/{operationId}/checks/{extensionCode}/pass', {
            params: { operationId: one.id, extensionCode: one.extension },
            body: { reason: 'It may go on.' },
          }),
        )
        if (done && 'answer' in done) acknowledged.push({ what: 'passed', id: one.id, extension: one.extension })
      } else {
        const ask = (point: 'freeze-node' | 'unfreeze-node', at = replica) =>
          attempt(
            environment.operators[operator]![at]!.call('POST /workspaces/{workspaceId}/node-operations', {
              params: { workspaceId: workspace.id },
              body: { point, nodeIds: [...new Set(nodeIds)] },
            }),
          )
        const twice = chance.happens(0.06)
        const first = chance.happens(0.5) ? 'freeze-node' : 'unfreeze-node'
        const other = first === 'freeze-node' ? 'unfreeze-node' : 'freeze-node'
        const answers = await Promise.all([
          ask(first).then((one) => (one && 'refused' in one && nodeIds.length === 1 ? ask(other) : one)),
          // The same at the same time at another replica is one operation, or is asked for after the first one's end.
          ...(twice ? [ask(first, (replica + 1) % environment.replicas.length)] : []),
        ])
        for (const one of answers)
          if (one && 'answer' in one) {
            const { id, messageId, state } = one.answer
            acknowledged.push({ what: 'asked', id, messageId, state })
            mine = [...mine.slice(-5), { id, operator }]
          }
      }
      await sleep(pause)
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, (_, nth) => worker(chanceOf(...words, 'worker', nth))))
  return { acknowledged, withdrawals, passes, requests }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  work.catch(() => {})
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), ms)
  })
  return await Promise.race([work, late]).finally(() => clearTimeout(timer))
}
