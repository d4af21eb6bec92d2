import { MultiSelect } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { queries } from '../../api/queries.ts'
import { useTranslation } from '../../text/index.ts'

export type NamedNode = { readonly id: number; readonly name: string }

const SHOWN = 20
const TYPING_MS = 200

type Props = {
  workspaceId: number
  chosen: readonly NamedNode[]
  most: number
  error: string | undefined
  choose: (nodes: readonly NamedNode[]) => void
}

/** Nodes of the workspace in production, found by a part of their name: there may be too many to list. */
export function NodePicker({ workspaceId, chosen, most, error, choose }: Props) {
  const { t } = useTranslation()
  const [search, setSearch] = useState('')
  const [name] = useDebouncedValue(search.trim(), TYPING_MS)
  const found = useQuery({
    ...queries.nodes(workspaceId, { environment: 'PROD', limit: SHOWN, ...(name === '' ? {} : { name }) }),
    placeholderData: keepPreviousData,
  })
  const known = new Map([...(found.data?.items ?? []), ...chosen].map((node) => [String(node.id), node.name]))
  return (
    <MultiSelect
      label={t('alerts.nodes')}
      description={t('alerts.nodesHint')}
      required
      searchable
      maxValues={most}
      // What the server has found is shown as it stands.
      filter={({ options }) => options}
      nothingFoundMessage={t('alerts.noNodesFound')}
      data={[...known].map(([value, label]) => ({ value, label }))}
      value={chosen.map((node) => String(node.id))}
      searchValue={search}
      onSearchChange={setSearch}
      error={error}
      onChange={(values) => choose(values.map((id) => ({ id: Number(id), name: known.get(id) ?? id })))}
    />
  )
}
