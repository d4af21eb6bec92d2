import type { DeploymentSummary } from '../../api/development-shapes.ts'
import type { Translate } from '../../text/index.ts'
import { ITEM_LOOKS } from './looks.ts'

/** How many files stand how: `3 published · 1 refused`. */
export function countsText(t: Translate, counts: DeploymentSummary['counts']): string {
  return (Object.entries(counts) as [keyof typeof ITEM_LOOKS, number][])
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${t(ITEM_LOOKS[state].text)} ${count}`)
    .join(' · ')
}
