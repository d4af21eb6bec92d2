import { Badge, Button, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { Session } from '../../api/shapes.ts'
import { QueryTable } from '../../query-table.tsx'
import { useTranslation } from '../../text/index.ts'
import { Instant } from '../../ui/instant.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { Section } from '../../ui/section.tsx'

const BROWSERS = [
  ['Edge', /\bEdg\/(\d+)/],
  ['Opera', /\bOPR\/(\d+)/],
  ['Firefox', /\bFirefox\/(\d+)/],
  ['Chrome', /Chrome\/(\d+)/],
  ['Safari', /\bVersion\/(\d+).*\bSafari\//],
] as const
const SYSTEMS = [
  ['Android', /Android/],
  ['iOS', /iPhone|iPad/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS X/],
  ['Linux', /Linux/],
] as const

/** What the browser said that it is, as people call it. */
export function deviceOf(agent: string): string | null {
  const browser = BROWSERS.find(([, pattern]) => pattern.test(agent))
  const system = SYSTEMS.find(([, pattern]) => pattern.test(agent))
  const named = browser && `${browser[0]} ${browser[1].exec(agent)![1]}`
  return [named, system?.[0]].filter(Boolean).join(' · ') || agent.split(' ')[0] || null
}

/** Where one is signed in. */
export function Sessions() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { data, error } = useQuery(queries.sessions())
  const refresh = () => client.invalidateQueries({ queryKey: ['sessions'] })
  const end = useMutation({ mutationFn: (one: Session) => calls.endSession(one.id), onSettled: refresh })
  const endOthers = useMutation({ mutationFn: calls.endOtherSessions, onSettled: refresh })
  const nameOf = (one: Session) => deviceOf(one.agent) ?? t('sessions.unknownDevice')
  const columns: readonly Column<Session>[] = [
    {
      key: 'device',
      header: t('sessions.device'),
      cell: (one) => (
        <Text span fz="sm" title={one.agent}>
          {nameOf(one)}{' '}
          {one.current && (
            <Badge variant="light" color="green" tt="none" className="state-badge">
              {t('sessions.current')}
            </Badge>
          )}
        </Text>
      ),
    },
    { key: 'address', header: t('sessions.address'), width: 160, cell: (one) => one.address },
    { key: 'way', header: t('sessions.way'), width: 140, cell: (one) => t(`sessions.${one.way}`) },
    {
      key: 'started',
      header: t('sessions.started'),
      width: 170,
      times: true,
      cell: (one) => <Instant at={one.startedAt} zoned={false} />,
    },
    {
      key: 'seen',
      header: t('sessions.seen'),
      width: 170,
      times: true,
      cell: (one) => <Instant at={one.seenAt} zoned={false} />,
    },
    {
      key: 'actions',
      header: t('nodes.actions'),
      width: 110,
      quiet: true,
      cell: (one) =>
        !one.current && (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={t('sessions.endOf', { device: nameOf(one) })}
            onClick={() => end.mutate(one)}
          >
            {t('sessions.end')}
          </Button>
        ),
    },
  ]
  const others = data?.items.some((one) => !one.current) && (
    <Button size="xs" variant="default" loading={endOthers.isPending} onClick={() => endOthers.mutate()}>
      {t('sessions.endOthers')}
    </Button>
  )
  return (
    <Section title={t('sessions.title')} description={t('sessions.hint')} actions={others}>
      <QueryTable
        label={t('sessions.title')}
        columns={columns}
        found={{ data: data?.items, error: error ?? end.error ?? endOthers.error }}
        keyOf={(one) => one.id}
        minWidth={860}
      />
    </Section>
  )
}
