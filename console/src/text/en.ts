import { accessEn } from './access-en.ts'
import { authorEn } from './author-en.ts'
import { extensionsEn } from './extensions-en.ts'
import { functionsEn } from './functions-en.ts'
import { managementEn } from './management-en.ts'
import { nodesEn } from './nodes-en.ts'
import { operationsEn } from './operations-en.ts'
import { shellEn } from './shell-en.ts'

/** What any page may say. Words are the project's own terms: one word per thing. */
export const en = {
  ...accessEn,
  ...authorEn,
  ...extensionsEn,
  ...functionsEn,
  ...managementEn,
  ...nodesEn,
  ...operationsEn,
  ...shellEn,
}
