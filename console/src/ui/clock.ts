import { useSyncExternalStore } from 'react'

/** One timer for everything that ticks on a page; it stops when nothing shown needs it. */
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let second = Math.floor(Date.now() / 1000)

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    second = Math.floor(Date.now() / 1000)
    for (const notify of listeners) notify()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

/** Renders again every second. */
export function useEverySecond(): void {
  useSyncExternalStore(subscribe, () => second)
}
