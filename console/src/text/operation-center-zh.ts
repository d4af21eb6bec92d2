import { instancesZh } from './instances-zh.ts'

export const operationCenterZh = {
  ...instancesZh,
}
