import type { SameTexts } from './index.ts'
import type { managementAuditEn, managementEn } from './management-en.ts'

export const managementZh: SameTexts<typeof managementEn> = {}

export const managementAuditZh: SameTexts<typeof managementAuditEn> = {
  extensionEnableForTenant: '在租户启用了扩展程序 {{extension}}',
  extensionSwitchOffForTenant: '在租户关闭了扩展程序 {{extension}}',
  extensionSetOptions: '设置了扩展程序 {{extension}} 的选项',
  extensionTest: '为测试对本人的操作启用了扩展程序 {{extension}}',
  extensionEndTest: '对本人的操作关闭了扩展程序 {{extension}}',
}
