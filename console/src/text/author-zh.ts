/** 开发者的调试循环：对测试中版本的试运行，以及转发到开发者本机的消息。 */
export const authorZh = {
  trial: {
    tab: '试运行',
    cannot: '暂时无法试运行',
    send: '向测试中的版本发起检查',
    sendHint:
      '使用该消息体发出真实的消息，经真实的链路投递，并产生真实的检查结果。没有人发起该操作，无论检查结果如何都不会执行任何操作。',
    event: '事件',
    points: '扩展点：会触发该版本检查',
    regular: '普通事件：仅通知该版本',
    body: '事件消息体',
    setHere: '以下成员在发送时由系统填写，原有内容会被覆盖：{{members}}。',
    noObject: '这不是 JSON 对象。',
    snapshot: '事件对象的详情',
    snapshotHint: '扩展程序调用 GetIDEEventDetail 查询事件对象时返回的内容。',
    snapshotExample: '从示例开始',
    sendNow: '发送',
    reset: '恢复示例',
    told: '已发出通知；普通事件不触发检查。',
    passed: '检查通过。这是试运行，未执行任何操作。',
    warned: '{{extensions}} 给出警告并放行。这是试运行，未执行任何操作。',
    result: '执行情况',
    resultHint: '实时显示：消息、每次投递以及检查结果。',
    earlier: '最近的试运行',
    answer: '检查结果',
    machine: '消息转发到 {{user}} 的本机（{{machine}}）',
    heard: '距上次收到其心跳',
    attached: '试运行只发往该本机，不经过分发通道；真实操作两边都会发送。',
    detached: '已超过十分钟没有收到心跳，试运行恢复经由分发通道投递。',
    badge: '试运行',
    badgeHint: '手动发给测试中的扩展程序。没有人发起该操作，无论检查结果如何都不会执行任何操作。',
  },
}

export const authorAuditZh = {
  devConnect: '将扩展程序 {{extension}} 的消息转发到 {{machine}}',
  devDisconnect: '结束了扩展程序 {{extension}} 的消息转发',
  messageReplay: '为扩展程序 {{extension}} 重新投递了消息 {{object}}',
  trialSend: '以“{{point}}”试运行了扩展程序 {{extension}}',
  trialWithdraw: '撤回了试运行',
  trialEndDone: '试运行通过，未执行任何操作',
  trialEndRefused: '试运行未通过，没有可执行的操作',
}
