/** What a change of a table would run, to be looked at beforehand. */
import type { TableChange, TableDesign } from '@holdpoint/core'
import type { DataSource } from '../store/data-sources.ts'
import { TABLE_DIALECTS } from './inside/table-dialects.ts'

export const statementsFor = (
  { kind }: Pick<DataSource, 'kind'>,
  name: string,
  design: TableDesign,
  changes: readonly TableChange[],
): readonly string[] => TABLE_DIALECTS[kind].statements(name, design, changes)
