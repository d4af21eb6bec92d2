/** 开发者的调试循环：对测试中版本的试运行，以及转发到开发者本机的消息。 */
export const authorZh = {
  trial: {
    badge: '试运行',
    badgeHint: '手动发给测试中的扩展程序。没有人发起该操作，无论检查结果如何都不会执行任何操作。',
  },
}

export const authorAuditZh = {
  trialSend: '以“{{point}}”试运行了扩展程序 {{extension}}',
  trialWithdraw: '撤回了试运行',
  trialEndDone: '试运行通过，未执行任何操作',
  trialEndRefused: '试运行未通过，没有可执行的操作',
}
