import { Button, Text, Textarea } from '@mantine/core'
import {
  IconArrowBackUp,
  IconBan,
  IconPlayerPause,
  IconRocket,
  IconRosetteDiscountCheck,
  IconSend,
  IconTrashX,
} from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { calls, type ExtensionVerb } from '../../api/calls.ts'
import { ProblemNotice } from '../../problem.tsx'
import { type TextKey, useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { type IconComponent, iconProps } from '../../ui/icon.ts'

type VerbLook = {
  icon: IconComponent
  text: TextKey
  meaning: TextKey
  dangerous?: true
  /** Not what one comes for. */
  quiet?: true
  reason: 'required' | 'optional' | null
}
const VERBS: Readonly<Record<ExtensionVerb, VerbLook>> = {
  submit: { icon: IconSend, text: 'verb.submit', meaning: 'verb.submitMeaning', reason: 'optional' },
  withdraw: {
    icon: IconArrowBackUp,
    text: 'lifeVerb.withdraw',
    meaning: 'lifeVerb.withdrawMeaning',
    quiet: true,
    reason: 'optional',
  },
  approve: { icon: IconRosetteDiscountCheck, text: 'verb.approve', meaning: 'verb.approveMeaning', reason: 'optional' },
  reject: { icon: IconBan, text: 'verb.reject', meaning: 'verb.rejectMeaning', dangerous: true, reason: 'required' },
  publish: { icon: IconRocket, text: 'verb.publish', meaning: 'verb.publishMeaning', reason: 'optional' },
  disable: {
    icon: IconPlayerPause,
    text: 'verb.disable',
    meaning: 'verb.disableMeaning',
    dangerous: true,
    reason: 'optional',
  },
  discard: {
    icon: IconTrashX,
    text: 'lifeVerb.discard',
    meaning: 'lifeVerb.discardMeaning',
    dangerous: true,
    reason: 'optional',
  },
}

/** The version that a verb is for, as whoever presses it sees it. */
type Version = {
  readonly code: string
  readonly name: string
  readonly version: number
  readonly revision: number
  /** The version that it takes the place of. */
  readonly running?: number | undefined
}

/** One step of the life of a version, asked for before it is done. */
export function VerbButton({ verb, of }: { verb: ExtensionVerb; of: Version }) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState(false)
  const { icon: Icon, text, dangerous, quiet } = VERBS[verb]
  return (
    <>
      <Button
        variant={dangerous || quiet ? 'default' : 'filled'}
        leftSection={<Icon {...iconProps} />}
        onClick={() => setAsked(true)}
      >
        {t(text)}
      </Button>
      {asked && <VerbDialog verb={verb} of={of} close={() => setAsked(false)} />}
    </>
  )
}

function VerbDialog({ verb, of, close }: { verb: ExtensionVerb; of: Version; close: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const look = VERBS[verb]
  const move = useMutation({
    mutationFn: () =>
      calls.moveExtension(of.code, verb, { reason: reason.trim(), version: of.version, revision: of.revision }),
    onSuccess: close,
    onSettled: () => client.invalidateQueries({ queryKey: ['extensions'] }),
  })
  return (
    <Confirm
      opened
      close={close}
      title={t('verb.title', { verb: t(look.text), name: of.name })}
      verb={t(look.text)}
      danger={look.dangerous}
      busy={move.isPending}
      disabled={look.reason === 'required' && reason.trim() === ''}
      confirm={() => move.mutate()}
    >
      <Text fz="sm">
        {t('lifeVerb.ofVersion', { version: of.version })}. {t(look.meaning)}
      </Text>
      {verb === 'publish' && of.running !== undefined && (
        <Text fz="sm">{t('lifeVerb.publishOver', { running: of.running })}</Text>
      )}
      {look.reason !== null && (
        <Textarea
          label={t(look.reason === 'required' ? 'verb.reason' : 'verb.reasonOptional')}
          required={look.reason === 'required'}
          autosize
          minRows={2}
          maxLength={1000}
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      <ProblemNotice error={move.error} />
    </Confirm>
  )
}
