/** Folders of Data Development; their ids are text. */
import { type Action, PAGING, type Page } from './action.ts'
import type { Parameter } from './binding.ts'
import { type Answered, PROJECT } from './development.ts'

const PATH = { kind: 'string', maxLength: 1024 } as const satisfies Parameter
const FOLDER_ID = { kind: 'string', maxLength: 32, doc: 'Id of the folder.' } as const satisfies Parameter

export const CREATE_FOLDER = {
  action: 'CreateFolder',
  versions: ['2020-05-18'],
  doc: 'Creates a folder with those that it lies in; one that is there is answered.',
  parameters: { ...PROJECT, FolderPath: { ...PATH, required: true, doc: 'Path from the top.' } },
} as const satisfies Action

/** The id of the folder. */
export type CreateFolderResponse = Answered & { readonly Data: string }

export const GET_FOLDER = {
  action: 'GetFolder',
  versions: ['2020-05-18'],
  doc: 'Reads a folder by its id or its path.',
  parameters: { ...PROJECT, FolderId: FOLDER_ID, FolderPath: { ...PATH, doc: 'Its path, instead of its id.' } },
} as const satisfies Action

export type Folder = { readonly FolderId: string; readonly FolderPath: string }
export type GetFolderResponse = Answered & { readonly Data: Folder }

export const LIST_FOLDERS = {
  action: 'ListFolders',
  versions: ['2020-05-18'],
  doc: 'Lists the folders that lie directly in a folder.',
  parameters: {
    ...PROJECT,
    ParentFolderPath: { ...PATH, required: true, doc: 'Path of the folder; `/` is the top.' },
    ...PAGING,
  },
} as const satisfies Action

export type ListFoldersResponse = Answered & { readonly Data: Page & { readonly Folders: readonly Folder[] } }

export const UPDATE_FOLDER = {
  action: 'UpdateFolder',
  versions: ['2020-05-18'],
  doc: 'Gives a folder another name, where it is.',
  parameters: {
    ...PROJECT,
    FolderId: { ...FOLDER_ID, required: true },
    FolderName: {
      kind: 'string',
      required: true,
      maxLength: 256,
      doc: 'Its name, which is the last part of its path.',
    },
  },
} as const satisfies Action

export type UpdateFolderResponse = Answered

export const DELETE_FOLDER = {
  action: 'DeleteFolder',
  versions: ['2020-05-18'],
  doc: 'Deletes an empty folder.',
  parameters: { ...PROJECT, FolderId: { ...FOLDER_ID, required: true } },
} as const satisfies Action

export type DeleteFolderResponse = Answered
