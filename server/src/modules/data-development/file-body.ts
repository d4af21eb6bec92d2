import { fileTypeOfBody } from '@holdpoint/core'
import type { FileRow } from '../../store/files.ts'
import { localTime } from '../operation-center/cron-times.ts'

/** What every message about a file says of it. */
export const fileMembers = (file: FileRow, timeZone: string) => ({
  projectId: file.workspace_id,
  fileId: file.id,
  fileName: file.name,
  fileType: fileTypeOfBody(file.body),
  fileOwner: String(file.owner_id ?? ''),
  fileCreateTime: localTime(file.created_at.getTime(), timeZone).slice(0, 19),
  resourceType: 1,
})
