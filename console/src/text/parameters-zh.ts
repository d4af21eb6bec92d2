import type { ParameterFault, ParameterMeaning, ParameterWarning } from '@holdpoint/core/parameter-lint'

/** What the lines of a parameter text do. The server's own sentences are English. */
const SENTENCES: Readonly<Record<ParameterMeaning | ParameterWarning | ParameterFault, string>> = {
  'workspaces-off': '扩展程序在以下工作空间不生效：{workspaces}。',
  'workspaces-off-too': '扩展程序在以下工作空间也不生效：{workspaces}。',
  'point-off': '扩展点 {point} 在以下工作空间不生效：{workspaces}。',
  'point-off-too': '扩展点 {point} 在以下工作空间也不生效：{workspaces}。',
  'file-type': '扩展点 {point} 检查类型为 {fileType} 的文件，以及 {point} 的其他行列出的类型，不检查其余类型。',
  'file-type-off': '扩展点 {point} 只检查其他行设为 true 的文件类型；按此行，{fileType} 不在其中。',
  'manual-pass': '该扩展程序检查不通过时，管理员可以标记为通过。',
  'manual-pass-off': '该扩展程序检查不通过时，不能标记为通过。',
  own: '自定义参数；扩展程序通过 GetExtension 读取。',
  overridden: '不生效：第 {line} 行的键与此相同，以最后一行为准。',
  'workspaces-unknown': '以下工作空间不存在：{workspaces}。',
  'not-workspaces': '不是工作空间 ID，不起作用：{values}。',
  'no-workspaces': '没有列出任何工作空间。',
  'not-true': '“{value}”不是“true”，不会启用任何功能。',
  'point-unknown': '没有事件代码为 {point} 的扩展点；该行会保留，但不生效。',
  'point-not-watched': '扩展程序不处理 {point}；该行不生效。',
  'point-without-workspace': '{point} 的操作属于租户而不属于工作空间；该行不生效。',
  'points-without-workspace': '该扩展程序所处理的操作属于租户而不属于工作空间；该行不生效。',
  'point-without-files': '{point} 与文件无关；该行不生效。',
  'file-type-not-number': '“{fileType}”不是文件类型的编号；没有文件属于该类型。',
  'no-file-type': '{point} 没有任何一行设为 true，因此不检查任何文件。',
  'not-built-in': '{key} 以内置参数的前缀开头但不是内置参数；作为自定义参数保留。',
  'no-equals-sign': '每行应为 key=value，此行没有等号',
  'no-key': '每行应为 key=value，此行没有键',
  'bad-characters': '含有 NUL 或不完整的字符',
}

export function parameterSentence(code: string, details: Readonly<Record<string, unknown>>): string | undefined {
  if (!Object.hasOwn(SENTENCES, code)) return undefined
  return SENTENCES[code as keyof typeof SENTENCES].replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = details[name]
    return Array.isArray(value) ? value.join('、') : String(value ?? '')
  })
}
