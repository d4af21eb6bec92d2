import type { z } from 'zod'
import type { DevelopmentRunRow } from '../store/development-runs.ts'
import type { DevelopmentRun } from './development-shapes.ts'
import { person } from './views.ts'

export function developmentRunView(row: DevelopmentRunRow): z.input<typeof DevelopmentRun> {
  return {
    instanceId: row.instance_id,
    kind: row.kind,
    environment: row.environment,
    state: row.state,
    reasons: row.reason === null ? [] : [row.reason],
    operationId: row.operation_id,
    createdBy: person(row.created_by, row.created_by_name),
    createdAt: row.created_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
  }
}
