import type { accessEn } from './access-en.ts'
import type { SameTexts } from './index.ts'

export const accessZh: SameTexts<typeof accessEn> = {
  provider: {
    beginAgain: '重新开始',
    link: '关联{{label}}',
    linkHint: '关联后可在那里登录，无需密码。',
    linked: '已关联：您可以在那里登录。',
    notLinked: '尚未关联。',
    only: '此处通过{{label}}登录，仅账号所有者使用密码。',
    or: '或',
    signIn: '使用{{label}}登录',
  },
  password: {
    change: '修改密码',
    changed: '密码已修改，其他会话均已结束。',
    choose: '设置您自己的密码',
    chooseHint: '您使用的是一次性密码，现在请将其替换。',
    hint: '修改后，其他会话均会结束。',
    new: '新密码',
    newHint: '至少 10 个字符。',
    oneTime: '一次性密码',
    oneTimeOnce: '只显示这一次，请转交给用户：三天内可用于登录一次，且登录时必须更换为只有本人知道的密码。',
    present: '当前密码',
    set: '设置密码并登录',
    title: '密码',
  },
  credentials: {
    empty: '此扩展程序还没有自己的 AccessKey',
    emptyNext:
      '请为返回结果的程序创建一个：它只能代表此扩展程序返回结果、读取属于它的内容。您本人的 AccessKey 则拥有您的全部权限。',
    hint: '仅供代表此扩展程序返回结果的程序使用。最多启用两个，以便平滑轮换。',
    tab: '凭证',
    title: '返回结果的凭证',
  },
}
