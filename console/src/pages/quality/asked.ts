import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { AskedQuality } from '../../api/quality-shapes.ts'
import { links } from '../../links.ts'
import { notify } from '../../ui/notify.tsx'

/** What every change of Data Quality is: an operation that takes effect at once, or is held and shows its panel. */
export function useAsked<What = void>(of: {
  readonly ask: (what: What) => Promise<AskedQuality>
  /** Told where it took effect at once. */
  readonly done: string
  readonly close: () => void
  /** Where it is waited for, if not here. */
  readonly whileHeld?: () => Promise<void>
  readonly after?: (ids: readonly number[]) => unknown
}) {
  const client = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: of.ask,
    onSuccess: async ({ operation, ids }) => {
      of.close()
      if (operation.state === 'done') {
        void notify({ colour: 'green', message: of.done })
        await of.after?.(ids)
      } else {
        await of.whileHeld?.()
        await navigate(links.operationHere(operation.id))
      }
    },
    onSettled: () => {
      for (const name of ['quality', 'operations']) void client.invalidateQueries({ queryKey: [name] })
    },
  })
}
