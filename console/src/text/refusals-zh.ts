import type { RefusalCode } from '@holdpoint/core/refusal'
import type { RefusalDetails } from './index.ts'

/** Every refusal in Chinese; `{name}` is filled from the details that came with it. A code without a sentence does not compile. */
const REFUSALS_ZH: Readonly<Record<RefusalCode, string>> = {
  SIGN_IN_REQUIRED: '请先登录或对请求签名。',
  SIGN_IN_FAILED: '用户名或密码错误。',
  SIGN_IN_THROTTLED: '登录失败次数过多，请在 {seconds} 秒后重试。',
  CROSS_SITE_REQUEST: '修改类请求必须由控制台自身发出。',
  ACCESS_KEY_UNKNOWN: '指定的 AccessKey 不存在。',
  ACCESS_KEY_INACTIVE: '指定的 AccessKey 已停用。',
  ACCESS_KEYS_FULL: '每个用户最多有两个启用的 AccessKey，请先停用或删除一个。',
  SIGNATURE_MISSING: '请求签名不符合规范：{problem}。',
  SIGNATURE_MISMATCH_V1: '签名与服务端计算结果不一致。服务端的待签名字符串为：{stringToSign}',
  SIGNATURE_MISMATCH_V3:
    '签名与服务端计算结果不一致。服务端的待签名字符串为 [{stringToSign}]，规范化请求为 [{canonicalRequest}]。',
  SIGNATURE_NONCE_USED: '该签名随机数已被使用。',
  SIGNATURE_METHOD_UNSUPPORTED: '不支持签名方法或版本 {method}。',
  TIMESTAMP_EXPIRED: '请求时间戳已过期。',
  TIMESTAMP_MALFORMED: '请求时间戳格式不正确。',
  SECURITY_TOKEN_UNKNOWN: '安全令牌不属于该 AccessKey。',

  ACTION_UNKNOWN: '接口不存在：{action}，版本 {version}。',
  ACTION_MISSING: '缺少 Action。',
  VERSION_MISSING: '缺少 Version。',
  METHOD_UNSUPPORTED: '此处不支持 HTTP 方法 {method}。',
  FORMAT_UNSUPPORTED: '不支持格式 {format}，仅支持 JSON。',
  PARAMETER_MISSING: '缺少参数 {parameter}。',
  PARAMETER_INVALID: '参数 {parameter} 的值无效：{problem}。',
  PARAMETER_REPEATED: '参数 {parameter} 重复。',
  BODY_TOO_LARGE: '请求体超过 {limitBytes} 字节。',
  BODY_MALFORMED: '无法读取请求体：{problem}。',
  CONTENT_TYPE_UNSUPPORTED: '此处不支持内容类型 {contentType}。',
  REQUEST_INVALID: '请求无效：{problem}。',
  METRICS_OFF: '指标未开放：请设置 HOLDPOINT_METRICS_TOKEN，并以 Bearer 令牌发送。',
  METRICS_TOKEN_WRONG: '请以 Bearer 令牌发送 HOLDPOINT_METRICS_TOKEN 的值。',

  FORBIDDEN: '您的角色没有此权限（{action}）。',
  NOT_FOUND: '{thing}不存在：{id}。',
  LIMIT_REACHED: '{things}最多 {limit} 个。',
  NAME_TAKEN: '已存在名为 {name} 的{thing}。',
  WORKSPACE_NOT_FOUND: '工作空间不存在：{id}。',
  MEMBER_NOT_IN_TENANT: '该用户不属于本租户：{id}。',
  LAST_ADMINISTRATOR: '必须保留至少一名管理员，请先将该角色授予其他用户。',

  NODE_NOT_FOUND: '该环境中不存在此节点：{id}。',
  NODE_ALREADY_FROZEN: '节点已冻结：{nodes}。',
  NODE_NOT_FROZEN: '节点未冻结：{nodes}。',
  NODE_HAS_DESCENDANTS: '存在下游节点，无法下线；请先下线其下游节点：{nodes}。',
  NODE_IS_ROOT: '工作空间的根节点不能下线：{nodes}。',
  NODES_EMPTY: '请至少指定一个节点。',
  NODES_TOO_MANY: '一次请求最多指定 {limit} 个节点。',
  ENVIRONMENT_ABSENT: '简单模式的工作空间没有开发环境。',

  FLOWSPEC_MALFORMED: 'FlowSpec 无法导入；位置 {path}：{problem}。',
  FLOWSPEC_UNSUPPORTED: 'FlowSpec 无法导入：{problem}。',
  FLOWSPEC_CYCLE: 'FlowSpec 无法导入，依赖关系存在环：{cycle}。',

  OPERATION_HELD:
    '操作已被拦截等待检查，尚未生效：扩展程序正在检查。全部通过后将自动执行。流程 {processId}，消息 {messageId}。',
  OPERATION_REFUSED: '操作被扩展程序拒绝，未生效。流程 {processId}：{reason}',
  OPERATION_FAILED: '操作已放行，但执行失败。流程 {processId}：{reason}',
  OPERATION_ENDED: '操作已不在等待检查，结束状态：{state}。',
  OPERATION_NOT_YOURS: '只有发起人可以撤回该操作。',
  OPERATION_UNKNOWN: '此服务器没有操作 {eventCode}。',
  OPERATION_FAULT: '内部故障导致操作未完成，详情见服务器日志。',
  REQUESTER_NOT_ALLOWED: '发起人已不再具有执行该操作的权限。',
  NODES_UNPUBLISHED: '发起之后已下线：{nodes}。',
  NODES_RECURRENCE_CHANGED: '发起之后调度方式已变更：{changes}。',
  NODES_VERSION_CHANGED: '发起之后定义已有新版本：{changes}。',
  NODES_NEW_DESCENDANTS: '发起之后有了新的下游节点：{changes}。',
  MESSAGE_UNKNOWN: '消息不存在：{messageId}。',
  MESSAGE_EXPIRED: '消息已超过三天有效期：{messageId}。',
  EXTENSION_UNKNOWN: '扩展程序不存在：{extensionCode}。',
  EXTENSION_NOT_ASKED: '消息 {messageId} 未请求扩展程序 {extensionCode} 检查。',
  CHECK_CONFLICT: '扩展程序已返回 {given}，以首次结果为准。',
  CALLBACK_WRONG_API: '{eventCode} 的检查结果应通过 {callback} 返回。',
  CHECK_NOT_PASSABLE: '该检查不能人工通过：{problem}。',

  EXTENSION_LEVELS_MIXED: '一个扩展程序只能处理同一级别的扩展点；以下扩展点属于另一级别：{events}。',
  EXTENSION_POINT_UNKNOWN: '没有事件代码为 {eventCode} 的扩展点。',
  EXTENSION_TRANSITION: '状态为“{status}”的扩展程序不能{verb}。',
  EXTENSION_SELF_REVIEW: '提交人不能审批自己的提交。',
  OPTIONS_FORM_INVALID: '选项表单无效；第 {line} 行，位置 {path}：{problem}。',
  OPTIONS_INVALID: '选项与表单不符：{faults}。',
  PARAMETERS_INVALID: '参数无效；第 {line} 行：{problem}。',
  EXTENSION_NOT_PUBLISHED: '只有已发布的扩展程序可以启用。',

  PATTERN_INVALID: '事件模式无效；位置 {path}：{problem}。',
  TARGET_REFUSED: '该事件目标不可用：{problem}。',
  EVENT_BUS_IN_USE: '仍有事件分发通道或其他事件总线指向 {name}，请先将其改到别处。',
  DELIVERY_ENDED: '消息已过期或仍在投递中，不能重新投递。',
}

/** Words that fill a sentence and come from a closed list themselves. */
const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  thing: {
    user: '用户',
    workspace: '工作空间',
    member: '成员',
    node: '节点',
    operation: '操作',
    check: '检查',
    extension: '扩展程序',
    delivery: '投递',
    'event bus': '事件总线',
    rule: '规则',
    target: '事件目标',
    'access key': 'AccessKey ',
    'AccessKey pair': 'AccessKey ',
  },
  state: {
    done: '已执行',
    refused: '已拒绝',
    withdrawn: '已撤回',
    stale: '已失效',
    failed: '执行失败',
    held: '检查中',
  },
  status: {
    testing: '测试中',
    'in-review': '审批中',
    approved: '审批通过',
    rejected: '审批不通过',
    published: '已发布',
    disabled: '已禁用',
  },
  problem: {
    'the operation is not held any more': '操作已不在等待检查',
    'it has not failed': '该检查并非不通过',
    'its message has expired': '其消息已过期',
    'two targets of a rule have the same name': '同一规则的两个事件目标名称相同',
    'the address carries a password': '地址中包含密码',
    'the address carries a fragment, which is never sent': '地址中包含不会发送的片段（#）',
    'a bus cannot lead its events to itself': '事件总线不能把事件发往自身',
    'its address has changed, so its user name and password must be given again': '地址已变更，需重新填写用户名和密码',
    'a user name and password and a SASL mechanism go together': '用户名和密码须与 SASL 认证方式一同填写',
    'what another bus receives is tested at its own targets': '其他事件总线收到的事件，请在其自身的事件目标上测试',
    'an array of expressions or a nested object is expected here': '此处应为表达式数组或嵌套对象',
    'an empty array matches nothing': '空数组不匹配任何内容',
    'an empty object asks for nothing': '空对象没有意义',
    'at most 5 expressions': '最多 5 个表达式',
    'an array cannot stand here': '此处不能是数组',
    'an expression has exactly one operator': '一个表达式只能有一个操作符',
    'exists takes true or false': 'exists 的值为 true 或 false',
    'numeric takes [operator, number] once or twice': 'numeric 的值为一组或两组 [操作符, 数字]',
    'cidr takes a range of addresses such as 10.0.0.0/24 or 2001:db8::/32':
      'cidr 的值为地址段，例如 10.0.0.0/24 或 2001:db8::/32',
    'anything-but takes a value, a list of values, or one prefix or suffix':
      'anything-but 的值为一个值、值的列表，或一个 prefix 或 suffix',
    'a rejection needs a reason': '审批不通过需要填写原因',
  },
  verb: { submitted: '提交', approved: '审批通过', rejected: '审批拒绝', published: '发布', disabled: '禁用' },
}

export function refusalSentence(code: string, details: RefusalDetails): string | undefined {
  return REFUSALS_ZH[code as RefusalCode]?.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = details[name]
    const text = Array.isArray(value) ? value.join('、') : String(value ?? '')
    return WORDS[name]?.[text] ?? text
  })
}
