import { alertsEn } from './alerts-en.ts'
import { backfillEn } from './backfill-en.ts'
import { instancesEn } from './instances-en.ts'
import { runnersEn } from './runners-en.ts'

/** What only the pages of the Operation Center say: loaded with the first of them. What any page may say belongs into en.ts. */
export const operationCenterEn = {
  ...backfillEn,
  ...alertsEn,
  ...instancesEn,
  ...runnersEn,
}
