import { describe, expect, test } from 'vitest'
import shopPipeline from '../../../examples/shop-pipeline.flowspec.json' with { type: 'json' }
import allDependTypes from '../../../test/fixtures/flowspec/all_depend_types.json' with { type: 'json' }
import branch from '../../../test/fixtures/flowspec/branch.json' with { type: 'json' }
import combinedNode from '../../../test/fixtures/flowspec/combined_node.json' with { type: 'json' }
import manualTrigger from '../../../test/fixtures/flowspec/cycle_node_assignment.json' with { type: 'json' }
import singleNode from '../../../test/fixtures/flowspec/cycle_node_odps_sql_full.json' with { type: 'json' }
import subProcess from '../../../test/fixtures/flowspec/cycle_node_subprocess_minimal.json' with { type: 'json' }
import workflowAlone from '../../../test/fixtures/flowspec/cycle_workflow_full.spec.json' with { type: 'json' }
import doWhile from '../../../test/fixtures/flowspec/dowhile.json' with { type: 'json' }
import emr from '../../../test/fixtures/flowspec/emr.json' with { type: 'json' }
import example from '../../../test/fixtures/flowspec/example.json' with { type: 'json' }
import expanded from '../../../test/fixtures/flowspec/expanded.json' with { type: 'json' }
import innerFlow from '../../../test/fixtures/flowspec/innerflow.json' with { type: 'json' }
import join from '../../../test/fixtures/flowspec/join.json' with { type: 'json' }
import manualFlow from '../../../test/fixtures/flowspec/manual_flow.json' with { type: 'json' }
import parameterNode from '../../../test/fixtures/flowspec/parameter_node.json' with { type: 'json' }
import realCase from '../../../test/fixtures/flowspec/real_case.json' with { type: 'json' }
import shellPythonSql from '../../../test/fixtures/flowspec/real-case-shell-python-sql-spec.json' with { type: 'json' }
import simple from '../../../test/fixtures/flowspec/simple.json' with { type: 'json' }
import sqlPython from '../../../test/fixtures/flowspec/sql-python-node-spec.json' with { type: 'json' }
import table from '../../../test/fixtures/flowspec/table.json' with { type: 'json' }
import testCase2 from '../../../test/fixtures/flowspec/testcase-2.json' with { type: 'json' }
import { Refusal } from '../refusal.ts'
import { type FlowSpecImport, readFlowSpec } from './flowspec.ts'
import { dependencyEdges, isWorkspaceRootOutput, parameterText } from './node.ts'

const read = (file: unknown) => readFlowSpec(JSON.stringify(file))
const byKey = ({ nodes }: FlowSpecImport, key: string) => nodes.find((node) => node.key === key)!
const edges = ({ nodes }: FlowSpecImport) => dependencyEdges(nodes).map(({ from, to }) => `${from} → ${to}`)

function refusalOf(file: unknown): Refusal {
  try {
    read(file)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('the file was read')
}

describe('files of the vendor, version 1.1 with nodes beside their flow', () => {
  test('simple: scripts by reference, dependencies by node id', () => {
    const file = read(simple)
    expect(file).toMatchObject({ specVersion: '1.1.0', kind: 'CycleWorkflow', workflows: [], externalOutputs: [] })
    expect(file.nodes.map(({ key, name, programType, fileType }) => [key, name, programType, fileType])).toEqual([
      ['start', 'start', 'VIRTUAL', 99],
      ['datax', 'datax', 'DI', 23],
      ['sql', 'sql', 'ODPS_SQL', 10],
    ])
    expect(edges(file)).toEqual(['start → datax', 'datax → sql'])
    expect(byKey(file, 'datax')).toMatchObject({
      script: { path: '/path/to/datax_1.json', language: 'json', content: null },
      parameters: [{ name: 'bizdate', value: simple.spec.variables[0]?.value }],
      inputs: [{ output: 'start', type: 'normal', refTableName: null, upstreamKey: 'start' }],
      outputs: [{ output: 'datax', refTableName: null, isDefault: true, isDeclared: false }],
    })
    expect(file.warnings).toEqual(['spec.scripts[1]: it names no command; ODPS_SQL is taken for its language'])
  })

  test('example: a node elsewhere by reference, and every kind of cross-cycle dependency', () => {
    const file = read(example)
    expect(file.nodes.map(({ key }) => key)).toEqual(['node_1', 'node_2'])
    expect(file.externalOutputs).toEqual(['autotest.table_1'])
    const first = byKey(file, 'node_1')
    expect(first).toMatchObject({
      owner: '123124124',
      cron: '00 00 00 * * ?',
      cycle: 'day',
      startAt: '2023-01-01 00:00:00',
      endAt: '2024-01-01 00:00:00',
      timezone: null,
      recurrence: 'normal',
      priority: 7,
      timeoutSeconds: 4,
      instanceMode: 't+1',
      rerunMode: 'all-allowed',
      rerunTimes: 0,
      rerunIntervalMs: 180_000,
      resourceGroup: 'S_xxx_yyy',
      dataSource: null,
      crossCycle: { self: false, children: false },
      inputs: [{ output: 'autotest.table_1', type: 'normal', refTableName: null, upstreamKey: null }],
    })
    expect(parameterText(first.parameters)).toMatch(/^bizdate=\$\{yyyymmdd\} hour=\$\{hi24mmss\} region=cn-shanghai$/)
    expect(byKey(file, 'node_2')).toMatchObject({
      programType: 'PY_ODPS',
      fileType: 221,
      crossCycle: { self: true, children: true },
      inputs: [{ output: 'autotest.table_1', type: 'cross-cycle-other', refTableName: null, upstreamKey: null }],
    })
    expect(file.warnings).toEqual(['spec.nodes[1].timeout: 4 has no unit and is read as seconds'])
  })

  test('real_case: a schedule of every thirty minutes, a name in place of an id, a name that is null', () => {
    const file = read(realCase)
    expect(file.nodes.map(({ key, name }) => [key, name])).toEqual([
      ['sls_full_access_log', 'sls_full_access_log'],
      ['dw_open_api_invoke_log_details_analyse', 'dw_open_api_invoke_log_details_analyse'],
      ['dw_open_api_invoke_log_details_business', 'cn_shanghai_api_access_detail'],
    ])
    expect(edges(file)).toEqual([
      'sls_full_access_log → dw_open_api_invoke_log_details_analyse',
      'dw_open_api_invoke_log_details_analyse → dw_open_api_invoke_log_details_business',
    ])
    expect(file.externalOutputs).toEqual(['dataworks_analyze.8674738_out'])
    expect(file.nodes.every(({ cycle, resourceGroup }) => cycle === 'minute' && resourceGroup === null)).toBe(true)
    expect(byKey(file, 'dw_open_api_invoke_log_details_business').script?.content).toBe('show tables;')
  })

  test('branch: what a branch node gives to its branches are its outputs', () => {
    const file = read(branch)
    expect(byKey(file, 'branch')).toMatchObject({ programType: 'CONTROLLER_BRANCH', fileType: 1101 })
    expect(byKey(file, 'branch').outputs.map(({ output }) => output)).toEqual(['autotest.branch_1'])
    expect(byKey(file, 'branch').branches).toEqual([
      { when: 'a == 1', output: 'autotest.branch_1' },
      { when: 'a == 2', output: 'autotest.branch_1' },
    ])
    expect(edges(file)).toEqual(['branch → branch_1', 'branch → branch_2'])
  })

  test('join: a join node waits for the branches it judges', () => {
    const file = read(join)
    expect(byKey(file, 'join_1').programType).toBe('CONTROLLER_JOIN')
    expect(edges(file)).toEqual([1, 2, 3, 4].map((branchNumber) => `join_branch_${branchNumber} → join_1`))
  })

  test('parameter_node: a node without a script that gives variables', () => {
    expect(read(parameterNode).nodes).toMatchObject([
      { key: 'param_1', programType: 'PARAM_HUB', fileType: 1115, script: null },
    ])
  })

  test('innerflow: what loops hold stays inside them, each with its own dependencies', () => {
    const file = read(innerFlow)
    expect(file.nodes.map(({ key }) => key)).toEqual(['node_1', 'node_2', 'do_while_1', 'foreach_1'])
    expect(edges(file)).toEqual(['node_1 → node_2', 'do_while_1 → node_2', 'foreach_1 → node_2'])
    const loop = byKey(file, 'do_while_1')
    expect(loop).toMatchObject({ programType: 'CONTROLLER_CYCLE', fileType: 1103 })
    expect(loop.innerNodes.map(({ key, parentKey }) => [key, parentKey])).toEqual(
      ['sql11', 'sql12', 'shell13', 'while'].map((key) => [key, 'do_while_1']),
    )
    expect(dependencyEdges(loop.innerNodes)).toEqual([
      { from: 'sql11', to: 'shell13' },
      { from: 'sql12', to: 'shell13' },
    ])
    expect(dependencyEdges(byKey(file, 'foreach_1').innerNodes)).toEqual(
      ['sql1', 'sql2', 'shell1'].map((from) => ({ from, to: 'end' })),
    )
  })

  test('dowhile: an exported workflow with a name of its own', () => {
    const file = read(doWhile)
    expect(file.workflows).toEqual([
      {
        key: '8713280350510274174',
        name: 'flow240514_01',
        owner: '064152',
        description: '',
        cron: null,
        cycle: null,
        nodeKeys: ['8745734768222459575'],
      },
    ])
    expect(file.externalOutputs).toEqual(['autotest_root', '7357222347128571852'])
    const [loop] = file.nodes
    expect(loop).toMatchObject({
      name: 'dowhile0514_01',
      rerunTimes: 3,
      timeoutSeconds: null,
      workflowKey: '8713280350510274174',
    })
    expect(loop?.inputs).toEqual([
      { output: 'autotest_root', type: 'normal', refTableName: null, upstreamKey: null },
      { output: '7357222347128571852', type: 'normal', refTableName: 'vt0514_001', upstreamKey: null },
    ])
    const names = new Map(loop?.innerNodes.map(({ key, name }) => [key, name]))
    expect(dependencyEdges(loop?.innerNodes ?? []).map(({ from, to }) => [names.get(from), names.get(to)])).toEqual([
      ['cycle_start', 'sql_dowhile_01'],
      ['sql_dowhile_01', 'cycle_end'],
    ])
  })

  test('combined_node: the nodes of a combined node stay inside it', () => {
    const [node, ...others] = read(combinedNode).nodes
    expect(others).toEqual([])
    expect(node).toMatchObject({ programType: 'COMBINED_NODE', fileType: 98, owner: '123124124' })
    expect(node?.innerNodes.map(({ key, owner }) => [key, owner])).toEqual(
      ['sql11', 'sql12', 'shell13'].map((key) => [key, '123124124']),
    )
  })

  test('all_depend_types: a frozen node; what a self-dependency points at is not read', () => {
    const [node] = read(allDependTypes).nodes
    expect(node).toMatchObject({
      name: '调度参数设置1',
      recurrence: 'pause',
      crossCycle: { self: true, children: false },
    })
    expect(node?.inputs.map(({ output, type }) => [output, type])).toEqual([
      ['5a550dd3c0fb40e5b1455ff3dd998da7', 'normal'],
      ['yin_zdh_wudong_zt_dw_dw_case001', 'cross-cycle-other'],
      ['dw_scheduler_pre.16549628_out', 'cross-cycle-other'],
      ['yin_test_fabu_maoyan_mr', 'cross-cycle-other'],
      ['dw_scheduler_pre.adm_ant_start_boyan_autotest_01_td_clonerzfz', 'normal'],
      ['dw_scheduler_pre.nodefortestone', 'normal'],
      ['f6cbb79aa27540dc9d3f055a639436b1', 'normal'],
    ])
  })

  test('emr: a job that is configured has its configuration as its script', () => {
    const [node] = read(emr).nodes
    expect(node).toMatchObject({ programType: 'EMR_HIVE', fileType: 227 })
    expect(JSON.parse(node?.script?.content ?? '')).toEqual(
      (emr.spec.nodes[0] as { script: { content: unknown } }).script.content,
    )
  })

  test('testcase-2: an input that names no output is left out with a remark', () => {
    const file = read(testCase2)
    expect(file.nodes).toMatchObject([{ name: 'dws_chat_history_fdt', inputs: [] }])
    expect(file.warnings).toEqual(['spec.nodes[0].inputs.nodeOutputs[0]: the input names no output and is left out'])
  })
})

test('version 1.0: the members of spec stand in the document itself', () => {
  const file = read(expanded)
  expect(file.specVersion).toBe('1.0.0')
  expect(edges(file)).toEqual([
    'sls_full_access_log → analyze_region_api_access_log',
    'analyze_region_api_access_log → cn_shanghai_api_access_detail',
  ])
  expect(byKey(file, 'sls_full_access_log')).toMatchObject({
    owner: '064152',
    resourceGroup: 'S_res_group_121313212312',
    dataSource: { name: 'odps_first', type: null },
    cron: '00 */30 00-23 * * ?',
  })
  expect(file.warnings).toEqual(['nodes[1].timeout: 4 has no unit and is read as seconds'])
})

describe('files of the vendor with workflows that hold their nodes', () => {
  test('shell, python, sql: Chinese names, dependencies by output alone, a workflow without id and name', () => {
    const file = read(shellPythonSql)
    expect(file.nodes.map(({ name, fileType, workflowKey }) => [name, fileType, workflowKey])).toEqual([
      ['Shell导入海豚测试', 6, 'spec.workflows[0]'],
      ['PYODPS3导入海豚测试', 1221, 'spec.workflows[0]'],
      ['SQL导入海豚测试', 10, 'spec.workflows[0]'],
    ])
    expect(edges(file)).toEqual([
      '8638341898766757086 → 8898729950467045040',
      '8898729950467045040 → 8204310273201954362',
    ])
    expect(file.externalOutputs).toEqual(['dw_scheduler_pre_root'])
    expect(file.externalOutputs.every(isWorkspaceRootOutput)).toBe(true)
    expect(file.nodes[1]).toMatchObject({
      dataSource: { name: 'odps_first', type: 'odps' },
      resourceGroup: 'wengzi_test',
      timezone: 'Asia/Shanghai',
      rerunTimes: 3,
      inputs: [
        { output: '8638341898766757086', refTableName: 'Shell导入海豚测试', upstreamKey: '8638341898766757086' },
      ],
    })
    expect(file.workflows).toMatchObject([{ name: null, nodeKeys: file.nodes.map(({ key }) => key) }])
  })

  test('version 1.2: the schedule is completed from the workflow, a year field of * is dropped', () => {
    const file = read(sqlPython)
    expect(file.workflows).toMatchObject([
      { key: '14022094338528', name: 'sql-python工作流', owner: '1', cron: '0 0 2 * * ?', cycle: 'day' },
    ])
    expect(edges(file)).toEqual(['14022067659489 → 14022084350176'])
    expect(file.nodes[1]).toMatchObject({
      name: 'python节点',
      owner: '1',
      cron: '0 0 2 * * ?',
      endAt: '2124-06-21 00:00:00',
      priority: 1,
      rerunTimes: 0,
      rerunIntervalMs: 60_000,
      instanceMode: 't+1',
    })
    expect(file.warnings).toContain(
      'spec.workflows[0].nodes[0].priority: 2 is no level of the scheduler (1, 3, 5, 7, 8); 1 is taken',
    )
  })

  test('a workflow without nodes is read as one, and says that its dependencies are not', () => {
    const file = read(workflowAlone)
    expect(file).toMatchObject({ specVersion: null, nodes: [], externalOutputs: [] })
    expect(file.workflows).toMatchObject([{ key: '5479743988095323770', name: '{name}', nodeKeys: [] }])
    expect(file.warnings).toEqual([
      'version: the file names no version of the format; it is read all the same',
      'spec: it holds no nodes of its own',
      'spec.flow[0].depends[0]: the workflow holds no nodes, so its dependencies are left out',
      'spec.flow[0].depends[1]: the workflow holds no nodes, so its dependencies are left out',
    ])
  })
})

describe('files of the vendor that hold a single node', () => {
  test('inputs and dependencies together are what it waits for', () => {
    const file = read(singleNode)
    expect(file.kind).toBe('Node')
    expect(file.nodes).toMatchObject([{ key: '5479743988095323770', timezone: 'GMT+08:00', fileType: 10 }])
    expect(file.externalOutputs).toEqual(['lwt_test_newIde.mycustom_{name}_input1', 'lwt_test_newide_root'])
  })

  test('a node without an id goes by its name', () => {
    expect(read(subProcess).nodes).toMatchObject([
      { key: 'subprocess4', name: 'subprocess4', programType: 'SUB_PROCESS', fileType: null, innerNodes: [] },
    ])
  })
})

describe('files of the vendor that hold what somebody starts', () => {
  test('a manual workflow', () => {
    const { kind, nodes } = read(manualFlow)
    expect(kind).toBe('ManualWorkflow')
    expect(nodes.map(({ key, trigger, cron }) => [key, trigger, cron])).toEqual(
      ['start', 'datax', 'sql', 'end'].map((key) => [key, 'manual', null]),
    )
  })

  test('a manual node', () => {
    expect(read(manualTrigger).nodes).toMatchObject([{ name: 'assign1', trigger: 'manual', cron: null, cycle: null }])
  })

  test('a table', () => {
    expect(refusalOf(table).details).toEqual({ path: 'spec', problem: 'it has neither nodes nor workflows' })
  })
})

describe('the shop pipeline of the examples', () => {
  const file = read(shopPipeline)

  test('is read without a remark', () => {
    expect(file.warnings).toEqual([])
    expect(file.externalOutputs).toEqual(['shop_root'])
    expect(file.workflows.map(({ name, cycle, nodeKeys }) => [name, cycle, nodeKeys.length])).toEqual([
      ['shop_nightly', 'day', 19],
      ['shop_hourly', 'hour', 1],
    ])
  })

  test('runs from ingestion to the reports', () => {
    const names = new Map(file.nodes.map(({ key, name }) => [key, name]))
    const named = dependencyEdges(file.nodes).map(({ from, to }) => `${names.get(from)} → ${names.get(to)}`)
    expect(named).toEqual([
      'shop_start → di_orders',
      'shop_start → di_customers',
      'di_orders → ods_orders',
      'di_customers → ods_customers',
      'ods_orders → dwd_order_items',
      'ods_customers → dwd_customers',
      'dwd_order_items → 订单日汇总',
      'dwd_order_items → 客户分层',
      'dwd_customers → 客户分层',
      '订单日汇总 → ads_sales_report',
      '客户分层 → ads_customer_report',
      '订单日汇总 → ads_coupon_report',
      'ads_sales_report → publish_reports',
      'ads_customer_report → publish_reports',
      '订单日汇总 → tmp_order_reconciliation',
      'dwd_order_items → tmp_campaign_check',
      '订单日汇总 → ads_weekly_report',
      'ads_sales_report → first_of_month',
      'first_of_month → ads_month_report',
      'first_of_month → ads_daily_digest',
    ])
  })

  test('has a frozen node, two temporary leaves and every kind of program it is meant to show', () => {
    expect(file.nodes.filter(({ recurrence }) => recurrence === 'pause').map(({ name }) => name)).toEqual([
      'ads_coupon_report',
    ])
    const waitedFor = new Set(dependencyEdges(file.nodes).map(({ from }) => from))
    const leaves = file.nodes.filter(({ key, name }) => !waitedFor.has(key) && name.startsWith('tmp_'))
    expect(leaves.map(({ name }) => name)).toEqual(['tmp_order_reconciliation', 'tmp_campaign_check'])
    expect(new Set(file.nodes.map(({ fileType }) => fileType))).toEqual(new Set([99, 10, 1101]))
    expect(file.nodes.filter(({ script }) => script?.content == null).map(({ programType }) => programType)).toEqual([
      'VIRTUAL',
      'CONTROLLER_BRANCH',
    ])
  })
})
