/** Branch nodes: which of a node's outputs are chosen. */
import { ConditionError, conditionHolds, Refusal } from '@holdpoint/core'
import { named } from './parameters.ts'
import type { Ended, Work } from './runner.ts'

/** An output is chosen when the condition of one of its branches holds. None may be: then nothing that waits for a branch runs. */
export function runBranch(work: Work, log: (text: string) => void): Ended {
  const branches = work.node.branches ?? []
  if (branches.length === 0) return failed('the node names no branches')
  const values = named(work.parameters)
  const chosen = new Set<string>()
  for (const { when, output } of branches) {
    try {
      const holds = conditionHolds(when, values)
      if (holds) chosen.add(output)
      log(`${holds ? 'holds        ' : 'does not hold'}  ${output}: ${when}\n`)
    } catch (error) {
      if (!(error instanceof ConditionError)) throw error
      return failed(`the condition of ${output} (${when}) cannot be judged; ${error.message}`)
    }
  }
  return { ended: 'succeeded', chosenOutputs: [...chosen] }
}

const failed = (problem: string): Ended => ({ ended: 'failed', reason: new Refusal('PROGRAM_NOT_RUN', { problem }) })
