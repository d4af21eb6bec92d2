import { Alert, Button, Checkbox, Group, Skeleton, Table, Text } from '@mantine/core'
import { IconChevronLeft, IconChevronRight, IconChevronsLeft, IconRefresh } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Card } from './section.tsx'

export type Column<T> = {
  readonly key: string
  readonly header: string
  readonly cell: (row: T) => ReactNode
  readonly width?: number | string
  /** The column stands only for its buttons or marks; its header is for screen readers. */
  readonly quiet?: true
}

/** Ways to the neighbouring pages; one that is null does not exist. */
export type Pager = {
  readonly first: (() => void) | null
  readonly previous: (() => void) | null
  readonly next: (() => void) | null
}

export type Rows<T> = {
  /** undefined until the first answer is there. */
  readonly rows: readonly T[] | undefined
  readonly left: ReadonlySet<string>
  readonly arrived: number
  readonly showLatest: () => void
  readonly pager: Pager
}

export type Selection<T> = {
  readonly has: (row: T) => boolean
  readonly set: (rows: readonly T[], selected: boolean) => void
  readonly labelOf: (row: T) => string
}

type Props<T> = {
  label: string
  list: Rows<T>
  keyOf: (row: T) => string
  columns: readonly Column<T>[]
  /** Shown in place of an empty table. */
  empty: ReactNode
  selection?: Selection<T>
  minWidth?: number
}

/** A table of one page of a list, with its ways to the other pages. */
export function CursorTable<T>({ label, list, keyOf, columns, empty, selection, minWidth = 720 }: Props<T>) {
  const { rows, left } = list
  const paged = list.pager.first !== null || list.pager.next !== null
  if (rows?.length === 0 && list.arrived === 0) {
    return (
      <Card>
        {empty}
        {paged && <PagerBar pager={list.pager} count={0} />}
      </Card>
    )
  }
  return (
    <>
      <News list={list} />
      <Card padding={0}>
        <Table.ScrollContainer minWidth={minWidth} type="native" tabIndex={0} role="region" aria-label={label}>
          <Table aria-label={label} aria-busy={rows === undefined}>
            <Table.Thead>
              <Table.Tr>
                {selection && (
                  <Table.Th w={40}>
                    <SelectAll rows={rows ?? []} selection={selection} />
                  </Table.Th>
                )}
                {columns.map((column) => (
                  <Table.Th key={column.key} w={column.width}>
                    {column.quiet ? <span className="for-readers">{column.header}</span> : column.header}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows?.map((row) => (
                <Table.Tr
                  key={keyOf(row)}
                  className={left.has(keyOf(row)) ? 'row-left' : undefined}
                  data-selected={selection?.has(row) || undefined}
                >
                  {selection && (
                    <Table.Td>
                      <Checkbox
                        size="xs"
                        aria-label={selection.labelOf(row)}
                        checked={selection.has(row)}
                        onChange={(event) => selection.set([row], event.currentTarget.checked)}
                      />
                    </Table.Td>
                  )}
                  {columns.map((column) => (
                    <Table.Td key={column.key}>{column.cell(row)}</Table.Td>
                  ))}
                </Table.Tr>
              )) ?? <LoadingRows columns={columns.length + (selection ? 1 : 0)} />}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        {paged && <PagerBar pager={list.pager} count={rows?.length ?? 0} />}
      </Card>
    </>
  )
}

function SelectAll<T>({ rows, selection }: { rows: readonly T[]; selection: Selection<T> }) {
  const { t } = useTranslation()
  const chosen = rows.filter(selection.has).length
  return (
    <Checkbox
      size="xs"
      aria-label={t('ui.selectPage')}
      checked={rows.length > 0 && chosen === rows.length}
      indeterminate={chosen > 0 && chosen < rows.length}
      onChange={(event) => selection.set(rows, event.currentTarget.checked)}
    />
  )
}

function LoadingRows({ columns }: { columns: number }) {
  const keys = ['a', 'b', 'c', 'd', 'e']
  return keys.map((key) => (
    <Table.Tr key={key}>
      <Table.Td colSpan={columns}>
        <Skeleton height={16} />
      </Table.Td>
    </Table.Tr>
  ))
}

function News<T>({ list }: { list: Rows<T> }) {
  const { t } = useTranslation()
  if (list.arrived === 0 && list.left.size === 0) return null
  return (
    <Alert color="blue" variant="light" p="xs" role="status">
      <Group justify="space-between" gap="xs">
        <Text fz="sm">{t('ui.listChanged', { arrived: list.arrived, left: list.left.size })}</Text>
        <Button size="compact-sm" variant="default" leftSection={<IconRefresh size={14} />} onClick={list.showLatest}>
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
        <Way go={pager.first} label={t('ui.firstPage')} icon={<IconChevronsLeft size={16} />} />
        <Way go={pager.previous} label={t('ui.previousPage')} icon={<IconChevronLeft size={16} />} />
        <Way go={pager.next} label={t('ui.nextPage')} icon={<IconChevronRight size={16} />} />
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
