import type { Action } from '@holdpoint/core/access'

/** The table of access in words: what each action is. */
export const ACTION_WORDS_ZH: Readonly<Record<Action, string>> = {
  'user.read': '查看租户的用户及其角色',
  'user.write': '添加和修改用户及其角色、一次性密码、会话和 AccessKey',
  'workspace.create': '创建工作空间',
  'extension.read': '查看扩展程序及其版本和历史',
  'extension.write': '注册、修改、试运行、提交、发布、禁用和删除扩展程序',
  'extension.credentials': '为任何人的扩展程序创建返回结果的 AccessKey',
  'extension.review': '审批他人提交的内容',
  'extension.enable-for-tenant': '为整个租户启用扩展程序并设置选项',
  'openevent.read': '查看事件总线、规则、目标和死信',
  'openevent.write': '修改事件总线、规则、目标和通道；查看签名密钥',
  'tenant-check.pass': '将租户级操作的失败检查标记为通过',
  'delivery.redeliver': '重新投递消息、丢弃死信',
  'workspace.read': '查看工作空间及其成员和扩展程序',
  'workspace.configure': '修改工作空间设置',
  'member.write': '添加、移除成员并修改其角色',
  'extension.enable': '在工作空间中启用扩展程序并设置选项',
  'extension.test': '将工作空间设为扩展程序的测试用工作空间，其中的操作随后由该扩展程序检查',
  'option.read': '读取扩展程序的选项',
  'node.read': '查看节点',
  'node.import': '通过 FlowSpec 文件导入节点',
  'node.operate': '冻结、解冻和下线节点',
  'operation.read': '查看操作、等待对象和检查结果',
  'audit.read': '查看审计记录',
  'check.pass': '在扩展程序允许时，将失败的检查标记为通过',
}
