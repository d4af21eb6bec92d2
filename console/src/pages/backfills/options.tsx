import { Code } from '@mantine/core'
import type { ReactNode } from 'react'
import type { BackfillDetail } from '../../api/shapes.ts'
import type { Translate } from '../../text/index.ts'

const ALERTS = {
  Success: 'backfillForm.alertSuccess',
  Failure: 'backfillForm.alertFailure',
  SuccessFailure: 'backfillForm.alertBoth',
} as const
const RUN_WINDOWS = { daily: 'backfillForm.runWindowDaily', weekend: 'backfillForm.runWindowWeekend' } as const

/** What was asked for beyond nodes and dates, each as name and value; nothing where it was left as it is. */
export function optionFacts(
  t: Translate,
  request: BackfillDetail['request'],
): readonly (readonly [name: string, value: ReactNode])[] {
  const { window, runWindow, analysis, parameters = {} } = request
  return [
    [t('backfillForm.window'), window?.startTime && `${window.startTime} – ${window.endTime}`],
    [t('backfillForm.future'), request.startsFutureNow && t('ui.yes')],
    [
      t('backfillForm.runWindow'),
      runWindow && `${t(RUN_WINDOWS[runWindow.type])}, ${runWindow.startTime} – ${runWindow.endTime}`,
    ],
    [t('backfillForm.resourceGroup'), request.resourceGroup],
    [t('backfillForm.priority'), request.priority],
    [t('backfillForm.alert'), request.alert && t(ALERTS[request.alert])],
    [t('backfillForm.preCheck'), analysis?.enabled && t(analysis.blocked ? 'backfillForm.preCheckBlocks' : 'ui.yes')],
    [t('backfillForm.starts'), request.starts === false && t('ui.no')],
    ...Object.entries(parameters).map(
      ([id, text]) =>
        [
          t('backfillForm.parametersOf', { name: id }),
          <Code key={id} className="wrap-anywhere">
            {text}
          </Code>,
        ] as const,
    ),
  ]
}
