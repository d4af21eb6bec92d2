import { Alert, Button, Code, Group, Text, TextInput } from '@mantine/core'
import { IconDownload, IconFilterOff, IconHistory, IconLock, IconLockOpen } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { auditExportAddress } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { AuditEntry } from '../../api/shapes.ts'
import { useEventNames } from '../../events.ts'
import { FilteredList, useSetFilters, WorkspaceFilter } from '../../filtered-list.tsx'
import { useList } from '../../list.ts'
import { useMay, useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Copyable } from '../../ui/copy.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Empty } from '../../ui/empty.tsx'
import { ChoiceFilter } from '../../ui/filters.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { ACTIONS, linkOf, type NAMED, sentenceOf } from './actions.ts'

const route = getRouteApi('/signed-in/audit')
const keyOf = (entry: AuditEntry) => String(entry.id)
const LONGEST_WAIT_MS = 60_000

/** Where a day of this browser's calendar begins, or the next one. */
function dayAt(day: string | undefined, days: 0 | 1): string | undefined {
  if (day === undefined) return undefined
  const at = new Date(`${day}T00:00:00`)
  at.setDate(at.getDate() + days)
  return at.toISOString()
}

export function AuditPage() {
  const { t } = useTranslation()
  const _me = useMe()
  const may = useMay()
  const { cursor, operation: _, from, to, ...filter } = route.useSearch()
  const span = { workspaceId: filter.workspaceId, from: dayAt(from, 0), to: dayAt(to, 1) }
  const list = useList(queries.audit({ ...filter, ...span, cursor }), cursor, keyOf)
  const people = useQuery(queries.everyUser())
  const sentence = useSentence()
  const set = useSetFilters<ReturnType<typeof route.useSearch>>()
  const columns: readonly Column<AuditEntry>[] = [
    {
      key: 'at',
      header: t('audit.at'),
      width: 170,
      times: true,
      cell: (entry) => <Instant at={entry.at} zoned={false} />,
    },
    {
      key: 'user',
      header: t('audit.user'),
      width: 170,
      cell: (entry) =>
        entry.user?.name ?? (
          <Text span inherit c="dimmed">
            {t('audit.self')}
          </Text>
        ),
    },
    {
      key: 'action',
      header: t('audit.action'),
      cell: (entry) => {
        const link = linkOf(entry)
        const said = sentence(entry)
        return (
          <>
            {link === undefined ? (
              said
            ) : (
              <LinkTo {...link} className="wrap-anywhere">
                {said}
              </LinkTo>
            )}
            <Disclosure label={t('audit.details')}>
              <Text fz="xs" c="dimmed">
                {entry.id} · {entry.action} · {entry.object}
              </Text>
              <Code block fz="xs" className="wrap-anywhere">
                {JSON.stringify(entry.details, null, 2)}
              </Code>
              {filter.object === undefined && (
                <Button size="compact-xs" variant="subtle" mt={4} onClick={() => set({ object: entry.object })}>
                  {t('audit.onlyObject', { object: entry.object })}
                </Button>
              )}
            </Disclosure>
          </>
        )
      },
    },
    {
      key: 'workspace',
      header: t('shell.workspace'),
      width: 160,
      cell: (entry) => entry.workspace?.name ?? '–',
    },
  ]
  return (
    <Page
      title={t('audit.title')}
      description={t('audit.hint')}
      actions={
        <Button
          component="a"
          variant="default"
          href={auditExportAddress(span)}
          download
          leftSection={<IconDownload {...iconProps} />}
        >
          {t('audit.export')}
        </Button>
      }
    >
      <SealStanding />
      <FilteredList
        label={t('audit.title')}
        list={list}
        keyOf={keyOf}
        columns={columns}
        minWidth={820}
        filters={
          <>
            <WorkspaceFilter
              among={(id) => may('audit.read', id)}
              value={filter.workspaceId}
              onChange={(workspaceId) => set({ workspaceId })}
            />
            <ChoiceFilter
              label={t('audit.actionFilter')}
              searchable
              w={210}
              data={ACTIONS}
              value={filter.action}
              onChange={(action) => set({ action })}
            />
            <ChoiceFilter
              label={t('audit.user')}
              searchable
              w={210}
              data={people.data?.map((one) => ({ value: one.id, label: `${one.displayName} (${one.name})` })) ?? []}
              value={filter.userId?.toString()}
              onChange={(id) => set({ userId: id === undefined ? undefined : Number(id) })}
            />
            <TextInput
              type="date"
              label={t('audit.from')}
              w={150}
              value={from ?? ''}
              onChange={(event) => set({ from: event.currentTarget.value || undefined })}
            />
            <TextInput
              type="date"
              label={t('audit.to')}
              w={150}
              value={to ?? ''}
              onChange={(event) => set({ to: event.currentTarget.value || undefined })}
            />
            {filter.object !== undefined && (
              <Button
                variant="light"
                leftSection={<IconFilterOff {...iconProps} />}
                onClick={() => set({ object: undefined })}
              >
                {t('audit.onlyObject', { object: filter.object })}
              </Button>
            )}
          </>
        }
        filter={{ ...filter, from, to }}
        emptyFiltered={t('audit.emptyFiltered')}
        emptyFilteredNext={t(list.pager.next === null ? 'ui.emptyFilteredNext' : 'audit.emptyFurther')}
        empty={<Empty icon={IconHistory} title={t('audit.empty')} next={t('audit.emptyNext')} />}
      />
    </Page>
  )
}

/** Up to where the trail is sealed, with the head that can be kept elsewhere. */
function SealStanding() {
  const { t } = useTranslation()
  const { data, dataUpdatedAt } = useQuery(queries.auditSeal())
  if (data === undefined) return null
  const stands = data.waitsSince !== null && dataUpdatedAt - Date.parse(data.waitsSince) > LONGEST_WAIT_MS
  return (
    <Alert
      color={stands ? 'orange' : 'gray'}
      variant="light"
      p="xs"
      role="status"
      icon={stands ? <IconLockOpen {...iconProps} /> : <IconLock {...iconProps} />}
    >
      <Group gap="xs">
        {data.sealedAt === null ? (
          <Text fz="sm">{t('audit.noSeal')}</Text>
        ) : (
          <>
            <Text fz="sm">
              {t('audit.sealed', { entry: data.lastId, seal: data.number })} <Instant at={data.sealedAt} />
            </Text>
            <Copyable value={`${data.number}:${data.hash}`} />
          </>
        )}
        {stands && <Text fz="sm">{t('audit.waits')}</Text>}
        {data.waiting > 0 && <Text fz="sm">{t('audit.more', { count: data.waiting })}</Text>}
      </Group>
    </Alert>
  )
}

/** What an entry says, in the language shown. */
function useSentence(): (entry: AuditEntry) => string {
  const { t } = useTranslation()
  const names = useEventNames()
  const extensions = useQuery(queries.extensions())
  return (entry) => {
    const { details, object, action } = entry
    const key = sentenceOf(entry)
    if (key === undefined) return `${action} ${object}`
    const text = (name: string) => (details[name] === null || details[name] === undefined ? '–' : String(details[name]))
    const isAboutExtension = ['extension', 'function', 'dev'].includes(action.split('.', 1)[0] as string)
    const code = isAboutExtension ? object : String(details.extension ?? details.extensionCode ?? '')
    const named: Record<(typeof NAMED)[number], string> = {
      object,
      operation: names.operation(text('point')),
      event: names.event(text('event')),
      point: names.event(text('point')),
      machine: text('machine'),
      on: text('on') || text('name') || text('path'),
      extension: extensions.data?.find((one) => one.code === code)?.name ?? code,
      result: text('result'),
      reason: text('reason'),
      target: text('target'),
      attempt: text('attempt'),
      attempts: text('attempts'),
      error: text('error'),
      created: text('created'),
      updated: text('updated'),
    }
    return t(key, named)
  }
}
