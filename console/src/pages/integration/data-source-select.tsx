import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { queries } from '../../api/queries.ts'
import { useTranslation } from '../../text/index.ts'

type Props = {
  workspaceId: number
  label: string
  description?: string
  placeholder: string
  value: string | null
  error?: string | undefined
  readOnly?: boolean
  onChange: (name: string | null) => void
}

/** A data source of production, by its name; none is the default one. A name that is not there stays, and the server says so. */
export function DataSourceSelect({ workspaceId, value, onChange, ...props }: Props) {
  const { t } = useTranslation()
  const { data = [] } = useQuery({ ...queries.dataSources(workspaceId, 'PROD'), retry: false })
  const names = [...new Set([...data.map(({ name }) => name), ...(value === null ? [] : [value])])]
  return (
    <Select
      {...props}
      clearable
      data={names.map((name) => {
        const kind = data.find((source) => source.name === name)?.kind
        return { value: name, label: kind ? `${name} · ${t(`dataSources.${kind}`)}` : name }
      })}
      value={value}
      onChange={onChange}
    />
  )
}
