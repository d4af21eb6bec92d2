import { Skeleton, Table, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { zoneName } from './instant.tsx'

export type Column<T> = {
  readonly key: string
  readonly header: string
  readonly cell: (row: T) => ReactNode
  readonly width?: number | string
  /** Times without their zone: the header names it once. */
  readonly times?: true
  /** The column stands only for its buttons or marks; its header is for screen readers. */
  readonly quiet?: true
}

export type RowTableProps<T> = {
  label: string
  columns: readonly Column<T>[]
  /** undefined while they are read. */
  rows: readonly T[] | undefined
  keyOf: (row: T) => string
  minWidth: number
  /** Scrolls inside itself when it is higher. */
  maxHeight?: number
  /** A column of boxes before all others: its header and its cells. */
  boxes?: { readonly header: ReactNode; readonly cell: (row: T) => ReactNode; readonly has: (row: T) => boolean }
  classOf?: (row: T) => string | undefined
}

/** Rows and columns; too wide or too high, it scrolls, also by keyboard. */
export function RowTable<T>({ label, columns, rows, keyOf, minWidth, maxHeight, boxes, classOf }: RowTableProps<T>) {
  return (
    <Table.ScrollContainer
      minWidth={minWidth}
      maxHeight={maxHeight}
      type="native"
      tabIndex={0}
      role="group"
      aria-label={label}
    >
      <Table aria-label={label} aria-busy={rows === undefined} stickyHeader={maxHeight !== undefined}>
        <Table.Thead>
          <Table.Tr>
            {boxes && <Table.Th w={40}>{boxes.header}</Table.Th>}
            {columns.map((column) => (
              <Table.Th key={column.key} w={column.width}>
                {column.quiet ? <span className="for-readers">{column.header}</span> : column.header}
                {column.times && (
                  <Text span fz="xs" c="dimmed" fw={400}>
                    {' '}
                    {zoneName()}
                  </Text>
                )}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows?.map((row) => (
            <Table.Tr key={keyOf(row)} className={classOf?.(row)} data-selected={boxes?.has(row) || undefined}>
              {boxes && <Table.Td>{boxes.cell(row)}</Table.Td>}
              {columns.map((column) => (
                <Table.Td key={column.key}>{column.cell(row)}</Table.Td>
              ))}
            </Table.Tr>
          )) ?? <LoadingRows columns={columns.length + (boxes ? 1 : 0)} />}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

const LOADING_ROWS = ['a', 'b', 'c', 'd', 'e']

function LoadingRows({ columns }: { columns: number }) {
  return LOADING_ROWS.map((key) => (
    <Table.Tr key={key}>
      <Table.Td colSpan={columns}>
        <Skeleton height={16} />
      </Table.Td>
    </Table.Tr>
  ))
}
