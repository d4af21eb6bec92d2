/**
 * Program types: what kind of program a node runs. The name is what FlowSpec writes as `script.runtime.command`; the number is the
 * `fileType` that messages and the DataWorks dialect show.
 */
const FILE_TYPES: Readonly<Record<string, number>> = {
  // General
  SHELL: 2,
  DIDE_SHELL: 6,
  CHECK: 19,
  PERL: 31,
  VIRTUAL_WORKFLOW: 97,
  COMBINED_NODE: 98,
  VIRTUAL: 99,
  OSS_INSPECT: 239,
  CROSS_TENANTS: 1089,
  CONTROLLER_ASSIGNMENT: 1100,
  CONTROLLER_BRANCH: 1101,
  CONTROLLER_JOIN: 1102,
  CONTROLLER_CYCLE: 1103,
  CONTROLLER_CYCLE_START: 1104,
  CONTROLLER_CYCLE_END: 1105,
  CONTROLLER_TRAVERSE: 1106,
  CONTROLLER_TRAVERSE_START: 1107,
  CONTROLLER_TRAVERSE_END: 1108,
  CONTROLLER_WAIT: 1109,
  SCHEDULER_TRIGGER: 1114,
  PARAM_HUB: 1115,
  FTP_CHECK: 1320,
  SSH: 1321,
  PYTHON: 1322,
  DATA_PUSH: 1332,
  DATA_QUALITY_MONITOR: 1333,
  CUSTOM: 9999,
  // MaxCompute
  HIVE: 3,
  ODPS_XLIB: 8,
  ODPS_PL: 9,
  ODPS_SQL: 10,
  ODPS_MR: 11,
  ODPS_SQL_SCRIPT: 24,
  ODPS_SCRIPT: 24,
  EXTREME_STORAGE: 30,
  YSF_DESEN: 82,
  PY_ODPS: 221,
  PYODPS: 221,
  PYODPS2: 221,
  ODPS_SHARK: 223,
  ODPS_SPARK: 225,
  ODPS_SPARK_SQL: 226,
  COMPONENT_SQL: 1010,
  PYODPS3: 1221,
  SQL_COMPONENT: 3010,
  // Data Integration
  DATAX: 4,
  DATAX2: 20,
  DT: 21,
  CDP: 22,
  DI: 23,
  TT_MERGE: 200,
  DD_MERGE: 222,
  RI: 900,
  // E-MapReduce and CDH
  EMR_HIVE: 227,
  EMR_SPARK: 228,
  EMR_SPARK_SQL: 229,
  EMR_MR: 230,
  EMR_SHELL: 257,
  EMR_SPARK_SHELL: 258,
  EMR_PRESTO: 259,
  EMR_IMPALA: 260,
  EMR_SCOOP: 263,
  EMR_SPARK_STREAMING: 264,
  EMR_HIVE_CLI: 265,
  EMR_STREAMING_SQL: 266,
  EMR_TRINO: 267,
  EMR_KYUUBI: 268,
  CDH_HIVE: 270,
  CDH_SPARK: 271,
  CDH_SPARK_SQL: 272,
  CDH_MR: 273,
  CDH_SHELL: 276,
  CDH_SPARK_SHELL: 277,
  CDH_PRESTO: 278,
  CDH_IMPALA: 279,
  // Algorithms
  XLAB: 87,
  DATASERVICE_STUDIO: 238,
  ALINK: 240,
  PAI: 1002,
  RECOMMEND_PLUS: 1116,
  PAI_STUDIO: 1117,
  PAI_DLC: 1119,
  // Other engines and databases
  HOLOGRES_DEVELOP: 1091,
  HOLOGRES_SQL: 1093,
  HOLOGRES_SYNC_DDL: 1094,
  HOLOGRES_SYNC_DATA: 1095,
  CLICK_SQL: 1301,
  POSTGRESQL: 1302,
  MYSQL: 1303,
  'SQL SERVER': 1304,
  SQLSERVER: 1304,
  DRDS: 1307,
  DB2: 1315,
  BLINK_STREAM_SQL: 2010,
  BLINK_SQL: 2010,
  FLINK_SQL_BATCH: 2011,
  FLINK_SQL_STREAM: 2012,
  BLINK_DATASTREAM: 2019,
  BLINK_BATCH_SQL: 2020,
}

/** What a script in a language is taken for when it names no command. */
const PROGRAM_TYPE_OF_LANGUAGE: Readonly<Record<string, string>> = {
  sql: 'ODPS_SQL',
  'odps-sql': 'ODPS_SQL',
  odps_sql: 'ODPS_SQL',
  python: 'PYODPS3',
  python3: 'PYODPS3',
  python2: 'PYODPS',
  sh: 'DIDE_SHELL',
  shell: 'DIDE_SHELL',
  'shell-script': 'DIDE_SHELL',
}

/** The number of a program type, compared without case; null where none is known. */
export function fileTypeOf(programType: string): number | null {
  const name = programType.trim().toUpperCase()
  return Object.hasOwn(FILE_TYPES, name) ? (FILE_TYPES[name] ?? null) : null
}

export function programTypeOfLanguage(language: string): string | null {
  const name = language.trim().toLowerCase()
  return Object.hasOwn(PROGRAM_TYPE_OF_LANGUAGE, name) ? (PROGRAM_TYPE_OF_LANGUAGE[name] ?? null) : null
}

/** The program type that a number stands for, of several the first; null where none does. */
export function programTypeOf(fileType: number): string | null {
  return Object.keys(FILE_TYPES).find((name) => FILE_TYPES[name] === fileType) ?? null
}
