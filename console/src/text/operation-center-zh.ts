import { alertsZh } from './alerts-zh.ts'
import { backfillZh } from './backfill-zh.ts'
import { instancesZh } from './instances-zh.ts'
import { runnersZh } from './runners-zh.ts'

export const operationCenterZh = {
  ...alertsZh,
  ...backfillZh,
  ...instancesZh,
  ...runnersZh,
}
