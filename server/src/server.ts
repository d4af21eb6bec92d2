/** Joins the parts into a running server on a database that is ready. */

import { readFileSync } from 'node:fs'
import type pg from 'pg'
import pino, { type Logger } from 'pino'
import { buildApp } from './api/app.ts'
import { sealKey } from './audit/chain.ts'
import { startSealer } from './audit/seal.ts'
import { type Config, withBoundPort } from './config.ts'
import { functionSender } from './functions/function-target.ts'
import { startFunctionHosts } from './functions/hosts.ts'
import { functionRuns } from './functions/run.ts'
import { answer, functionOf } from './gate/answer.ts'
import { expire } from './gate/expire.ts'
import { giveUp } from './gate/give-up.ts'
import type { OperationTable } from './gate/operation.ts'
import { startLive } from './live.ts'
import { askUnasked } from './modules/data-development/ask-deployment.ts'
import { toldOfOperation } from './modules/data-development/event-detail.ts'
import { fileOperations } from './modules/data-development/file-operation.ts'
import { runCode } from './modules/data-development/run-code.ts'
import { commitTable, deployTable } from './modules/data-development/submit-table.ts'
import { startBatch, startJob } from './modules/data-integration/start-jobs.ts'
import { keepProgress } from './modules/data-integration/sync-progress.ts'
import { startChecks } from './modules/data-quality/check-round.ts'
import { monitorOperations } from './modules/data-quality/monitors-operations.ts'
import { createRules, deleteRules, updateRule, updateRules } from './modules/data-quality/rules-operations.ts'
import { subscriptionOperations } from './modules/data-quality/subscriptions-operations.ts'
import { alertRound } from './modules/operation-center/alerts.ts'
import { backfillData } from './modules/operation-center/backfill-operation.ts'
import { createNextBackfill } from './modules/operation-center/create-backfills.ts'
import { expireInstances } from './modules/operation-center/expire-instances.ts'
import { generateDays } from './modules/operation-center/generate-day.ts'
import { INSTANCE_KINDS } from './modules/operation-center/instance-operations.ts'
import { freezeNode, unfreezeNode, unpublishNode } from './modules/operation-center/node-operations.ts'
import { startScheduler } from './modules/operation-center/scheduler.ts'
import { mailSender } from './openevent/alert-mail.ts'
import { openAlertSecret } from './openevent/alert-secret.ts'
import { busSender } from './openevent/bus-target.ts'
import { devSender } from './openevent/dev-connection.ts'
import { startDispatcher } from './openevent/dispatch.ts'
import { eventBridgeKeys } from './openevent/eventbridge-key.ts'
import { outboundPolicy, trustAlso } from './openevent/guard.ts'
import { httpSender } from './openevent/http-target.ts'
import { kafkaSender } from './openevent/kafka-target.ts'
import { measured } from './openevent/measured.ts'
import { publisher } from './openevent/publish.ts'
import { rabbitmqSender } from './openevent/rabbitmq-target.ts'
import { startReplica } from './openevent/replica.ts'
import { signer } from './openevent/signer.ts'
import type { Senders } from './openevent/target.ts'
import { targetCache } from './openevent/targets.ts'
import { openIdProvider } from './openid/provider.ts'
import type { Platform } from './platform.ts'
import { requestRate } from './request-rate.ts'
import { startRunners } from './runners/runners.ts'
import { deleteOldAlerts } from './store/alerts.ts'
import { unsealedAgeSeconds } from './store/audit.ts'
import { type Database, openDatabase } from './store/database.ts'
import { lines } from './store/gather.ts'
import { deleteExpired } from './store/housekeeping.ts'
import { deleteOldInvocations } from './store/invocations.ts'
import { migrate } from './store/migrate.ts'
import { deleteOldQualityRuns } from './store/quality-runs.ts'
import { deleteOldSyncMinutes } from './store/sync-jobs.ts'
import { deleteOldTaskConfigs } from './store/sync-task-configs.ts'
import { touchAccessKeys } from './store/users.ts'
import { measureHeld } from './watch/held.ts'
import { measureInstances } from './watch/instances.ts'
import { makeMetrics } from './watch/metrics.ts'

/** Every operation that can be held, by its extension point. A module adds a line here and a file of its own. */
const OPERATIONS: OperationTable = {
  'freeze-node': freezeNode,
  'unfreeze-node': unfreezeNode,
  'undeploy-node': unpublishNode,
  'backfill-data': backfillData,
  'pre-freeze-instance': INSTANCE_KINDS.freeze,
  'pre-unfreeze-instance': INSTANCE_KINDS.unfreeze,
  'pre-kill-instance': INSTANCE_KINDS.terminate,
  'pre-rerun-instance': INSTANCE_KINDS.rerun,
  'pre-set-instance-success': INSTANCE_KINDS['set-success'],
  'run-file': runCode,
  'commit-table': commitTable,
  'deploy-table': deployTable,
  'start-diJob': startJob,
  'batch-start-diJob': startBatch,
  'batch-create-data-quality-rules': createRules,
  'batch-update-data-quality-rules': updateRules,
  'update-data-quality-rule': updateRule,
  'batch-delete-data-quality-rules': deleteRules,
}

const EXPIRE_EVERY_MS = 1_000
/** Answers to one message that are taken at once. */
const MOST_IN_LINE = 100
const ALERTS_EVERY_MS = 2_000
const ALERTS_KEPT_DAYS = 30
const QUALITY_KEPT_DAYS = 400
const SYNC_MINUTES_KEPT_DAYS = 7
const TASK_CONFIGS_KEPT_HOURS = 24
const BACKFILL_EVERY_MS = 500
/** What a replica that is gone has begun to ask for. */
const UNASKED_EVERY_MS = 15_000
const GENERATE_EVERY_MS = 10_000
/** Where it is not said. */
const INSTANCES_KEPT_DAYS = 30
const HOUSEKEEPING_EVERY_MS = 60_000
/** What they used is kept by the day for good. */
const INVOCATIONS_KEPT_DAYS = 7
const SEAL_EVERY_MS = 1_000
/** Of each so many seals one is logged: what was written down elsewhere cannot be replaced unseen. */
const LOG_EVERY_SEALS = 60
const CLOSE_IDLE_EVERY_MS = 20

export type Server = {
  readonly port: number
  readonly db: Database
  readonly platform: Platform
  stop(): Promise<void>
}

type RunnerConfig = Pick<
  Config,
  'tablesDir' | 'duckdbMemoryMb' | 'duckdbFileGb' | 'programsUid' | 'programsMemoryMb' | 'python'
>
/** For whoever starts a server without saying. */
const RUNNER_CONFIG: RunnerConfig = {
  tablesDir: null,
  duckdbMemoryMb: 512,
  duckdbFileGb: 20,
  programsUid: 65_534,
  programsMemoryMb: 1_024,
  python: null,
}

export async function startServer(
  config: Pick<
    Config,
    | 'host'
    | 'port'
    | 'publicUrl'
    | 'publicUrlDerived'
    | 'region'
    | 'requestsPerSecond'
    | 'timeZone'
    | 'outboundAllow'
    | 'outboundDeny'
    | 'outboundCa'
    | 'replicaTimeoutMs'
    | 'poolSize'
    | 'bodyLimitBytes'
    | 'trustProxy'
    | 'metricsToken'
    | 'sessionHours'
    | 'sessionIdleMinutes'
    | 'localPasswords'
    | 'oidcIssuer'
    | 'oidcClientId'
    | 'oidcClientSecret'
    | 'oidcLabel'
    | 'oidcTenant'
    | 'oidcUserClaim'
    | 'oidcCreateUsers'
    | 'oidcRole'
  > &
    Partial<Pick<Config, 'functions' | 'scheduler' | 'instancesKeptDays' | 'smtpUrl' | 'smtpFrom'>> &
    Partial<RunnerConfig>,
  connection: pg.ClientConfig,
  secretKey: Buffer,
  log: Logger = pino({ level: 'silent' }),
): Promise<Server> {
  await migrate(connection)
  const db = openDatabase({ ...connection, max: config.poolSize })
  const logFault = (error: unknown, about: Readonly<Record<string, unknown>>) =>
    log.error({ err: error, ...about }, 'fault')
  const nowMs = Date.now
  const live = startLive(connection, (channel, payload) => db.rows('select pg_notify($1, $2)', [channel, payload]))
  const outbound = outboundPolicy(config.outboundAllow, config.outboundDeny)
  const authorities = config.outboundCa === null ? null : readFileSync(config.outboundCa, 'utf8')
  if (authorities !== null) trustAlso(authorities)
  let { publicUrl } = config
  const eventBridgeKey = eventBridgeKeys({ db, secretKey, nowMs, logFault })
  const metrics = makeMetrics()
  const functions = startFunctionHosts({ outbound, metrics, log, required: config.functions })
  const runners = startRunners({
    ...RUNNER_CONFIG,
    ...config,
    outbound,
    secretKey,
    authorities,
    logFault,
  })
  const runs = functionRuns({ db, hosts: functions, secretKey })
  const sign = signer({ eventBridgeKey, publicUrl: () => publicUrl, nowMs })
  const senders: Senders = {
    http: httpSender(outbound, sign),
    kafka: kafkaSender(outbound),
    rabbitmq: rabbitmqSender(outbound),
    bus: busSender({ db, wake: () => dispatcher.wake(), logFault }),
    function: functionSender({
      db,
      runs,
      toldOf: (of) => toldOfOperation(db, of),
      answer: async ({ tenantId, ...given }) =>
        await answer(platform, functionOf(tenantId), { ...given, api: 'function' }),
      giveUp: async (given) => await giveUp(platform, given),
      logFault,
    }),
    dev: devSender,
  }
  const onChange = (targetId: number) => {
    for (const sender of Object.values(senders)) sender.forget?.(targetId)
  }
  const targets = targetCache({ db, live, secretKey, nowMs, logFault, onChange })
  const { region, replicaTimeoutMs } = config
  const heartbeats = openDatabase({
    ...connection,
    max: 1,
    connectionTimeoutMillis: replicaTimeoutMs,
    statement_timeout: replicaTimeoutMs,
  })
  const replica = startReplica({
    db: heartbeats,
    timeoutMs: replicaTimeoutMs,
    log: (sentence) => log.info(sentence),
    logFault,
    onLost() {
      dispatcher.lose()
      scheduler?.lose()
      checks?.lose()
    },
    onAlive() {
      dispatcher.wake()
      scheduler?.wake()
    },
  })
  const dispatcher = startDispatcher({
    db,
    replica,
    targets,
    senders: measured(senders, metrics),
    live,
    region,
    nowMs,
    ended: (kind, state) => metrics.deliveries.inc({ kind, state }),
    logFault,
  })
  metrics.beforeScrape(() => {
    for (const [what, value] of Object.entries(dispatcher.state())) metrics.dispatcher.set({ what }, Number(value))
  })
  const publish = publisher(dispatcher.dispatch, config.region)
  const scheduler =
    config.scheduler === 'off'
      ? null
      : startScheduler({
          ...{ db, replica, runners, live, publish, metrics, timeZone: config.timeZone, logFault },
          onProgress: keepProgress({ db, live, metrics }),
        })
  metrics.beforeScrape(() => metrics.runningPrograms.set(scheduler?.state().running ?? 0))
  measureInstances({ db, metrics, nowMs, logFault })
  metrics.beforeScrape(async () => {
    const ageSeconds = await unsealedAgeSeconds(db).catch(() => null)
    if (ageSeconds !== null) metrics.auditUnsealedAge.set(ageSeconds)
  })
  const checks =
    config.scheduler === 'off'
      ? null
      : startChecks({ db, replica, runners, live, publish, timeZone: config.timeZone, logFault })
  const mail = mailSender({ smtpUrl: null, smtpFrom: null, ...config })
  const platform: Platform = {
    db,
    together: db.groups(),
    inLine: lines(MOST_IN_LINE),
    asked: new Map(),
    operations: {
      ...OPERATIONS,
      ...fileOperations(config.timeZone),
      ...monitorOperations(secretKey),
      ...subscriptionOperations(secretKey),
    },
    publish,
    live,
    logFault,
    secretKey,
    region,
    timeZone: config.timeZone,
    outbound,
    senders,
    targets,
    sign,
    functions,
    canSendMail: mail !== null,
    runners,
    wakeDispatcher: dispatcher.wake,
    mayDeliver: () => dispatcher.state().alive,
    nowMs,
    log,
    usedAccessKeys: new Set(),
    runs,
    testRuns: new Map(),
    testing: new Map(),
    signingKeys: new Map(),
    requestRate: requestRate(config.requestsPerSecond || null),
    nodeWorkspaces: new Map(),
    signIn: {
      sessionSeconds: config.sessionHours * 3600,
      idleSeconds: config.sessionIdleMinutes * 60,
      localPasswords: config.localPasswords,
      publicUrl: () => publicUrl,
      provider: openIdProvider(config, nowMs, (fields) => log.warn(fields, 'OpenID Connect')),
    },
    bodyLimitBytes: config.bodyLimitBytes,
    metrics,
    metricsToken: config.metricsToken,
    heldNow: measureHeld({ db, metrics, nowMs, logFault }),
  }
  const sealer = startSealer({
    db,
    key: sealKey(secretKey),
    sealed({ number, hash, entryCount }) {
      const fields = { auditSeal: number, hash: hash.toString('hex'), entryCount }
      if (number % LOG_EVERY_SEALS === 0) log.info(fields, 'audit trail sealed')
    },
    cutBack: (seen, found) =>
      log.error(
        { auditSeal: seen.number, hash: seen.hash.toString('hex'), found: found.number },
        'a seal of the audit trail that was there is gone: verify it',
      ),
  })
  const timers = [
    every(SEAL_EVERY_MS, () => sealer.round()),
    every(EXPIRE_EVERY_MS, async () => {
      while ((await expire(platform)) > 0);
    }),
    every(ALERTS_EVERY_MS, () =>
      alertRound({
        db,
        publish: platform.publish,
        timeZone: config.timeZone,
        publicUrl: () => publicUrl,
        http: senders.http,
        mail,
        openSecret: (of, sealed) => openAlertSecret(secretKey, of, sealed),
        changed: ({ tenantId, workspaceId }) =>
          live.publish({ kind: 'alert', tenantId, workspaceId, id: String(workspaceId) }),
      }),
    ),
    every(BACKFILL_EVERY_MS, async () => {
      while (await createNextBackfill(platform));
    }),
    every(UNASKED_EVERY_MS, () => askUnasked(platform)),
    every(GENERATE_EVERY_MS, async () => {
      for (const { tenantId, day, instanceCount } of await generateDays({ db, timeZone: config.timeZone }))
        if (instanceCount > 0) log.info({ tenantId, day, instanceCount }, 'instances of a day generated')
    }),
    every(HOUSEKEEPING_EVERY_MS, async () => {
      const used = [...platform.usedAccessKeys]
      platform.usedAccessKeys.clear()
      if (used.length > 0) await touchAccessKeys(db, used)
      await deleteExpired(db, platform.signIn.idleSeconds)
      await deleteOldInvocations(db, INVOCATIONS_KEPT_DAYS)
      await deleteOldAlerts(db, ALERTS_KEPT_DAYS)
      await deleteOldQualityRuns(db, QUALITY_KEPT_DAYS)
      await deleteOldSyncMinutes(db, SYNC_MINUTES_KEPT_DAYS)
      await deleteOldTaskConfigs(db, TASK_CONFIGS_KEPT_HOURS)
      await expireInstances({ db, publish }, config.instancesKeptDays ?? INSTANCES_KEPT_DAYS)
    }),
  ]

  function every(ms: number, work: () => Promise<unknown>): () => Promise<void> {
    let underway: Promise<void> | null = null
    const timer = setInterval(() => {
      underway ??= work()
        .catch((error) => logFault(error, { timer: ms }))
        .then(() => {
          underway = null
        })
    }, ms)
    return async () => {
      clearInterval(timer)
      await underway
    }
  }

  const app = await buildApp(platform, { trustProxy: config.trustProxy })
  let underway = 0
  app.server.on('request', (_request, response) => {
    underway++
    response.once('close', () => underway--)
  })
  async function stop(): Promise<void> {
    // What has arrived is answered. Connections on which nothing is under way are not waited for: those kept alive, whose last answer came after
    // the closing had begun, and those that browsers open in advance.
    const closing = setInterval(() => {
      if (underway === 0) app.server.closeAllConnections()
    }, CLOSE_IDLE_EVERY_MS)
    await app.close().finally(() => clearInterval(closing))
    await Promise.all(timers.map((end) => end()))
    await scheduler?.stop()
    await checks?.stop()
    await runners.close()
    await dispatcher.stop()
    await replica.stop()
    await functions.close()
    await heartbeats.close()
    // What the last moments have written is sealed too, where the database is still there.
    await sealer
      .round()
      .then(() => sealer.round())
      .catch((error) => logFault(error, { sealing: 'at the end' }))
    await live.stop()
    await db.close()
  }
  try {
    await app.listen({ host: config.host, port: config.port })
  } catch (error) {
    await stop()
    throw error
  }
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : config.port
  publicUrl = withBoundPort(config, port).publicUrl
  return { port, db, platform, stop }
}
