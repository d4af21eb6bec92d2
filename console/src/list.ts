import { keepPreviousData, type UseQueryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import type { Page } from './api/client.ts'
import type { CursorList } from './ui/cursor-table.tsx'
import { useSteadyRows } from './ui/steady-rows.ts'

declare module '@tanstack/history' {
  interface HistoryState {
    /** The pages before this one, nearest last; undefined is the first page. Only the browser's history knows them. */
    cursors?: readonly (string | undefined)[]
  }
}

type PageQuery<T> = Pick<UseQueryOptions<Page<T>, Error, Page<T>, readonly unknown[]>, 'queryKey' | 'queryFn'>

/** One page of a list whose filters and cursor are in the address. */
export function useList<T>(
  query: { queryKey: readonly unknown[]; queryFn?: unknown },
  cursor: string | undefined,
  keyOf: (row: T) => string,
): CursorList<T> & { readonly error: Error | null } {
  const client = useQueryClient()
  const navigate = useNavigate()
  const before = useLocation({ select: (location) => location.state.cursors ?? [] })
  const { data, error, isPlaceholderData } = useQuery({
    ...(query as PageQuery<T>),
    placeholderData: keepPreviousData,
  })
  const steady = useSteadyRows(JSON.stringify(query.queryKey), isPlaceholderData ? undefined : data?.items, keyOf)
  const go = (to: string | undefined, cursors: readonly (string | undefined)[]) => () => {
    void navigate({ to: '.', search: (now: object) => ({ ...now, cursor: to }), state: { cursors } })
  }
  const next = isPlaceholderData ? null : (data?.nextCursor ?? null)
  return {
    left: steady.left,
    arrived: steady.arrived,
    showLatest: () => steady.show(client.getQueryData<Page<T>>(query.queryKey)?.items ?? []),
    rows: data === undefined ? undefined : steady.rows,
    error,
    pager: {
      first: cursor === undefined ? null : go(undefined, []),
      previous: cursor === undefined || before.length === 0 ? null : go(before.at(-1), before.slice(0, -1)),
      next: next === null ? null : go(next, [...before, cursor]),
    },
  }
}
