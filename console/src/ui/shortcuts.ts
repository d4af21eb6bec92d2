import { useEffect, useRef } from 'react'

/** What to do after which keys: one key (`?`) or two, one after the other (`g n`). */
export type Shortcuts = Readonly<Record<string, () => void>>

const SECOND_KEY_WITHIN_MS = 1500

/** Single keys never act while somebody types, in a dialog, or together with a modifier; `enabled` switches them off altogether. */
export function useShortcuts(shortcuts: Shortcuts, enabled: boolean): void {
  const latest = useRef(shortcuts)
  latest.current = shortcuts
  useEffect(() => {
    if (!enabled) return
    let first = ''
    let firstAtMs = 0
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isBusy(event.target)) return
      const pair = event.timeStamp - firstAtMs < SECOND_KEY_WITHIN_MS ? `${first} ${event.key}` : ''
      const act = latest.current[pair] ?? latest.current[event.key]
      first = act ? '' : event.key
      firstAtMs = event.timeStamp
      if (!act) return
      event.preventDefault()
      act()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [enabled])
}

function isBusy(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]') !== null
  )
}
