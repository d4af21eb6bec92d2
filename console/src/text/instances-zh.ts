import type { SameTexts } from './index.ts'
import type { instancesEn } from './instances-en.ts'

export const instancesZh: SameTexts<typeof instancesEn> = {
  instanceStatus: {
    'checking-condition': '条件检查中',
    'checking-quality': '数据质量检查中',
    failed: '运行失败',
    frozen: '已冻结',
    'not-run': '未运行',
    running: '运行中',
    succeeded: '运行成功',
    'waiting-for-resources': '等待资源',
    'waiting-for-time': '等待时间',
  },
  dagKind: {
    backfill: '补数据',
    manual: '手动运行',
    'manual-workflow': '手动业务流程',
    scheduled: '周期调度',
    'smoke-test': '冒烟测试',
    'temporary-workflow': '临时工作流',
  },
}
