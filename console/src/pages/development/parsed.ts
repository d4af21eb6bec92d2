import type { FileBody } from '@holdpoint/core'
import { useQuery } from '@tanstack/react-query'
import { developmentQueries } from '../../api/development-queries.ts'
import { contentOf, isSqlBody } from './bodies.ts'

/** What is found in the SQL as it is written now, before it is saved. */
export function useParsed(workspaceId: number, body: FileBody) {
  const wanted = body.kind === 'node' && body.parsing.on && isSqlBody(body) && contentOf(body).trim() !== ''
  const programType = body.kind === 'node' ? body.definition.programType : ''
  const dataSource = body.kind === 'node' ? (body.definition.dataSource?.name ?? null) : null
  const found = useQuery({
    ...developmentQueries.parsed(workspaceId, contentOf(body), programType, dataSource),
    enabled: wanted,
  })
  return wanted ? found : { data: undefined }
}
