/** A look that may be expensive, taken as often as it can be afforded and shared by everybody who asks. */

/** A look takes at most one part in so many of the time. */
const SHARE = 20
const LEAST_PAUSE_MS = 1_000
/** Who asks while a look is under way waits so long for it, and then gets what was seen before. */
const PATIENCE_MS = 2_000

export type Seen<T> = { readonly value: T; readonly atMs: number; readonly durationMs: number }

/** Answers what was seen last: not older than it has to be, and null where nothing has been seen yet. */
export function reading<T>(
  look: () => Promise<T>,
  nowMs: () => number,
  onFailure: (error: unknown) => void,
): () => Promise<Seen<T> | null> {
  let seen: Seen<T> | null = null
  let underway: Promise<void> | null = null
  let notBeforeMs = 0

  async function take(): Promise<void> {
    const startedMs = nowMs()
    try {
      const value = await look()
      seen = { value, atMs: startedMs, durationMs: nowMs() - startedMs }
    } catch (error) {
      onFailure(error)
    } finally {
      // One that failed has cost as much as one that did not.
      notBeforeMs = nowMs() + Math.max(LEAST_PAUSE_MS, SHARE * (nowMs() - startedMs))
      underway = null
    }
  }

  return async () => {
    if (underway === null && nowMs() >= notBeforeMs) underway = take()
    if (underway !== null) {
      const patience = Promise.withResolvers<void>()
      const timer = setTimeout(patience.resolve, PATIENCE_MS)
      await Promise.race([underway, patience.promise])
      clearTimeout(timer)
    }
    return seen
  }
}
