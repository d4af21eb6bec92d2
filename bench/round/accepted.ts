/**
 * From the acceptance of a callback to the commit of the effect it decided, as the server itself counts it (holdpoint_answer_to_effect_seconds).
 *
 * The counts between two readings of /metrics are those of a turn; within a bucket, which are one to a few milliseconds wide, they are taken to be
 * spread evenly.
 */
import { request } from 'undici'

export const METRICS_TOKEN = 'the-token-of-the-benchmark'

/** How many took at most so many milliseconds, by bucket, from the beginning. */
export type Accepted = readonly { readonly mostMs: number; readonly count: number }[]

export async function accepted(url: string): Promise<Accepted> {
  const { statusCode, body } = await request(`${url}/metrics`, {
    headers: { authorization: `Bearer ${METRICS_TOKEN}` },
  })
  const text = await body.text()
  if (statusCode !== 200) throw new Error(`/metrics answered ${statusCode}: ${text}`)
  return [...text.matchAll(/^holdpoint_answer_to_effect_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm)].map(
    ([, le, count]) => ({
      mostMs: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le) * 1000,
      count: Number(count),
    }),
  )
}

/** What came between two readings; both have the same buckets. */
export function between(before: Accepted, after: Accepted): Accepted {
  return after.map(({ mostMs, count }, at) => ({ mostMs, count: count - before[at]!.count }))
}

export function together(all: readonly Accepted[]): Accepted {
  return all[0]!.map(({ mostMs }, at) => ({ mostMs, count: all.reduce((sum, one) => sum + one[at]!.count, 0) }))
}

export function percentileMs(counts: Accepted, share: number): number {
  const wanted = (counts.at(-1)?.count ?? 0) * share
  const at = counts.findIndex(({ count }) => count >= wanted)
  const bucket = counts[at]!
  const below = counts[at - 1] ?? { mostMs: 0, count: 0 }
  if (bucket.mostMs === Number.POSITIVE_INFINITY || bucket.count === below.count) return below.mostMs
  return below.mostMs + ((wanted - below.count) / (bucket.count - below.count)) * (bucket.mostMs - below.mostMs)
}
