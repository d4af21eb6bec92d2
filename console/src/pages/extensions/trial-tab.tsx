import { Alert, Button, Group, Select, Skeleton, Stack, Text } from '@mantine/core'
import { IconDeviceDesktop, IconFlask, IconSend } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { calls } from '../../api/calls.ts'
import { serverNow } from '../../api/client.ts'
import { queries } from '../../api/queries.ts'
import type { ExtensionView, OperationDetail, OperationView, Tryable } from '../../api/shapes.ts'
import { useEventNames } from '../../events.ts'
import { ProblemNotice } from '../../problem.tsx'
import { refusalSentence, useTranslation } from '../../text/index.ts'
import { CodeEditor } from '../../ui/code-editor.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Elapsed, Instant } from '../../ui/instant.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { checkLook } from '../operations/standing.ts'

const OperationPanel = lazy(() => import('../operations/panel.tsx'))
/** Of what an extension may ask for beside the message. */
const SNAPSHOT = '{\n  "CommittedFile": {\n    "FileName": "example.sql",\n    "Content": "select 1"\n  }\n}'
const MOST_LISTED = 10
const LOOK_EVERY_MS = 1_000

/** Asks the version under test about an operation that nobody asked for, and shows the whole way of the question. */
export default function TrialTab({ extension }: { extension: ExtensionView }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(queries.tryable(extension.code))
  const [shown, show] = useState<string | null>(null)
  // Its author need not be a member of the workspace, and then hears of no change there.
  useQuery({
    ...queries.operation(shown ?? ''),
    enabled: shown !== null,
    refetchInterval: ({ state }) => (state.data === undefined || isMoving(state.data) ? LOOK_EVERY_MS : false),
  })
  if (error) return <ProblemNotice error={error} />
  if (!data) return <Skeleton height={240} />
  const { problem } = data
  return (
    <Stack gap="lg">
      <Machine code={extension.code} />
      {problem ? (
        <Empty icon={IconFlask} title={t('trial.cannot')} next={refusalSentence(problem.code, {}) ?? problem.detail} />
      ) : (
        <Send code={extension.code} tryable={data} sent={show} />
      )}
      {shown && (
        <Section title={t('trial.result')} description={t('trial.resultHint')}>
          <Suspense fallback={<Skeleton height={200} />}>
            <OperationPanel key={shown} operationId={shown} />
          </Suspense>
        </Section>
      )}
      <Earlier code={extension.code} shown={shown} show={show} />
    </Stack>
  )
}

function Send({ code, tryable, sent }: { code: string; tryable: Tryable; sent: (operationId: string) => void }) {
  const { t } = useTranslation()
  const names = useEventNames()
  const client = useQueryClient()
  const [eventCode, choose] = useState(tryable.events[0]!.eventCode)
  const [bodies, setBodies] = useState<Readonly<Record<string, string>>>({})
  const [snapshot, setSnapshot] = useState('')
  const event = tryable.events.find((one) => one.eventCode === eventCode) ?? tryable.events[0]!
  const text = bodies[event.eventCode] ?? JSON.stringify(event.body, null, 2)
  const body = objectIn(text)
  const detail = snapshot.trim() === '' ? {} : objectIn(snapshot)
  const send = useMutation({
    mutationFn: () => calls.sendTrial(code, { eventCode: event.eventCode, body: body!, snapshot: detail! }),
    onSuccess: (trial) => sent(trial.id),
    onSettled: () => client.invalidateQueries({ queryKey: ['operations'] }),
  })
  const groups = (['extension-point', 'regular'] as const).map((kind) => ({
    group: t(kind === 'regular' ? 'trial.regular' : 'trial.points'),
    items: tryable.events
      .filter((one) => one.kind === kind)
      .map((one) => ({ value: one.eventCode, label: `${names.event(one.eventCode)} (${one.eventCode})` })),
  }))
  return (
    <Section title={t('trial.send')} description={t('trial.sendHint')}>
      <Card>
        <Stack gap="sm">
          <Select
            label={t('trial.event')}
            data={groups.filter((one) => one.items.length > 0)}
            value={event.eventCode}
            onChange={(value) => value && choose(value)}
            allowDeselect={false}
            searchable
          />
          <div>
            <Text fz="sm" fw={600}>
              {t('trial.body')}
            </Text>
            <Text fz="xs" c="dimmed" mb={4}>
              {t('trial.setHere', { members: event.setHere.join(t('ui.listSeparator')) })}
            </Text>
            <CodeEditor
              language="json"
              minHeight={180}
              label={t('trial.body')}
              value={text}
              onChange={(next) => setBodies((now) => ({ ...now, [event.eventCode]: next }))}
              invalid={body === null}
            />
            {body === null && <NoObject />}
          </div>
          <Disclosure label={t('trial.snapshot')}>
            <Text fz="xs" c="dimmed" mb={4}>
              {t('trial.snapshotHint')}
            </Text>
            {snapshot === '' && (
              <Button size="xs" variant="default" mb="xs" onClick={() => setSnapshot(SNAPSHOT)}>
                {t('trial.snapshotExample')}
              </Button>
            )}
            <CodeEditor
              language="json"
              minHeight={120}
              label={t('trial.snapshot')}
              value={snapshot}
              onChange={setSnapshot}
              invalid={detail === null}
            />
            {detail === null && <NoObject />}
          </Disclosure>
          <ProblemNotice error={send.error} />
          <Group>
            <Button
              leftSection={<IconSend {...iconProps} />}
              loading={send.isPending}
              disabled={body === null || detail === null}
              onClick={() => send.mutate()}
            >
              {t('trial.sendNow')}
            </Button>
            {bodies[event.eventCode] !== undefined && (
              <Button variant="subtle" onClick={() => setBodies(({ [event.eventCode]: _, ...others }) => others)}>
                {t('trial.reset')}
              </Button>
            )}
          </Group>
        </Stack>
      </Card>
    </Section>
  )
}

function NoObject() {
  const { t } = useTranslation()
  return (
    <Text c="var(--mantine-color-error)" fz="xs" role="alert" mt={4}>
      {t('trial.noObject')}
    </Text>
  )
}

const isMoving = ({ state, deliveries }: OperationDetail) =>
  state === 'held' || deliveries.some((one) => one.state === 'pending')

function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

/** Where trials go while an author's machine is connected, and when it was last heard of. */
function Machine({ code }: { code: string }) {
  const { t } = useTranslation()
  const { data } = useQuery(queries.devConnection(code))
  const machine = data?.connection
  if (!machine) return null
  return (
    <Alert
      color={machine.attached ? 'teal' : 'gray'}
      variant="light"
      icon={<IconDeviceDesktop />}
      title={t('trial.machine', { user: machine.user.name, machine: machine.machine })}
    >
      {t('trial.heard')} <Elapsed since={machine.seenAt} until={null} now={serverNow} />
      {'. '}
      {t(machine.attached ? 'trial.attached' : 'trial.detached')}
    </Alert>
  )
}

function Earlier({ code, shown, show }: { code: string; shown: string | null; show: (id: string) => void }) {
  const { t } = useTranslation()
  const names = useEventNames()
  const { data } = useQuery({
    ...queries.operations({ extension: code, trials: true, limit: MOST_LISTED }),
    refetchInterval: 3 * LOOK_EVERY_MS,
  })
  if (!data || data.items.length === 0) return null
  const columns: readonly Column<OperationView>[] = [
    {
      key: 'event',
      header: t('trial.event'),
      cell: (one) => (
        <Button size="compact-sm" variant="subtle" disabled={one.id === shown} onClick={() => show(one.id)}>
          {names.event(one.eventCode)}
        </Button>
      ),
    },
    {
      key: 'answer',
      header: t('trial.answer'),
      width: 200,
      cell: (one) => one.checks[0] && <StateBadge size="sm" look={checkLook(one.checks[0], one)} />,
    },
    { key: 'by', header: t('operation.askedBy'), width: 180, cell: (one) => one.requestedBy.name },
    {
      key: 'at',
      header: t('operation.askedAt'),
      width: 200,
      times: true,
      cell: (one) => <Instant at={one.requestedAt} />,
    },
  ]
  return (
    <Section title={t('trial.earlier')}>
      <Card padding={0}>
        <RowTable
          label={t('trial.earlier')}
          columns={columns}
          rows={data.items}
          keyOf={(one) => one.id}
          minWidth={760}
        />
      </Card>
    </Section>
  )
}
