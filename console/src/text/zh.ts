import { accessZh } from './access-zh.ts'
import { authorZh } from './author-zh.ts'
import { extensionsZh } from './extensions-zh.ts'
import { functionsZh } from './functions-zh.ts'
import type { SameTexts } from './index.ts'
import { managementZh } from './management-zh.ts'
import { nodesZh } from './nodes-zh.ts'
import { operationsZh } from './operations-zh.ts'
import { shellZh } from './shell-zh.ts'

/** 任何页面都可能用到的文案；术语沿用平台自身的中文用语。 */
export const zh: SameTexts = {
  ...accessZh,
  ...authorZh,
  ...extensionsZh,
  ...functionsZh,
  ...managementZh,
  ...nodesZh,
  ...operationsZh,
  ...shellZh,
}
