import type { SyncAsk } from './sync-messages.ts'

/** What the server says to a session, in the order in which it is wanted. */
export type Inbox = {
  put(said: SyncAsk | 'taken'): void
  /** There is nothing more to come. */
  leave(): void
  /** Null: nothing more. */
  next(): Promise<SyncAsk | null>
  /** Whether another file has been taken; false: none will be. */
  taken(): Promise<boolean>
  left(): boolean
  /** Whether something is being done that was asked for. */
  isBusy(): boolean
}

export function inbox(): Inbox {
  const asks: SyncAsk[] = []
  let files = 0
  let left = false
  let busy = true
  let wake = () => {}
  const change = () => new Promise<void>((resolve) => (wake = resolve))
  return {
    put(said) {
      if (said === 'taken') files++
      else asks.push(said)
      wake()
    },
    leave() {
      left = true
      wake()
    },
    async next() {
      busy = false
      while (asks.length === 0 && !left) await change()
      busy = true
      return left ? null : asks.shift()!
    },
    async taken() {
      while (files === 0 && !left) await change()
      if (left) return false
      files--
      return true
    },
    left: () => left,
    isBusy: () => busy,
  }
}
