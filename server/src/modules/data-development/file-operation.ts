/** The three operations on files that can be held: to commit one, to deploy one, to delete one. Each is an item of a deployment. */
import { type Action, type FileSnapshot, Refusal } from '@holdpoint/core'
import type { Description, OperationKind } from '../../gate/operation.ts'
import * as store from '../../store/deployments.ts'
import { fileStaleness, lockForEffect, takeEffect } from './take-effect.ts'

/** The item as whoever asks has found it (ask-deployment.ts). */
export type ItemRequest = { readonly workspaceId: number; readonly description: Description<FileSnapshot> }

export const FILE_POINTS = { commit: 'commit-file', deploy: 'deploy-file', delete: 'delete-file' } as const

function fileOperation(
  point: (typeof FILE_POINTS)[keyof typeof FILE_POINTS],
  action: Action,
  timeZone: string,
): OperationKind<ItemRequest, FileSnapshot> {
  return {
    point,
    action,
    workspaceOf: (request) => request.workspaceId,

    async describe(tx, { description }) {
      const { itemId, deploymentId, name } = description.snapshot
      if (!(await store.lockUnasked(tx, itemId))) throw new Refusal('FILE_UNDER_CHECK', { deploymentId, files: [name] })
      return description
    },

    asked: (tx, snapshot, operationId) => store.noteAsked(tx, snapshot.itemId, operationId),
    staleness: async (tx, snapshot) => fileStaleness(snapshot, await lockForEffect(tx, snapshot)),
    apply: async (tx, snapshot, effect) => await takeEffect(tx, snapshot, effect, timeZone),
  }
}

/** `timeZone`: the server's, in which nodes run that name none. */
export const fileOperations = (timeZone: string) => ({
  'commit-file': fileOperation('commit-file', 'file.write', timeZone),
  'deploy-file': fileOperation('deploy-file', 'file.deploy', timeZone),
  'delete-file': fileOperation('delete-file', 'file.write', timeZone),
})
