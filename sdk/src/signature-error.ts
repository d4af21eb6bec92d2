/** Why a delivery is not to be believed. The closed list is for programs, the message for people; neither repeats a secret. */
export type SignatureProblem = 'missing' | 'malformed' | 'stale' | 'mismatch' | 'untrusted-certificate'

export class SignatureError extends Error {
  readonly problem: SignatureProblem
  constructor(problem: SignatureProblem, message: string) {
    super(message)
    this.name = 'SignatureError'
    this.problem = problem
  }
}

/** Headers as Node's `http`, as `fetch` and as plain objects have them. */
export type ReceivedHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>

/** The one value of a header; null when it is not there or there more than once, for then nobody can say which was meant. */
export function headerOf(headers: ReceivedHeaders, name: string): string | null {
  if (headers instanceof Headers) return headers.get(name)
  const found = Object.entries(headers).flatMap(([given, value]) => (given.toLowerCase() === name ? (value ?? []) : []))
  return found.length === 1 ? found[0]! : null
}

export function requiredHeader(headers: ReceivedHeaders, name: string): string {
  const value = headerOf(headers, name)
  if (value === null || value === '') throw new SignatureError('missing', `The delivery has no header ${name}.`)
  return value
}

/** Replays are refused by time: a signature older, or further in the future, than the tolerance is none. */
export function refuseStale(sentMs: number, nowMs: number, toleranceMs: number): void {
  if (Math.abs(nowMs - sentMs) > toleranceMs)
    throw new SignatureError('stale', `The delivery was signed more than ${toleranceMs / 1000} seconds from now.`)
}
