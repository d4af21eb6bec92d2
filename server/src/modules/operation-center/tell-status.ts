/** Tells the changes of status that were noted (store/status-news.ts), in their order, to whoever the routes of their workspaces lead to. */
import { messageBody, type Publish } from '../../openevent/publish.ts'
import type { Database } from '../../store/database.ts'
import { routesOf } from '../../store/openevent.ts'
import { type NewsRow, takeNews } from '../../store/status-news.ts'
import { currentTrace } from '../../watch/trace.ts'
import { localTime } from './cron-times.ts'

const MOST_AT_ONCE = 200
/** A scheduled instance belongs to no workflow of its own; the platform writes 1. */
const NO_FLOW = 1
/** Internal to the platform, to be ignored. */
const OP_CODE = 31

/** One replica tells at a time. Answers whether there may be more. */
export async function tellStatus(parts: {
  readonly db: Database
  readonly publish: Publish
  readonly timeZone: string
}): Promise<boolean> {
  return await parts.db.transaction(async (tx) => {
    const news = await takeNews(tx, MOST_AT_ONCE)
    const workspaces = new Map(news.map((one) => [one.workspace_id, one.tenant_id]))
    const routes = new Map(
      await Promise.all(
        [...workspaces].map(
          async ([workspaceId, tenantId]) => [workspaceId, await routesOf(tx, tenantId, workspaceId)] as const,
        ),
      ),
    )
    for (const one of news)
      parts.publish(tx, {
        eventCode: one.event_code,
        tenantId: one.tenant_id,
        workspaceId: one.workspace_id,
        operationId: null,
        always: false,
        routes: routes.get(one.workspace_id) ?? [],
        trace: currentTrace(),
        requestedBy: null,
        body: messageBody(one.event_code, { ...members(one, parts.timeZone), tenantId: one.tenant_id }),
      })
    return news.length === MOST_AT_ONCE
  })
}

function members(one: NewsRow, timeZone: string): Record<string, unknown> {
  if (one.event_code === 'instance-status-changes') {
    const known = Object.entries(one.body).filter(([, value]) => value !== null)
    return { ...Object.fromEntries(known), appId: one.workspace_id, flowId: NO_FLOW, opCode: OP_CODE }
  }
  const { createdBy, bizDate, createTime, ...rest } = one.body
  return {
    ...rest,
    projectId: one.workspace_id,
    flowId: NO_FLOW,
    flowName: one.body.dagName,
    bizDate: `${bizDate} 00:00:00`,
    createTime: localTime(createTime, timeZone),
    operator: String(createdBy ?? ''),
  }
}
