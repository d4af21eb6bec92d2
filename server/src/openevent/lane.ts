/** What this replica has in memory for one target while it makes its deliveries. */
import type { DueDelivery } from '../store/deliveries.ts'

export type Lane = {
  readonly targetId: number
  readonly waiting: DueDelivery[]
  /** The deliveries that are waiting, under way, or whose outcome is being written. */
  readonly ids: Set<number>
  /** The places these take. */
  places: number
  underway: number
  /** As many attempts at once as the target takes; one until that is known. */
  mostUnderway: number
  /** The table has more for it than there was a place for. */
  more: boolean
  /**
   * A delivery has used up its retries, and the target wants the later ones to wait: the number of the look at which that was in the table, infinite
   * until it is. A later look that finds it unblocked lets it go on.
   */
  blockedIn: number | null
  /** The replica does not have it any more: of what is still under way only a success counts. */
  lost: boolean
  usedMs: number
}

export const newLane = (targetId: number, nowMs: number): Lane => ({
  targetId,
  waiting: [],
  ids: new Set(),
  places: 0,
  underway: 0,
  mostUnderway: 1,
  more: false,
  blockedIn: null,
  lost: false,
  usedMs: nowMs,
})

/** Whether more is read for it: before the last of what waits is under way. */
export const isHungry = (lane: Lane): boolean =>
  lane.blockedIn === null && !lane.lost && lane.waiting.length < Math.max(lane.mostUnderway, 8)
