import type { functionsAuditEn, functionsEn } from './functions-en.ts'

type Same<T> = { readonly [K in keyof T]: T[K] extends string ? string : Same<T[K]> }

export const functionsZh = {
  function: {
    targetFunction: '函数',
    targetHint: '函数会收到事件，但没有操作等待其结果，因此返回值不会被读取。',
    targetNone: '当前租户没有以函数方式部署的扩展程序。',
    straight: '直接发往函数，不经过事件总线',
    envelope: '函数实际收到的内容，逐字节一致',
    failed: '函数失败',
    failedBlocks: '函数每次运行均失败，视为不通过。',
    failedPasses: '函数每次运行均失败，视为通过。',
    waitRun: '函数正在运行。',
    waitAgain: '函数尚未给出结果，系统会自动再次运行。',
    runs: '函数的运行记录',
  },
} satisfies Same<typeof functionsEn>

export const functionsAuditZh = {
  checkGiveUp: '扩展程序 {{extension}} 的函数在 {{attempts}} 次尝试后被放弃',
  functionDelivery: '修改扩展程序 {{extension}} 的函数的调用方式',
  functionTest: '试运行扩展程序 {{extension}} 的函数',
} satisfies Same<typeof functionsAuditEn>
