import { type Action, may as mayBe, type Principal } from '@holdpoint/core/access'
import { useQuery } from '@tanstack/react-query'
import { queries } from './api/queries.ts'
import type { Me } from './api/shapes.ts'

/** Who is signed in. Only for pages behind the sign-in, which are not shown before this is known. */
export function useMe(): Me {
  const { data } = useQuery(queries.me())
  if (data === undefined) throw new Error('A page behind the sign-in was shown without a session.')
  return data
}

export function principalOf(me: Me): Principal {
  return {
    userId: Number(me.user.id),
    tenantId: me.tenant.id,
    tenantRoles: me.tenantRoles,
    workspaceRoles: Object.fromEntries(me.workspaces.map((workspace) => [workspace.id, workspace.roles])),
  }
}

/** Rule 20 in the console: what core's table does not allow is hidden. The server decides all the same. */
export function useMay(): (action: Action, workspaceId?: number) => boolean {
  const principal = principalOf(useMe())
  return (action, workspaceId) => mayBe(principal, action, workspaceId)
}
