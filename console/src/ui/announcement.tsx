import { useSyncExternalStore } from 'react'

let said = ''
const listeners = new Set<() => void>()

/** A screen reader says it: the address has changed without a new document, which it would not notice. */
export function announce(text: string): void {
  said = text
  for (const listener of listeners) listener()
}

export function Announcement() {
  const text = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => said,
  )
  return (
    <div className="for-readers" role="status">
      {text}
    </div>
  )
}
