import { Refusal } from '@holdpoint/core'
import type { Gate } from '../../gate/gate.ts'
import { withdraw } from '../../gate/withdraw.ts'
import { deploymentWithItems } from '../../store/deployment-reading.ts'
import type { Caller } from '../../store/principals.ts'

/** Rule 13: who asked may withdraw what is still held. What has passed meanwhile stays so. */
export async function withdrawDeployment(gate: Gate, caller: Caller, workspaceId: number, id: number): Promise<void> {
  const found = await deploymentWithItems(gate.db, id)
  if (found?.deployment.workspace_id !== workspaceId) throw new Refusal('NOT_FOUND', { thing: 'deployment', id })
  if (found.deployment.created_by !== caller.userId) throw new Refusal('OPERATION_NOT_YOURS')
  for (const { operation_id, operation_state } of found.items) {
    if (operation_id === null || operation_state !== 'held') continue
    try {
      await withdraw(gate, caller, operation_id)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'OPERATION_ENDED') throw error
    }
  }
}
