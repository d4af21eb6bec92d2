/** Asking for an operation on instances: on all of them or none, or on each for itself. */
import { fill, type InstanceOperation, REFUSALS, Refusal, type RefusalCode } from '@holdpoint/core'
import type { Gate } from '../../gate/gate.ts'
import { type Held, hold } from '../../gate/hold.ts'
import { descendantsOf, workspacesOf } from '../../store/operated-instances.ts'
import { type Caller, entered } from '../../store/principals.ts'
import { INSTANCE_KINDS, type InstanceRequest, MAY_FORCE, MOST_INSTANCES, mayForce } from './instance-operations.ts'

type Parts = Gate & { readonly timeZone: string }
export type AskedOfInstances = Omit<InstanceRequest, 'tenantId' | 'timeZone'>

/** Rule 23: all of them or none. */
export async function operateInstances(
  parts: Parts,
  caller: Caller,
  operation: InstanceOperation,
  asked: AskedOfInstances,
): Promise<Held> {
  if (asked.force === 'with-downstream') await ensureMayForce(parts, caller, asked)
  const { tenantId } = caller
  return await hold(parts, entered(caller), INSTANCE_KINDS[operation], {
    ...asked,
    tenantId,
    timeZone: parts.timeZone,
  })
}

/** Asked before anything is read of instances that may be in other workspaces. */
async function ensureMayForce({ db }: Parts, caller: Caller, { workspaceId, instanceIds }: AskedOfInstances) {
  const start = instanceIds.slice(0, 1)
  const ids = start.length === 0 ? [] : await descendantsOf(db, start[0]!, MOST_INSTANCES)
  if (!mayForce(caller, [workspaceId, ...(await workspacesOf(db, caller.tenantId, ids))]))
    throw new Refusal('FORBIDDEN', { action: MAY_FORCE })
}

export type InstanceResult = {
  readonly instanceId: number
  /** Refused: it is not part of the operation. */
  readonly state: 'done' | 'held' | 'refused'
  readonly operationId: string | null
  readonly refusal: { readonly code: RefusalCode; readonly sentence: string } | null
}

/**
 * Each for itself: what cannot be done on some is left out, and the rest is one operation. Refusals that name instances are theirs; any other refuses all.
 * Every round leaves out those that break one requirement, and there are no more requirements than rounds.
 */
export async function operateEachInstance(
  parts: Parts,
  caller: Caller,
  operation: InstanceOperation,
  asked: AskedOfInstances,
): Promise<{ readonly results: readonly InstanceResult[]; readonly held: Held | null }> {
  const results = new Map<number, InstanceResult>()
  let left = [...new Set(asked.instanceIds)]
  let held: Held | null = null
  for (let round = 1; left.length > 0; round++) {
    try {
      held = await operateInstances(parts, caller, operation, { ...asked, instanceIds: left })
      for (const instanceId of left)
        results.set(instanceId, { instanceId, state: held.state, operationId: held.id, refusal: null })
      break
    } catch (error) {
      const named = error instanceof Refusal ? error.details.instanceIds : undefined
      if (!(error instanceof Refusal) || !Array.isArray(named) || round === MOST_ROUNDS) throw error
      const refused = new Set<unknown>(named)
      for (const instanceId of left.filter((id) => refused.has(id)))
        results.set(instanceId, { instanceId, state: 'refused', operationId: null, refusal: of(error, instanceId) })
      left = left.filter((id) => !refused.has(id))
    }
  }
  return { results: [...new Set(asked.instanceIds)].map((id) => results.get(id)!), held }
}

/** A sentence about several, of one of them. */
function of({ code, details }: Refusal, id: number) {
  const { instances, instanceIds } = details as { instances?: readonly string[]; instanceIds: readonly number[] }
  const name = instances?.[instanceIds.indexOf(id)] ?? String(id)
  return { code, sentence: fill(REFUSALS[code].sentence, { ...details, id, instances: name, instanceIds: [id] }) }
}

const MOST_ROUNDS = 10
