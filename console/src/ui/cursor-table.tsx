import { Alert, Button, Checkbox, Group, Text } from '@mantine/core'
import { IconChevronLeft, IconChevronRight, IconChevronsLeft, IconRefresh } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from '../text/index.ts'
import type { ChosenRows } from './chosen-rows.ts'
import { type Column, RowTable } from './row-table.tsx'
import { Card } from './section.tsx'
import type { SteadyRows } from './steady-rows.ts'

/** Ways to the neighbouring pages; one that is null does not exist. */
export type Pager = {
  readonly first: (() => void) | null
  readonly previous: (() => void) | null
  readonly next: (() => void) | null
}

export type CursorList<T> = Omit<SteadyRows<T>, 'rows'> & {
  /** undefined until the first answer is there. */
  readonly rows: readonly T[] | undefined
  readonly showLatest: () => void
  readonly pager: Pager
}

export type CursorTableProps<T> = {
  label: string
  list: CursorList<T>
  keyOf: (row: T) => string
  columns: readonly Column<T>[]
  /** Shown in place of an empty table. */
  empty: ReactNode
  minWidth: number
  chosen?: ChosenRows<T>
  /** What the box that chooses a row is called. */
  chooseLabel?: (row: T) => string
}

/** One page of a list, with its ways to the other pages. */
export function CursorTable<T>({
  label,
  list,
  keyOf,
  columns,
  empty,
  minWidth,
  chosen,
  chooseLabel,
}: CursorTableProps<T>) {
  const pagerBar = (list.pager.first !== null || list.pager.next !== null) && (
    <PagerBar pager={list.pager} count={list.rows?.length ?? 0} />
  )
  if (list.rows?.length === 0 && list.arrived === 0) {
    return (
      <Card>
        {empty}
        {pagerBar}
      </Card>
    )
  }
  return (
    <>
      {list.arrived + list.left.size > 0 && <News list={list} />}
      <Card padding={0}>
        <RowTable
          label={label}
          columns={columns}
          rows={list.rows}
          keyOf={keyOf}
          minWidth={minWidth}
          classOf={(row) => (list.left.has(keyOf(row)) ? 'row-left' : undefined)}
          boxes={
            chosen && {
              header: <ChooseAll rows={list.rows ?? []} chosen={chosen} />,
              has: chosen.has,
              cell: (row) => (
                <Checkbox
                  size="xs"
                  aria-label={chooseLabel?.(row)}
                  checked={chosen.has(row)}
                  onChange={(event) => chosen.set([row], event.currentTarget.checked)}
                />
              ),
            }
          }
        />
        {pagerBar}
      </Card>
    </>
  )
}

function ChooseAll<T>({ rows, chosen }: { rows: readonly T[]; chosen: ChosenRows<T> }) {
  const { t } = useTranslation()
  const count = rows.filter(chosen.has).length
  return (
    <Checkbox
      size="xs"
      aria-label={t('ui.selectPage')}
      checked={rows.length > 0 && count === rows.length}
      indeterminate={count > 0 && count < rows.length}
      onChange={(event) => chosen.set(rows, event.currentTarget.checked)}
    />
  )
}

function News<T>({ list }: { list: CursorList<T> }) {
  const { t } = useTranslation()
  return (
    <Alert color="blue" variant="light" p="xs" role="status">
      <Group justify="space-between" gap="xs">
        <Text fz="sm">{t('ui.listChanged', { arrived: list.arrived, left: list.left.size })}</Text>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden />}
          onClick={list.showLatest}
        >
          {t('ui.showLatest')}
        </Button>
      </Group>
    </Alert>
  )
}

function PagerBar({ pager, count }: { pager: Pager; count: number }) {
  const { t } = useTranslation()
  return (
    <Group justify="space-between" p="xs" component="nav" aria-label={t('ui.pages')}>
      <Text fz="sm" c="dimmed">
        {t('ui.rowsShown', { count })}
      </Text>
      <Group gap="xs">
        <Way go={pager.first} label={t('ui.firstPage')} icon={<IconChevronsLeft size={16} aria-hidden />} />
        <Way go={pager.previous} label={t('ui.previousPage')} icon={<IconChevronLeft size={16} aria-hidden />} />
        <Way go={pager.next} label={t('ui.nextPage')} icon={<IconChevronRight size={16} aria-hidden />} />
      </Group>
    </Group>
  )
}

function Way({ go, label, icon }: { go: (() => void) | null; label: string; icon: ReactNode }) {
  return (
    <Button size="xs" variant="default" leftSection={icon} disabled={go === null} onClick={() => go?.()}>
      {label}
    </Button>
  )
}
