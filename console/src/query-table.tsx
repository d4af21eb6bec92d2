import type { ReactNode } from 'react'
import { ProblemNotice } from './problem.tsx'
import { RowTable, type RowTableProps } from './ui/row-table.tsx'
import { Card } from './ui/section.tsx'

type Props<T> = Omit<RowTableProps<T>, 'rows'> & {
  found: { readonly data?: readonly T[] | undefined; readonly error: Error | null }
  /** Shown in place of an empty table. */
  empty?: ReactNode
}

/** All that a query finds, in one table. */
export function QueryTable<T>({ found: { data, error }, empty, ...table }: Props<T>) {
  return (
    <>
      <ProblemNotice error={error} />
      {data?.length === 0 ? (
        <Card>{empty}</Card>
      ) : (
        (data || !error) && (
          <Card padding={0}>
            <RowTable {...table} rows={data} />
          </Card>
        )
      )}
    </>
  )
}
