import { backfillZh } from './backfill-zh.ts'
import { instancesZh } from './instances-zh.ts'

export const operationCenterZh = {
  ...backfillZh,
  ...instancesZh,
}
