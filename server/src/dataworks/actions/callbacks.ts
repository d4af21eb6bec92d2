import { answer, type CallbackApi } from '../../gate/answer.ts'
import { type EarlyInput, earlyAction } from '../action.ts'
import * as contracts from '../schemas/extensions.ts'

/** The three ways of returning a result differ in their spelling and in the modules they are for. */
function returning(api: CallbackApi) {
  return async ({
    platform,
    entering,
    parameters,
  }: Pick<EarlyInput<typeof contracts.UPDATE_IDE_EVENT_RESULT>, 'platform' | 'entering'> & {
    parameters: {
      MessageId: string
      ExtensionCode: string
      CheckResult: 'OK' | 'WARN' | 'FAIL'
      CheckResultTip?: string
      CheckMessage?: string
    }
  }) => {
    await answer(platform, entering, {
      api,
      messageId: parameters.MessageId,
      extensionCode: parameters.ExtensionCode,
      result: parameters.CheckResult,
      comment: (parameters.CheckResultTip ?? parameters.CheckMessage) || null,
    })
  }
}

const ide = returning('UpdateIDEEventResult')
const workbench = returning('UpdateWorkbenchEventResult')
const other = returning('CallbackExtension')

export const callbackActions = [
  earlyAction<typeof contracts.UPDATE_IDE_EVENT_RESULT, contracts.UpdateIDEEventResultResponse>(
    contracts.UPDATE_IDE_EVENT_RESULT,
    'answer',
    async (input) => {
      await ide(input)
      return {}
    },
  ),
  earlyAction<typeof contracts.UPDATE_WORKBENCH_EVENT_RESULT, contracts.UpdateWorkbenchEventResultResponse>(
    contracts.UPDATE_WORKBENCH_EVENT_RESULT,
    'answer',
    async (input) => {
      await workbench(input)
      return { Success: true }
    },
  ),
  earlyAction<typeof contracts.CALLBACK_EXTENSION, contracts.CallbackExtensionResponse>(
    contracts.CALLBACK_EXTENSION,
    'answer',
    async (input) => {
      await other(input)
      return { Success: 'true' }
    },
  ),
]
