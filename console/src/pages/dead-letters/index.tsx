import { Button, Group, Text, TextInput } from '@mantine/core'
import { IconMailCheck, IconRefresh, IconTrash, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { DeadLetter } from '../../api/shapes.ts'
import { EVENTS_BY_MODULE, useEventNames } from '../../events.ts'
import { FilteredList, useSetFilters, WorkspaceFilter } from '../../filtered-list.tsx'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { useMay, useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { ChosenBar } from '../../ui/chosen-bar.tsx'
import { useChosenRows } from '../../ui/chosen-rows.ts'
import { Empty } from '../../ui/empty.tsx'
import { ChoiceFilter } from '../../ui/filters.tsx'
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
  const _me = useMe()
  const mayEnd = useMay()('delivery.redeliver')
  const names = useEventNames()
  const { cursor, operation: _, ...filter } = route.useSearch()
  const buses = useQuery(queries.eventBuses())
  const extensions = useQuery(queries.extensions())
  const list = useList(queries.deadLetters({ ...filter, ...(cursor === undefined ? {} : { cursor }) }), cursor, keyOf)
  const chosen = useChosenRows(JSON.stringify(filter), list.rows, keyOf)
  const filtered = Object.values(filter).some((value) => value !== undefined)
  const [ending, setEnding] = useState<{ verb: Verb; all: boolean } | null>(null)
  const set = useSetFilters<ReturnType<typeof route.useSearch>>()
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
      <FilteredList
        label={t('deadLetters.title')}
        list={list}
        keyOf={keyOf}
        columns={deadLetterColumns(t, names)}
        minWidth={980}
        chosen={mayEnd ? chosen : undefined}
        chooseLabel={(letter) => t('deadLetters.select', { message: letter.messageId })}
        filters={
          <>
            <WorkspaceFilter value={filter.workspaceId} onChange={(workspaceId) => set({ workspaceId })} />
            <ChoiceFilter
              label={t('channel.bus')}
              searchable
              w={150}
              data={buses.data?.map((bus) => ({ value: String(bus.id), label: bus.name })) ?? []}
              value={filter.busId?.toString()}
              onChange={(id) => set({ busId: id === undefined ? undefined : Number(id) })}
            />
            <ChoiceFilter
              label={t('deadLetters.event')}
              searchable
              w={200}
              data={EVENTS_BY_MODULE.map((group) => ({
                group: names.module(group.module),
                items: group.events.map((one) => ({ value: one.eventCode, label: names.event(one.eventCode) })),
              }))}
              value={filter.eventCode}
              onChange={(eventCode) => set({ eventCode })}
            />
            <ChoiceFilter
              label={t('operations.extension')}
              searchable
              w={170}
              data={extensions.data?.map((one) => ({ value: one.code, label: one.name })) ?? []}
              value={filter.extension}
              onChange={(extension) => set({ extension })}
            />
            <Time label={t('deadLetters.from')} value={filter.from} onChange={(from) => set({ from })} />
            <Time label={t('deadLetters.to')} value={filter.to} onChange={(to) => set({ to })} />
            {filter.targetId !== undefined && (
              <Button
                variant="default"
                leftSection={<IconX {...iconProps} />}
                onClick={() => set({ targetId: undefined })}
              >
                {t('deadLetters.anyTarget')}
              </Button>
            )}
          </>
        }
        filter={filter}
        emptyFiltered={t('deadLetters.emptyFiltered')}
        empty={
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
        }
      />
      <ChosenBar
        chosen={chosen}
        label={t('deadLetters.bulk')}
        count={t('deadLetters.selected', { count: chosen.rows.length })}
      >
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
      </ChosenBar>
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
