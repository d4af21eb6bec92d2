import { MultiSelect, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { Environment, NodeSummary } from '../../api/shapes.ts'
import { useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'

export type PickedNode = Pick<NodeSummary, 'id' | 'name' | 'workspaceId'>

type Props = {
  label: string
  description?: string | undefined
  error?: string | undefined
  required?: boolean
  environment: Environment
  /** Where its nodes may be from, in the order in which they are looked through. */
  workspaceIds: readonly number[]
  picked: readonly PickedNode[]
  onChange: (nodes: readonly PickedNode[]) => void
  /** One more takes the place of the first. */
  most?: number
}

const LISTED = 20
/** Of so many workspaces nodes are looked up at once. */
const MOST_WORKSPACES = 8

/** Chooses nodes by a part of their name or by their id. */
export function NodePicker(props: Props) {
  const { t } = useTranslation()
  const me = useMe()
  const [typed, setTyped] = useState('')
  const [wanted] = useDebouncedValue(typed.trim(), 250)
  const workspaceIds = props.workspaceIds.slice(0, MOST_WORKSPACES)
  const byId = /^\d{1,15}$/.test(wanted)
  const found = useQueries({
    queries: workspaceIds.map((id) => ({
      ...queries.nodes(id, {
        environment: props.environment,
        limit: LISTED,
        ...(!byId && wanted !== '' && { name: wanted }),
      }),
      placeholderData: keepPreviousData,
    })),
  })
  const named = useQueries({
    queries: workspaceIds
      .filter(() => byId)
      .map((id) => ({ ...queries.node(id, Number(wanted), props.environment), retry: false })),
  })
  const listed = [
    ...named.flatMap(({ data }) => data ?? []),
    ...(byId ? [] : found.flatMap(({ data }) => data?.items ?? [])),
  ].slice(0, LISTED)
  const options = new Map([...props.picked, ...listed].map((node) => [String(node.id), node as PickedNode]))
  const names = new Map(me.workspaces.map((workspace) => [workspace.id, workspace.name]))
  return (
    <MultiSelect
      label={props.label}
      description={props.description}
      error={props.error}
      withAsterisk={props.required}
      placeholder={props.picked.length === 0 ? t('backfillForm.findNode') : undefined}
      searchable
      clearable
      hidePickedOptions={false}
      nothingFoundMessage={t('backfillForm.noNode')}
      data={[...options].map(([value, node]) => ({ value, label: node.name }))}
      // The server has looked; what it found is shown as it is.
      filter={({ options: all }) =>
        all.filter((one) => 'value' in one && listed.some((node) => String(node.id) === one.value))
      }
      renderOption={({ option }) => {
        const node = options.get(option.value)
        return (
          <div>
            <Text fz="sm" className="wrap-anywhere">
              {option.label}
            </Text>
            <Text fz="xs" c="dimmed">
              {option.value}
              {workspaceIds.length > 1 && node && ` · ${names.get(node.workspaceId) ?? node.workspaceId}`}
            </Text>
          </div>
        )
      }}
      value={props.picked.map((node) => String(node.id))}
      searchValue={typed}
      onSearchChange={setTyped}
      onChange={(values) => {
        const nodes = values.flatMap((value) => options.get(value) ?? [])
        props.onChange(props.most === undefined ? nodes : nodes.slice(-props.most))
        setTyped('')
      }}
    />
  )
}
