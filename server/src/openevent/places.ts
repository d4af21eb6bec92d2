/**
 * The places that deliveries take in memory, for waiting or under way, and who may have one.
 *
 * A tenant may take as many places as it leaves free for all others, and one of its targets as many as it leaves free for the tenant: however many
 * others there are and however much they have waiting, something is left for who comes next.
 */

/** One place is so much of a body; a larger one takes several. */
const PLACE_CHARACTERS = 4_096

export type Places = {
  /** How many more the target may take, at which it has so many already. */
  roomFor(tenantId: number, held: number): number
  take(tenantId: number, count: number): void
  leave(tenantId: number, count: number): void
  taken(): number
}

export const placesOf = (body: string): number => 1 + Math.floor(body.length / PLACE_CHARACTERS)

export function places(most: number): Places {
  const byTenant = new Map<number, number>()
  let taken = 0
  return {
    roomFor(tenantId, held) {
      const forTenant = most - taken - (byTenant.get(tenantId) ?? 0)
      return Math.max(0, forTenant - held)
    },
    take(tenantId, count) {
      taken += count
      byTenant.set(tenantId, (byTenant.get(tenantId) ?? 0) + count)
    },
    leave(tenantId, count) {
      taken -= count
      const left = byTenant.get(tenantId)! - count
      if (left === 0) byTenant.delete(tenantId)
      else byTenant.set(tenantId, left)
    },
    taken: () => taken,
  }
}
