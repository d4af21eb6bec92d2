/**
 * How long is not looked again after a look that took long and found nothing (all that is there may be of runs that are paused): many times as long as it took,
 * and no longer than it took as soon as something is heard of, also while it was under way. It is never for long: a look may have taken so long because the
 * whole process stood still.
 */
const LONG_LOOK_MS = 200
const REST = 10
const LONGEST_REST_MS = 5_000

export type Rests = {
  /** Something has changed. */
  heard(): void
  /** Begins a look; answers what is to be told of its end, or null while it is not time for one. */
  begin(what: string, nowMs: number): ((found: boolean, nowMs: number) => void) | null
}

export function rests(): Rests {
  const resting = new Map<string, { readonly sinceMs: number; readonly tookMs: number; readonly news: number }>()
  let news = 0
  return {
    heard() {
      news++
    },
    begin(what, startedMs) {
      const rest = resting.get(what)
      if (rest !== undefined && startedMs < rest.sinceMs + lengthMs(rest.tookMs, rest.news === news)) return null
      const before = news
      return (found, endedMs) => {
        const tookMs = endedMs - startedMs
        if (found || tookMs < LONG_LOOK_MS) resting.delete(what)
        else resting.set(what, { sinceMs: endedMs, tookMs, news: before })
      }
    },
  }
}

const lengthMs = (tookMs: number, isQuiet: boolean) => Math.min(tookMs * (isQuiet ? REST : 1), LONGEST_REST_MS)
