import { ActionBar, Button, Group, Select, Text, TextInput } from '@mantine/core'
import { IconFilterOff, IconMailCheck, IconRefresh, IconTrash, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { DeadLetter } from '../../api/shapes.ts'
import { EVENTS_BY_MODULE, useEventNames } from '../../events.ts'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay, useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { useChosenRows } from '../../ui/chosen-rows.ts'
import { CursorTable } from '../../ui/cursor-table.tsx'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { zoneName } from '../../ui/instant.tsx'
import { LinkButton } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { deadLetterColumns } from './columns.tsx'
import { EndDialog, type Verb } from './end-dialog.tsx'

const route = getRouteApi('/signed-in/dead-letters')
const keyOf = (letter: DeadLetter) => String(letter.id)

/** What could not be delivered, to be replayed or dropped. */
export function DeadLettersPage() {
  const { t } = useTranslation()
  const me = useMe()
  const mayEnd = useMay()('delivery.redeliver')
  const names = useEventNames()
  const { cursor, operation: _, ...filter } = route.useSearch()
  const navigate = route.useNavigate()
  const buses = useQuery(queries.eventBuses())
  const extensions = useQuery(queries.extensions())
  const list = useList(queries.deadLetters({ ...filter, ...(cursor === undefined ? {} : { cursor }) }), cursor, keyOf)
  const chosen = useChosenRows(JSON.stringify(filter), list.rows, keyOf)
  const [ending, setEnding] = useState<{ verb: Verb; all: boolean } | null>(null)
  const set = (change: Partial<ReturnType<typeof route.useSearch>>) =>
    void navigate({ search: (now) => ({ ...now, ...change, cursor: undefined }) })
  const filtered = Object.values(filter).some((value) => value !== undefined)
  return (
    <Page
      title={t('deadLetters.title')}
      description={t('deadLetters.hint')}
      actions={
        mayEnd &&
        (list.rows?.length ?? 0) > 0 && (
          <Group gap="xs">
            <Button
              variant="default"
              leftSection={<IconTrash {...iconProps} />}
              onClick={() => setEnding({ verb: 'drop', all: true })}
            >
              {t(filtered ? 'deadLetters.dropFitting' : 'deadLetters.dropAll')}
            </Button>
            <Button
              leftSection={<IconRefresh {...iconProps} />}
              onClick={() => setEnding({ verb: 'replay', all: true })}
            >
              {t(filtered ? 'deadLetters.replayFitting' : 'deadLetters.replayAll')}
            </Button>
          </Group>
        )
      }
    >
      <Group align="flex-end" gap="sm" role="search" aria-label={t('ui.filters')}>
        <Select
          label={t('shell.workspace')}
          placeholder={t('ui.any')}
          clearable
          searchable
          w={150}
          data-filter
          data={me.workspaces.map((workspace) => ({ value: String(workspace.id), label: workspace.name }))}
          value={filter.workspaceId === undefined ? null : String(filter.workspaceId)}
          onChange={(id) => set({ workspaceId: id === null ? undefined : Number(id) })}
        />
        <Select
          label={t('channel.bus')}
          placeholder={t('ui.any')}
          clearable
          searchable
          w={150}
          data={buses.data?.map((bus) => ({ value: String(bus.id), label: bus.name })) ?? []}
          value={filter.busId === undefined ? null : String(filter.busId)}
          onChange={(id) => set({ busId: id === null ? undefined : Number(id) })}
        />
        <Select
          label={t('deadLetters.event')}
          placeholder={t('ui.any')}
          clearable
          searchable
          w={200}
          data={EVENTS_BY_MODULE.map((group) => ({
            group: names.module(group.module),
            items: group.events.map((one) => ({ value: one.eventCode, label: names.event(one.eventCode) })),
          }))}
          value={filter.eventCode ?? null}
          onChange={(eventCode) => set({ eventCode: eventCode ?? undefined })}
        />
        <Select
          label={t('operations.extension')}
          placeholder={t('ui.any')}
          clearable
          searchable
          w={170}
          data={extensions.data?.map((one) => ({ value: one.code, label: one.name })) ?? []}
          value={filter.extension ?? null}
          onChange={(extension) => set({ extension: extension ?? undefined })}
        />
        <Time label={t('deadLetters.from')} value={filter.from} onChange={(from) => set({ from })} />
        <Time label={t('deadLetters.to')} value={filter.to} onChange={(to) => set({ to })} />
        {filter.targetId !== undefined && (
          <Button variant="default" leftSection={<IconX {...iconProps} />} onClick={() => set({ targetId: undefined })}>
            {t('deadLetters.anyTarget')}
          </Button>
        )}
      </Group>
      <ProblemNotice error={list.error} />
      <CursorTable
        label={t('deadLetters.title')}
        list={list}
        keyOf={keyOf}
        columns={deadLetterColumns(t, names)}
        minWidth={980}
        chosen={mayEnd ? chosen : undefined}
        chooseLabel={(letter) => t('deadLetters.select', { message: letter.messageId })}
        empty={
          filtered ? (
            <Empty
              icon={IconFilterOff}
              title={t('deadLetters.emptyFiltered')}
              next={t('ui.emptyFilteredNext')}
              actions={
                <Button variant="default" onClick={() => void navigate({ search: {} })}>
                  {t('ui.clearFilters')}
                </Button>
              }
            />
          ) : (
            <Empty
              icon={IconMailCheck}
              title={t('deadLetters.empty')}
              next={t('deadLetters.emptyNext')}
              actions={
                <LinkButton {...links.eventBuses()} variant="default">
                  {t('nav.eventBuses')}
                </LinkButton>
              }
            />
          )
        }
      />
      <ActionBar
        opened={chosen.rows.length > 0}
        onClose={chosen.clear}
        aria-label={t('deadLetters.bulk')}
        withBorder
        shadow="md"
      >
        <Text fz="sm" fw={600} px="xs">
          {t('deadLetters.selected', { count: chosen.rows.length })}
        </Text>
        <Button
          size="xs"
          leftSection={<IconRefresh {...iconProps} />}
          onClick={() => setEnding({ verb: 'replay', all: false })}
        >
          {t('deadLetters.replay')}
        </Button>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconTrash {...iconProps} />}
          onClick={() => setEnding({ verb: 'drop', all: false })}
        >
          {t('deadLetters.drop')}
        </Button>
        <Button size="xs" variant="subtle" color="gray" onClick={chosen.clear}>
          {t('nodes.unselect')}
        </Button>
      </ActionBar>
      {ending && (
        <EndDialog
          verb={ending.verb}
          of={ending.all ? filter : chosen.rows.map((letter) => letter.id)}
          close={() => {
            setEnding(null)
            list.showLatest()
          }}
          done={chosen.clear}
        />
      )}
    </Page>
  )
}

/** A point in time in the browser's own zone. */
function Time(props: { label: string; value: string | undefined; onChange: (value: string | undefined) => void }) {
  const local = props.value === undefined ? '' : localText(new Date(props.value))
  return (
    <TextInput
      type="datetime-local"
      label={
        <>
          {props.label}{' '}
          <Text span c="dimmed" fz="xs">
            {zoneName()}
          </Text>
        </>
      }
      w={225}
      defaultValue={local}
      key={local}
      onBlur={(event) => {
        const at = event.currentTarget.value === '' ? undefined : new Date(event.currentTarget.value).toISOString()
        if (at !== props.value) props.onChange(at)
      }}
    />
  )
}

const localText = (at: Date) => new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
