/** What reaches whom: for every event of a workspace or of the tenant, the targets it may come to and the extensions that none of them serves. */
import { applyingVersion, EVENTS, type EventDefinition } from '@holdpoint/core'
import { type WatchingRow, watching as watchingVersion } from '../store/extensions.ts'
import type { TenantRouteRow } from '../store/openevent.ts'
import { mayTake } from './publish.ts'

/** An event goes from bus to bus at most so often. */
const MOST_HOPS = 3

export type EventRouting = {
  readonly eventCode: string
  readonly kind: EventDefinition['kind']
  readonly targetIds: number[]
  readonly extensions: { readonly code: string; readonly name: string; readonly routed: boolean }[]
}

export function routing(given: {
  readonly workspaceId: number | null
  /** The bus that the channel leads to; null where nothing is sent. */
  readonly busId: number | null
  /** Of the whole tenant. */
  readonly routes: readonly TenantRouteRow[]
  readonly watching: readonly (WatchingRow & { readonly name: string })[]
}): { readonly targets: TenantRouteRow[]; readonly events: EventRouting[] } {
  const level = given.workspaceId === null ? 'tenant' : 'workspace'
  const reached = new Map<number, TenantRouteRow>()
  const events = EVENTS.filter((event) => event.scope === level).map((event): EventRouting => {
    const targets = given.busId === null ? [] : targetsOf(event.eventCode, given.busId, given.routes)
    for (const target of targets) reached.set(target.target_id, target)
    return {
      eventCode: event.eventCode,
      kind: event.kind,
      targetIds: targets.map((target) => target.target_id),
      extensions: extensionsOf(event, given).map(({ code, name, function_target_id: own }) => ({
        code,
        name,
        // What asks a function goes straight to it.
        routed: own !== null || serves(targets, code),
      })),
    }
  })
  return { targets: [...reached.values()], events }
}

/** The targets on the bus and on the buses it leads on to; each bus is looked at once, so that loops end. */
function targetsOf(eventCode: string, busId: number, routes: readonly TenantRouteRow[]): TenantRouteRow[] {
  const found: TenantRouteRow[] = []
  const seen = new Set([busId])
  let buses = [busId]
  for (let hops = 0; hops <= MOST_HOPS && buses.length > 0; hops++) {
    const here = routes.filter((route) => buses.includes(route.bus_id) && mayTake(route, eventCode))
    found.push(...here)
    buses = here
      .flatMap((route) => (route.kind === 'bus' ? Number(route.settings.busId) : []))
      .filter((id) => !seen.has(id))
    for (const id of buses) seen.add(id)
  }
  return found
}

/** Rule 25: a target may name the extensions it serves. Another bus serves nobody itself. */
function serves(targets: readonly TenantRouteRow[], code: string): boolean {
  return targets.some((one) => one.kind !== 'bus' && (one.serves === null || one.serves.includes(code)))
}

/** The extensions that an operation of this kind may be held for, whoever asks for it. */
function extensionsOf<Row extends WatchingRow>(
  event: EventDefinition,
  { workspaceId, watching }: { readonly workspaceId: number | null; readonly watching: readonly Row[] },
): Row[] {
  if (event.kind !== 'extension-point') return []
  const versions = Map.groupBy(
    watching.map((row) => watchingVersion(row)),
    (one) => one.row.code,
  )
  return [...versions.values()].flatMap((ofOne) => {
    const requestedBy = ofOne[0]!.ownerUserId
    return applyingVersion(ofOne, { point: event.eventCode, workspaceId, requestedBy, fileType: null })?.row ?? []
  })
}
