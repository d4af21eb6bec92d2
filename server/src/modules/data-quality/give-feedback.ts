/** Rule 61: what somebody says of a result, which is kept with it and told. */
import { Refusal } from '@holdpoint/core'
import type { Gate } from '../../gate/gate.ts'
import { messageBody } from '../../openevent/publish.ts'
import { writeAudit } from '../../store/audit.ts'
import { routesOf } from '../../store/openevent.ts'
import type { Caller } from '../../store/principals.ts'
import { targetOf } from '../../store/quality-rules.ts'
import * as store from '../../store/quality-runs.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { currentTrace } from '../../watch/trace.ts'
import { envTypeOf } from './tell-results.ts'

const MOST_COMMENTS = 100

export async function giveFeedback(
  { db, publish, live }: Pick<Gate, 'db' | 'publish' | 'live'>,
  caller: Caller,
  workspace: WorkspaceRow,
  resultId: number,
  text: string,
): Promise<void> {
  const { tenantId, userId } = caller
  const eventCode = 'dqc-check-feedback-event'
  await db.transaction(async (tx) => {
    const result = await store.qualityResultById(tx, workspace.id, resultId)
    if (result === null) throw new Refusal('QUALITY_RESULT_NOT_FOUND', { id: resultId })
    if ((await store.countFeedback(tx, resultId)) >= MOST_COMMENTS)
      throw new Refusal('LIMIT_REACHED', { limit: MOST_COMMENTS, things: 'comments on a result' })
    await store.insertFeedback(tx, resultId, text, userId)
    const target = await store.targetOfRule(tx, result.rule_id)
    writeAudit(tx, {
      ...{ tenantId, workspaceId: workspace.id, userId, action: 'quality-result.comment', object: result.rule.name },
      details: { resultId, ruleId: result.rule_id },
    })
    publish(tx, {
      ...{ eventCode, tenantId, workspaceId: workspace.id, operationId: null, always: false, requestedBy: userId },
      routes: await routesOf(tx, tenantId, workspace.id),
      trace: currentTrace(),
      body: messageBody(eventCode, {
        ...{
          tenantId,
          projectId: workspace.id,
          projectName: workspace.name,
          ruleId: result.rule_id,
          ruleCheckId: resultId,
        },
        ...{ taskId: String(result.run_id), feedbackContent: text, createUser: String(userId) },
        envType: await envTypeOf(tx, workspace.id, targetOf(target)),
        beginTime: String(tx.now.getTime()),
      }),
    })
    tx.afterCommit(() =>
      live.publish({ kind: 'quality', tenantId, workspaceId: workspace.id, id: String(workspace.id) }),
    )
  })
}
