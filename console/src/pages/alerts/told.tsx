import { Badge, Group, Select, Stack, Text } from '@mantine/core'
import { IconBell, IconBellOff, IconCircleCheck, IconFilterOff, IconSend } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { serverNow } from '../../api/client.ts'
import { queries } from '../../api/queries.ts'
import type { Alert, AlertRule } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { CursorTable } from '../../ui/cursor-table.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Instant, Remaining } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Section } from '../../ui/section.tsx'
import { type Look, StateBadge } from '../../ui/state-badge.tsx'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/alerts')
const keyOf = (alert: Alert) => String(alert.id)
/** Of what one alert names. */
const SHOWN = 5

type Notice = Alert['notices'][number]
type Attempt = Notice['attempts'][number]

const STATES: Readonly<Record<Notice['state'], Look>> = {
  pending: { icon: IconSend, colour: 'blue', text: 'alerts.notices.pending' },
  sent: { icon: IconCircleCheck, colour: 'green', text: 'alerts.notices.sent' },
  failed: { icon: IconBellOff, colour: 'orange', text: 'alerts.notices.failed' },
}

export function useTold(workspaceId: number) {
  const { rule, cursor } = route.useSearch()
  const query = { ...(rule === undefined ? {} : { alertRuleId: rule }), ...(cursor === undefined ? {} : { cursor }) }
  return useList(queries.alerts(workspaceId, query), cursor, keyOf)
}

type ToldProps = { workspaceId: number; rules: readonly AlertRule[]; list: ReturnType<typeof useTold> }

/** What rules have told, whom, and every try. */
export function Told({ workspaceId, rules, list }: ToldProps) {
  const { t } = useTranslation()
  const { rule } = route.useSearch()
  const navigate = route.useNavigate()
  const columns: readonly Column<Alert>[] = [
    {
      key: 'at',
      header: t('alerts.raised'),
      width: 170,
      times: true,
      cell: (alert) => <Instant at={alert.at} zoned={false} />,
    },
    {
      key: 'alert',
      header: t('alerts.alert'),
      width: 330,
      cell: (alert) => <What workspaceId={workspaceId} alert={alert} />,
    },
    { key: 'receivers', header: t('alerts.receivers'), cell: (alert) => <Receivers alert={alert} /> },
  ]
  return (
    <Section
      title={t('alerts.told')}
      actions={
        rules.length > 0 && (
          <Select
            aria-label={t('alerts.rule')}
            placeholder={t('alerts.anyRule')}
            clearable
            searchable
            data-filter
            data={rules.map((one) => ({ value: String(one.id), label: one.name }))}
            value={rule === undefined ? null : String(rule)}
            onChange={(id) => void navigate({ search: id === null ? {} : { rule: Number(id) } })}
          />
        )
      }
    >
      <ProblemNotice error={list.error} />
      <CursorTable
        label={t('alerts.told')}
        list={list}
        keyOf={keyOf}
        columns={columns}
        minWidth={860}
        empty={
          rule === undefined ? (
            <Empty icon={IconBell} title={t('alerts.toldEmpty')} next={t('alerts.toldEmptyNext')} />
          ) : (
            <Empty icon={IconFilterOff} title={t('alerts.toldEmptyFiltered')} next={t('ui.emptyFilteredNext')} />
          )
        }
      />
    </Section>
  )
}

function linkOf(workspaceId: number, { qualityRunId }: Alert, { id, nodeId }: Alert['objects'][number]) {
  if (qualityRunId !== null) return links.qualityRun(workspaceId, qualityRunId)
  return nodeId === null ? links.backfill(workspaceId, id) : links.instance(workspaceId, id)
}

function What({ workspaceId, alert }: { workspaceId: number; alert: Alert }) {
  const { t } = useTranslation()
  const more = alert.count - Math.min(alert.objects.length, SHOWN)
  return (
    <Stack gap={2}>
      <Group gap={6}>
        <Text fz="sm" fw={500} className="wrap-anywhere">
          {alert.ruleName}
        </Text>
        {alert.test && (
          <Badge variant="default" tt="none" className="state-badge">
            {t('alerts.isTest')}
          </Badge>
        )}
      </Group>
      <Text fz="sm">
        {[
          t(`alerts.kinds.${alert.kind}`),
          ...(alert.succeeded === null ? [] : [t(alert.succeeded ? 'alerts.succeeded' : 'alerts.failed')]),
          ...(alert.count > 1 ? [t('alerts.instances', { count: alert.count })] : []),
        ].join(t('ui.listSeparator'))}
      </Text>
      {alert.objects.slice(0, SHOWN).map((object) => (
        <Text fz="sm" key={object.id} className="wrap-anywhere">
          <LinkTo {...linkOf(workspaceId, alert, object)} fz="sm">
            {object.name}
          </LinkTo>{' '}
          <Text span fz="xs" c="dimmed">
            {[...(object.bizdate === null ? [] : [object.bizdate]), object.id].join(' · ')}
          </Text>
        </Text>
      ))}
      {alert.objects.length > 0 && more > 0 && (
        <Text fz="sm" c="dimmed">
          {t('alerts.andMore', { count: more })}
        </Text>
      )}
      {(alert.told > 1 || alert.tellAgainAt !== null) && (
        <Text fz="xs" c="dimmed">
          {t('alerts.toldTimes', { count: alert.told })}
          {alert.tellAgainAt !== null && (
            <>
              {t('ui.listSeparator')}
              {t('alerts.againIn')} <Remaining until={alert.tellAgainAt} now={serverNow} />
            </>
          )}
        </Text>
      )}
    </Stack>
  )
}

function Receivers({ alert }: { alert: Alert }) {
  const { t } = useTranslation()
  if (alert.notices.length === 0)
    return (
      <Text fz="sm" c="dimmed">
        {t('alerts.noReceivers')}
      </Text>
    )
  return (
    <Stack gap="xs">
      {alert.notices.map((notice) => (
        <div key={notice.id}>
          <Group gap="xs" align="center">
            <StateBadge size="sm" look={STATES[notice.state]} />
            <Text fz="sm" className="wrap-anywhere">
              {notice.channel === 'webhook' ? notice.receiver : `${t('alerts.mail')}: ${notice.receiver}`}
            </Text>
          </Group>
          {notice.state === 'pending' && notice.nextTryAt !== null && notice.attempts.length > 0 && (
            <Text fz="xs" c="dimmed">
              {t('alerts.nextTry')} <Remaining until={notice.nextTryAt} now={serverNow} />
            </Text>
          )}
          {notice.attempts.length > 0 && (
            <Disclosure label={t('alerts.tries', { count: notice.attempts.length })}>
              <Tries notice={notice} />
            </Disclosure>
          )}
        </div>
      ))}
    </Stack>
  )
}

function Tries({ notice }: { notice: Notice }) {
  const { t } = useTranslation()
  const columns: readonly Column<Attempt>[] = [
    { key: 'number', header: t('alerts.tryNumber'), width: 56, cell: (one) => one.number },
    {
      key: 'at',
      header: t('alerts.tryAt'),
      width: 170,
      times: true,
      cell: (one) => <Instant at={one.at} zoned={false} />,
    },
    { key: 'took', header: t('alerts.took'), width: 90, cell: (one) => `${Math.round(one.durationMs)} ms` },
    {
      key: 'answer',
      header: t('alerts.answer'),
      cell: (one) => (
        <span className="wrap-anywhere">
          {[
            ...(one.status === null ? [] : [`HTTP ${one.status}`]),
            one.error ?? t('alerts.accepted'),
            ...(one.answer ? [one.answer.slice(0, 200)] : []),
          ].join(' · ')}
        </span>
      ),
    },
  ]
  return (
    <RowTable
      label={t('alerts.listOfTries', { receiver: notice.receiver })}
      columns={columns}
      rows={notice.attempts}
      keyOf={(one) => String(one.number)}
      minWidth={460}
    />
  )
}
