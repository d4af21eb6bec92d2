import { lazy, Suspense, useSyncExternalStore } from 'react'
import { translate } from '../text/index.ts'

type Notice = { readonly message: string; readonly colour: 'green' | 'gray' }

const Notices = lazy(() => import('@mantine/notifications').then((library) => ({ default: library.Notifications })))

let wanted = false
const listeners = new Set<() => void>()

/** Tells in passing that something was done. What went wrong is never told this way: it stays where the person is. */
export async function notify({ message, colour }: Notice): Promise<void> {
  wanted = true
  for (const listener of listeners) listener()
  const { notifications } = await import('@mantine/notifications')
  notifications.show({ message, color: colour, closeButtonProps: { 'aria-label': translate('ui.close') } })
}

/** Where they appear. Their code is loaded with the first one. */
export function NoticeArea() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => wanted,
  )
  return <Suspense>{shown && <Notices position="bottom-right" withinPortal={false} />}</Suspense>
}
