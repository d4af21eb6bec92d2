import { Alert, Badge, Button, List, Skeleton, Stepper, Text, Textarea } from '@mantine/core'
import {
  IconBan,
  IconEye,
  IconFlask,
  IconPencil,
  IconPlayerPause,
  IconRocket,
  IconRosetteDiscountCheck,
  IconSend,
} from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { calls, type ExtensionVerb } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { ExtensionView } from '../../api/shapes.ts'
import { useEventNames } from '../../events.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMe } from '../../session.ts'
import type { TextKey } from '../../text/index.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Copyable } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { type IconComponent, iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkButton, LinkOut, LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { EXTENSION_LOOKS, STEP_OF } from './status.ts'

const route = getRouteApi('/signed-in/extensions/$code')

export function ExtensionPage() {
  const { t } = useTranslation()
  const { code } = route.useParams()
  const { data, error } = useQuery(queries.extension(code))
  if (data) return <Shown extension={data} />
  return (
    <Page title={t('extensions.title')} trail={trail(t('nav.extensions'), code)}>
      {error ? <ProblemNotice error={error} /> : <Skeleton height={240} />}
    </Page>
  )
}

const trail = (extensions: string, name: string) => [
  <LinkTo key="extensions" {...links.extensions()}>
    {extensions}
  </LinkTo>,
  <span key="here" className="wrap-anywhere">
    {name}
  </span>,
]

type VerbLook = {
  icon: IconComponent
  text: TextKey
  meaning: TextKey
  dangerous?: true
  reason: 'required' | 'optional' | null
}
const VERBS: Readonly<Record<ExtensionVerb, VerbLook>> = {
  submit: { icon: IconSend, text: 'verb.submit', meaning: 'verb.submitMeaning', reason: null },
  approve: { icon: IconRosetteDiscountCheck, text: 'verb.approve', meaning: 'verb.approveMeaning', reason: 'optional' },
  reject: { icon: IconBan, text: 'verb.reject', meaning: 'verb.rejectMeaning', dangerous: true, reason: 'required' },
  publish: { icon: IconRocket, text: 'verb.publish', meaning: 'verb.publishMeaning', reason: null },
  disable: {
    icon: IconPlayerPause,
    text: 'verb.disable',
    meaning: 'verb.disableMeaning',
    dangerous: true,
    reason: null,
  },
}

function Shown({ extension }: { extension: ExtensionView }) {
  const { t } = useTranslation()
  const me = useMe()
  const names = useEventNames()
  const [verb, setVerb] = useState<ExtensionVerb | null>(null)
  const testWorkspace = me.workspaces.find((one) => one.id === extension.testWorkspaceId)
  return (
    <Page
      title={extension.name}
      trail={trail(t('nav.extensions'), extension.name)}
      beside={
        <>
          <StateBadge look={EXTENSION_LOOKS[extension.status]} />
          <Badge variant="default" tt="none" fw={500}>
            {t('check.version', { version: extension.version })}
          </Badge>
        </>
      }
      description={extension.description}
      actions={
        <>
          {extension.may.includes('edit') && (
            <LinkButton
              {...links.editExtension(extension.code)}
              variant="default"
              leftSection={<IconPencil {...iconProps} />}
            >
              {t('extension.edit')}
            </LinkButton>
          )}
          {(Object.keys(VERBS) as ExtensionVerb[])
            .filter((one) => extension.may.includes(one))
            .map((one) => {
              const { icon: Icon, text, dangerous } = VERBS[one]
              return (
                <Button
                  key={one}
                  variant={dangerous ? 'default' : 'filled'}
                  leftSection={<Icon {...iconProps} />}
                  onClick={() => setVerb(one)}
                >
                  {t(text)}
                </Button>
              )
            })}
        </>
      }
    >
      <Card>
        <Life extension={extension} />
      </Card>
      <div className="two-columns">
        <Section title={t('extension.facts')}>
          <Card>
            <Facts
              of={[
                [t('extension.code'), <Copyable key="code" value={extension.code} />],
                [t('extensions.owner'), extension.owner.name],
                [t('extensions.level'), t(`extension.level.${extension.level}`)],
                [
                  t('form.testWorkspace'),
                  extension.testWorkspaceId && (
                    <LinkTo {...links.nodes(extension.testWorkspaceId)}>
                      {testWorkspace?.name ?? String(extension.testWorkspaceId)}
                    </LinkTo>
                  ),
                ],
                [t('form.onUnanswered'), t(extension.onUnanswered === 'block' ? 'form.block' : 'form.pass')],
                [
                  t('form.detailUrl'),
                  extension.detailUrl && <LinkOut href={extension.detailUrl}>{extension.detailUrl}</LinkOut>,
                ],
                [
                  t('form.helpDocUrl'),
                  extension.helpDocUrl && <LinkOut href={extension.helpDocUrl}>{extension.helpDocUrl}</LinkOut>,
                ],
                [t('extension.submittedBy'), extension.submittedBy?.name],
                [t('ui.created'), <Instant key="created" at={extension.createdAt} />],
                [t('ui.changed'), <Instant key="changed" at={extension.modifiedAt} />],
              ]}
            />
          </Card>
        </Section>
        <Section title={t('extensions.points')}>
          <Card>
            <List size="sm" spacing={4}>
              {extension.points.map((point) => (
                <List.Item key={point}>
                  {names.event(point)}{' '}
                  <Text span fz="xs" c="dimmed" ff="monospace">
                    {point}
                  </Text>
                </List.Item>
              ))}
            </List>
          </Card>
        </Section>
      </div>
      <Section title={t('form.parameters')} description={t('form.parametersHint')}>
        {extension.parameters ? (
          <CodeBlock text={extension.parameters} label={t('form.parameters')} />
        ) : (
          <Text fz="sm" c="dimmed">
            {t('extension.noParameters')}
          </Text>
        )}
      </Section>
      {verb && <VerbDialog extension={extension} verb={verb} close={() => setVerb(null)} />}
    </Page>
  )
}

const NEXT: Readonly<Record<ExtensionView['status'], TextKey>> = {
  testing: 'extension.testingNext',
  'in-review': 'extension.inReviewNext',
  approved: 'extension.approvedNext',
  rejected: 'extension.rejectedNext',
  published: 'extension.publishedNext',
  disabled: 'extension.disabledNext',
}

function Life({ extension }: { extension: ExtensionView }) {
  const { t } = useTranslation()
  const rejected = extension.status === 'rejected'
  const disabled = extension.status === 'disabled'
  return (
    <>
      <Stepper
        active={STEP_OF[extension.status]}
        size="sm"
        allowNextStepsSelect={false}
        aria-label={t('extension.life')}
      >
        <Stepper.Step icon={<IconFlask size={16} />} label={t('extension.testing')} allowStepClick={false} />
        <Stepper.Step
          icon={rejected ? <IconBan size={16} /> : <IconEye size={16} />}
          progressIcon={rejected ? <IconBan size={16} /> : <IconEye size={16} />}
          color={rejected ? 'red' : undefined}
          label={t(rejected ? 'extension.rejected' : 'extension.inReview')}
          allowStepClick={false}
        />
        <Stepper.Step
          icon={<IconRosetteDiscountCheck size={16} />}
          label={t('extension.approved')}
          allowStepClick={false}
        />
        <Stepper.Step
          icon={disabled ? <IconPlayerPause size={16} /> : <IconRocket size={16} />}
          color={disabled ? 'gray' : undefined}
          label={t(disabled ? 'extension.disabled' : 'extension.published')}
          allowStepClick={false}
        />
      </Stepper>
      <Alert color={rejected ? 'red' : 'gray'} mt="md" p="xs">
        {t(NEXT[extension.status])}
        {extension.rejection && <Rejection of={extension.rejection} />}
      </Alert>
    </>
  )
}

function Rejection({ of: { by, at, reason } }: { of: NonNullable<ExtensionView['rejection']> }) {
  const { t } = useTranslation()
  return (
    <Text fz="sm" mt={4} className="wrap-anywhere plain">
      {t('extension.rejectedBecause', { name: by.name, reason })} (<Instant at={at} />)
    </Text>
  )
}

function VerbDialog({ extension, verb, close }: { extension: ExtensionView; verb: ExtensionVerb; close: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const look = VERBS[verb]
  const move = useMutation({
    mutationFn: () => calls.moveExtension(extension.code, verb, look.reason === null ? {} : { reason: reason.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['extensions'] })
      close()
    },
  })
  return (
    <Confirm
      opened
      close={close}
      title={t('verb.title', { verb: t(look.text), name: extension.name })}
      verb={t(look.text)}
      danger={look.dangerous}
      busy={move.isPending}
      disabled={look.reason === 'required' && reason.trim() === ''}
      confirm={() => move.mutate()}
    >
      <Text fz="sm">{t(look.meaning)}</Text>
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
