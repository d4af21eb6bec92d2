import type { Sync, SyncMapping } from '@holdpoint/core'
import { Checkbox, Group, Skeleton, TagsInput, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { integrationQueries } from '../../api/integration-queries.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Empty } from '../../ui/empty.tsx'
import { RowTable } from '../../ui/row-table.tsx'
import { newMapping, SAME_NAME } from './draft.ts'
import { ReasonList } from './reasons.tsx'

type Props = {
  workspaceId: number
  sync: Sync
  close: () => void
  add: (mappings: readonly SyncMapping[]) => void
}

/** The tables that the source has, each of which becomes a mapping of its own. */
export default function ChooseTables({ workspaceId, sync, close, add }: Props) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [part, setPart] = useState('')
  const [target, setTarget] = useState(SAME_NAME)
  const [changeColumn, setChangeColumn] = useState('')
  const [key, setKey] = useState<readonly string[]>([])
  const follows = sync.kind !== 'full'
  const { data, error } = useQuery(integrationQueries.preview(workspaceId, everyTableOf(sync)))
  // Of a source without tables nothing matches, which says less than there is to do.
  const problems = (data?.problems ?? []).filter(({ code }) => code !== 'SYNC_MATCHES_NOTHING')
  const taken = new Set(sync.mappings.filter(({ source }) => !source.isPattern).map(({ source }) => source.table))
  const shown = (data?.tables ?? []).filter(
    ({ source }) => !taken.has(source) && source.toLowerCase().includes(part.trim().toLowerCase()),
  )
  const choose = (names: readonly string[], on: boolean) =>
    setChosen((now) => {
      const next = new Set(now)
      for (const name of names) {
        if (on) next.add(name)
        else next.delete(name)
      }
      return next
    })
  const isChosen = ({ source }: (typeof shown)[number]) => chosen.has(source)
  const count = shown.filter(isChosen).length
  return (
    <Confirm
      opened
      close={close}
      size="lg"
      title={t('syncForm.tablesOf', { source: sync.source.dataSource ?? t('syncForm.default') })}
      verb={t('syncForm.addChosen', { count: chosen.size })}
      busy={false}
      disabled={chosen.size === 0 || target.trim() === '' || (follows && changeColumn.trim() === '')}
      confirm={() =>
        add(
          [...chosen].map((name) =>
            mappingOf(sync, name, { target: target.trim(), changeColumn: changeColumn.trim(), key }),
          ),
        )
      }
    >
      <ProblemNotice error={error} />
      {problems.length > 0 && <ReasonList of={problems} />}
      {!data && !error && <Skeleton height={240} />}
      {data && data.tables.length === 0 && problems.length === 0 && (
        <Empty title={t('syncForm.noTables')} next={t('syncForm.noTablesNext')} />
      )}
      {data && data.tables.length > 0 && (
        <>
          <Group align="flex-end" justify="space-between">
            <TextInput
              label={t('ui.filters')}
              placeholder={t('syncForm.filterTables')}
              data-autofocus
              value={part}
              onChange={(event) => setPart(event.currentTarget.value)}
            />
            <Text fz="sm" c="dimmed" role="status">
              {t('syncForm.tablesFound', { count: shown.length })}
            </Text>
          </Group>
          <RowTable
            label={t('syncForm.from')}
            columns={[
              { key: 'name', header: t('syncForm.from'), cell: (table) => table.source },
              {
                key: 'columns',
                header: t('syncForm.columns'),
                width: 110,
                cell: (table) => table.columns.length,
              },
              { key: 'key', header: t('syncForm.key'), cell: (table) => table.key.join(', ') || '–' },
            ]}
            rows={shown}
            keyOf={(table) => table.source}
            minWidth={420}
            maxHeight={320}
            boxes={{
              header: (
                <Checkbox
                  size="xs"
                  aria-label={t('syncForm.chooseAll')}
                  checked={shown.length > 0 && count === shown.length}
                  indeterminate={count > 0 && count < shown.length}
                  onChange={(event) =>
                    choose(
                      shown.map(({ source }) => source),
                      event.currentTarget.checked,
                    )
                  }
                />
              ),
              has: isChosen,
              cell: (table) => (
                <Checkbox
                  size="xs"
                  aria-label={table.source}
                  checked={isChosen(table)}
                  onChange={(event) => choose([table.source], event.currentTarget.checked)}
                />
              ),
            }}
          />
          {data.more > 0 && (
            <Text fz="sm" c="dimmed">
              {t('syncForm.moreTables', { count: data.more })}
            </Text>
          )}
          <TextInput
            label={t('syncForm.targetName')}
            description={t('syncForm.targetHint')}
            required
            value={target}
            onChange={(event) => setTarget(event.currentTarget.value)}
          />
          {follows && (
            <TagsInput
              label={t('syncForm.key')}
              description={t('syncForm.keyHint')}
              maxTags={32}
              value={[...key]}
              onChange={setKey}
            />
          )}
          {follows && (
            <TextInput
              label={t('syncForm.changeColumn')}
              description={t('syncForm.changeColumnHint')}
              required
              maxLength={63}
              value={changeColumn}
              onChange={(event) => setChangeColumn(event.currentTarget.value)}
            />
          )}
        </>
      )}
    </Confirm>
  )
}

/** Whatever the source has, as a synchronisation that asks nothing of it. */
function everyTableOf({ source, target }: Sync): Sync {
  const one = newMapping('full')
  return {
    kind: 'full',
    source,
    target,
    mappings: [{ ...one, source: { ...one.source, table: '.*' } }],
    lookback: 0,
    pollSeconds: 5,
  }
}

type Chosen = { readonly target: string; readonly changeColumn: string; readonly key: readonly string[] }

function mappingOf({ kind }: Sync, name: string, { target, changeColumn, key }: Chosen): SyncMapping {
  const one = newMapping(kind)
  const dot = name.indexOf('.')
  const schema = dot === -1 ? null : name.slice(0, dot)
  return {
    ...one,
    source: { schema, table: name.slice(dot + 1), isPattern: false, format: null },
    target: { ...one.target, table: target },
    ...(kind !== 'full' && { changeColumn, key }),
  }
}
