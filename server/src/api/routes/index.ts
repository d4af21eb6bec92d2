import type { Route } from '../route.ts'
import { accessKeyRoutes } from './access-keys.ts'
import { alertRoutes } from './alerts.ts'
import { auditRoutes } from './audit.ts'
import { backfillRoutes } from './backfills.ts'
import { channelRoutes } from './channels.ts'
import { codeRunRoutes } from './code-runs.ts'
import { dagRoutes } from './dags.ts'
import { dataSourceRoutes } from './data-sources.ts'
import { deadLetterRoutes } from './dead-letters.ts'
import { deploymentRoutes } from './deployments.ts'
import { descriptionRoutes } from './descriptions.ts'
import { devConnectionRoutes } from './dev-connections.ts'
import { eventPatternRoutes } from './event-patterns.ts'
import { extensionVersionRoutes } from './extension-versions.ts'
import { extensionRoutes } from './extensions.ts'
import { fileReviewRoutes } from './file-reviews.ts'
import { fileRoutes } from './files.ts'
import { folderRoutes } from './folders.ts'
import { functionRoutes } from './functions.ts'
import { instanceOperationRoutes } from './instance-operations.ts'
import { instanceRoutes } from './instances.ts'
import { managementCenterRoutes } from './management-center.ts'
import { nodeRoutes } from './nodes.ts'
import { openeventRoutes } from './openevent.ts'
import { operationRoutes } from './operations.ts'
import { parameterRoutes } from './parameters.ts'
import { qualityMonitorRoutes } from './quality-monitors.ts'
import { qualityRuleRoutes } from './quality-rules.ts'
import { qualityRunRoutes } from './quality-runs.ts'
import { resourceGroupRoutes } from './resource-groups.ts'
import { serviceUserRoutes } from './service-users.ts'
import { sessionRoutes } from './session.ts'
import { signingSecretRoutes } from './signing-secrets.ts'
import { syncJobRoutes } from './sync-jobs.ts'
import { tableRoutes } from './tables.ts'
import { trialRoutes } from './trials.ts'
import { userRoutes } from './users.ts'
import { workspaceRoutes } from './workspaces.ts'

/** The whole native API, under /api/v1. */
export const ROUTES: readonly Route[] = [
  ...sessionRoutes,
  ...userRoutes,
  ...accessKeyRoutes,
  ...workspaceRoutes,
  ...nodeRoutes,
  ...instanceRoutes,
  ...instanceOperationRoutes,
  ...dagRoutes,
  ...backfillRoutes,
  ...fileReviewRoutes,
  ...codeRunRoutes,
  ...tableRoutes,
  ...qualityRuleRoutes,
  ...qualityMonitorRoutes,
  ...qualityRunRoutes,
  ...folderRoutes,
  ...fileRoutes,
  ...deploymentRoutes,
  ...syncJobRoutes,
  ...operationRoutes,
  ...alertRoutes,
  ...extensionRoutes,
  ...extensionVersionRoutes,
  ...trialRoutes,
  ...managementCenterRoutes,
  ...parameterRoutes,
  ...serviceUserRoutes,
  ...functionRoutes,
  ...devConnectionRoutes,
  ...descriptionRoutes,
  ...openeventRoutes,
  ...signingSecretRoutes,
  ...channelRoutes,
  ...eventPatternRoutes,
  ...deadLetterRoutes,
  ...dataSourceRoutes,
  ...resourceGroupRoutes,
  ...auditRoutes,
]
