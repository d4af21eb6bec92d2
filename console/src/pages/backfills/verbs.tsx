import { Button, Text } from '@mantine/core'
import { IconBan, IconPlayerPause, IconPlayerPlay, IconPlayerSkipForward, IconRefresh } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import type { BackfillDetail, BackfillVerb } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { type TextKey, useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { type IconComponent, iconProps } from '../../ui/icon.ts'
import { notify } from '../../ui/notify.tsx'

type VerbLook = { readonly icon: IconComponent; readonly text: TextKey; readonly meaning: TextKey }

const LOOKS: Readonly<Record<BackfillVerb, VerbLook>> = {
  start: { icon: IconPlayerPlay, text: 'backfillPage.start', meaning: 'backfillPage.startMeaning' },
  pause: { icon: IconPlayerPause, text: 'backfillPage.pause', meaning: 'backfillPage.pauseMeaning' },
  resume: { icon: IconPlayerSkipForward, text: 'backfillPage.resume', meaning: 'backfillPage.resumeMeaning' },
  'rerun-failed': { icon: IconRefresh, text: 'backfillPage.rerunFailed', meaning: 'backfillPage.rerunFailedMeaning' },
  cancel: { icon: IconBan, text: 'backfillPage.cancel', meaning: 'backfillPage.cancelMeaning' },
}
const VERBS = Object.keys(LOOKS) as readonly BackfillVerb[]

/** What may be done with a backfill now. What comes to an operation on instances may be held; then its panel opens. */
export function Verbs({ backfill }: { backfill: BackfillDetail }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [asking, setAsking] = useState<BackfillVerb | null>(null)
  const operate = useMutation({
    mutationFn: (verb: BackfillVerb) => calls.operateBackfill(backfill.workspaceId, backfill.id, verb),
    onSuccess: ({ operations }, verb) => {
      setAsking(null)
      const held = operations.find((one) => one.state === 'held')
      if (held) void navigate(links.operationHere(held.id))
      else void notify({ colour: 'green', message: t('backfillPage.did', { verb: t(LOOKS[verb].text) }) })
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['backfills'] }),
  })
  return (
    <>
      {VERBS.filter((verb) => backfill.may.includes(verb)).map((verb) => {
        const { icon: Icon, text } = LOOKS[verb]
        return (
          <Button
            key={verb}
            size="sm"
            variant="default"
            leftSection={<Icon {...iconProps} />}
            onClick={() => {
              operate.reset()
              setAsking(verb)
            }}
          >
            {t(text)}
          </Button>
        )
      })}
      {asking !== null && (
        <Confirm
          opened
          close={() => setAsking(null)}
          title={t('backfillPage.asked', { verb: t(LOOKS[asking].text), name: backfill.name })}
          verb={t(LOOKS[asking].text)}
          danger={asking === 'cancel'}
          busy={operate.isPending}
          confirm={() => operate.mutate(asking)}
        >
          <Text fz="sm">{t(LOOKS[asking].meaning)}</Text>
          <ProblemNotice error={operate.error} />
        </Confirm>
      )}
    </>
  )
}
