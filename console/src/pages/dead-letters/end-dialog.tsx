import { Alert, List, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { calls, type DeadLettersFilter } from '../../api/calls.ts'
import type { DeadLettersDone } from '../../api/shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { notify } from '../../ui/notify.tsx'

export type Verb = 'replay' | 'drop'

/** A filter is worked off request by request, so many at most; each takes a thousand. */
const MOST_REQUESTS = 100

type Props = {
  verb: Verb
  /** These, or where it is a filter all that fit it. */
  of: readonly number[] | DeadLettersFilter
  close: () => void
  done: () => void
}

type Done = { readonly done: number; readonly refused: DeadLettersDone['refused'] }

/** Replays or drops dead letters, and says which were refused and why. */
export function EndDialog({ verb, of, close, done }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [soFar, setSoFar] = useState<Done | null>(null)
  const readAgain = () =>
    Promise.all(
      ['dead-letters', 'operations', 'event-buses'].map((key) => client.invalidateQueries({ queryKey: [key] })),
    )
  const end = useMutation({
    mutationFn: () => endAll(verb, of, setSoFar),
    onSuccess: async (result) => {
      done()
      await readAgain()
      if (result.refused.length > 0) return
      void notify({ colour: 'green', message: t(`deadLetters.${verb}Done`, { count: result.done }) })
      close()
    },
    onError: () => readAgain(),
  })
  const refused = Object.entries(Object.groupBy(end.data?.refused ?? [], (one) => one.reason))
  const count = Array.isArray(of) ? of.length : null
  return (
    <Confirm
      opened
      close={close}
      danger={verb === 'drop'}
      title={count === null ? t(`deadLetters.${verb}AllTitle`) : t(`deadLetters.${verb}Title`, { count })}
      verb={t(end.data ? 'ui.close' : `deadLetters.${verb}`)}
      busy={end.isPending}
      confirm={() => (end.data ? close() : end.mutate())}
    >
      {!end.data && <Text fz="sm">{t(`deadLetters.${verb}Meaning`)}</Text>}
      {end.isPending && soFar && <Text fz="sm">{t('deadLetters.soFar', { count: soFar.done })}</Text>}
      {end.data && (
        <Alert color="orange" variant="light" icon={<IconAlertTriangle />} role="status">
          <Text fz="sm">{t(`deadLetters.${verb}Done`, { count: end.data.done })}</Text>
          <List size="sm" mt={4}>
            {refused.map(([reason, ones]) => (
              <List.Item key={reason}>
                {t(`deadLetters.refused.${reason as DeadLettersDone['refused'][number]['reason']}`, {
                  count: ones?.length ?? 0,
                })}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      <ProblemNotice error={end.error} />
    </Confirm>
  )
}

async function endAll(verb: Verb, of: Props['of'], tell: (soFar: Done) => void): Promise<Done> {
  if (isList(of)) return await calls.endDeadLetters(verb, { ids: [...of] })
  let result: Done = { done: 0, refused: [] }
  let cursor: string | undefined
  for (let request = 0; request < MOST_REQUESTS; request++) {
    const answer = await calls.endDeadLetters(verb, { filter: of, ...(cursor === undefined ? {} : { cursor }) })
    result = { done: result.done + answer.done, refused: [...result.refused, ...answer.refused] }
    tell(result)
    if (answer.nextCursor === null) break
    cursor = answer.nextCursor
  }
  return result
}

const isList = (of: Props['of']): of is readonly number[] => Array.isArray(of)
