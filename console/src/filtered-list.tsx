import { Button, Group, Input, SegmentedControl } from '@mantine/core'
import { IconFilterOff } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Environment } from './api/shapes.ts'
import { ProblemNotice } from './problem.tsx'
import { useMe } from './session.ts'
import { useTranslation } from './text/index.ts'
import { CursorTable, type CursorTableProps } from './ui/cursor-table.tsx'
import { Empty } from './ui/empty.tsx'
import { ChoiceFilter } from './ui/filters.tsx'

type Props<T> = Omit<CursorTableProps<T>, 'list'> & {
  list: CursorTableProps<T>['list'] & { readonly error: Error | null }
  filters: ReactNode
  /** What they are set to in the address. */
  filter: Readonly<Record<string, unknown>>
  /** Said in place of `empty` where filters are set, which can be cleared there. */
  emptyFiltered: string
  emptyFilteredNext?: string
}

/** A list whose filters are in the address: what narrows it, what went wrong, its rows, and what to do where there are none. */
export function FilteredList<T>({ filters, filter, emptyFiltered, emptyFilteredNext, ...table }: Props<T>) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const filtered = Object.values(filter).some((value) => value !== undefined)
  const clear = () =>
    void navigate({ to: '.', search: ({ environment }: { environment?: Environment }) => ({ environment }) })
  return (
    <>
      <Group align="flex-end" gap="sm" role="search" aria-label={t('ui.filters')}>
        {filters}
      </Group>
      <ProblemNotice error={table.list.error} />
      <CursorTable
        {...table}
        empty={
          filtered ? (
            <Empty
              icon={IconFilterOff}
              title={emptyFiltered}
              next={emptyFilteredNext ?? t('ui.emptyFilteredNext')}
              actions={
                <Button variant="default" onClick={clear}>
                  {t('ui.clearFilters')}
                </Button>
              }
            />
          ) : (
            table.empty
          )
        }
      />
    </>
  )
}

/** Sets filters in the address, and leads back to the first page. */
export function useSetFilters<Search extends object>(): (change: Partial<Search>) => void {
  const navigate = useNavigate()
  return (change) =>
    void navigate({ to: '.', search: (now: object) => ({ ...now, ...change, cursor: undefined }), replace: true })
}

type EnvironmentProps = { workspaceId: number; value: Environment; onChange: (value: Environment | undefined) => void }

/** Of a workspace that has both; production is what the address leaves out. */
export function EnvironmentFilter({ workspaceId, value, onChange }: EnvironmentProps) {
  const { t } = useTranslation()
  const { workspaces } = useMe()
  if (workspaces.find((one) => one.id === workspaceId)?.mode === 'basic') return null
  return (
    <div>
      <Input.Label labelElement="div" display="block" id="environment-label">
        {t('nodes.environment')}
      </Input.Label>
      <SegmentedControl
        aria-labelledby="environment-label"
        value={value}
        onChange={(one) => onChange(one === 'DEV' ? one : undefined)}
        data={[
          { value: 'PROD', label: t('nodes.PROD') },
          { value: 'DEV', label: t('nodes.DEV') },
        ]}
      />
    </div>
  )
}

type WorkspaceProps = {
  value: number | undefined
  onChange: (value: number | undefined) => void
  among?: (workspaceId: number) => boolean
}

export function WorkspaceFilter({ value, onChange, among = () => true }: WorkspaceProps) {
  const { t } = useTranslation()
  const { workspaces } = useMe()
  return (
    <ChoiceFilter
      label={t('shell.workspace')}
      searchable
      first
      w={190}
      data={workspaces.filter(({ id }) => among(id)).map(({ id, name }) => ({ value: String(id), label: name }))}
      value={value?.toString()}
      onChange={(id) => onChange(id === undefined ? undefined : Number(id))}
    />
  )
}
