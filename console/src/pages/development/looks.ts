import {
  IconArrowBackUp,
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconCloudUpload,
  IconDatabaseCog,
  IconExclamationCircle,
  IconFileCode,
  IconFileTextSpark,
  IconHourglass,
  IconLoader2,
  IconMathFunction,
  IconPackage,
  IconPencil,
  IconQuestionMark,
  IconRefreshAlert,
  IconRouteOff,
} from '@tabler/icons-react'
import type {
  DeploymentItem,
  DeploymentKind,
  DeploymentSummary,
  DevelopmentRun,
  FileKind,
  FileSummary,
  ReviewState,
  TableSubmission,
} from '../../api/development-shapes.ts'
import type { TextKey } from '../../text/index.ts'
import type { IconComponent } from '../../ui/icon.ts'
import type { Look } from '../../ui/state-badge.tsx'

export const KIND_ICONS: Readonly<Record<FileKind, IconComponent>> = {
  node: IconFileCode,
  resource: IconPackage,
  function: IconMathFunction,
}

const DRAFT: Look = { icon: IconCircleDashed, colour: 'gray', text: 'file.draft' }
const CHANGED: Look = { icon: IconPencil, colour: 'yellow', text: 'file.changed' }
const COMMITTED: Look = { icon: IconFileTextSpark, colour: 'indigo', text: 'file.committed' }
const DEPLOYED: Look = { icon: IconCloudUpload, colour: 'green', text: 'file.deployed' }
const OLDER: Look = { icon: IconCloudUpload, colour: 'teal', text: 'file.deployedOlder' }
const DELETED: Look = { icon: IconBan, colour: 'gray', text: 'file.deleted' }

/** How far a file has come, from its draft on; and what production has of it. */
export function looksOfFile(file: FileSummary): readonly Look[] {
  const { version, isChanged, deployedVersion, deletedAt } = file
  const looks: Look[] = []
  if (deletedAt !== null) looks.push(DELETED)
  else if (version === 0) looks.push(DRAFT)
  else if (isChanged) looks.push(CHANGED)
  else if (deployedVersion !== version) looks.push(COMMITTED)
  if (deployedVersion !== null) looks.push(deployedVersion === version ? DEPLOYED : OLDER)
  return looks
}

export const ITEM_LOOKS: Readonly<Record<DeploymentItem['state'], Look>> = {
  checking: { icon: IconHourglass, colour: 'blue', text: 'deploymentItem.checking' },
  passed: { icon: IconCircleCheck, colour: 'teal', text: 'deploymentItem.passed' },
  applying: { icon: IconDatabaseCog, colour: 'blue', text: 'deploymentItem.applying' },
  done: { icon: IconCircleCheck, colour: 'green', text: 'deploymentItem.done' },
  refused: { icon: IconBan, colour: 'red', text: 'deploymentItem.refused' },
  withdrawn: { icon: IconArrowBackUp, colour: 'gray', text: 'deploymentItem.withdrawn' },
  stale: { icon: IconRefreshAlert, colour: 'grape', text: 'deploymentItem.stale' },
  failed: { icon: IconExclamationCircle, colour: 'red', text: 'deploymentItem.failed' },
  'left-out': { icon: IconRouteOff, colour: 'orange', text: 'deploymentItem.leftOut' },
}

export const DEPLOYMENT_LOOKS: Readonly<Record<DeploymentSummary['state'], Look>> = {
  open: { icon: IconHourglass, colour: 'blue', text: 'deployment.open' },
  succeeded: { icon: IconCircleCheck, colour: 'green', text: 'deployment.succeeded' },
  failed: { icon: IconCircleX, colour: 'red', text: 'deployment.failed' },
}

export const RUN_LOOKS: Readonly<Record<DevelopmentRun['state'], Look>> = {
  running: { icon: IconLoader2, colour: 'blue', text: 'codeRun.running' },
  succeeded: { icon: IconCircleCheck, colour: 'green', text: 'codeRun.succeeded' },
  failed: { icon: IconCircleX, colour: 'red', text: 'codeRun.failed' },
  unknown: { icon: IconQuestionMark, colour: 'orange', text: 'codeRun.unknown' },
}

export const SUBMISSION_LOOKS: Readonly<Record<TableSubmission['state'], Look>> = {
  applying: { icon: IconLoader2, colour: 'blue', text: 'submission.applying' },
  applied: { icon: IconCircleCheck, colour: 'green', text: 'submission.applied' },
  failed: { icon: IconCircleX, colour: 'red', text: 'submission.failed' },
  unknown: { icon: IconQuestionMark, colour: 'orange', text: 'submission.unknown' },
}

export const REVIEW_LOOKS: Readonly<Record<ReviewState, Look>> = {
  open: { icon: IconHourglass, colour: 'blue', text: 'fileReview.open' },
  approved: { icon: IconCircleCheck, colour: 'green', text: 'fileReview.approved' },
  rejected: { icon: IconCircleX, colour: 'red', text: 'fileReview.rejected' },
  withdrawn: { icon: IconArrowBackUp, colour: 'gray', text: 'fileReview.withdrawn' },
}

/** What is asked for, in the workspace's own words: in basic mode submitting is publishing. */
export const verbOf = (kind: DeploymentKind, basic: boolean): TextKey =>
  kind === 'commit'
    ? basic
      ? 'file.submitAndPublish'
      : 'file.submit'
    : kind === 'deploy'
      ? 'file.publish'
      : 'ui.delete'

/** The extension point that it passes. */
export const pointOf = (kind: DeploymentKind, basic: boolean) =>
  kind === 'delete' ? 'delete-file' : kind === 'deploy' || basic ? 'deploy-file' : 'commit-file'
