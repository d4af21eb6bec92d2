import { DataList } from '@mantine/core'
import { Fragment, type ReactNode } from 'react'

/** Names and values. What has no value is left out. */
export function Facts({ of }: { of: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <DataList size="sm" gap="xs" className="facts">
      {of
        .filter(([, value]) => value !== null && value !== undefined && value !== false && value !== '')
        .map(([name, value]) => (
          <Fragment key={name}>
            <DataList.Item>
              <DataList.ItemLabel>{name}</DataList.ItemLabel>
              <DataList.ItemValue className="wrap-anywhere">{value}</DataList.ItemValue>
            </DataList.Item>
          </Fragment>
        ))}
    </DataList>
  )
}
