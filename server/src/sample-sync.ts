/** A job of the sample that nobody has started yet: whoever looks around starts it, and sees where its pattern leads. */
import { Refusal } from '@holdpoint/core'
import { createJob } from './modules/data-integration/write-job.ts'
import type { Platform } from './platform.ts'
import type { Caller } from './store/principals.ts'
import type { WorkspaceRow } from './store/workspaces.ts'

export async function putSampleJob(
  platform: Platform,
  caller: Caller,
  workspace: WorkspaceRow,
  dataSource: string,
): Promise<void> {
  try {
    await createJob(platform, caller, workspace, {
      ...{ name: 'Every order file', description: 'Each file of the tills becomes a table of its own' },
      ...{ ownerId: caller.userId, resourceGroup: null },
      definition: {
        ...{ kind: 'full', source: { dataSource }, target: { dataSource: null }, lookback: 60, pollSeconds: 5 },
        mappings: [
          {
            source: { schema: null, table: 'orders_(\\d{8})\\.csv', isPattern: true, format: 'csv' },
            target: { schema: null, table: 'till_orders_$1', format: null },
            ...{ columns: [], where: null, write: 'replace', partition: null, key: [], changeColumn: null },
          },
        ],
      },
    })
  } catch (error) {
    if (!(error instanceof Refusal && error.code === 'SYNC_JOB_NAME_TAKEN')) throw error
  }
}
