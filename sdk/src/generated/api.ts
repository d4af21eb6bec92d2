/** Generated from the server's table of routes by `npm run generate`. */

export type TenantRole =
  | 'account-owner'
  | 'full-access'
  | 'tenant-administrator'
  | 'open-platform-administrator'
  | 'tenant-security-administrator'
export type WorkspaceRole =
  'owner' | 'administrator' | 'developer' | 'operator' | 'deployer' | 'security-administrator' | 'visitor'
export type CheckState =
  'waiting' | 'not-routed' | 'undelivered' | 'OK' | 'WARN' | 'FAIL' | 'passed-by-hand' | 'expired' | 'function-failed'
export type DagKind = 'scheduled' | 'manual' | 'smoke-test' | 'backfill' | 'temporary-workflow' | 'manual-workflow'
export type InstanceStatus =
  | 'not-run'
  | 'waiting-for-time'
  | 'waiting-for-resources'
  | 'running'
  | 'failed'
  | 'succeeded'
  | 'checking-quality'
  | 'checking-condition'
export type InstanceOperationName = 'freeze' | 'unfreeze' | 'terminate' | 'rerun' | 'set-success'
export type TaskType =
  'normal' | 'manual' | 'pause' | 'skip' | 'skip-unchosen' | 'skip-cycle' | 'condition-unchosen' | 'realtime-expired'
export type BackfillState =
  'creating' | 'failed-to-create' | 'waiting-to-start' | 'running' | 'paused' | 'cancelled' | 'failed' | 'succeeded'
export type BackfillMode = 'current' | 'descendants' | 'massive' | 'advanced' | 'chain'
export type BackfillVerb = 'start' | 'pause' | 'resume' | 'cancel' | 'rerun-failed'
export type QualityStatus = 'Passed' | 'Warned' | 'Critical' | 'Error' | 'Skipped'
export type FileBodyInput =
  | {
      kind: 'node'
      /**
       * What is found in the SQL
       */
      parsing: {
        /**
         * False: inputs and outputs are written by hand, and the content need not parse
         */
        on: boolean
        /**
         * Found in the content when it was last saved; what a request says is not looked at
         *
         * @maxItems 1000
         */
        inputs?: string[]
        /**
         * @maxItems 1000
         */
        outputs?: string[]
        /**
         * Found, and left out by hand
         *
         * @maxItems 1000
         */
        ignored?: string[]
      }
      definition: NodeDefinition
    }
  | {
      kind: 'resource'
      resourceType: 'file' | 'python' | 'jar' | 'archive'
      encoding: 'text' | 'base64'
      content: string
    }
  | {
      kind: 'function'
      dataSource: string | null
      /**
       * The one statement that creates or replaces it
       */
      content: string
    }
export type FileBody =
  | {
      kind: 'node'
      /**
       * What is found in the SQL
       */
      parsing: {
        /**
         * False: inputs and outputs are written by hand, and the content need not parse
         */
        on: boolean
        /**
         * Found in the content when it was last saved; what a request says is not looked at
         *
         * @maxItems 1000
         */
        inputs: string[]
        /**
         * @maxItems 1000
         */
        outputs: string[]
        /**
         * Found, and left out by hand
         *
         * @maxItems 1000
         */
        ignored: string[]
      }
      definition: NodeDefinition
    }
  | {
      kind: 'resource'
      resourceType: 'file' | 'python' | 'jar' | 'archive'
      encoding: 'text' | 'base64'
      content: string
    }
  | {
      kind: 'function'
      dataSource: string | null
      /**
       * The one statement that creates or replaces it
       */
      content: string
    }
/**
 * What a rule watches: scheduled instances in production, or backfills
 */
export type AlertWatch =
  | {
      kind: 'ERROR'
      /**
       * null: every node of the workspace
       */
      nodeIds: number[] | null
    }
  | {
      kind: 'TIMEOUT'
      /**
       * null: every node of the workspace
       */
      nodeIds: number[] | null
      minutes: number
    }
  | {
      kind: 'UNFINISHED'
      /**
       * null: every node of the workspace
       */
      nodeIds: number[] | null
      /**
       * Time of the day after the business date; from 24:00 on, of the day after that
       */
      by: string
    }
  | {
      kind: 'CYCLE_UNFINISHED'
      /**
       * @minItems 1
       * @maxItems 100
       */
      nodeIds: number[]
      /**
       * After the time of the cycle
       */
      minutes: number
    }
  | {
      kind: 'FINISHED'
      /**
       * null: every node of the workspace
       */
      nodeIds: number[] | null
    }
  | {
      kind: 'BACKFILL'
      /**
       * Which ends of backfills; one that asks for more itself is told of as well
       */
      ends: 'Success' | 'Failure' | 'SuccessFailure'
    }
export type ExtensionStatus = 'testing' | 'published' | 'disabled' | 'in-review' | 'approved' | 'rejected'
/**
 * superseded: a newer one was published; discarded: it was given up
 */
export type VersionStatus =
  'testing' | 'published' | 'disabled' | 'in-review' | 'approved' | 'rejected' | 'superseded' | 'discarded'
export type InvocationOutcome = 'answered' | 'told' | 'no-result' | 'threw' | 'timed-out' | 'out-of-memory' | 'stopped'
export type TargetKind = 'http' | 'kafka' | 'rabbitmq' | 'bus' | 'function'
export type NewTargetInput =
  | {
      kind?: 'http'
      endpoint: string
      settings?: HttpSettings
      name: string
      /**
       * Extension codes it serves; null serves all
       */
      serves?: string[] | null
      /**
       * BACKOFF_RETRY: 3 retries, each after 10 to 20 seconds. EXPONENTIAL_DECAY_RETRY: 176 tries within a day, after 1, 2, 4 … 512 seconds
       */
      retryPolicy?: 'BACKOFF_RETRY' | 'EXPONENTIAL_DECAY_RETRY'
      /**
       * When a delivery has used up its retries: ALL, the later ones go on; NONE, they wait until it is replayed or dropped
       */
      errorsTolerance?: 'ALL' | 'NONE'
      /**
       * How many deliveries are under way to the target at once
       */
      maxConcurrency?: number
    }
  | {
      kind: 'kafka'
      settings: KafkaSettings
      /**
       * Left out: those that are kept stay; null: none are kept any more
       */
      credentials?: BrokerCredentials | null
      name: string
      /**
       * Extension codes it serves; null serves all
       */
      serves?: string[] | null
      /**
       * BACKOFF_RETRY: 3 retries, each after 10 to 20 seconds. EXPONENTIAL_DECAY_RETRY: 176 tries within a day, after 1, 2, 4 … 512 seconds
       */
      retryPolicy?: 'BACKOFF_RETRY' | 'EXPONENTIAL_DECAY_RETRY'
      /**
       * When a delivery has used up its retries: ALL, the later ones go on; NONE, they wait until it is replayed or dropped
       */
      errorsTolerance?: 'ALL' | 'NONE'
      /**
       * How many deliveries are under way to the target at once
       */
      maxConcurrency?: number
    }
  | {
      kind: 'rabbitmq'
      settings: RabbitmqSettingsInput
      /**
       * Left out: those that are kept stay; null: none are kept any more
       */
      credentials?: BrokerCredentials | null
      name: string
      /**
       * Extension codes it serves; null serves all
       */
      serves?: string[] | null
      /**
       * BACKOFF_RETRY: 3 retries, each after 10 to 20 seconds. EXPONENTIAL_DECAY_RETRY: 176 tries within a day, after 1, 2, 4 … 512 seconds
       */
      retryPolicy?: 'BACKOFF_RETRY' | 'EXPONENTIAL_DECAY_RETRY'
      /**
       * When a delivery has used up its retries: ALL, the later ones go on; NONE, they wait until it is replayed or dropped
       */
      errorsTolerance?: 'ALL' | 'NONE'
      /**
       * How many deliveries are under way to the target at once
       */
      maxConcurrency?: number
    }
  | {
      kind: 'bus'
      settings: BusSettings
      name: string
      /**
       * Extension codes it serves; null serves all
       */
      serves?: string[] | null
      /**
       * BACKOFF_RETRY: 3 retries, each after 10 to 20 seconds. EXPONENTIAL_DECAY_RETRY: 176 tries within a day, after 1, 2, 4 … 512 seconds
       */
      retryPolicy?: 'BACKOFF_RETRY' | 'EXPONENTIAL_DECAY_RETRY'
      /**
       * When a delivery has used up its retries: ALL, the later ones go on; NONE, they wait until it is replayed or dropped
       */
      errorsTolerance?: 'ALL' | 'NONE'
      /**
       * How many deliveries are under way to the target at once
       */
      maxConcurrency?: number
    }
  | {
      kind: 'function'
      settings: FunctionSettings
      name: string
      /**
       * Extension codes it serves; null serves all
       */
      serves?: string[] | null
      /**
       * BACKOFF_RETRY: 3 retries, each after 10 to 20 seconds. EXPONENTIAL_DECAY_RETRY: 176 tries within a day, after 1, 2, 4 … 512 seconds
       */
      retryPolicy?: 'BACKOFF_RETRY' | 'EXPONENTIAL_DECAY_RETRY'
      /**
       * When a delivery has used up its retries: ALL, the later ones go on; NONE, they wait until it is replayed or dropped
       */
      errorsTolerance?: 'ALL' | 'NONE'
      /**
       * How many deliveries are under way to the target at once
       */
      maxConcurrency?: number
    }
export type DeadLetterRefusal = 'EXPIRED' | 'TARGET_GONE' | 'NOT_DEAD'
/**
 * Named ones, or all that fit a filter; at most 1000 are taken at once
 */
export type DeadLetterSelection =
  | {
      /**
       * @minItems 1
       * @maxItems 1000
       */
      ids: number[]
    }
  | {
      /**
       * {}: all that the caller can see
       */
      filter: {
        busId?: number
        targetId?: number
        workspaceId?: number
        eventCode?: string
        /**
         * Code of an extension that is asked, and that the target serves
         */
        extension?: string
        /**
         * Died at this instant or later
         */
        from?: string
        /**
         * Died before this instant
         */
        to?: string
      }
      /**
       * nextCursor of the answer before
       */
      cursor?: string
    }
export type NewDataSourceInput =
  | {
      kind: 'duckdb'
      environment: 'DEV' | 'PROD'
      name: string
    }
  | {
      kind: 'postgresql'
      environment: 'DEV' | 'PROD'
      name: string
      settings: PostgresqlSettingsInput
      password?: string | null
    }
export type NewTarget =
  | {
      kind?: 'http'
      endpoint: string
      settings?: HttpSettings
      name: string
      /**
       * Extension codes it serves; null serves all
       */
      serves: string[] | null
      /**
       * BACKOFF_RETRY: 3 retries, each after 10 to 20 seconds. EXPONENTIAL_DECAY_RETRY: 176 tries within a day, after 1, 2, 4 … 512 seconds
       */
      retryPolicy: 'BACKOFF_RETRY' | 'EXPONENTIAL_DECAY_RETRY'
      /**
       * When a delivery has used up its retries: ALL, the later ones go on; NONE, they wait until it is replayed or dropped
       */
      errorsTolerance: 'ALL' | 'NONE'
      /**
       * How many deliveries are under way to the target at once
       */
      maxConcurrency: number
    }
  | {
      kind: 'kafka'
      settings: KafkaSettings
      /**
       * Left out: those that are kept stay; null: none are kept any more
       */
      credentials?: BrokerCredentials | null
      name: string
      /**
       * Extension codes it serves; null serves all
       */
      serves: string[] | null
      /**
       * BACKOFF_RETRY: 3 retries, each after 10 to 20 seconds. EXPONENTIAL_DECAY_RETRY: 176 tries within a day, after 1, 2, 4 … 512 seconds
       */
      retryPolicy: 'BACKOFF_RETRY' | 'EXPONENTIAL_DECAY_RETRY'
      /**
       * When a delivery has used up its retries: ALL, the later ones go on; NONE, they wait until it is replayed or dropped
       */
      errorsTolerance: 'ALL' | 'NONE'
      /**
       * How many deliveries are under way to the target at once
       */
      maxConcurrency: number
    }
  | {
      kind: 'rabbitmq'
      settings: RabbitmqSettings
      /**
       * Left out: those that are kept stay; null: none are kept any more
       */
      credentials?: BrokerCredentials | null
      name: string
      /**
       * Extension codes it serves; null serves all
       */
      serves: string[] | null
      /**
       * BACKOFF_RETRY: 3 retries, each after 10 to 20 seconds. EXPONENTIAL_DECAY_RETRY: 176 tries within a day, after 1, 2, 4 … 512 seconds
       */
      retryPolicy: 'BACKOFF_RETRY' | 'EXPONENTIAL_DECAY_RETRY'
      /**
       * When a delivery has used up its retries: ALL, the later ones go on; NONE, they wait until it is replayed or dropped
       */
      errorsTolerance: 'ALL' | 'NONE'
      /**
       * How many deliveries are under way to the target at once
       */
      maxConcurrency: number
    }
  | {
      kind: 'bus'
      settings: BusSettings
      name: string
      /**
       * Extension codes it serves; null serves all
       */
      serves: string[] | null
      /**
       * BACKOFF_RETRY: 3 retries, each after 10 to 20 seconds. EXPONENTIAL_DECAY_RETRY: 176 tries within a day, after 1, 2, 4 … 512 seconds
       */
      retryPolicy: 'BACKOFF_RETRY' | 'EXPONENTIAL_DECAY_RETRY'
      /**
       * When a delivery has used up its retries: ALL, the later ones go on; NONE, they wait until it is replayed or dropped
       */
      errorsTolerance: 'ALL' | 'NONE'
      /**
       * How many deliveries are under way to the target at once
       */
      maxConcurrency: number
    }
  | {
      kind: 'function'
      settings: FunctionSettings
      name: string
      /**
       * Extension codes it serves; null serves all
       */
      serves: string[] | null
      /**
       * BACKOFF_RETRY: 3 retries, each after 10 to 20 seconds. EXPONENTIAL_DECAY_RETRY: 176 tries within a day, after 1, 2, 4 … 512 seconds
       */
      retryPolicy: 'BACKOFF_RETRY' | 'EXPONENTIAL_DECAY_RETRY'
      /**
       * When a delivery has used up its retries: ALL, the later ones go on; NONE, they wait until it is replayed or dropped
       */
      errorsTolerance: 'ALL' | 'NONE'
      /**
       * How many deliveries are under way to the target at once
       */
      maxConcurrency: number
    }
export type NewDataSource =
  | {
      kind: 'duckdb'
      environment: 'DEV' | 'PROD'
      name: string
    }
  | {
      kind: 'postgresql'
      environment: 'DEV' | 'PROD'
      name: string
      settings: PostgresqlSettings
      password: string | null
    }

export interface Routes {
  /**
   * How people sign in here
   */
  'GET /sign-in-options': {
    params: {}
    query: {}
    body: undefined
    answer: SignInOptions
  }
  /**
   * Sign in; sets the session cookie
   */
  'POST /session': {
    params: {}
    query: {}
    body: SignIn
    answer: Me
  }
  /**
   * Who is signed in
   */
  'GET /session': {
    params: {}
    query: {}
    body: undefined
    answer: Me
  }
  /**
   * Change the caller's own display name
   */
  'PATCH /session': {
    params: {}
    query: {}
    body: OwnChange
    answer: Me
  }
  /**
   * Sign out
   */
  'DELETE /session': {
    params: {}
    query: {}
    body: undefined
    answer: SignedOut
  }
  /**
   * Change the caller's own password; every other session of theirs ends, and this one goes on under a new cookie
   */
  'POST /session/password': {
    params: {}
    query: {}
    body: PasswordChange
    answer: undefined
  }
  /**
   * Begin to link the caller with their account at the OpenID Connect provider
   */
  'POST /session/openid/link': {
    params: {}
    query: {}
    body: undefined
    answer: ProviderLink
  }
  /**
   * The caller's own sessions, the one used last first
   */
  'GET /sessions': {
    params: {}
    query: {}
    body: undefined
    answer: {
      items: Session[]
      nextCursor: string | null
    }
  }
  /**
   * End all of the caller's own sessions but this one
   */
  'DELETE /sessions': {
    params: {}
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * End one of the caller's own sessions
   */
  'DELETE /sessions/{sessionId}': {
    params: {
      sessionId: string
    }
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * The users of the tenant
   */
  'GET /users': {
    params: {}
    query: {
      limit?: number
      cursor?: string
    }
    body: undefined
    answer: {
      items: User[]
      nextCursor: string | null
    }
  }
  /**
   * Add a user to the tenant
   */
  'POST /users': {
    params: {}
    query: {}
    body: NewUserInput
    answer: UserMade
  }
  /**
   * Change a user: display name, e-mail address, tenant roles, disabled
   */
  'PATCH /users/{userId}': {
    params: {
      userId: number
    }
    query: {}
    body: UserChange
    answer: User
  }
  /**
   * Give a user a one-time password, which must be replaced when signing in; their sessions end
   */
  'POST /users/{userId}/reset-password': {
    params: {
      userId: number
    }
    query: {}
    body: undefined
    answer: UserMade
  }
  /**
   * Let a user try to sign in again after too many failed attempts
   */
  'POST /users/{userId}/unlock': {
    params: {
      userId: number
    }
    query: {}
    body: undefined
    answer: User
  }
  /**
   * Forget who a user is at the OpenID Connect provider; their sessions end
   */
  'POST /users/{userId}/unlink': {
    params: {
      userId: number
    }
    query: {}
    body: undefined
    answer: User
  }
  /**
   * End all sessions of a user
   */
  'DELETE /users/{userId}/sessions': {
    params: {
      userId: number
    }
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * A user's AccessKey pairs
   */
  'GET /users/{userId}/access-keys': {
    params: {
      userId: number
    }
    query: {}
    body: undefined
    answer: {
      items: AccessKey[]
      nextCursor: string | null
    }
  }
  /**
   * Activate or deactivate one of a user's AccessKey pairs
   */
  'PATCH /users/{userId}/access-keys/{accessKeyId}': {
    params: {
      userId: number
      accessKeyId: string
    }
    query: {}
    body: AccessKeyChange
    answer: AccessKey
  }
  /**
   * Delete one of a user's AccessKey pairs
   */
  'DELETE /users/{userId}/access-keys/{accessKeyId}': {
    params: {
      userId: number
      accessKeyId: string
    }
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * The caller's own AccessKey pairs
   */
  'GET /access-keys': {
    params: {}
    query: {}
    body: undefined
    answer: {
      items: AccessKey[]
      nextCursor: string | null
    }
  }
  /**
   * Make an AccessKey pair; its secret is shown this once
   */
  'POST /access-keys': {
    params: {}
    query: {}
    body: undefined
    answer: NewAccessKey
  }
  /**
   * Activate or deactivate one of the own AccessKey pairs
   */
  'PATCH /access-keys/{accessKeyId}': {
    params: {
      accessKeyId: string
    }
    query: {}
    body: AccessKeyChange
    answer: AccessKey
  }
  /**
   * Delete one of the own AccessKey pairs
   */
  'DELETE /access-keys/{accessKeyId}': {
    params: {
      accessKeyId: string
    }
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * The workspaces that the caller may read
   */
  'GET /workspaces': {
    params: {}
    query: {
      limit?: number
      cursor?: string
    }
    body: undefined
    answer: {
      items: Workspace[]
      nextCursor: string | null
    }
  }
  /**
   * Create a workspace; the caller becomes its owner
   */
  'POST /workspaces': {
    params: {}
    query: {}
    body: NewWorkspaceInput
    answer: Workspace
  }
  /**
   * One workspace
   */
  'GET /workspaces/{workspaceId}': {
    params: {
      workspaceId: number
    }
    query: {}
    body: undefined
    answer: Workspace
  }
  /**
   * The members of a workspace with their roles
   */
  'GET /workspaces/{workspaceId}/members': {
    params: {
      workspaceId: number
    }
    query: {}
    body: undefined
    answer: {
      items: Member[]
      nextCursor: string | null
    }
  }
  /**
   * Make a user of the tenant a member with exactly these roles
   */
  'PUT /workspaces/{workspaceId}/members/{userId}': {
    params: {
      workspaceId: number
      userId: number
    }
    query: {}
    body: MemberRoles
    answer: Member
  }
  /**
   * Remove a member
   */
  'DELETE /workspaces/{workspaceId}/members/{userId}': {
    params: {
      workspaceId: number
      userId: number
    }
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * The published nodes of a workspace
   */
  'GET /workspaces/{workspaceId}/nodes': {
    params: {
      workspaceId: number
    }
    query: {
      limit?: number
      cursor?: string
      environment?: 'PROD' | 'DEV'
      name?: string
      recurrence?: 'normal' | 'pause' | 'skip'
      programType?: string
    }
    body: undefined
    answer: {
      items: NodeSummary[]
      nextCursor: string | null
    }
  }
  /**
   * One node with its direct upstream and downstream nodes
   */
  'GET /workspaces/{workspaceId}/nodes/{nodeId}': {
    params: {
      workspaceId: number
      nodeId: number
    }
    query: {
      environment?: 'PROD' | 'DEV'
    }
    body: undefined
    answer: NodeDetail
  }
  /**
   * The versions of the definition of a node, newest first; what runs keeps the one it was made with
   */
  'GET /workspaces/{workspaceId}/nodes/{nodeId}/versions': {
    params: {
      workspaceId: number
      nodeId: number
    }
    query: {
      limit?: number
      cursor?: string
    }
    body: undefined
    answer: {
      items: NodeVersion[]
      nextCursor: string | null
    }
  }
  /**
   * What was done to a node, by whom, newest first
   */
  'GET /workspaces/{workspaceId}/nodes/{nodeId}/operation-log': {
    params: {
      workspaceId: number
      nodeId: number
    }
    query: {
      limit?: number
      cursor?: string
    }
    body: undefined
    answer: {
      items: ObjectLogEntry[]
      nextCursor: string | null
    }
  }
  /**
   * Ask for an operation on nodes: freeze, unfreeze, unpublish; it is held while an extension watches it
   */
  'POST /workspaces/{workspaceId}/node-operations': {
    params: {
      workspaceId: number
    }
    query: {}
    body: NodeOperationInput
    answer: OperationView
  }
  /**
   * Import the nodes of a FlowSpec file, all of them or none; into production as a deployment where extensions apply
   */
  'POST /workspaces/{workspaceId}/flowspec-imports': {
    params: {
      workspaceId: number
    }
    query: {}
    body: FlowSpecImportInput
    answer: FlowSpecImported
  }
  /**
   * Instances of a workspace, newest business date first
   */
  'GET /workspaces/{workspaceId}/instances': {
    params: {
      workspaceId: number
    }
    query: {
      limit?: number
      cursor?: string
      environment?: 'PROD' | 'DEV'
      bizdateFrom?: string
      bizdateTo?: string
      status?: string
      kind?: DagKind
      frozen?: 'true' | 'false'
      name?: string
      nodeId?: number
      dagId?: number
      backfillId?: number
      ownerId?: number
    }
    body: undefined
    answer: {
      items: InstanceSummary[]
      nextCursor: string | null
    }
  }
  /**
   * One instance: what it runs, what it waits for and why, what waits for it, and its runs
   */
  'GET /workspaces/{workspaceId}/instances/{instanceId}': {
    params: {
      workspaceId: number
      instanceId: number
    }
    query: {}
    body: undefined
    answer: InstanceDetail
  }
  /**
   * What a run of an instance has written, from a part on: read on while it is running or there is more
   */
  'GET /workspaces/{workspaceId}/instances/{instanceId}/log': {
    params: {
      workspaceId: number
      instanceId: number
    }
    query: {
      run?: number
      after?: number
    }
    body: undefined
    answer: InstanceLog
  }
  /**
   * What was done to an instance, by whom, newest first
   */
  'GET /workspaces/{workspaceId}/instances/{instanceId}/operation-log': {
    params: {
      workspaceId: number
      instanceId: number
    }
    query: {
      limit?: number
      cursor?: string
    }
    body: undefined
    answer: {
      items: ObjectLogEntry[]
      nextCursor: string | null
    }
  }
  /**
   * Ask for an operation on instances: freeze, unfreeze, terminate, rerun, set to succeeded; it is held while an extension watches it
   */
  'POST /workspaces/{workspaceId}/instance-operations': {
    params: {
      workspaceId: number
    }
    query: {}
    body: InstanceOperationInput
    answer: OperationView
  }
  /**
   * The same for each instance by itself: those for which it cannot be done are left out and named, the rest is one operation
   */
  'POST /workspaces/{workspaceId}/instance-operations/each': {
    params: {
      workspaceId: number
    }
    query: {}
    body: InstanceOperationInput
    answer: InstanceResults
  }
  /**
   * Let an instance no longer wait for some of its upstream instances; all of them or none
   */
  'POST /workspaces/{workspaceId}/instances/{instanceId}/remove-dependencies': {
    params: {
      workspaceId: number
      instanceId: number
    }
    query: {}
    body: UpstreamInstances
    answer: undefined
  }
  /**
   * Change the priority or the resource group of instances from their next start on; all of them or none
   */
  'POST /workspaces/{workspaceId}/instance-changes': {
    params: {
      workspaceId: number
    }
    query: {}
    body: InstanceChange
    answer: undefined
  }
  /**
   * Run a node once, of a business date, to see whether it works; it waits for nothing upstream
   */
  'POST /workspaces/{workspaceId}/smoke-tests': {
    params: {
      workspaceId: number
    }
    query: {}
    body: NodeRunInput
    answer: StartedNodeRun
  }
  /**
   * Run a manual node, of a business date
   */
  'POST /workspaces/{workspaceId}/manual-runs': {
    params: {
      workspaceId: number
    }
    query: {}
    body: NodeRunInput
    answer: StartedNodeRun
  }
  /**
   * Runs (DAGs) of a workspace, newest first
   */
  'GET /workspaces/{workspaceId}/dags': {
    params: {
      workspaceId: number
    }
    query: {
      limit?: number
      cursor?: string
      environment?: 'PROD' | 'DEV'
      kind?: DagKind
      status?: 'not-run' | 'running' | 'failed' | 'succeeded'
      bizdateFrom?: string
      bizdateTo?: string
      backfillId?: number
    }
    body: undefined
    answer: {
      items: DagSummary[]
      nextCursor: string | null
    }
  }
  /**
   * One run (DAG), with how many of its instances are in which status
   */
  'GET /workspaces/{workspaceId}/dags/{dagId}': {
    params: {
      workspaceId: number
      dagId: number
    }
    query: {}
    body: undefined
    answer: DagDetail
  }
  /**
   * The neighbourhood of a node: what it depends on and what depends on it, some levels far, 200 nodes at most
   */
  'GET /workspaces/{workspaceId}/node-graph': {
    params: {
      workspaceId: number
    }
    query: {
      environment?: 'PROD' | 'DEV'
      nodeId?: number
      up?: number
      down?: number
    }
    body: undefined
    answer: NodeGraph
  }
  /**
   * The neighbourhood of an instance, or the beginning of a run, some levels far, 200 instances at most
   */
  'GET /workspaces/{workspaceId}/instance-graph': {
    params: {
      workspaceId: number
    }
    query: {
      instanceId?: number
      dagId?: number
      up?: number
      down?: number
    }
    body: undefined
    answer: InstanceGraph
  }
  /**
   * What a backfill would come to: nodes, dates, instances, what stands in its way, and who would be asked
   */
  'POST /workspaces/{workspaceId}/backfill-previews': {
    params: {
      workspaceId: number
    }
    query: {}
    body: BackfillRequestInput
    answer: BackfillPreview
  }
  /**
   * Ask for a backfill; it is held as a whole while an extension watches, and nothing is created before
   */
  'POST /workspaces/{workspaceId}/backfills': {
    params: {
      workspaceId: number
    }
    query: {}
    body: BackfillRequestInput
    answer: BackfillAsked
  }
  /**
   * Backfills of a workspace, newest first
   */
  'GET /workspaces/{workspaceId}/backfills': {
    params: {
      workspaceId: number
    }
    query: {
      limit?: number
      cursor?: string
      environment?: 'PROD' | 'DEV'
      name?: string
      state?: BackfillState
      mode?: BackfillMode
      operationId?: string
      mine?: string
    }
    body: undefined
    answer: {
      items: BackfillSummary[]
      nextCursor: string | null
    }
  }
  /**
   * One backfill with the runs of its dates, and how many instances are in which status
   */
  'GET /workspaces/{workspaceId}/backfills/{backfillId}': {
    params: {
      workspaceId: number
      backfillId: number
    }
    query: {}
    body: undefined
    answer: BackfillDetail
  }
  /**
   * Start a backfill that was created without starting
   */
  'POST /workspaces/{workspaceId}/backfills/{backfillId}/start': {
    params: {
      workspaceId: number
      backfillId: number
    }
    query: {}
    body: undefined
    answer: BackfillDone
  }
  /**
   * Start nothing new of a backfill; what runs goes on
   */
  'POST /workspaces/{workspaceId}/backfills/{backfillId}/pause': {
    params: {
      workspaceId: number
      backfillId: number
    }
    query: {}
    body: undefined
    answer: BackfillDone
  }
  /**
   * Go on with a backfill that was paused
   */
  'POST /workspaces/{workspaceId}/backfills/{backfillId}/resume': {
    params: {
      workspaceId: number
      backfillId: number
    }
    query: {}
    body: undefined
    answer: BackfillDone
  }
  /**
   * End a backfill: what runs is terminated, and the rest never runs
   */
  'POST /workspaces/{workspaceId}/backfills/{backfillId}/cancel': {
    params: {
      workspaceId: number
      backfillId: number
    }
    query: {}
    body: undefined
    answer: BackfillDone
  }
  /**
   * Run again what of a backfill has failed
   */
  'POST /workspaces/{workspaceId}/backfills/{backfillId}/rerun-failed': {
    params: {
      workspaceId: number
      backfillId: number
    }
    query: {}
    body: undefined
    answer: BackfillDone
  }
  /**
   * Ask for a review of a committed version; one at a time
   */
  'POST /workspaces/{workspaceId}/files/{fileId}/reviews': {
    params: {
      workspaceId: number
      fileId: number
    }
    query: {}
    body: NewFileReviewInput
    answer: FileReviewDetail
  }
  /**
   * The reviews of a workspace, newest first
   */
  'GET /workspaces/{workspaceId}/file-reviews': {
    params: {
      workspaceId: number
    }
    query: {
      limit?: number
      cursor?: string
      fileId?: number
      state?: 'open' | 'approved' | 'rejected' | 'withdrawn'
    }
    body: undefined
    answer: {
      items: FileReviewSummary[]
      nextCursor: string | null
    }
  }
  /**
   * One review with its comments
   */
  'GET /workspaces/{workspaceId}/file-reviews/{reviewId}': {
    params: {
      workspaceId: number
      reviewId: number
    }
    query: {}
    body: undefined
    answer: FileReviewDetail
  }
  /**
   * Comment on the version, or on a line of it
   */
  'POST /workspaces/{workspaceId}/file-reviews/{reviewId}/comments': {
    params: {
      workspaceId: number
      reviewId: number
    }
    query: {}
    body: NewFileReviewCommentInput
    answer: FileReviewDetail
  }
  /**
   * Approve or reject, which is told as review-file, or withdraw
   */
  'POST /workspaces/{workspaceId}/file-reviews/{reviewId}/conclusion': {
    params: {
      workspaceId: number
      reviewId: number
    }
    query: {}
    body: FileReviewConclusionInput
    answer: FileReviewDetail
  }
  /**
   * Run the code of a file on the data source of development, in basic mode of production; its log is that of the instance
   */
  'POST /workspaces/{workspaceId}/files/{fileId}/runs': {
    params: {
      workspaceId: number
      fileId: number
    }
    query: {}
    body: CodeRunInput
    answer: AskedRun
  }
  /**
   * What was run of a file, newest first
   */
  'GET /workspaces/{workspaceId}/files/{fileId}/runs': {
    params: {
      workspaceId: number
      fileId: number
    }
    query: {
      limit?: number
      cursor?: string
    }
    body: undefined
    answer: {
      items: DevelopmentRun[]
      nextCursor: string | null
    }
  }
  /**
   * Stop what runs of the code of a file
   */
  'POST /workspaces/{workspaceId}/files/{fileId}/runs/{instanceId}/stop': {
    params: {
      workspaceId: number
      fileId: number
      instanceId: number
    }
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * The tables of a workspace
   */
  'GET /workspaces/{workspaceId}/tables': {
    params: {
      workspaceId: number
    }
    query: {
      limit?: number
      cursor?: string
      name?: string
    }
    body: undefined
    answer: {
      items: TableSummary[]
      nextCursor: string | null
    }
  }
  /**
   * Design a table; the databases get it when it is submitted
   */
  'POST /workspaces/{workspaceId}/tables': {
    params: {
      workspaceId: number
    }
    query: {}
    body: NewTable
    answer: TableDetail
  }
  /**
   * A table: its design, and what each environment has of it
   */
  'GET /workspaces/{workspaceId}/tables/{tableId}': {
    params: {
      workspaceId: number
      tableId: number
    }
    query: {}
    body: undefined
    answer: TableDetail
  }
  /**
   * Change the design of a table; refused where somebody has changed it meanwhile
   */
  'PATCH /workspaces/{workspaceId}/tables/{tableId}': {
    params: {
      workspaceId: number
      tableId: number
    }
    query: {}
    body: TableSave
    answer: TableDetail
  }
  /**
   * Delete the design of a table; the real tables stay
   */
  'DELETE /workspaces/{workspaceId}/tables/{tableId}': {
    params: {
      workspaceId: number
      tableId: number
    }
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * What lies between the real table of an environment, as its database says it is now, and the design
   */
  'GET /workspaces/{workspaceId}/tables/{tableId}/comparison': {
    params: {
      workspaceId: number
      tableId: number
    }
    query: {
      environment?: 'PROD' | 'DEV'
    }
    body: undefined
    answer: TableComparison
  }
  /**
   * Submit a table to development (table.write) or production (table.deploy): its real table is changed, in one transaction
   */
  'POST /workspaces/{workspaceId}/tables/{tableId}/submissions': {
    params: {
      workspaceId: number
      tableId: number
    }
    query: {}
    body: NewTableSubmissionInput
    answer: AskedTableSubmission
  }
  /**
   * What was submitted of a table, newest first
   */
  'GET /workspaces/{workspaceId}/tables/{tableId}/submissions': {
    params: {
      workspaceId: number
      tableId: number
    }
    query: {
      limit?: number
      cursor?: string
    }
    body: undefined
    answer: {
      items: TableSubmission[]
      nextCursor: string | null
    }
  }
  /**
   * The usual rules, from which people start
   */
  'GET /workspaces/{workspaceId}/quality-templates': {
    params: {
      workspaceId: number
    }
    query: {}
    body: undefined
    answer: QualityTemplate[]
  }
  /**
   * The rules of a workspace
   */
  'GET /workspaces/{workspaceId}/quality-rules': {
    params: {
      workspaceId: number
    }
    query: {
      limit?: number
      cursor?: string
      monitorId?: number
      table?: string
      name?: string
    }
    body: undefined
    answer: {
      items: QualityRule[]
      nextCursor: string | null
    }
  }
  /**
   * Create rules: all of them, or none
   */
  'POST /workspaces/{workspaceId}/quality-rules': {
    params: {
      workspaceId: number
    }
    query: {}
    body: NewQualityRulesInput
    answer: AskedQuality
  }
  /**
   * A rule
   */
  'GET /workspaces/{workspaceId}/quality-rules/{qualityRuleId}': {
    params: {
      workspaceId: number
      qualityRuleId: number
    }
    query: {}
    body: undefined
    answer: QualityRule
  }
  /**
   * Change a rule, or switch it on or off; refused where somebody has changed it meanwhile
   */
  'PATCH /workspaces/{workspaceId}/quality-rules/{qualityRuleId}': {
    params: {
      workspaceId: number
      qualityRuleId: number
    }
    query: {}
    body: QualityRuleSave
    answer: AskedQuality
  }
  /**
   * Delete a rule
   */
  'DELETE /workspaces/{workspaceId}/quality-rules/{qualityRuleId}': {
    params: {
      workspaceId: number
      qualityRuleId: number
    }
    query: {}
    body: undefined
    answer: AskedQuality
  }
  /**
   * Change rules: all of them, or none
   */
  'POST /workspaces/{workspaceId}/quality-rule-updates': {
    params: {
      workspaceId: number
    }
    query: {}
    body: QualityRulesSave
    answer: AskedQuality
  }
  /**
   * Delete rules: all of them, or none
   */
  'POST /workspaces/{workspaceId}/quality-rule-deletions': {
    params: {
      workspaceId: number
    }
    query: {}
    body: QualityIds
    answer: AskedQuality
  }
  /**
   * What a rule has measured, one result for each business date
   */
  'GET /workspaces/{workspaceId}/quality-rules/{qualityRuleId}/history': {
    params: {
      workspaceId: number
      qualityRuleId: number
    }
    query: {
      days?: number
    }
    body: undefined
    answer: QualityPoint[]
  }
  /**
   * The monitors of a workspace
   */
  'GET /workspaces/{workspaceId}/quality-monitors': {
    params: {
      workspaceId: number
    }
    query: {
      limit?: number
      cursor?: string
      table?: string
      name?: string
      nodeId?: number
    }
    body: undefined
    answer: {
      items: QualityMonitorSummary[]
      nextCursor: string | null
    }
  }
  /**
   * Create a monitor, with rules and who subscribes
   */
  'POST /workspaces/{workspaceId}/quality-monitors': {
    params: {
      workspaceId: number
    }
    query: {}
    body: NewQualityMonitorInput
    answer: AskedQuality
  }
  /**
   * A monitor with its rules and who subscribes
   */
  'GET /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}': {
    params: {
      workspaceId: number
      qualityMonitorId: number
    }
    query: {}
    body: undefined
    answer: QualityMonitorDetail
  }
  /**
   * Change a monitor; refused where somebody has changed it meanwhile
   */
  'PATCH /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}': {
    params: {
      workspaceId: number
      qualityMonitorId: number
    }
    query: {}
    body: QualityMonitorSave
    answer: AskedQuality
  }
  /**
   * Delete a monitor with its rules; what it has checked stays
   */
  'DELETE /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}': {
    params: {
      workspaceId: number
      qualityMonitorId: number
    }
    query: {}
    body: undefined
    answer: AskedQuality
  }
  /**
   * Clone a monitor with its rules to other tables; a clone has no nodes and nobody subscribes to it yet
   */
  'POST /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}/clone': {
    params: {
      workspaceId: number
      qualityMonitorId: number
    }
    query: {}
    body: QualityClone
    answer: AskedQuality
  }
  /**
   * Delete monitors with their rules: all of them, or none
   */
  'POST /workspaces/{workspaceId}/quality-monitor-deletions': {
    params: {
      workspaceId: number
    }
    query: {}
    body: QualityIds
    answer: AskedQuality
  }
  /**
   * Subscribe somebody to a monitor
   */
  'POST /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}/subscriptions': {
    params: {
      workspaceId: number
      qualityMonitorId: number
    }
    query: {}
    body: QualitySubscriptionContent
    answer: AskedQuality
  }
  /**
   * Change a subscription
   */
  'PATCH /workspaces/{workspaceId}/quality-subscriptions/{subscriptionId}': {
    params: {
      workspaceId: number
      subscriptionId: number
    }
    query: {}
    body: QualitySubscriptionContent
    answer: AskedQuality
  }
  /**
   * End a subscription
   */
  'DELETE /workspaces/{workspaceId}/quality-subscriptions/{subscriptionId}': {
    params: {
      workspaceId: number
      subscriptionId: number
    }
    query: {}
    body: undefined
    answer: AskedQuality
  }
  /**
   * The secret with which the webhook of a subscription is signed; reading it is on record
   */
  'GET /workspaces/{workspaceId}/quality-subscriptions/{subscriptionId}/signing-secret': {
    params: {
      workspaceId: number
      subscriptionId: number
    }
    query: {}
    body: undefined
    answer: AlertSecret
  }
  /**
   * Check a monitor now, for a business date; it holds nothing up
   */
  'POST /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}/runs': {
    params: {
      workspaceId: number
      qualityMonitorId: number
    }
    query: {}
    body: QualityRunStart
    answer: QualityRunSummary
  }
  /**
   * What was checked, newest first
   */
  'GET /workspaces/{workspaceId}/quality-runs': {
    params: {
      workspaceId: number
    }
    query: {
      limit?: number
      cursor?: string
      monitorId?: number
      instanceId?: number
      status?: 'Passed' | 'Warned' | 'Critical' | 'Error' | 'Skipped'
    }
    body: undefined
    answer: {
      items: QualityRunSummary[]
      nextCursor: string | null
    }
  }
  /**
   * A run of a monitor with its results
   */
  'GET /workspaces/{workspaceId}/quality-runs/{qualityRunId}': {
    params: {
      workspaceId: number
      qualityRunId: number
    }
    query: {}
    body: undefined
    answer: QualityRunDetail
  }
  /**
   * Results of rules, newest first
   */
  'GET /workspaces/{workspaceId}/quality-results': {
    params: {
      workspaceId: number
    }
    query: {
      limit?: number
      cursor?: string
      monitorId?: number
      ruleId?: number
      status?: 'Passed' | 'Warned' | 'Critical' | 'Error' | 'Skipped'
      from?: string
      to?: string
    }
    body: undefined
    answer: {
      items: QualityResult[]
      nextCursor: string | null
    }
  }
  /**
   * Say something of a result; it is told
   */
  'POST /workspaces/{workspaceId}/quality-results/{qualityResultId}/feedback': {
    params: {
      workspaceId: number
      qualityResultId: number
    }
    query: {}
    body: NewQualityFeedback
    answer: QualityResult
  }
  /**
   * All folders of a workspace, by path
   */
  'GET /workspaces/{workspaceId}/folders': {
    params: {
      workspaceId: number
    }
    query: {}
    body: undefined
    answer: {
      items: Folder[]
      nextCursor: string | null
    }
  }
  /**
   * Add a folder, with those around it; one that is there stays as it is
   */
  'POST /workspaces/{workspaceId}/folders': {
    params: {
      workspaceId: number
    }
    query: {}
    body: NewFolder
    answer: Folder
  }
  /**
   * Move or rename a folder, with all that lies within
   */
  'PATCH /workspaces/{workspaceId}/folders/{folderId}': {
    params: {
      workspaceId: number
      folderId: number
    }
    query: {}
    body: NewFolder
    answer: Folder
  }
  /**
   * Remove an empty folder
   */
  'DELETE /workspaces/{workspaceId}/folders/{folderId}': {
    params: {
      workspaceId: number
      folderId: number
    }
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * The files of a workspace, or those in its recycle bin
   */
  'GET /workspaces/{workspaceId}/files': {
    params: {
      workspaceId: number
    }
    query: {
      limit?: number
      cursor?: string
      folderId?: number
      name?: string
      kind?: 'node' | 'resource' | 'function'
      state?: 'changed' | 'committed' | 'deployed' | 'deleted'
    }
    body: undefined
    answer: {
      items: FileSummary[]
      nextCursor: string | null
    }
  }
  /**
   * Write a new file; whoever does owns it
   */
  'POST /workspaces/{workspaceId}/files': {
    params: {
      workspaceId: number
    }
    query: {}
    body: NewFileInput
    answer: FileDetail
  }
  /**
   * One file with its draft
   */
  'GET /workspaces/{workspaceId}/files/{fileId}': {
    params: {
      workspaceId: number
      fileId: number
    }
    query: {}
    body: undefined
    answer: FileDetail
  }
  /**
   * Change the draft of a file, its name or its folder; refused where somebody has changed it meanwhile
   */
  'PATCH /workspaces/{workspaceId}/files/{fileId}': {
    params: {
      workspaceId: number
      fileId: number
    }
    query: {}
    body: FileSave
    answer: FileDetail
  }
  /**
   * Take a file out of the recycle bin
   */
  'POST /workspaces/{workspaceId}/files/{fileId}/restore': {
    params: {
      workspaceId: number
      fileId: number
    }
    query: {}
    body: undefined
    answer: FileDetail
  }
  /**
   * The committed versions of a file, newest first
   */
  'GET /workspaces/{workspaceId}/files/{fileId}/versions': {
    params: {
      workspaceId: number
      fileId: number
    }
    query: {
      limit?: number
      cursor?: string
    }
    body: undefined
    answer: {
      items: FileVersion[]
      nextCursor: string | null
    }
  }
  /**
   * What SQL reads and makes, and where it does not parse; nothing is kept
   */
  'POST /workspaces/{workspaceId}/sql-parsings': {
    params: {
      workspaceId: number
    }
    query: {}
    body: SqlParsingInput
    answer: SqlParsed
  }
  /**
   * Ask for files to be committed, deployed or deleted; each is held by itself while an extension watches it
   */
  'POST /workspaces/{workspaceId}/deployments': {
    params: {
      workspaceId: number
    }
    query: {}
    body: NewDeploymentInput
    answer: DeploymentDetail
  }
  /**
   * The deployments of a workspace, newest first
   */
  'GET /workspaces/{workspaceId}/deployments': {
    params: {
      workspaceId: number
    }
    query: {
      limit?: number
      cursor?: string
      kind?: 'commit' | 'deploy' | 'delete'
      fileId?: number
    }
    body: undefined
    answer: {
      items: DeploymentSummary[]
      nextCursor: string | null
    }
  }
  /**
   * One deployment with its items, how each stands and what its checks say
   */
  'GET /workspaces/{workspaceId}/deployments/{deploymentId}': {
    params: {
      workspaceId: number
      deploymentId: number
    }
    query: {}
    body: undefined
    answer: DeploymentDetail
  }
  /**
   * Withdraw all of a deployment that is still held; whoever asked for it may
   */
  'POST /workspaces/{workspaceId}/deployments/{deploymentId}/withdraw': {
    params: {
      workspaceId: number
      deploymentId: number
    }
    query: {}
    body: undefined
    answer: DeploymentDetail
  }
  /**
   * The synchronisation jobs of a workspace
   */
  'GET /workspaces/{workspaceId}/sync-jobs': {
    params: {
      workspaceId: number
    }
    query: {
      limit?: number
      cursor?: string
      name?: string
      kind?: 'full' | 'incremental' | 'real-time'
      state?: 'never-run' | 'waiting' | 'running' | 'retrying' | 'succeeded' | 'stopped' | 'failed'
    }
    body: undefined
    answer: {
      items: SyncJobSummary[]
      nextCursor: string | null
    }
  }
  /**
   * Make a synchronisation job; nothing runs before it is started
   */
  'POST /workspaces/{workspaceId}/sync-jobs': {
    params: {
      workspaceId: number
    }
    query: {}
    body: NewSyncJobInput
    answer: SyncJobDetail
  }
  /**
   * One synchronisation job with its newest run
   */
  'GET /workspaces/{workspaceId}/sync-jobs/{syncJobId}': {
    params: {
      workspaceId: number
      syncJobId: number
    }
    query: {}
    body: undefined
    answer: SyncJobDetail
  }
  /**
   * Change a synchronisation job; refused where somebody has changed it meanwhile
   */
  'PATCH /workspaces/{workspaceId}/sync-jobs/{syncJobId}': {
    params: {
      workspaceId: number
      syncJobId: number
    }
    query: {}
    body: SyncJobSave
    answer: SyncJobDetail
  }
  /**
   * Delete a synchronisation job that is not under way; its targets stay as they are
   */
  'DELETE /workspaces/{workspaceId}/sync-jobs/{syncJobId}': {
    params: {
      workspaceId: number
      syncJobId: number
    }
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * Start a synchronisation job (start-diJob), once both data sources have been asked whether it can be
   */
  'POST /workspaces/{workspaceId}/sync-jobs/{syncJobId}/start': {
    params: {
      workspaceId: number
      syncJobId: number
    }
    query: {}
    body: SyncJobStartInput
    answer: AskedSyncStart
  }
  /**
   * Start several real-time jobs (batch-start-diJob): all of them, or none
   */
  'POST /workspaces/{workspaceId}/sync-job-starts': {
    params: {
      workspaceId: number
    }
    query: {}
    body: SyncJobsStartInput
    answer: AskedSyncStart
  }
  /**
   * Stop a synchronisation job; a later start goes on from where it came
   */
  'POST /workspaces/{workspaceId}/sync-jobs/{syncJobId}/stop': {
    params: {
      workspaceId: number
      syncJobId: number
    }
    query: {}
    body: undefined
    answer: SyncJobDetail
  }
  /**
   * The runs of a synchronisation job, newest first; the log of each is that of its instance
   */
  'GET /workspaces/{workspaceId}/sync-jobs/{syncJobId}/runs': {
    params: {
      workspaceId: number
      syncJobId: number
    }
    query: {
      limit?: number
      cursor?: string
    }
    body: undefined
    answer: {
      items: SyncRun[]
      nextCursor: string | null
    }
  }
  /**
   * The tables that a synchronisation job has brought, and how far it has come with each
   */
  'GET /workspaces/{workspaceId}/sync-jobs/{syncJobId}/tables': {
    params: {
      workspaceId: number
      syncJobId: number
    }
    query: {
      limit?: number
      cursor?: string
    }
    body: undefined
    answer: {
      items: SyncTableState[]
      nextCursor: string | null
    }
  }
  /**
   * What a synchronisation job has brought in each minute; minutes without rows are left out
   */
  'GET /workspaces/{workspaceId}/sync-jobs/{syncJobId}/throughput': {
    params: {
      workspaceId: number
      syncJobId: number
    }
    query: {
      hours?: number
    }
    body: undefined
    answer: {
      items: SyncMinute[]
      nextCursor: string | null
    }
  }
  /**
   * Which tables and columns a synchronisation would bring where, asked of both data sources now
   */
  'POST /workspaces/{workspaceId}/sync-previews': {
    params: {
      workspaceId: number
    }
    query: {}
    body: SyncInput
    answer: SyncPreview
  }
  /**
   * Operations and their event checks, newest first
   */
  'GET /operations': {
    params: {}
    query: {
      limit?: number
      cursor?: string
      workspaceId?: number
      state?: 'held' | 'done' | 'refused' | 'withdrawn' | 'stale' | 'failed'
      status?: 'CHECKING' | 'PASSED' | 'BLOCKED'
      eventCode?: string
      extension?: string
      mine?: 'true' | 'false'
      trials?: 'true' | 'false'
      checked?: 'true' | 'false'
    }
    body: undefined
    answer: {
      items: OperationView[]
      nextCursor: string | null
    }
  }
  /**
   * Who holds what right now: for each extension and reason how many operations wait, and since when
   */
  'GET /held-operations': {
    params: {}
    query: {}
    body: undefined
    answer: HeldNow
  }
  /**
   * One operation: why it is held, what it would change, its checks, message, deliveries and every attempt
   */
  'GET /operations/{operationId}': {
    params: {
      operationId: string
    }
    query: {}
    body: undefined
    answer: OperationDetail
  }
  /**
   * Withdraw a held operation that the caller asked for
   */
  'POST /operations/{operationId}/withdraw': {
    params: {
      operationId: string
    }
    query: {}
    body: undefined
    answer: OperationView
  }
  /**
   * Mark a failed check as passed, with a reason, where its extension allows that
   */
  'POST /operations/{operationId}/checks/{extensionCode}/pass': {
    params: {
      operationId: string
      extensionCode: string
    }
    query: {}
    body: PassReason
    answer: OperationView
  }
  /**
   * Deliver a message again that has not expired
   */
  'POST /deliveries/{deliveryId}/redeliver': {
    params: {
      deliveryId: number
    }
    query: {}
    body: undefined
    answer: DeliveryView
  }
  /**
   * The alert rules of a workspace
   */
  'GET /workspaces/{workspaceId}/alert-rules': {
    params: {
      workspaceId: number
    }
    query: {
      limit?: number
      cursor?: string
    }
    body: undefined
    answer: {
      items: AlertRule[]
      nextCursor: string | null
      /**
       * Whether a mail server is configured
       */
      canSendMail: boolean
    }
  }
  /**
   * Add an alert rule
   */
  'POST /workspaces/{workspaceId}/alert-rules': {
    params: {
      workspaceId: number
    }
    query: {}
    body: NewAlertRuleInput
    answer: AlertRule
  }
  /**
   * Replace an alert rule; what was so before tells nobody of
   */
  'PUT /workspaces/{workspaceId}/alert-rules/{alertRuleId}': {
    params: {
      workspaceId: number
      alertRuleId: number
    }
    query: {}
    body: NewAlertRuleInput
    answer: AlertRule
  }
  /**
   * Delete an alert rule; what it has told stays
   */
  'DELETE /workspaces/{workspaceId}/alert-rules/{alertRuleId}': {
    params: {
      workspaceId: number
      alertRuleId: number
    }
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * The secret with which the webhook of a rule is signed; reading it is on record
   */
  'GET /workspaces/{workspaceId}/alert-rules/{alertRuleId}/signing-secret': {
    params: {
      workspaceId: number
      alertRuleId: number
    }
    query: {}
    body: undefined
    answer: AlertSecret
  }
  /**
   * Tell the receivers of a rule that this is a test; what comes of it stands among the alerts
   */
  'POST /workspaces/{workspaceId}/alert-rules/{alertRuleId}/test': {
    params: {
      workspaceId: number
      alertRuleId: number
    }
    query: {}
    body: undefined
    answer: Alert
  }
  /**
   * What was told, the newest first, with every try
   */
  'GET /workspaces/{workspaceId}/alerts': {
    params: {
      workspaceId: number
    }
    query: {
      limit?: number
      cursor?: string
      alertRuleId?: number
    }
    body: undefined
    answer: {
      items: Alert[]
      nextCursor: string | null
    }
  }
  /**
   * The extensions of the tenant, each in the version that runs, or in its newest where none does
   */
  'GET /extensions': {
    params: {}
    query: {
      limit?: number
      cursor?: string
      search?: string
      status?: ExtensionStatus
      level?: 'workspace' | 'tenant'
      point?: string
      module?: string
      owner?: number
    }
    body: undefined
    answer: {
      items: ExtensionView[]
      nextCursor: string | null
    }
  }
  /**
   * Register an extension; it starts in testing and has its code from now on
   */
  'POST /extensions': {
    params: {}
    query: {}
    body: NewExtensionInput
    answer: ExtensionView
  }
  /**
   * One extension in the version that runs, or in its newest where none does
   */
  'GET /extensions/{code}': {
    params: {
      code: string
    }
    query: {}
    body: undefined
    answer: ExtensionView
  }
  /**
   * Change what an extension says: the version in testing or rejected, else in a new one; what runs goes on as it is
   */
  'PATCH /extensions/{code}': {
    params: {
      code: string
    }
    query: {}
    body: ExtensionChange
    answer: ExtensionView
  }
  /**
   * Delete an extension that does not run and that no held operation waits for; past operations still name it
   */
  'DELETE /extensions/{code}': {
    params: {
      code: string
    }
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * Give the extension another owner: who answers for it, and whom to ask about it; the AccessKey pairs with which it answers are deactivated
   */
  'PUT /extensions/{code}/owner': {
    params: {
      code: string
    }
    query: {}
    body: ExtensionOwner
    answer: ExtensionView
  }
  /**
   * The versions of an extension, the newest first
   */
  'GET /extensions/{code}/versions': {
    params: {
      code: string
    }
    query: {
      limit?: number
      cursor?: string
    }
    body: undefined
    answer: {
      items: ExtensionVersion[]
      nextCursor: string | null
    }
  }
  /**
   * One version, with what it changes of the one that runs, or of another
   */
  'GET /extensions/{code}/versions/{version}': {
    params: {
      code: string
      version: number
    }
    query: {
      against?: number
    }
    body: undefined
    answer: ExtensionVersionDetail
  }
  /**
   * Hand a version in for review; it is frozen until it is decided or withdrawn
   */
  'POST /extensions/{code}/submit': {
    params: {
      code: string
    }
    query: {}
    body: ExtensionDecisionInput
    answer: ExtensionView
  }
  /**
   * Take a submission back; the version is in testing again
   */
  'POST /extensions/{code}/withdraw': {
    params: {
      code: string
    }
    query: {}
    body: ExtensionDecisionInput
    answer: ExtensionView
  }
  /**
   * Approve a submission of somebody else
   */
  'POST /extensions/{code}/approve': {
    params: {
      code: string
    }
    query: {}
    body: ExtensionDecisionInput
    answer: ExtensionView
  }
  /**
   * Reject a submission of somebody else, with the reason
   */
  'POST /extensions/{code}/reject': {
    params: {
      code: string
    }
    query: {}
    body: ExtensionDecisionInput
    answer: ExtensionView
  }
  /**
   * Publish an approved version in place of the one that runs, or a disabled one again
   */
  'POST /extensions/{code}/publish': {
    params: {
      code: string
    }
    query: {}
    body: ExtensionDecisionInput
    answer: ExtensionView
  }
  /**
   * Disable the published version; open checks stay answerable
   */
  'POST /extensions/{code}/disable': {
    params: {
      code: string
    }
    query: {}
    body: ExtensionDecisionInput
    answer: ExtensionView
  }
  /**
   * Give up a version that does not run
   */
  'POST /extensions/{code}/discard': {
    params: {
      code: string
    }
    query: {}
    body: ExtensionDecisionInput
    answer: ExtensionView
  }
  /**
   * Who did what to which version, when and why, and what people said about it; the newest first
   */
  'GET /extensions/{code}/history': {
    params: {
      code: string
    }
    query: {
      limit?: number
      cursor?: string
      version?: number
    }
    body: undefined
    answer: {
      items: ExtensionHistoryEntry[]
      nextCursor: string | null
    }
  }
  /**
   * Say something about a version, to its author and its reviewers
   */
  'POST /extensions/{code}/comments': {
    params: {
      code: string
    }
    query: {}
    body: NewExtensionComment
    answer: ExtensionHistoryEntry
  }
  /**
   * The versions that wait for a review, the one that waits longest first
   */
  'GET /reviews': {
    params: {}
    query: {
      limit?: number
      cursor?: string
    }
    body: undefined
    answer: {
      items: ExtensionVersion[]
      nextCursor: string | null
    }
  }
  /**
   * The events that the version under test can be tried with, each with a sample body
   */
  'GET /extensions/{code}/trial-events': {
    params: {
      code: string
    }
    query: {}
    body: undefined
    answer: Tryable
  }
  /**
   * Send a sample event to the version under test: a real message, real deliveries and a real check, and no effect
   */
  'POST /extensions/{code}/trials': {
    params: {
      code: string
    }
    query: {}
    body: NewTrialInput
    answer: OperationDetail
  }
  /**
   * The workspace-level extensions: which are enabled in the workspace, and with which options
   */
  'GET /workspaces/{workspaceId}/extensions': {
    params: {
      workspaceId: number
    }
    query: {
      limit?: number
      cursor?: string
    }
    body: undefined
    answer: {
      items: WorkspaceExtension[]
      nextCursor: string | null
    }
  }
  /**
   * Enable a published workspace-level extension in the workspace, switch it off, or set its options
   */
  'PUT /workspaces/{workspaceId}/extensions/{code}': {
    params: {
      workspaceId: number
      code: string
    }
    query: {}
    body: ConfigurationChange
    answer: WorkspaceExtension
  }
  /**
   * The tenant-level extensions: which are enabled for the tenant, and with which options
   */
  'GET /tenant-extensions': {
    params: {}
    query: {
      limit?: number
      cursor?: string
    }
    body: undefined
    answer: {
      items: TenantExtension[]
      nextCursor: string | null
    }
  }
  /**
   * Enable a published tenant-level extension for the tenant, switch it off, or set its options
   */
  'PUT /tenant-extensions/{code}': {
    params: {
      code: string
    }
    query: {}
    body: ConfigurationChange
    answer: TenantExtension
  }
  /**
   * As its owner, let a tenant-level extension in testing hold your own operations, and set its options before the first publication
   */
  'PUT /tenant-extensions/{code}/testing': {
    params: {
      code: string
    }
    query: {}
    body: TestingChange
    answer: TenantExtension
  }
  /**
   * Explain each line of a parameter text, and warn of what is probably not meant so; nothing is saved
   */
  'POST /parameter-lint': {
    params: {}
    query: {}
    body: ParameterTextInput
    answer: LintedParameters
  }
  /**
   * With what an extension answers: its service user and the AccessKey pairs of that
   */
  'GET /extensions/{code}/credentials': {
    params: {
      code: string
    }
    query: {}
    body: undefined
    answer: ExtensionCredentials
  }
  /**
   * Make an AccessKey pair with which an extension answers, and its service user with the first; the secret is shown this once
   */
  'POST /extensions/{code}/credentials': {
    params: {
      code: string
    }
    query: {}
    body: undefined
    answer: NewAccessKey
  }
  /**
   * Activate or deactivate an AccessKey pair with which an extension answers
   */
  'PATCH /extensions/{code}/credentials/{accessKeyId}': {
    params: {
      code: string
      accessKeyId: string
    }
    query: {}
    body: AccessKeyChange
    answer: AccessKey
  }
  /**
   * Delete an AccessKey pair with which an extension answers
   */
  'DELETE /extensions/{code}/credentials/{accessKeyId}': {
    params: {
      code: string
      accessKeyId: string
    }
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * The code of a function, with what it may use; the newest version if none is named
   */
  'GET /extensions/{code}/function': {
    params: {
      code: string
    }
    query: {
      version?: number
    }
    body: undefined
    answer: Function
  }
  /**
   * Change the code of a function, or what it may use: the version in testing or rejected, else in a new one; what runs goes on as it is
   */
  'PATCH /extensions/{code}/function': {
    params: {
      code: string
    }
    query: {}
    body: FunctionChange
    answer: Function
  }
  /**
   * Change how often a function is tried, and how many of its runs are under way at once; for all versions, at once
   */
  'PATCH /extensions/{code}/function/delivery': {
    params: {
      code: string
    }
    query: {}
    body: FunctionDeliveryChange
    answer: Function
  }
  /**
   * Run a function once, for a sample event or a message that was sent before; nothing is answered with what it returns, and its secrets are given to it only if the caller may manage them
   */
  'POST /extensions/{code}/function/test-runs': {
    params: {
      code: string
    }
    query: {}
    body: FunctionTestRun
    answer: FunctionTestRan
  }
  /**
   * The runs of a function, the newest first; for its owner and those who write extensions
   */
  'GET /extensions/{code}/function/invocations': {
    params: {
      code: string
    }
    query: {
      limit?: number
      cursor?: string
      version?: number
      outcome?: InvocationOutcome
      failed?: 'true' | 'false'
      tests?: 'true' | 'false'
      messageId?: string
    }
    body: undefined
    answer: {
      items: Invocation[]
      nextCursor: string | null
    }
  }
  /**
   * One run of a function, with what it returned and logged
   */
  'GET /extensions/{code}/function/invocations/{invocationId}': {
    params: {
      code: string
      invocationId: number
    }
    query: {}
    body: undefined
    answer: InvocationDetail
  }
  /**
   * What the runs of a function used, by the day; for its owner and those who write extensions
   */
  'GET /extensions/{code}/function/usage': {
    params: {
      code: string
    }
    query: {
      days?: number
    }
    body: undefined
    answer: FunctionUsage
  }
  /**
   * The machine that the messages of the version under test are forwarded to, and when it was last heard of
   */
  'GET /extensions/{code}/dev-connection': {
    params: {
      code: string
    }
    query: {}
    body: undefined
    answer: DevConnection
  }
  /**
   * The machine says that it is there
   */
  'POST /extensions/{code}/dev-connection/beats': {
    params: {
      code: string
    }
    query: {}
    body: DevConnectionId
    answer: undefined
  }
  /**
   * The machine tells what became of an attempt that it made
   */
  'POST /extensions/{code}/dev-connection/attempts': {
    params: {
      code: string
    }
    query: {}
    body: DevAttempt
    answer: undefined
  }
  /**
   * The machine takes its leave; what asks the extension goes where it always goes
   */
  'POST /extensions/{code}/dev-connection/end': {
    params: {
      code: string
    }
    query: {}
    body: DevConnectionId
    answer: undefined
  }
  /**
   * Deliver a message again for this extension: to the machine that is connected, else to the targets that serve it
   */
  'POST /extensions/{code}/replays': {
    params: {
      code: string
    }
    query: {}
    body: Replay
    answer: Replayed
  }
  /**
   * Check the description of an extension, all of it at once; nothing is saved
   */
  'POST /extension-descriptions': {
    params: {}
    query: {}
    body: DescriptionInput
    answer: DescriptionFound
  }
  /**
   * The event buses of the tenant
   */
  'GET /event-buses': {
    params: {}
    query: {
      limit?: number
      cursor?: string
    }
    body: undefined
    answer: {
      items: EventBus[]
      nextCursor: string | null
    }
  }
  /**
   * Create an event bus
   */
  'POST /event-buses': {
    params: {}
    query: {}
    body: NewEventBusInput
    answer: EventBus
  }
  /**
   * Change the description of an event bus
   */
  'PATCH /event-buses/{busId}': {
    params: {
      busId: number
    }
    query: {}
    body: EventBusChange
    answer: EventBus
  }
  /**
   * Delete an event bus to which nothing leads, with its rules
   */
  'DELETE /event-buses/{busId}': {
    params: {
      busId: number
    }
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * The rules of an event bus with their targets
   */
  'GET /event-buses/{busId}/rules': {
    params: {
      busId: number
    }
    query: {
      limit?: number
      cursor?: string
    }
    body: undefined
    answer: {
      items: EventRule[]
      nextCursor: string | null
    }
  }
  /**
   * Create a rule: which events go to which targets
   */
  'POST /event-buses/{busId}/rules': {
    params: {
      busId: number
    }
    query: {}
    body: NewEventRuleInput
    answer: EventRule
  }
  /**
   * Replace a rule and its targets
   */
  'PUT /event-buses/{busId}/rules/{ruleId}': {
    params: {
      busId: number
      ruleId: number
    }
    query: {}
    body: NewEventRuleInput
    answer: EventRule
  }
  /**
   * Delete a rule with its targets
   */
  'DELETE /event-buses/{busId}/rules/{ruleId}': {
    params: {
      busId: number
      ruleId: number
    }
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * Send one sample event to a target, at once and once, and answer what became of it
   */
  'POST /event-buses/{busId}/rules/{ruleId}/targets/{name}/test': {
    params: {
      busId: number
      ruleId: number
      name: string
    }
    query: {}
    body: TargetTest
    answer: TargetTested
  }
  /**
   * Let deliveries go on to a target that a failed one keeps waiting
   */
  'POST /event-buses/{busId}/rules/{ruleId}/targets/{name}/unblock': {
    params: {
      busId: number
      ruleId: number
      name: string
    }
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * The secrets with which deliveries to an HTTP target are signed; reading them is on record
   */
  'GET /event-buses/{busId}/rules/{ruleId}/targets/{name}/signing-secrets': {
    params: {
      busId: number
      ruleId: number
      name: string
    }
    query: {}
    body: undefined
    answer: SigningSecrets
  }
  /**
   * Sign deliveries to an HTTP target with a new secret, and for a while with those before as well
   */
  'POST /event-buses/{busId}/rules/{ruleId}/targets/{name}/signing-secrets/rotate': {
    params: {
      busId: number
      ruleId: number
      name: string
    }
    query: {}
    body: SigningSecretRotationInput
    answer: SigningSecrets
  }
  /**
   * The distribution channel of a workspace
   */
  'GET /workspaces/{workspaceId}/channel': {
    params: {
      workspaceId: number
    }
    query: {}
    body: undefined
    answer: Channel
  }
  /**
   * Send the events of a workspace to an event bus, or stop sending them
   */
  'PUT /workspaces/{workspaceId}/channel': {
    params: {
      workspaceId: number
    }
    query: {}
    body: ChannelChangeInput
    answer: Channel
  }
  /**
   * The distribution channel of tenant-level events
   */
  'GET /tenant-channel': {
    params: {}
    query: {}
    body: undefined
    answer: Channel
  }
  /**
   * Send tenant-level events to an event bus, or stop sending them
   */
  'PUT /tenant-channel': {
    params: {}
    query: {}
    body: ChannelChangeInput
    answer: Channel
  }
  /**
   * Which targets the events of a workspace reach, and which extensions they do not reach
   */
  'GET /workspaces/{workspaceId}/routing': {
    params: {
      workspaceId: number
    }
    query: {}
    body: undefined
    answer: Routing
  }
  /**
   * Which targets tenant-level events reach, and which extensions they do not reach
   */
  'GET /tenant-routing': {
    params: {}
    query: {}
    body: undefined
    answer: Routing
  }
  /**
   * Whether an event matches a pattern, and if not, the first member that does not
   */
  'POST /event-patterns/try': {
    params: {}
    query: {}
    body: PatternTrial
    answer: PatternVerdict
  }
  /**
   * A sample of each event, as a target of the bus would receive it
   */
  'GET /event-samples': {
    params: {}
    query: {
      eventCode?: string
      workspaceId?: number
      busId?: number
    }
    body: undefined
    answer: {
      items: EventSample[]
    }
  }
  /**
   * What could not be delivered, newest first
   */
  'GET /dead-letters': {
    params: {}
    query: {
      limit?: number
      cursor?: string
      busId?: number
      targetId?: number
      workspaceId?: number
      eventCode?: string
      extension?: string
      from?: string
      to?: string
    }
    body: undefined
    answer: {
      items: DeadLetter[]
      nextCursor: string | null
    }
  }
  /**
   * Deliver dead letters again: those that are named, or all that fit a filter
   */
  'POST /dead-letters/replay': {
    params: {}
    query: {}
    body: DeadLetterSelection
    answer: DeadLettersDone
  }
  /**
   * Take dead letters off the list for good: those that are named, or all that fit a filter
   */
  'POST /dead-letters/drop': {
    params: {}
    query: {}
    body: DeadLetterSelection
    answer: DeadLettersDone
  }
  /**
   * The data sources of a workspace, the default one first
   */
  'GET /workspaces/{workspaceId}/data-sources': {
    params: {
      workspaceId: number
    }
    query: {
      environment?: 'DEV' | 'PROD'
    }
    body: undefined
    answer: {
      items: DataSource[]
      nextCursor: string | null
    }
  }
  /**
   * Add a data source
   */
  'POST /workspaces/{workspaceId}/data-sources': {
    params: {
      workspaceId: number
    }
    query: {}
    body: NewDataSourceInput
    answer: DataSource
  }
  /**
   * Change where a data source is, or make it the default one
   */
  'PATCH /workspaces/{workspaceId}/data-sources/{dataSourceId}': {
    params: {
      workspaceId: number
      dataSourceId: number
    }
    query: {}
    body: DataSourceChange
    answer: DataSource
  }
  /**
   * Delete a data source, with its tables where it is a DuckDB file; refused while nodes, synchronisation jobs or monitors name it
   */
  'DELETE /workspaces/{workspaceId}/data-sources/{dataSourceId}': {
    params: {
      workspaceId: number
      dataSourceId: number
    }
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * Whether a data source can be used now, as nodes would use it
   */
  'POST /workspaces/{workspaceId}/data-sources/{dataSourceId}/test': {
    params: {
      workspaceId: number
      dataSourceId: number
    }
    query: {}
    body: undefined
    answer: DataSourceTest
  }
  /**
   * The resource groups of the tenant, the default one first
   */
  'GET /resource-groups': {
    params: {}
    query: {}
    body: undefined
    answer: {
      items: ResourceGroup[]
      nextCursor: string | null
    }
  }
  /**
   * Add a resource group
   */
  'POST /resource-groups': {
    params: {}
    query: {}
    body: NewResourceGroupInput
    answer: ResourceGroup
  }
  /**
   * Change a resource group, or make it the default one; what runs goes on
   */
  'PATCH /resource-groups/{resourceGroupId}': {
    params: {
      resourceGroupId: number
    }
    query: {}
    body: ResourceGroupChange
    answer: ResourceGroup
  }
  /**
   * Delete a resource group; refused while nodes name it. What it was to run runs in the default one
   */
  'DELETE /resource-groups/{resourceGroupId}': {
    params: {
      resourceGroupId: number
    }
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * Who did what and when, newest first; with a filter that little fits, a page may be short or empty and still have a next one
   */
  'GET /audit': {
    params: {}
    query: {
      limit?: number
      cursor?: string
      workspaceId?: number
      from?: string
      to?: string
      action?: string
      object?: string
      userId?: number
    }
    body: undefined
    answer: {
      items: AuditEntry[]
      nextCursor: string | null
    }
  }
  /**
   * Up to where the audit trail is sealed; its hash, kept elsewhere, proves later that nothing was replaced
   */
  'GET /audit/seal': {
    params: {}
    query: {}
    body: undefined
    answer: AuditSealStanding
  }
  /**
   * Server-sent events: what has changed, for the console to read again
   */
  'GET /stream': {
    params: {}
    query: {}
    body: undefined
    answer: undefined
  }
  /**
   * Server-sent events: what asks the version under test, for the author’s machine (docs/command-line.md)
   */
  'GET /extensions/{code}/dev-stream': {
    params: {
      code: string
    }
    query: {
      connection: string
      machine: string
      url: string
      resume?: 'true' | 'false'
    }
    body: undefined
    answer: undefined
  }
  /**
   * The audit trail as lines of JSON with the seals that prove it (docs/audit.md)
   */
  'GET /audit/export': {
    params: {}
    query: {
      workspaceId?: number
      from?: string
      to?: string
    }
    body: undefined
    answer: undefined
  }
  /**
   * This API as OpenAPI 3.1
   */
  'GET /openapi.json': {
    params: {}
    query: {}
    body: undefined
    answer: undefined
  }
}
export interface SignInOptions {
  /**
   * Who signs in with a name and a password
   */
  localPasswords: 'everyone' | 'account-owner'
  provider: {
    label: string
    startUrl: string
  } | null
}
export interface SignIn {
  name: string
  password: string
  /**
   * In place of a one-time password, which signs in only with it
   */
  newPassword?: string
}
/**
 * Who is signed in, in which tenant, with which roles
 */
export interface Me {
  user: {
    id: string
    name: string
    displayName: string
  }
  tenant: {
    id: number
    name: string
    editionExpiresAt: string | null
  }
  tenantRoles: TenantRole[]
  workspaces: {
    id: number
    name: string
    identifier: string
    mode: 'basic' | 'standard'
    roles: WorkspaceRole[]
  }[]
  region: string
  mayChangePassword: boolean
  /**
   * The OpenID Connect provider, and whether the caller signs in there
   */
  provider: {
    label: string
    linked: boolean
  } | null
}
export interface OwnChange {
  displayName: string
}
export interface SignedOut {
  /**
   * Where the OpenID Connect provider ends its own session, if it offers to
   */
  continueAt: string | null
}
export interface PasswordChange {
  password: string
  newPassword: string
}
export interface ProviderLink {
  /**
   * Where the caller signs in at the provider to be known there from now on
   */
  continueAt: string
}
export interface Session {
  id: string
  current: boolean
  way: 'password' | 'openid'
  address: string
  /**
   * What the browser said that it is
   */
  agent: string
  startedAt: string
  /**
   * To the minute
   */
  seenAt: string
  expiresAt: string
}
export interface User {
  id: string
  name: string
  displayName: string
  tenantRoles: TenantRole[]
  disabled: boolean
  /**
   * Told to who may change users
   */
  signIn: {
    email: string | null
    hasPassword: boolean
    /**
     * The password is a one-time password, until then
     */
    oneTimeUntil: string | null
    /**
     * Signs in at the OpenID Connect provider
     */
    atProvider: boolean
    /**
     * Too many failed attempts to sign in
     */
    lockedUntil: string | null
  } | null
  /**
   * The code of the extension whose service user this is; null for a person
   */
  serviceOf: string | null
  createdAt: string
}
export interface NewUserInput {
  name: string
  displayName?: string
  email?: string | null
  /**
   * Without it a one-time password is made
   */
  password?: string
  tenantRoles?: TenantRole[]
}
export interface UserMade {
  id: string
  name: string
  displayName: string
  tenantRoles: TenantRole[]
  disabled: boolean
  /**
   * Told to who may change users
   */
  signIn: {
    email: string | null
    hasPassword: boolean
    /**
     * The password is a one-time password, until then
     */
    oneTimeUntil: string | null
    /**
     * Signs in at the OpenID Connect provider
     */
    atProvider: boolean
    /**
     * Too many failed attempts to sign in
     */
    lockedUntil: string | null
  } | null
  /**
   * The code of the extension whose service user this is; null for a person
   */
  serviceOf: string | null
  createdAt: string
  /**
   * Shown this once; it signs in to be replaced
   */
  oneTimePassword: string | null
}
export interface UserChange {
  displayName?: string
  email?: string | null
  tenantRoles?: TenantRole[]
  disabled?: boolean
}
export interface AccessKey {
  id: string
  active: boolean
  /**
   * Only an administrator activates it again
   */
  deactivatedByAdministrator: boolean
  createdAt: string
  lastUsedAt: string | null
}
export interface AccessKeyChange {
  active: boolean
}
export interface NewAccessKey {
  id: string
  /**
   * Shown this once; only its encrypted form is kept
   */
  secret: string
}
export interface Workspace {
  id: number
  name: string
  identifier: string
  description: string
  mode: 'basic' | 'standard'
  environments: ('DEV' | 'PROD')[]
  createdAt: string
}
export interface NewWorkspaceInput {
  identifier: string
  name: string
  description?: string
  mode?: 'basic' | 'standard'
}
export interface Member {
  user: Person
  roles: WorkspaceRole[]
}
export interface Person {
  id: string
  name: string
}
export interface MemberRoles {
  /**
   * @minItems 1
   */
  roles: WorkspaceRole[]
}
export interface NodeSummary {
  id: number
  workspaceId: number
  environment: 'PROD' | 'DEV'
  name: string
  programType: string
  owner: Person | null
  /**
   * As the imported file names the owner, when no user here has that id
   */
  ownerName: string | null
  /**
   * pause is frozen, skip is dry run
   */
  recurrence: 'normal' | 'pause' | 'skip'
  /**
   * manual: it runs only when somebody starts it
   */
  trigger: 'scheduler' | 'manual'
  cron: string | null
  priority: number
  isRoot: boolean
  version: number
  modifiedAt: string
  /**
   * Operations on this node that are held now
   */
  heldBy: {
    operationId: string
    eventCode: string
  }[]
  /**
   * What the caller may ask for on this node in its present state
   */
  may: ('freeze-node' | 'unfreeze-node' | 'undeploy-node')[]
}
export interface NodeDetail {
  id: number
  workspaceId: number
  environment: 'PROD' | 'DEV'
  name: string
  programType: string
  owner: Person | null
  /**
   * As the imported file names the owner, when no user here has that id
   */
  ownerName: string | null
  /**
   * pause is frozen, skip is dry run
   */
  recurrence: 'normal' | 'pause' | 'skip'
  /**
   * manual: it runs only when somebody starts it
   */
  trigger: 'scheduler' | 'manual'
  cron: string | null
  priority: number
  isRoot: boolean
  version: number
  modifiedAt: string
  /**
   * Operations on this node that are held now
   */
  heldBy: {
    operationId: string
    eventCode: string
  }[]
  /**
   * What the caller may ask for on this node in its present state
   */
  may: ('freeze-node' | 'unfreeze-node' | 'undeploy-node')[]
  description: string
  parameters: string
  script: {
    path: string | null
    language: string | null
    content: string | null
  }
  inputs: string[]
  outputs: string[]
  /**
   * Outputs this node waits for that no node here produces
   */
  unresolvedInputs: string[]
  /**
   * In which its schedule is meant
   */
  timeZone: string
  /**
   * From when on it is scheduled, in that zone
   */
  startAt: string | null
  endAt: string | null
  /**
   * The next five times of its schedule; empty where it has none
   */
  nextRunsAt: string[]
  /**
   * Whether it waits for its own cycle before, and for those of its direct descendants
   */
  crossCycle: {
    self: boolean
    children: boolean
  }
  rerunMode: 'all-allowed' | 'failure-allowed' | 'all-denied'
  /**
   * Automatic retries after a failure
   */
  rerunTimes: number
  timeoutSeconds: number | null
  instanceMode: 't+1' | 'immediately'
  resourceGroup: string | null
  dataSource: string | null
  upstream: NodeRelative[]
  downstream: NodeRelative[]
}
export interface NodeRelative {
  id: number
  name: string
  programType: string
  workspaceId: number
  recurrence: 'normal' | 'pause' | 'skip'
  dependency: 'normal' | 'cross-cycle'
}
export interface NodeVersion {
  version: number
  /**
   * Null where it came to be before this was kept
   */
  madeAt: string | null
  /**
   * Who imported it
   */
  madeBy: Person | null
  definition: {
    [k: string]: unknown
  }
}
export interface ObjectLogEntry {
  id: number
  at: string
  /**
   * Null for what is done by itself
   */
  user: Person | null
  /**
   * What was done, e.g. freeze, rerun, import
   */
  action: string
  details: {
    [k: string]: unknown
  }
  /**
   * The operation that it was the effect of
   */
  operationId: string | null
}
/**
 * One operation on one or many nodes of a workspace; all of them or none
 */
export interface NodeOperationInput {
  point: 'freeze-node' | 'unfreeze-node' | 'undeploy-node'
  environment?: 'PROD' | 'DEV'
  /**
   * @minItems 1
   * @maxItems 1000
   */
  nodeIds: number[]
}
export interface OperationView {
  /**
   * The process id; the extensionBizId of the message
   */
  id: string
  workspaceId: number | null
  eventCode: string
  state: 'held' | 'done' | 'refused' | 'withdrawn' | 'stale' | 'failed'
  /**
   * null where no extension applied
   */
  status: ('CHECKING' | 'PASSED' | 'BLOCKED') | null
  objectName: string
  objects: {
    id: string
    name: string
  }[]
  requestedBy: Person
  requestedAt: string
  endedAt: string | null
  expiresAt: string | null
  /**
   * Why it was refused, is stale or failed, where its checks do not say it
   */
  reason: string | null
  /**
   * The same for those who word it themselves: codes of the closed list of refusals, and what fills their sentences
   */
  reasons: {
    code: string
    details: {
      [k: string]: unknown
    }
  }[]
  messageId: string | null
  mayWithdraw: boolean
  /**
   * Sent by hand to an extension under test; nobody asked for it, and nothing happens whatever the verdict
   */
  trial: boolean
  checks: CheckView[]
}
export interface CheckView {
  extensionCode: string
  extensionName: string
  /**
   * Which version of it was asked
   */
  version: number
  deployment: 'service' | 'function'
  owner: Person1
  state: CheckState
  /**
   * Why the held operation does not move on because of this check; null where it does not wait for it
   */
  waitsFor:
    ('not-routed' | 'undelivered' | 'target-blocked' | 'sending' | 'waiting-for-answer' | 'waiting-for-person') | null
  waitsSince: string | null
  /**
   * When its message is tried again
   */
  nextAttemptAt: string | null
  result: ('OK' | 'WARN' | 'FAIL') | null
  /**
   * What the extension says, Markdown
   */
  comment: string | null
  /**
   * Why its function was given up after its retries; the check then counts as declared
   */
  functionFailure: string | null
  /**
   * Whether the caller may read what its function did and logged
   */
  mayReadInvocations: boolean
  detailUrl: string | null
  helpDocUrl: string | null
  /**
   * First attempt to deliver the message to it
   */
  sentAt: string | null
  /**
   * When its receiver accepted the message
   */
  acceptedAt: string | null
  answeredAt: string | null
  expiresAt: string
  onUnanswered: 'block' | 'pass'
  passedBy: Person | null
  passedReason: string | null
  /**
   * Whether the caller may mark this check as passed now
   */
  mayPass: boolean
}
/**
 * Whom to ask about it
 */
export interface Person1 {
  id: string
  name: string
}
export interface FlowSpecImportInput {
  environment?: 'PROD' | 'DEV'
  /**
   * The FlowSpec, as text or as the JSON object itself
   */
  flowspec:
    | string
    | {
        [k: string]: unknown
      }
}
export interface FlowSpecImported {
  created: {
    id: number
    name: string
  }[]
  updated: {
    id: number
    name: string
  }[]
  /**
   * Where extensions are asked about it: the deployment whose files become nodes as each is let pass
   */
  deploymentId: number | null
  warnings: string[]
}
export interface InstanceSummary {
  id: number
  workspaceId: number
  environment: 'PROD' | 'DEV'
  node: {
    id: number
    name: string
    programType: string
    isRoot: boolean
  }
  /**
   * Which version of the node’s definition it runs
   */
  nodeVersion: number
  owner: Person | null
  dagId: number
  backfillId: number | null
  kind: DagKind
  /**
   * Business date
   */
  bizdate: string
  /**
   * The nth of its business date, from 1
   */
  periodNumber: number
  /**
   * When the schedule has it run
   */
  cycleAt: string
  /**
   * Before this it does not start: its cycle, or the next retry
   */
  dueAt: string
  status: InstanceStatus
  /**
   * How the schedule means it; skip and what follows are dry runs
   */
  taskType:
    'normal' | 'manual' | 'pause' | 'skip' | 'skip-unchosen' | 'skip-cycle' | 'condition-unchosen' | 'realtime-expired'
  frozen: boolean
  priority: number
  /**
   * Grows with every start
   */
  runNumber: number
  /**
   * Automatic retries since it was last started by schedule or by hand
   */
  retries: number
  rerunMode: 'all-allowed' | 'failure-allowed' | 'all-denied'
  startedAt: string | null
  finishedAt: string | null
  createdAt: string
  modifiedAt: string
  /**
   * Operations on this instance that are held now
   */
  heldBy: {
    operationId: string
    eventCode: string
  }[]
  /**
   * What the caller may ask for on this instance in its present state
   */
  may: InstanceOperationName[]
}
export interface InstanceDetail {
  id: number
  workspaceId: number
  environment: 'PROD' | 'DEV'
  node: {
    id: number
    name: string
    programType: string
    isRoot: boolean
  }
  /**
   * Which version of the node’s definition it runs
   */
  nodeVersion: number
  owner: Person | null
  dagId: number
  backfillId: number | null
  kind: DagKind
  /**
   * Business date
   */
  bizdate: string
  /**
   * The nth of its business date, from 1
   */
  periodNumber: number
  /**
   * When the schedule has it run
   */
  cycleAt: string
  /**
   * Before this it does not start: its cycle, or the next retry
   */
  dueAt: string
  status: InstanceStatus
  /**
   * How the schedule means it; skip and what follows are dry runs
   */
  taskType:
    'normal' | 'manual' | 'pause' | 'skip' | 'skip-unchosen' | 'skip-cycle' | 'condition-unchosen' | 'realtime-expired'
  frozen: boolean
  priority: number
  /**
   * Grows with every start
   */
  runNumber: number
  /**
   * Automatic retries since it was last started by schedule or by hand
   */
  retries: number
  rerunMode: 'all-allowed' | 'failure-allowed' | 'all-denied'
  startedAt: string | null
  finishedAt: string | null
  createdAt: string
  modifiedAt: string
  /**
   * Operations on this instance that are held now
   */
  heldBy: {
    operationId: string
    eventCode: string
  }[]
  /**
   * What the caller may ask for on this instance in its present state
   */
  may: InstanceOperationName[]
  dag: {
    id: number
    name: string
    status: InstanceStatus
    paused: boolean
    outsideWindow: boolean
  }
  /**
   * Of the version of the node that it runs
   */
  script: {
    path: string | null
    language: string | null
    content: string | null
  }
  parameters: {
    name: string | null
    /**
     * As the node has it, or as the run was given it instead
     */
    value: string
    /**
     * What it stands for in this instance
     */
    resolved: string
  }[]
  cron: string | null
  dataSource: string | null
  /**
   * Automatic retries after a failure
   */
  rerunTimes: number
  rerunIntervalMs: number
  timeoutSeconds: number | null
  resourceGroup: {
    id: number
    name: string
    slots: number
    slotsTaken: number
  } | null
  /**
   * Since when it waits or waited for its time
   */
  waitingForTimeAt: string | null
  /**
   * Since when it waits or waited for resources
   */
  waitingForResourcesAt: string | null
  /**
   * Every condition to run that it does not meet now; empty where it has started, or starts any moment
   */
  waits: ('upstream' | 'turn' | 'time' | 'frozen' | 'paused' | 'outside-window' | 'ending' | 'slots')[]
  upstreamCount: number
  /**
   * Of these, how many have not succeeded
   */
  upstreamWaitingCount: number
  downstreamCount: number
  /**
   * The first 200 that it waits for directly
   */
  upstream: InstanceRelative[]
  /**
   * The first 200 that wait for it directly
   */
  downstream: InstanceRelative[]
  /**
   * The latest 100, the newest first
   */
  runs: InstanceRun[]
}
export interface InstanceRelative {
  id: number
  node: {
    id: number
    name: string
    programType: string
  }
  workspaceId: number
  /**
   * yyyy-mm-dd
   */
  bizdate: string
  periodNumber: number
  cycleAt: string
  status: InstanceStatus
  taskType: TaskType
  frozen: boolean
}
export interface InstanceRun {
  runNumber: number
  startedAt: string
  finishedAt: string | null
  /**
   * running, or how it ended
   */
  status:
    | 'not-run'
    | 'waiting-for-time'
    | 'waiting-for-resources'
    | 'running'
    | 'failed'
    | 'succeeded'
    | 'checking-quality'
    | 'checking-condition'
  /**
   * Why it ended as it did, where that is more than success
   */
  reason: {
    code: string
    details: {
      [k: string]: unknown
    }
    sentence: string
  } | null
}
export interface InstanceLog {
  /**
   * 0 where nothing has run yet
   */
  runNumber: number
  text: string
  /**
   * Goes into the next request’s `after`, to read on
   */
  after: number
  /**
   * Whether there is more to read already
   */
  more: boolean
  /**
   * Whether more may come
   */
  running: boolean
}
/**
 * One operation on one or many instances of a workspace
 */
export interface InstanceOperationInput {
  operation: InstanceOperationName
  /**
   * Where it is given, instances of the other one are not found
   */
  environment?: 'PROD' | 'DEV'
  /**
   * To rerun an instance with descendants of it, name these as well
   *
   * @minItems 1
   * @maxItems 1000
   */
  instanceIds: number[]
  /**
   * Of a rerun: whatever its status; or with all that follows it, for administrators, for the two business dates before today
   */
  force?: 'no' | 'this-one' | 'with-downstream'
  /**
   * Of a rerun: it runs the definition that the node has by then
   */
  latest?: boolean
}
export interface InstanceResults {
  /**
   * On those for which it can be done; null where there are none
   */
  operation: OperationView | null
  results: {
    instanceId: number
    state: 'done' | 'held' | 'refused'
    operationId: string | null
    refusal: {
      code: string
      sentence: string
    } | null
  }[]
}
export interface UpstreamInstances {
  /**
   * @minItems 1
   * @maxItems 1000
   */
  upstreamInstanceIds: number[]
}
export interface InstanceChange {
  /**
   * @minItems 1
   * @maxItems 1000
   */
  instanceIds: number[]
  /**
   * 1, 3, 5, 7 or 8; higher runs first
   */
  priority?: number
  resourceGroupId?: number
}
export interface NodeRunInput {
  environment?: 'PROD' | 'DEV'
  nodeId: number
  /**
   * yyyy-mm-dd
   */
  bizdate: string
  /**
   * Instead of those of the node: name=value name=value
   */
  parameters?: string | null
}
export interface StartedNodeRun {
  dagId: number
  instanceIds: number[]
}
export interface DagSummary {
  id: number
  workspaceId: number
  environment: 'PROD' | 'DEV'
  kind: DagKind
  name: string
  /**
   * yyyy-mm-dd
   */
  bizdate: string
  status: 'not-run' | 'running' | 'failed' | 'succeeded'
  backfillId: number | null
  /**
   * Runs of one line come one after the other
   */
  line: number | null
  position: number | null
  paused: boolean
  /**
   * Whether it stands still until its run window opens
   */
  outsideWindow: boolean
  createdBy: Person | null
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  /**
   * How far its instances have come; null where there are more than 10,000
   */
  progress: {
    notRun: number
    /**
     * For their time or for resources
     */
    waiting: number
    running: number
    failed: number
    succeeded: number
    /**
     * Of all but the succeeded ones
     */
    frozen: number
  } | null
}
export interface DagDetail {
  id: number
  workspaceId: number
  environment: 'PROD' | 'DEV'
  kind: DagKind
  name: string
  /**
   * yyyy-mm-dd
   */
  bizdate: string
  status: 'not-run' | 'running' | 'failed' | 'succeeded'
  backfillId: number | null
  /**
   * Runs of one line come one after the other
   */
  line: number | null
  position: number | null
  paused: boolean
  /**
   * Whether it stands still until its run window opens
   */
  outsideWindow: boolean
  createdBy: Person | null
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  counts: {
    status: InstanceStatus
    count: number
    /**
     * How many of these are frozen
     */
    frozen: number
  }[]
}
export interface NodeGraph {
  nodes: {
    id: number
    workspaceId: number
    name: string
    programType: string
    recurrence: 'normal' | 'pause' | 'skip'
    isRoot: boolean
    owner: Person | null
    /**
     * How far from where the reading started: negative upstream, positive downstream
     */
    level: number
    /**
     * How many more it waits for directly that are not shown; counted as far as 1,000
     */
    moreUpstream: number
    /**
     * How many more wait for it directly that are not shown; counted as far as 1,000
     */
    moreDownstream: number
  }[]
  edges: {
    from: number
    to: number
    dependency: 'normal' | 'cross-cycle'
  }[]
  /**
   * Whether the levels that were asked for hold more than is shown
   */
  isCut: boolean
}
export interface InstanceGraph {
  instances: {
    id: number
    node: {
      id: number
      name: string
      programType: string
    }
    workspaceId: number
    /**
     * yyyy-mm-dd
     */
    bizdate: string
    periodNumber: number
    cycleAt: string
    status: InstanceStatus
    taskType: TaskType
    frozen: boolean
    /**
     * How far from where the reading started: negative upstream, positive downstream
     */
    level: number
    /**
     * How many more it waits for directly that are not shown; counted as far as 1,000
     */
    moreUpstream: number
    /**
     * How many more wait for it directly that are not shown; counted as far as 1,000
     */
    moreDownstream: number
  }[]
  edges: {
    from: number
    to: number
  }[]
  /**
   * Whether the levels that were asked for hold more than is shown
   */
  isCut: boolean
}
export interface BackfillRequestInput {
  environment?: 'PROD' | 'DEV'
  name: string
  comment?: string
  /**
   * current: one node. descendants: one, and those of its descendants in includeNodeIds. massive: one and all its descendants, by workspace. advanced: any nodes. chain: everything from rootNodeIds to includeNodeIds
   */
  mode?: 'current' | 'descendants' | 'massive' | 'advanced' | 'chain'
  /**
   * Where it starts: one node, in the modes advanced and chain one or more
   *
   * @maxItems 10000
   */
  rootNodeIds?: number[]
  /**
   * descendants: those that run. massive: descendants that run although their workspace is not to. chain: where it ends
   *
   * @maxItems 10000
   */
  includeNodeIds?: number[]
  /**
   * They get dry runs, so that what waits for them goes on
   *
   * @maxItems 10000
   */
  excludeNodeIds?: number[]
  /**
   * massive: only descendants in these workspaces run; none: in all
   *
   * @maxItems 1000
   */
  includeWorkspaceIds?: number[]
  /**
   * massive: descendants in these workspaces do not run
   *
   * @maxItems 1000
   */
  excludeWorkspaceIds?: number[]
  /**
   * One to seven ranges of business dates, both ends included; past or future
   *
   * @maxItems 100
   */
  dates: {
    /**
     * yyyy-mm-dd
     */
    start: string
    /**
     * yyyy-mm-dd
     */
    end: string
  }[]
  /**
   * The part of the day of which hourly and minute nodes have instances; both or none
   */
  window?: {
    startTime?: string | null
    endTime?: string | null
  }
  /**
   * Of the business dates
   */
  order?: 'asc' | 'desc'
  /**
   * How many business dates run at the same time, 1 to 10
   */
  groups?: number
  /**
   * Instances of a future time run at once
   */
  startsFutureNow?: boolean
  /**
   * When its instances may start; over midnight where it ends before it starts
   */
  runWindow?: {
    type: 'daily' | 'weekend'
    /**
     * hh:mm:ss
     */
    startTime: string
    /**
     * hh:mm:ss
     */
    endTime: string
  } | null
  /**
   * Identifier of the resource group that all of it runs in
   */
  resourceGroup?: string | null
  /**
   * 1 to 11
   */
  priority?: number | null
  /**
   * When whoever asked is told that it has ended
   */
  alert?: ('Success' | 'Failure' | 'SuccessFailure') | null
  /**
   * Whether it is checked beforehand what stands in its way, and refused where something does
   */
  analysis?: {
    enabled?: boolean
    blocked?: boolean
  }
  /**
   * Parameters of single nodes instead of their own, `key=value key=value`, by the id of the node
   */
  parameters?: {
    [k: string]: string
  }
  /**
   * False: its instances are created and wait until somebody starts it
   */
  starts?: boolean
}
/**
 * What a backfill would come to; nothing is written
 */
export interface BackfillPreview {
  /**
   * Nodes that run
   */
  nodeCount: number
  /**
   * Nodes that get dry runs
   */
  dryRunCount: number
  dateCount: number
  /**
   * The first hundred, in the order in which they run
   */
  dates: string[]
  /**
   * How many instances it would have
   */
  instanceCount: number
  workspaces: {
    id: number
    name: string
    nodeCount: number
    dryRunCount: number
  }[]
  /**
   * The first two hundred, in the order of their ids
   */
  nodes: {
    id: number
    name: string
    workspaceId: number
    programType: string
    recurrence: 'normal' | 'pause' | 'skip'
    /**
     * Why it is a dry run. excluded: it was left out. between: nobody chose it, and it lies between two that were. not-allowed: you may not operate on it
     */
    dryRun: ('excluded' | 'between' | 'not-allowed') | null
  }[]
  /**
   * Nodes in between that you may not operate on: they get dry runs
   */
  gaps: {
    count: number
    nodes: {
      id: number
      name: string
      workspaceId: number
    }[]
  }
  /**
   * Nodes that are to run and that you may not operate on: with one of these it is refused
   */
  refused: {
    count: number
    nodes: {
      id: number
      name: string
      workspaceId: number
    }[]
  }
  /**
   * Frozen nodes among those that run: their instances are frozen and hold up what waits for them
   */
  frozen: {
    count: number
    nodes: {
      id: number
      name: string
      workspaceId: number
    }[]
  }
  /**
   * What the check beforehand finds; null where it is not asked for
   */
  findings: BackfillFinding[] | null
  /**
   * What it would be refused with if it were asked for now
   */
  refusal: {
    code: string
    detail: string
    details: {
      [k: string]: unknown
    }
  } | null
  /**
   * Extensions that would be asked first
   */
  asked: {
    extensionCode: string
    extensionName: string
    version: number
  }[]
}
/**
 * What stands in the way of a backfill. frozen: these nodes hold up what waits for them. upstream-missing: what they wait for is not part of it and has not succeeded on one of its dates. unresolved: no node produces an output that they wait for
 */
export interface BackfillFinding {
  code: 'frozen' | 'upstream-missing' | 'unresolved'
  count: number
  /**
   * The first of them
   */
  nodes: {
    id: number
    name: string
    workspaceId: number
  }[]
}
export interface BackfillAsked {
  operation: OperationView
  /**
   * null while the operation is held: nothing has been created
   */
  backfillId: number | null
}
export interface BackfillSummary {
  id: number
  workspaceId: number
  environment: 'PROD' | 'DEV'
  name: string
  mode: BackfillMode
  state: BackfillState
  /**
   * Why it could not be created
   */
  problem: {
    code: string
    detail: string
    details: {
      [k: string]: unknown
    }
  } | null
  dates: {
    start: string
    end: string
  }[]
  /**
   * Nodes that run
   */
  nodeCount: number
  dryRunCount: number
  /**
   * null while they are being created
   */
  instanceCount: number | null
  /**
   * Its business dates by status
   */
  dateCounts: {
    notRun: number
    running: number
    failed: number
    succeeded: number
  }
  requestedBy: Person
  /**
   * The operation with which it was asked for
   */
  operationId: string | null
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  /**
   * What the caller may do with it in its present state
   */
  may: BackfillVerb[]
}
export interface BackfillDetail {
  id: number
  workspaceId: number
  environment: 'PROD' | 'DEV'
  name: string
  mode: BackfillMode
  state: BackfillState
  /**
   * Why it could not be created
   */
  problem: {
    code: string
    detail: string
    details: {
      [k: string]: unknown
    }
  } | null
  dates: {
    start: string
    end: string
  }[]
  /**
   * Nodes that run
   */
  nodeCount: number
  dryRunCount: number
  /**
   * null while they are being created
   */
  instanceCount: number | null
  /**
   * Its business dates by status
   */
  dateCounts: {
    notRun: number
    running: number
    failed: number
    succeeded: number
  }
  requestedBy: Person
  /**
   * The operation with which it was asked for
   */
  operationId: string | null
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  /**
   * What the caller may do with it in its present state
   */
  may: BackfillVerb[]
  request: BackfillRequest
  /**
   * Instances by status
   */
  counts: {
    notRun: number
    /**
     * For their time or for resources
     */
    waiting: number
    running: number
    failed: number
    succeeded: number
    /**
     * Of all but the succeeded ones
     */
    frozen: number
  }
  /**
   * The run of each business date, in their order; the first thousand
   */
  dags: {
    id: number
    bizdate: string
    /**
     * Its group, from 0; dates of one group run one after the other
     */
    line: number | null
    position: number | null
    status: 'not-run' | 'running' | 'failed' | 'succeeded'
    paused: boolean
    /**
     * It waits for its run window
     */
    outsideWindow: boolean
    startedAt: string | null
    finishedAt: string | null
    /**
     * Instances by status
     */
    counts: {
      notRun: number
      /**
       * For their time or for resources
       */
      waiting: number
      running: number
      failed: number
      succeeded: number
      /**
       * Of all but the succeeded ones
       */
      frozen: number
    }
  }[]
  /**
   * The first two hundred, in the order of their ids
   */
  nodes: {
    id: number
    name: string
    workspaceId: number
    programType: string
    dryRun: boolean
  }[]
  /**
   * What was done to it, the newest first; the latest hundred
   */
  log: ObjectLogEntry[]
}
export interface BackfillRequest {
  environment: 'PROD' | 'DEV'
  name: string
  comment: string
  /**
   * current: one node. descendants: one, and those of its descendants in includeNodeIds. massive: one and all its descendants, by workspace. advanced: any nodes. chain: everything from rootNodeIds to includeNodeIds
   */
  mode: 'current' | 'descendants' | 'massive' | 'advanced' | 'chain'
  /**
   * Where it starts: one node, in the modes advanced and chain one or more
   *
   * @maxItems 10000
   */
  rootNodeIds: number[]
  /**
   * descendants: those that run. massive: descendants that run although their workspace is not to. chain: where it ends
   *
   * @maxItems 10000
   */
  includeNodeIds: number[]
  /**
   * They get dry runs, so that what waits for them goes on
   *
   * @maxItems 10000
   */
  excludeNodeIds: number[]
  /**
   * massive: only descendants in these workspaces run; none: in all
   *
   * @maxItems 1000
   */
  includeWorkspaceIds: number[]
  /**
   * massive: descendants in these workspaces do not run
   *
   * @maxItems 1000
   */
  excludeWorkspaceIds: number[]
  /**
   * One to seven ranges of business dates, both ends included; past or future
   *
   * @maxItems 100
   */
  dates: {
    /**
     * yyyy-mm-dd
     */
    start: string
    /**
     * yyyy-mm-dd
     */
    end: string
  }[]
  /**
   * The part of the day of which hourly and minute nodes have instances; both or none
   */
  window: {
    startTime: string | null
    endTime: string | null
  }
  /**
   * Of the business dates
   */
  order: 'asc' | 'desc'
  /**
   * How many business dates run at the same time, 1 to 10
   */
  groups: number
  /**
   * Instances of a future time run at once
   */
  startsFutureNow: boolean
  /**
   * When its instances may start; over midnight where it ends before it starts
   */
  runWindow: {
    type: 'daily' | 'weekend'
    /**
     * hh:mm:ss
     */
    startTime: string
    /**
     * hh:mm:ss
     */
    endTime: string
  } | null
  /**
   * Identifier of the resource group that all of it runs in
   */
  resourceGroup: string | null
  /**
   * 1 to 11
   */
  priority: number | null
  /**
   * When whoever asked is told that it has ended
   */
  alert: ('Success' | 'Failure' | 'SuccessFailure') | null
  /**
   * Whether it is checked beforehand what stands in its way, and refused where something does
   */
  analysis: {
    enabled: boolean
    blocked: boolean
  }
  /**
   * Parameters of single nodes instead of their own, `key=value key=value`, by the id of the node
   */
  parameters: {
    [k: string]: string
  }
  /**
   * False: its instances are created and wait until somebody starts it
   */
  starts: boolean
}
export interface BackfillDone {
  backfill: BackfillSummary
  /**
   * The operations on instances that this comes to: terminating what runs, running again what has failed; extensions may hold them
   */
  operations: OperationView[]
}
export interface NewFileReviewInput {
  /**
   * Without it the newest
   */
  version?: number
  description?: string
}
export interface FileReviewDetail {
  id: number
  fileId: number
  fileName: string
  version: number
  description: string
  state: 'open' | 'approved' | 'rejected' | 'withdrawn'
  requestedBy: Person
  requestedAt: string
  concludedBy: Person | null
  concludedAt: string | null
  conclusion: string
  may: ('approve' | 'reject' | 'withdraw' | 'comment')[]
  comments: FileReviewComment[]
}
export interface FileReviewComment {
  id: number
  line: number | null
  text: string
  by: Person
  at: string
}
export interface FileReviewSummary {
  id: number
  fileId: number
  fileName: string
  version: number
  description: string
  state: 'open' | 'approved' | 'rejected' | 'withdrawn'
  requestedBy: Person
  requestedAt: string
  concludedBy: Person | null
  concludedAt: string | null
  conclusion: string
  may: ('approve' | 'reject' | 'withdraw' | 'comment')[]
}
export interface NewFileReviewCommentInput {
  line?: number | null
  text: string
}
export interface FileReviewConclusionInput {
  verb: 'approve' | 'reject' | 'withdraw'
  comment?: string
}
export interface CodeRunInput {
  /**
   * The revision that it was made on; any other has been changed meanwhile
   */
  revision: number
  /**
   * Only this of the draft
   */
  content?: string
  /**
   * Without it the day before today
   */
  bizdate?: string
  /**
   * Instead of the node’s own: `name=value name=value`
   */
  parameters?: string | null
}
export interface AskedRun {
  operation: OperationView
  /**
   * Null while it is held
   */
  run: DevelopmentRun | null
}
export interface DevelopmentRun {
  /**
   * Its log and its runs are those of this instance
   */
  instanceId: number
  kind: 'code' | 'table' | 'function'
  environment: 'PROD' | 'DEV'
  state: 'running' | 'succeeded' | 'failed' | 'unknown'
  reasons: {
    code: string
    details: {
      [k: string]: unknown
    }
  }[]
  operationId: string | null
  createdBy: Person
  createdAt: string
  endedAt: string | null
}
export interface TableSummary {
  id: number
  workspaceId: number
  name: string
  comment: string
  owner: Person | null
  revision: number
  environments: {
    environment: 'PROD' | 'DEV'
    dataSource: string
    /**
     * The one that was applied last; null before there is one
     */
    revision: number | null
    appliedAt: string | null
  }[]
  modifiedAt: string
  modifiedBy: Person | null
  heldBy: {
    operationId: string
    eventCode: string
  }[]
  may: ('save' | 'commit' | 'deploy' | 'delete')[]
}
export interface NewTable {
  name: string
  design: TableDesign
}
export interface TableDesign {
  comment: string
  /**
   * Null: the default one of each environment
   */
  dataSource: string | null
  /**
   * Kept and told to extensions; nothing is removed by it
   */
  lifeCycleDays: number | null
  /**
   * @minItems 1
   * @maxItems 1200
   */
  columns: {
    name: string
    /**
     * bigint, string, decimal(18,2), datetime …
     */
    type: string
    comment: string
    /**
     * Partition columns come last
     */
    isPartition: boolean
  }[]
}
export interface TableDetail {
  id: number
  workspaceId: number
  name: string
  comment: string
  owner: Person | null
  revision: number
  environments: {
    environment: 'PROD' | 'DEV'
    dataSource: string
    /**
     * The one that was applied last; null before there is one
     */
    revision: number | null
    appliedAt: string | null
    design: TableDesign | null
  }[]
  modifiedAt: string
  modifiedBy: Person | null
  heldBy: {
    operationId: string
    eventCode: string
  }[]
  may: ('save' | 'commit' | 'deploy' | 'delete')[]
  design: TableDesign
}
export interface TableSave {
  /**
   * The revision that it was made on
   */
  revision: number
  design: TableDesign
}
export interface TableComparison {
  environment: 'PROD' | 'DEV'
  dataSource: string
  /**
   * Whether the database has a table of this name
   */
  exists: boolean
  /**
   * What leads from what the database has now to the draft
   */
  changes: TableChange[]
  /**
   * As they would be run
   */
  statements: string[]
}
export interface TableChange {
  kind:
    'create-table' | 'comment-table' | 'life-cycle' | 'add-column' | 'drop-column' | 'change-type' | 'comment-column'
  column: string | null
  from: string
  to: string
  /**
   * The name under which it has to be asked for, of what would lose data
   */
  loss: string | null
}
export interface NewTableSubmissionInput {
  environment: 'PROD' | 'DEV'
  revision: number
  /**
   * What may lose data, by name
   *
   * @maxItems 1200
   */
  losses?: string[]
}
export interface AskedTableSubmission {
  operation: OperationView
  /**
   * Null while it is held
   */
  submission: TableSubmission | null
  run: DevelopmentRun | null
}
export interface TableSubmission {
  id: number
  environment: 'PROD' | 'DEV'
  revision: number
  state: 'applying' | 'applied' | 'failed' | 'unknown'
  changes: TableChange[]
  reasons: {
    code: string
    details: {
      [k: string]: unknown
    }
  }[]
  operationId: string | null
  /**
   * Its log is that of this instance
   */
  instanceId: number | null
  submittedBy: Person
  submittedAt: string
  endedAt: string | null
}
export interface QualityTemplate {
  code: string
  id: number
  metric:
    | 'Count'
    | 'NullValueCount'
    | 'NullValuePercent'
    | 'DistinctCount'
    | 'DistinctPercent'
    | 'DuplicatedCount'
    | 'DuplicatedPercent'
    | 'OutOfRangeCount'
    | 'CountNotIn'
    | 'Min'
    | 'Max'
    | 'Avg'
    | 'Sum'
    | 'UserDefinedSql'
  checking: 'Fixed' | 'Fluctuation' | 'Difference' | 'Average'
  daysBefore: number[]
  expected: string | null
  warned: string | null
  critical: string | null
}
export interface QualityRule {
  id: number
  workspaceId: number
  monitorId: number | null
  target: QualityTarget
  rule: QualityRuleContent
  revision: number
  /**
   * The newest result
   */
  latest: {
    id: number
    status: QualityStatus
    value: number | null
    /**
     * yyyy-mm-dd
     */
    bizdate: string
    endedAt: string
  } | null
  modifiedAt: string
  modifiedBy: Person | null
  heldBy: {
    operationId: string
    eventCode: string
  }[]
  may: ('save' | 'delete')[]
}
export interface QualityTarget {
  /**
   * Null: the default one of production
   */
  dataSource: string | null
  schema: string | null
  table: string
}
export interface QualityRuleContent {
  name: string
  description: string
  enabled: boolean
  /**
   * High: strong, Normal: weak
   */
  severity: 'High' | 'Normal'
  templateCode: string
  sampling: {
    metric:
      | 'Count'
      | 'NullValueCount'
      | 'NullValuePercent'
      | 'DistinctCount'
      | 'DistinctPercent'
      | 'DuplicatedCount'
      | 'DuplicatedPercent'
      | 'OutOfRangeCount'
      | 'CountNotIn'
      | 'Min'
      | 'Max'
      | 'Avg'
      | 'Sum'
      | 'UserDefinedSql'
    /**
     * @maxItems 32
     */
    columns: string[]
    filter: string | null
    /**
     * Of UserDefinedSql: one statement that answers one number
     */
    sql: string | null
    least: number | null
    most: number | null
    /**
     * @maxItems 1000
     */
    values: string[]
  }
  checking: {
    type: 'Fixed' | 'Fluctuation' | 'Difference' | 'Average'
    /**
     * @maxItems 30
     */
    daysBefore: number[]
    /**
     * Conditions over `$checkValue`
     */
    thresholds: {
      expected: string | null
      warned: string | null
      critical: string | null
    }
  }
}
/**
 * All of them come to be, or none
 */
export interface NewQualityRulesInput {
  /**
   * Null: of a table, and checked by no monitor yet
   */
  monitorId?: number | null
  target?: QualityTargetInput
  /**
   * @minItems 1
   * @maxItems 200
   */
  rules: QualityRuleContentInput[]
}
/**
 * Without it the monitor’s; one of the two has to be there
 */
export interface QualityTargetInput {
  /**
   * Null: the default one of production
   */
  dataSource?: string | null
  schema?: string | null
  table: string
}
export interface QualityRuleContentInput {
  name: string
  description?: string
  enabled?: boolean
  /**
   * High: strong, Normal: weak
   */
  severity: 'High' | 'Normal'
  templateCode: string
  sampling: {
    metric:
      | 'Count'
      | 'NullValueCount'
      | 'NullValuePercent'
      | 'DistinctCount'
      | 'DistinctPercent'
      | 'DuplicatedCount'
      | 'DuplicatedPercent'
      | 'OutOfRangeCount'
      | 'CountNotIn'
      | 'Min'
      | 'Max'
      | 'Avg'
      | 'Sum'
      | 'UserDefinedSql'
    /**
     * @maxItems 32
     */
    columns?: string[]
    filter?: string | null
    /**
     * Of UserDefinedSql: one statement that answers one number
     */
    sql?: string | null
    least?: number | null
    most?: number | null
    /**
     * @maxItems 1000
     */
    values?: string[]
  }
  checking: {
    type: 'Fixed' | 'Fluctuation' | 'Difference' | 'Average'
    /**
     * @maxItems 30
     */
    daysBefore?: number[]
    /**
     * Conditions over `$checkValue`
     */
    thresholds: {
      expected?: string | null
      warned?: string | null
      critical?: string | null
    }
  }
}
export interface AskedQuality {
  operation: OperationView
  /**
   * What came of it; empty while it is held
   */
  ids: number[]
}
export interface QualityRuleSave {
  /**
   * The revision that it was made on; any other has been changed meanwhile
   */
  revision: number
  rule: QualityRuleContent
}
/**
 * All of them are changed, or none
 */
export interface QualityRulesSave {
  /**
   * @minItems 1
   * @maxItems 200
   */
  rules: {
    /**
     * The revision that it was made on; any other has been changed meanwhile
     */
    revision: number
    rule: QualityRuleContent
    id: number
  }[]
}
export interface QualityIds {
  /**
   * @minItems 1
   * @maxItems 200
   */
  ids: number[]
}
/**
 * A result in the history of a rule
 */
export interface QualityPoint {
  resultId: number
  /**
   * yyyy-mm-dd
   */
  bizdate: string
  endedAt: string
  status: QualityStatus
  value: number | null
}
export interface QualityMonitorSummary {
  id: number
  workspaceId: number
  name: string
  description: string
  enabled: boolean
  target: QualityTarget
  /**
   * `dt=$[yyyymmdd-1]`; null: the whole table
   */
  partition: string | null
  trigger: {
    type: 'ByScheduledTaskInstance' | 'ByManual'
    /**
     * @maxItems 100
     */
    nodeIds: number[]
  }
  /**
   * Which results have the instance fail; null: none, and it does not wait for them
   */
  blockWhen: string | null
  /**
   * Of which results who subscribes is told
   */
  notifyWhen: string | null
  nodes: {
    id: number
    name: string
  }[]
  rules: number
  strongRules: number
  /**
   * The newest run
   */
  latest: {
    id: number
    status: QualityStatus | null
    /**
     * yyyy-mm-dd
     */
    bizdate: string
    hasBlocked: boolean
    createdAt: string
  } | null
  revision: number
  modifiedAt: string
  modifiedBy: Person | null
  heldBy: {
    operationId: string
    eventCode: string
  }[]
  may: ('save' | 'delete' | 'clone' | 'run' | 'subscribe')[]
}
export interface NewQualityMonitorInput {
  name: string
  description?: string
  enabled?: boolean
  target: QualityTargetInput1
  /**
   * `dt=$[yyyymmdd-1]`; null: the whole table
   */
  partition?: string | null
  trigger: {
    type: 'ByScheduledTaskInstance' | 'ByManual'
    /**
     * @maxItems 100
     */
    nodeIds?: number[]
  }
  /**
   * Which results have the instance fail; null: none, and it does not wait for them
   */
  blockWhen?: string | null
  /**
   * Of which results who subscribes is told
   */
  notifyWhen?: string | null
  /**
   * @maxItems 500
   */
  rules?: (
    | QualityRuleContentInput
    | {
        id: number
      }
  )[]
  /**
   * @maxItems 20
   */
  subscriptions?: QualitySubscriptionContent[]
}
export interface QualityTargetInput1 {
  /**
   * Null: the default one of production
   */
  dataSource?: string | null
  schema?: string | null
  table: string
}
export interface QualitySubscriptionContent {
  channel: 'Mail' | 'Webhook'
  /**
   * An address of mail, or of a webhook, to which a signed JSON is posted
   */
  receiver: string
}
export interface QualityMonitorDetail {
  id: number
  workspaceId: number
  name: string
  description: string
  enabled: boolean
  target: QualityTarget
  /**
   * `dt=$[yyyymmdd-1]`; null: the whole table
   */
  partition: string | null
  trigger: {
    type: 'ByScheduledTaskInstance' | 'ByManual'
    /**
     * @maxItems 100
     */
    nodeIds: number[]
  }
  /**
   * Which results have the instance fail; null: none, and it does not wait for them
   */
  blockWhen: string | null
  /**
   * Of which results who subscribes is told
   */
  notifyWhen: string | null
  nodes: {
    id: number
    name: string
  }[]
  rules: number
  strongRules: number
  /**
   * The newest run
   */
  latest: {
    id: number
    status: QualityStatus | null
    /**
     * yyyy-mm-dd
     */
    bizdate: string
    hasBlocked: boolean
    createdAt: string
  } | null
  revision: number
  modifiedAt: string
  modifiedBy: Person | null
  heldBy: {
    operationId: string
    eventCode: string
  }[]
  may: ('save' | 'delete' | 'clone' | 'run' | 'subscribe')[]
  ruleList: QualityRule[]
  subscriptions: QualitySubscription[]
}
export interface QualitySubscription {
  id: number
  monitorId: number
  channel: 'Mail' | 'Webhook'
  /**
   * Shortened for who may not change it
   */
  receiver: string
  createdBy: Person | null
  createdAt: string
  heldBy: {
    operationId: string
    eventCode: string
  }[]
}
/**
 * Its rules and subscriptions are changed on their own
 */
export interface QualityMonitorSave {
  /**
   * The revision that it was made on; any other has been changed meanwhile
   */
  revision: number
  monitor: QualityMonitorContent
}
export interface QualityMonitorContent {
  name: string
  description: string
  enabled: boolean
  target: QualityTarget
  /**
   * `dt=$[yyyymmdd-1]`; null: the whole table
   */
  partition: string | null
  trigger: {
    type: 'ByScheduledTaskInstance' | 'ByManual'
    /**
     * @maxItems 100
     */
    nodeIds: number[]
  }
  /**
   * Which results have the instance fail; null: none, and it does not wait for them
   */
  blockWhen: string | null
  /**
   * Of which results who subscribes is told
   */
  notifyWhen: string | null
}
/**
 * With its rules, to each of these tables
 */
export interface QualityClone {
  /**
   * @minItems 1
   * @maxItems 100
   */
  targets: QualityTarget[]
}
export interface AlertSecret {
  secret: string
}
export interface QualityRunStart {
  /**
   * Without it the day before today
   */
  bizdate?: string
}
export interface QualityRunSummary {
  id: number
  monitorId: number
  monitorName: string
  state: 'pending' | 'running' | 'ended'
  status: QualityStatus | null
  /**
   * yyyy-mm-dd
   */
  bizdate: string
  partition: string | null
  instanceId: number | null
  nodeId: number | null
  /**
   * Its instance has succeeded only when this has ended
   */
  holdsUp: boolean
  hasBlocked: boolean
  counts: {
    [k: string]: number
  }
  /**
   * Null: its instance did
   */
  startedBy: Person | null
  createdAt: string
  startedAt: string | null
  endedAt: string | null
}
export interface QualityRunDetail {
  id: number
  monitorId: number
  monitorName: string
  state: 'pending' | 'running' | 'ended'
  status: QualityStatus | null
  /**
   * yyyy-mm-dd
   */
  bizdate: string
  partition: string | null
  instanceId: number | null
  nodeId: number | null
  /**
   * Its instance has succeeded only when this has ended
   */
  holdsUp: boolean
  hasBlocked: boolean
  counts: {
    [k: string]: number
  }
  /**
   * Null: its instance did
   */
  startedBy: Person | null
  createdAt: string
  startedAt: string | null
  endedAt: string | null
  results: QualityResult[]
}
export interface QualityResult {
  id: number
  runId: number
  monitorId: number
  ruleId: number
  rule: QualityRuleContent1
  /**
   * yyyy-mm-dd
   */
  bizdate: string
  status: QualityStatus
  value: number | null
  /**
   * What the thresholds were held against
   */
  checked: number | null
  comparisons: {
    /**
     * yyyy-mm-dd
     */
    bizdate: string
    value: number
    checked: number
    status: QualityStatus
  }[]
  statement: string
  reasons: {
    code: string
    details: {
      [k: string]: unknown
    }
  }[]
  beganAt: string
  endedAt: string
  feedback: {
    text: string
    by: Person
    at: string
  }[]
}
/**
 * As it was
 */
export interface QualityRuleContent1 {
  name: string
  description: string
  enabled: boolean
  /**
   * High: strong, Normal: weak
   */
  severity: 'High' | 'Normal'
  templateCode: string
  sampling: {
    metric:
      | 'Count'
      | 'NullValueCount'
      | 'NullValuePercent'
      | 'DistinctCount'
      | 'DistinctPercent'
      | 'DuplicatedCount'
      | 'DuplicatedPercent'
      | 'OutOfRangeCount'
      | 'CountNotIn'
      | 'Min'
      | 'Max'
      | 'Avg'
      | 'Sum'
      | 'UserDefinedSql'
    /**
     * @maxItems 32
     */
    columns: string[]
    filter: string | null
    /**
     * Of UserDefinedSql: one statement that answers one number
     */
    sql: string | null
    least: number | null
    most: number | null
    /**
     * @maxItems 1000
     */
    values: string[]
  }
  checking: {
    type: 'Fixed' | 'Fluctuation' | 'Difference' | 'Average'
    /**
     * @maxItems 30
     */
    daysBefore: number[]
    /**
     * Conditions over `$checkValue`
     */
    thresholds: {
      expected: string | null
      warned: string | null
      critical: string | null
    }
  }
}
export interface NewQualityFeedback {
  text: string
}
export interface Folder {
  id: number
  /**
   * From the top, with no slash at either end
   */
  path: string
}
export interface NewFolder {
  path: string
}
export interface FileSummary {
  id: number
  workspaceId: number
  folderId: number | null
  kind: 'node' | 'resource' | 'function'
  name: string
  fileType: number
  /**
   * Of a node
   */
  programType: string | null
  owner: Person | null
  revision: number
  /**
   * The newest committed one; 0 before there is one
   */
  version: number
  /**
   * The draft has changed since that was committed
   */
  isChanged: boolean
  /**
   * What production has of it
   */
  deployedVersion: number | null
  /**
   * Its node in production, there from the first deployment on
   */
  nodeId: number
  modifiedAt: string
  modifiedBy: Person | null
  deletedAt: string | null
  /**
   * Operations on this file that are held now
   */
  heldBy: {
    operationId: string
    eventCode: string
    deploymentId: number | null
  }[]
  /**
   * What the caller may do with it in its present state
   */
  may: ('save' | 'commit' | 'deploy' | 'delete' | 'run' | 'restore' | 'review')[]
}
export interface NewFileInput {
  name: string
  folderId?: number | null
  body: FileBodyInput
}
/**
 * The configuration of a node, as an import of a FlowSpec file yields it
 */
export interface NodeDefinition {
  /**
   * Stable identity; an empty one is given by the server
   */
  key: string
  /**
   * As the file is called; of the file’s own node the server sees to it
   */
  name: string
  /**
   * User id, or a name that a file gave
   */
  owner: string | null
  description: string
  /**
   * For example ODPS_SQL, DIDE_SHELL, VIRTUAL
   */
  programType: string
  fileType: number | null
  script: NodeScript | null
  /**
   * @maxItems 1000
   */
  parameters: {
    name: string | null
    value: string
  }[]
  resourceGroup: string | null
  dataSource: {
    name: string
    type: string | null
  } | null
  /**
   * @maxItems 1000
   */
  inputs: {
    output: string
    type: 'normal' | 'cross-cycle-other'
    refTableName: string | null
    upstreamKey: string | null
  }[]
  /**
   * @maxItems 1000
   */
  outputs: {
    output: string
    refTableName: string | null
    isDefault: boolean
    isDeclared: boolean
  }[]
  /**
   * @maxItems 1000
   */
  branches?: {
    when: string
    output: string
  }[]
  workflowKey: string | null
  isRoot: false
  trigger: 'scheduler' | 'manual'
  recurrence: 'normal' | 'pause' | 'skip'
  /**
   * Six fields, seconds first
   */
  cron: string | null
  /**
   * Follows from the schedule
   */
  cycle: ('minute' | 'hour' | 'day' | 'week' | 'month' | 'year') | null
  /**
   * yyyy-mm-dd hh:mm:ss in its own time zone
   */
  startAt: string | null
  /**
   * yyyy-mm-dd hh:mm:ss in its own time zone
   */
  endAt: string | null
  timezone: string | null
  rerunMode: 'all-allowed' | 'failure-allowed' | 'all-denied'
  rerunTimes: number
  rerunIntervalMs: number
  timeoutSeconds: number | null
  priority: 1 | 3 | 5 | 7 | 8
  instanceMode: 't+1' | 'immediately'
  crossCycle: {
    self: boolean
    children: boolean
  }
  /**
   * @maxItems 1000
   */
  innerNodes: InnerNode[]
}
export interface NodeScript {
  path: string | null
  language: string | null
  content: string | null
}
export interface InnerNode {
  /**
   * Stable identity; an empty one is given by the server
   */
  key: string
  /**
   * As the file is called; of the file’s own node the server sees to it
   */
  name: string
  /**
   * User id, or a name that a file gave
   */
  owner: string | null
  description: string
  /**
   * For example ODPS_SQL, DIDE_SHELL, VIRTUAL
   */
  programType: string
  fileType: number | null
  script: NodeScript | null
  /**
   * @maxItems 1000
   */
  parameters: {
    name: string | null
    value: string
  }[]
  resourceGroup: string | null
  dataSource: {
    name: string
    type: string | null
  } | null
  /**
   * @maxItems 1000
   */
  inputs: {
    output: string
    type: 'normal' | 'cross-cycle-other'
    refTableName: string | null
    upstreamKey: string | null
  }[]
  /**
   * @maxItems 1000
   */
  outputs: {
    output: string
    refTableName: string | null
    isDefault: boolean
    isDeclared: boolean
  }[]
  /**
   * @maxItems 1000
   */
  branches?: {
    when: string
    output: string
  }[]
  parentKey: string
}
export interface FileDetail {
  id: number
  workspaceId: number
  folderId: number | null
  kind: 'node' | 'resource' | 'function'
  name: string
  fileType: number
  /**
   * Of a node
   */
  programType: string | null
  owner: Person | null
  revision: number
  /**
   * The newest committed one; 0 before there is one
   */
  version: number
  /**
   * The draft has changed since that was committed
   */
  isChanged: boolean
  /**
   * What production has of it
   */
  deployedVersion: number | null
  /**
   * Its node in production, there from the first deployment on
   */
  nodeId: number
  modifiedAt: string
  modifiedBy: Person | null
  deletedAt: string | null
  /**
   * Operations on this file that are held now
   */
  heldBy: {
    operationId: string
    eventCode: string
    deploymentId: number | null
  }[]
  /**
   * What the caller may do with it in its present state
   */
  may: ('save' | 'commit' | 'deploy' | 'delete' | 'run' | 'restore' | 'review')[]
  body: FileBody
  createdAt: string
}
/**
 * What is not given stays
 */
export interface FileSave {
  /**
   * The revision that it was made on; any other has been changed meanwhile
   */
  revision: number
  name?: string
  folderId?: number | null
  body?: FileBody
}
export interface FileVersion {
  number: number
  name: string
  comment: string
  committedBy: Person | null
  committedAt: string
  operationId: string | null
  isDeployed: boolean
  body: FileBody
}
export interface SqlParsingInput {
  content: string
  programType: string
  dataSource?: string | null
}
export interface SqlParsed {
  inputs: string[]
  outputs: string[]
  /**
   * What does not parse; of what does not, nothing is found
   */
  problems: {
    line: number
    column: number
    problem: string
  }[]
}
/**
 * Each file is an operation of its own
 */
export interface NewDeploymentInput {
  /**
   * commit: make versions of the drafts; in a workspace in basic mode that deploys them too. deploy: bring versions to production, and deletions. delete: into the recycle bin
   */
  kind: 'commit' | 'deploy' | 'delete'
  /**
   * @minItems 1
   * @maxItems 1000
   */
  files: {
    fileId: number
    /**
     * Of a commit: the revision that is to become the version
     */
    revision?: number
    /**
     * Of a deployment: another one than the newest
     */
    version?: number
  }[]
  comment?: string
}
export interface DeploymentDetail {
  id: number
  workspaceId: number
  kind: 'commit' | 'deploy' | 'delete'
  name: string
  comment: string
  imported: boolean
  state: 'open' | 'succeeded' | 'failed'
  counts: {
    [k: string]: number
  }
  createdBy: Person
  createdAt: string
  items: DeploymentItem[]
}
export interface DeploymentItem {
  fileId: number
  name: string
  /**
   * Of a node inside the file’s node, which is checked on its own
   */
  innerKey: string | null
  version: number
  change: 'create' | 'update' | 'delete'
  state: 'checking' | 'passed' | 'applying' | 'done' | 'refused' | 'withdrawn' | 'stale' | 'failed' | 'left-out'
  /**
   * Names of the files of the deployment that it waits for
   */
  waitsFor: string[]
  operationId: string | null
  doneAt: string | null
  /**
   * Why nothing came of it
   */
  reasons: {
    code: string
    details: {
      [k: string]: unknown
    }
  }[]
  checks: {
    extensionName: string
    state: CheckState
    comment: string | null
  }[]
}
export interface DeploymentSummary {
  id: number
  workspaceId: number
  kind: 'commit' | 'deploy' | 'delete'
  name: string
  comment: string
  imported: boolean
  state: 'open' | 'succeeded' | 'failed'
  counts: {
    [k: string]: number
  }
  createdBy: Person
  createdAt: string
}
export interface SyncJobSummary {
  id: number
  workspaceId: number
  name: string
  description: string
  kind: 'full' | 'incremental' | 'real-time'
  owner: Person | null
  source: {
    dataSource: string
    kind: string | null
  }
  target: {
    dataSource: string
    kind: string | null
  }
  state: 'never-run' | 'waiting' | 'running' | 'retrying' | 'succeeded' | 'stopped' | 'failed'
  /**
   * Why it has failed, or is being tried again
   */
  reasons: {
    code: string
    details: {
      [k: string]: unknown
    }
  }[]
  /**
   * To which it has brought rows
   */
  tables: number
  /**
   * In all its runs
   */
  rows: number
  /**
   * Over the last minute in which rows were moved
   */
  rowsPerSecond: number
  lastStartedAt: string | null
  /**
   * When rows were last moved
   */
  movedAt: string | null
  revision: number
  modifiedAt: string
  modifiedBy: Person | null
  heldBy: {
    operationId: string
    eventCode: string
  }[]
  /**
   * What the caller may do with it in its present state
   */
  may: ('save' | 'delete' | 'start' | 'stop')[]
}
export interface NewSyncJobInput {
  name: string
  description?: string
  definition: SyncInput
  resourceGroup?: string | null
}
export interface SyncInput {
  /**
   * incremental: from where it ended the last time; real-time: the same, until it is stopped
   */
  kind: 'full' | 'incremental' | 'real-time'
  source: {
    /**
     * Null: the default one of production
     */
    dataSource?: string | null
  }
  target: {
    /**
     * Null: the default one of production
     */
    dataSource?: string | null
  }
  /**
   * @minItems 1
   * @maxItems 5000
   */
  mappings: SyncMappingInput[]
  /**
   * What is read again below the position: seconds of times, units of numbers
   */
  lookback?: number
  pollSeconds?: number
}
export interface SyncMappingInput {
  source: {
    schema?: string | null
    /**
     * A table, a file’s path, or a pattern that whole names have to match
     */
    table: string
    isPattern?: boolean
    /**
     * Null: a table; otherwise a file in `files`
     */
    format?: ('csv' | 'parquet') | null
  }
  target: {
    schema?: string | null
    /**
     * `${table}`, `${schema}` and `$1` to `$9` stand for what was found
     */
    table: string
    /**
     * Null: a table; otherwise a file in `files`
     */
    format?: ('csv' | 'parquet') | null
  }
  /**
   * Empty: all of them, under their names
   *
   * @maxItems 1200
   */
  columns?: {
    from: string
    to: string
  }[]
  /**
   * Which rows, in the SQL of the source
   */
  where?: string | null
  write?: 'replace' | 'upsert'
  /**
   * Of replace: `dt=20261121`; only what has these values is replaced, and rows get them
   */
  partition?: string | null
  /**
   * Of upsert, in names of the target; empty: the primary key of the source
   *
   * @maxItems 32
   */
  key?: string[]
  /**
   * Grows with every change of a row
   */
  changeColumn?: string | null
}
export interface SyncJobDetail {
  id: number
  workspaceId: number
  name: string
  description: string
  kind: 'full' | 'incremental' | 'real-time'
  owner: Person | null
  source: {
    dataSource: string
    kind: string | null
  }
  target: {
    dataSource: string
    kind: string | null
  }
  state: 'never-run' | 'waiting' | 'running' | 'retrying' | 'succeeded' | 'stopped' | 'failed'
  /**
   * Why it has failed, or is being tried again
   */
  reasons: {
    code: string
    details: {
      [k: string]: unknown
    }
  }[]
  /**
   * To which it has brought rows
   */
  tables: number
  /**
   * In all its runs
   */
  rows: number
  /**
   * Over the last minute in which rows were moved
   */
  rowsPerSecond: number
  lastStartedAt: string | null
  /**
   * When rows were last moved
   */
  movedAt: string | null
  revision: number
  modifiedAt: string
  modifiedBy: Person | null
  heldBy: {
    operationId: string
    eventCode: string
  }[]
  /**
   * What the caller may do with it in its present state
   */
  may: ('save' | 'delete' | 'start' | 'stop')[]
  definition: Sync
  resourceGroup: string | null
  createdAt: string
  /**
   * The newest
   */
  run: SyncRun | null
}
export interface Sync {
  /**
   * incremental: from where it ended the last time; real-time: the same, until it is stopped
   */
  kind: 'full' | 'incremental' | 'real-time'
  source: {
    /**
     * Null: the default one of production
     */
    dataSource: string | null
  }
  target: {
    /**
     * Null: the default one of production
     */
    dataSource: string | null
  }
  /**
   * @minItems 1
   * @maxItems 5000
   */
  mappings: SyncMapping[]
  /**
   * What is read again below the position: seconds of times, units of numbers
   */
  lookback: number
  pollSeconds: number
}
export interface SyncMapping {
  source: {
    schema: string | null
    /**
     * A table, a file’s path, or a pattern that whole names have to match
     */
    table: string
    isPattern: boolean
    /**
     * Null: a table; otherwise a file in `files`
     */
    format: ('csv' | 'parquet') | null
  }
  target: {
    schema: string | null
    /**
     * `${table}`, `${schema}` and `$1` to `$9` stand for what was found
     */
    table: string
    /**
     * Null: a table; otherwise a file in `files`
     */
    format: ('csv' | 'parquet') | null
  }
  /**
   * Empty: all of them, under their names
   *
   * @maxItems 1200
   */
  columns: {
    from: string
    to: string
  }[]
  /**
   * Which rows, in the SQL of the source
   */
  where: string | null
  write: 'replace' | 'upsert'
  /**
   * Of replace: `dt=20261121`; only what has these values is replaced, and rows get them
   */
  partition: string | null
  /**
   * Of upsert, in names of the target; empty: the primary key of the source
   *
   * @maxItems 32
   */
  key: string[]
  /**
   * Grows with every change of a row
   */
  changeColumn: string | null
}
export interface SyncRun {
  id: number
  /**
   * Its log is that of this instance
   */
  instanceId: number
  revision: number
  state: 'never-run' | 'waiting' | 'running' | 'retrying' | 'succeeded' | 'stopped' | 'failed'
  reasons: {
    code: string
    details: {
      [k: string]: unknown
    }
  }[]
  startAt: string | null
  rows: number
  bytes: number
  operationId: string | null
  startedBy: Person
  startedAt: string
  endedAt: string | null
  stoppedBy: Person | null
}
/**
 * What is not given stays. A run that is under way goes on as it was started
 */
export interface SyncJobSave {
  /**
   * The revision that it was made on
   */
  revision: number
  name?: string
  description?: string
  definition?: Sync
  resourceGroup?: string | null
}
export interface SyncJobStartInput {
  /**
   * A value of the change column, instead of where the job ended the last time; times as yyyy-mm-dd hh:mm:ss in UTC
   */
  startAt?: string | null
}
export interface AskedSyncStart {
  operation: OperationView
  /**
   * Empty while it is held
   */
  runs: SyncRun[]
}
/**
 * Real-time jobs; all of them are started, or none
 */
export interface SyncJobsStartInput {
  /**
   * @minItems 1
   * @maxItems 100
   */
  jobIds: number[]
  /**
   * A value of the change column, instead of where the job ended the last time; times as yyyy-mm-dd hh:mm:ss in UTC
   */
  startAt?: string | null
}
export interface SyncTableState {
  source: string
  target: string
  /**
   * Up to which value of the change column it has been brought
   */
  position: string | null
  rows: number
  bytes: number
  movedAt: string
}
/**
 * What a run brought in this minute
 */
export interface SyncMinute {
  at: string
  rows: number
  bytes: number
}
export interface SyncPreview {
  tables: {
    /**
     * Counted from 0
     */
    mapping: number
    source: string
    target: string
    targetExists: boolean
    columns: {
      from: string
      to: string
      type: string
    }[]
    key: string[]
  }[]
  /**
   * Tables that are not listed
   */
  more: number
  problems: {
    code: string
    details: {
      [k: string]: unknown
    }
  }[]
}
/**
 * Which extensions hold operations up now, and why; of workspaces that the caller may read
 */
export interface HeldNow {
  /**
   * When this was so: it is looked up again at a pace that its cost allows; null where it is not known yet
   */
  at: string | null
  items: {
    extensionCode: string
    extensionName: string
    owner: Person
    waitsFor: 'not-routed' | 'undelivered' | 'target-blocked' | 'sending' | 'waiting-for-answer' | 'waiting-for-person'
    count: number
    oldestSince: string
  }[]
}
export interface OperationDetail {
  /**
   * The process id; the extensionBizId of the message
   */
  id: string
  workspaceId: number | null
  eventCode: string
  state: 'held' | 'done' | 'refused' | 'withdrawn' | 'stale' | 'failed'
  /**
   * null where no extension applied
   */
  status: ('CHECKING' | 'PASSED' | 'BLOCKED') | null
  objectName: string
  objects: {
    id: string
    name: string
  }[]
  requestedBy: Person
  requestedAt: string
  endedAt: string | null
  expiresAt: string | null
  /**
   * Why it was refused, is stale or failed, where its checks do not say it
   */
  reason: string | null
  /**
   * The same for those who word it themselves: codes of the closed list of refusals, and what fills their sentences
   */
  reasons: {
    code: string
    details: {
      [k: string]: unknown
    }
  }[]
  messageId: string | null
  mayWithdraw: boolean
  /**
   * Sent by hand to an extension under test; nobody asked for it, and nothing happens whatever the verdict
   */
  trial: boolean
  checks: CheckView[]
  /**
   * What the operation would change, as it was when it was asked for
   */
  changes: {
    objectId: string
    objectName: string
    field: string
    from: string
    to: string
  }[]
  message: {
    id: string
    type: string
    body: {
      [k: string]: unknown
    }
    /**
     * What is sent, byte for byte; it differs by the name of the bus alone, which is empty for what functions are given
     */
    envelopes: {
      busName: string
      text: string
    }[]
    /**
     * The W3C trace context in which it was asked for
     */
    traceparent: string | null
    createdAt: string
    expiresAt: string
  } | null
  deliveries: DeliveryView[]
}
export interface DeliveryView {
  id: string
  targetName: string
  endpoint: string
  /**
   * Empty where it goes straight to a function
   */
  busName: string
  state: 'pending' | 'delivered' | 'dead'
  /**
   * Since when its target takes nothing, because an earlier delivery has used up its retries
   */
  blockedAt: string | null
  nextAttemptAt: string | null
  attemptCount: number
  /**
   * The latest 500
   */
  attempts: AttemptView[]
  mayRedeliver: boolean
}
export interface AttemptView {
  number: number
  at: string
  durationMs: number
  /**
   * HTTP status of the answer; null when there was none
   */
  status: number | null
  error: string | null
  /**
   * At most the first 2,048 characters; of the latest ten attempts
   */
  responseBody: string | null
}
export interface PassReason {
  reason: string
}
export interface AlertRule {
  id: number
  name: string
  enabled: boolean
  watch: AlertWatch
  /**
   * Empty for who may not change the rule, and so are the paths of webhooks
   */
  emails: string[]
  /**
   * How often it is told again while it still holds
   */
  mostRepeats: number
  repeatMinutes: number
  webhook: string | null
  /**
   * The first of those it names, as far as they are published
   */
  nodes: {
    id: number
    name: string
  }[]
  receiverCount: number
}
export interface NewAlertRuleInput {
  name: string
  enabled?: boolean
  watch: AlertWatch
  /**
   * @maxItems 20
   */
  emails?: string[]
  /**
   * How often it is told again while it still holds
   */
  mostRepeats?: number
  repeatMinutes?: number
  /**
   * Where alerts are posted to as JSON, signed
   */
  webhook?: string | null
}
export interface Alert {
  id: number
  /**
   * null: the rule has been deleted, a backfill asked for it itself, or a monitor of Data Quality tells of a run
   */
  ruleId: number | null
  ruleName: string
  kind: 'ERROR' | 'TIMEOUT' | 'UNFINISHED' | 'CYCLE_UNFINISHED' | 'FINISHED' | 'BACKFILL' | 'QUALITY'
  test: boolean
  at: string
  backfillId: number | null
  /**
   * Of QUALITY: the run of a monitor that it tells of
   */
  qualityRunId: number | null
  /**
   * Of a backfill
   */
  succeeded: boolean | null
  count: number
  /**
   * What it is about, at most the first 100
   */
  objects: {
    /**
     * Of the instance, backfill or result
     */
    id: number
    name: string
    nodeId: number | null
    run: number
    bizdate: string | null
  }[]
  /**
   * How often
   */
  told: number
  tellAgainAt: string | null
  notices: AlertNotice[]
}
export interface AlertNotice {
  id: number
  /**
   * 1: when it was raised; from 2 on when it was told again
   */
  number: number
  channel: 'webhook' | 'email'
  receiver: string
  state: 'pending' | 'sent' | 'failed'
  nextTryAt: string | null
  attempts: AlertAttempt[]
}
export interface AlertAttempt {
  number: number
  at: string
  durationMs: number
  /**
   * HTTP status of the answer; null where there was none
   */
  status: number | null
  error: string | null
  answer: string | null
}
/**
 * An extension in the version that runs, or in its newest where none does
 */
export interface ExtensionView {
  code: string
  version: number
  /**
   * Counts the changes of this version; sent back with a change or a decision, it must still be the same
   */
  revision: number
  deployment: 'service' | 'function'
  level: 'workspace' | 'tenant'
  /**
   * Of the platform, as its extension points say
   */
  modules: (
    | 'data-development'
    | 'data-integration'
    | 'operation-center'
    | 'security-center'
    | 'data-quality'
    | 'management-console'
    | 'upload-download'
    | 'data-assets'
  )[]
  /**
   * Of events, as its extension points say
   */
  categories: (
    | 'file-change'
    | 'table-change'
    | 'node-change'
    | 'backfill-data-operate'
    | 'instance-change'
    | 'instance-status-changes'
    | 'dag-status-changes'
    | 'monitor-alert'
    | 'approval-change'
    | 'dqc-check'
    | 'project-change'
    | 'resources-download'
    | 'asset-change'
  )[]
  /**
   * What keeps it from being taken to DataWorks as it is: points that functions cannot watch there, event codes known here only, the language
   */
  portability: {
    code: 'FUNCTION_POINT' | 'OWN_EVENT_CODE' | 'FUNCTION_LANGUAGE'
    points: string[]
  }[]
  owner: Person
  /**
   * Null also for who may neither read that workspace nor review extensions
   */
  testWorkspaceName: string | null
  submittedBy: Person | null
  submittedAt: string | null
  /**
   * The last rejection, until the version is approved
   */
  rejection: {
    by: Person
    at: string
    reason: string
  } | null
  status: ExtensionStatus
  name: string
  description: string
  points: string[]
  testWorkspaceId: number | null
  detailUrl: string | null
  helpDocUrl: string | null
  parameters: string
  /**
   * The form of its options, as JSON text; empty where it has none
   */
  options: string
  onUnanswered: 'block' | 'pass'
  /**
   * A newer version that is on its way; what is shown is the one that runs
   */
  next: {
    version: number
    status: ExtensionStatus
    revision: number
  } | null
  /**
   * When the extension was registered
   */
  createdAt: string
  modifiedAt: string
  /**
   * What the caller may do now, with whichever version it concerns
   */
  may: (
    | 'edit'
    | 'comment'
    | 'change-owner'
    | 'delete'
    | 'submit'
    | 'withdraw'
    | 'approve'
    | 'reject'
    | 'publish'
    | 'disable'
    | 'discard'
  )[]
}
export interface NewExtensionInput {
  name: string
  description?: string
  /**
   * @minItems 1
   * @maxItems 54
   */
  points: string[]
  testWorkspaceId?: number | null
  detailUrl?: string | null
  helpDocUrl?: string | null
  parameters?: string
  options?: string
  onUnanswered?: 'block' | 'pass'
  /**
   * How its author runs it: a service that calls back, or a function that runs here; it stays so
   */
  deployment?: 'service' | 'function'
  /**
   * A user of the tenant; whoever registers it where none is named
   */
  ownerId?: string
}
export interface ExtensionChange {
  name?: string
  description?: string
  /**
   * @minItems 1
   * @maxItems 54
   */
  points?: string[]
  testWorkspaceId?: number | null
  detailUrl?: string | null
  helpDocUrl?: string | null
  parameters?: string
  options?: string
  onUnanswered?: 'block' | 'pass'
  revision?: number
}
export interface ExtensionOwner {
  ownerId: string
}
export interface ExtensionVersion {
  code: string
  version: number
  /**
   * Counts the changes of this version; sent back with a change or a decision, it must still be the same
   */
  revision: number
  deployment: 'service' | 'function'
  level: 'workspace' | 'tenant'
  /**
   * Of the platform, as its extension points say
   */
  modules: (
    | 'data-development'
    | 'data-integration'
    | 'operation-center'
    | 'security-center'
    | 'data-quality'
    | 'management-console'
    | 'upload-download'
    | 'data-assets'
  )[]
  /**
   * Of events, as its extension points say
   */
  categories: (
    | 'file-change'
    | 'table-change'
    | 'node-change'
    | 'backfill-data-operate'
    | 'instance-change'
    | 'instance-status-changes'
    | 'dag-status-changes'
    | 'monitor-alert'
    | 'approval-change'
    | 'dqc-check'
    | 'project-change'
    | 'resources-download'
    | 'asset-change'
  )[]
  /**
   * What keeps it from being taken to DataWorks as it is: points that functions cannot watch there, event codes known here only, the language
   */
  portability: {
    code: 'FUNCTION_POINT' | 'OWN_EVENT_CODE' | 'FUNCTION_LANGUAGE'
    points: string[]
  }[]
  owner: Person
  /**
   * Null also for who may neither read that workspace nor review extensions
   */
  testWorkspaceName: string | null
  submittedBy: Person | null
  submittedAt: string | null
  /**
   * The last rejection, until the version is approved
   */
  rejection: {
    by: Person
    at: string
    reason: string
  } | null
  status: VersionStatus
  name: string
  description: string
  points: string[]
  testWorkspaceId: number | null
  detailUrl: string | null
  helpDocUrl: string | null
  parameters: string
  /**
   * The form of its options, as JSON text; empty where it has none
   */
  options: string
  onUnanswered: 'block' | 'pass'
  /**
   * Until when its review is due; null where it is not in review
   */
  dueAt: string | null
  overdue: boolean
  modifiedAt: string
  /**
   * What the caller may do with this version now
   */
  may: ('submit' | 'withdraw' | 'approve' | 'reject' | 'publish' | 'disable' | 'discard')[]
}
export interface ExtensionVersionDetail {
  code: string
  version: number
  /**
   * Counts the changes of this version; sent back with a change or a decision, it must still be the same
   */
  revision: number
  deployment: 'service' | 'function'
  level: 'workspace' | 'tenant'
  /**
   * Of the platform, as its extension points say
   */
  modules: (
    | 'data-development'
    | 'data-integration'
    | 'operation-center'
    | 'security-center'
    | 'data-quality'
    | 'management-console'
    | 'upload-download'
    | 'data-assets'
  )[]
  /**
   * Of events, as its extension points say
   */
  categories: (
    | 'file-change'
    | 'table-change'
    | 'node-change'
    | 'backfill-data-operate'
    | 'instance-change'
    | 'instance-status-changes'
    | 'dag-status-changes'
    | 'monitor-alert'
    | 'approval-change'
    | 'dqc-check'
    | 'project-change'
    | 'resources-download'
    | 'asset-change'
  )[]
  /**
   * What keeps it from being taken to DataWorks as it is: points that functions cannot watch there, event codes known here only, the language
   */
  portability: {
    code: 'FUNCTION_POINT' | 'OWN_EVENT_CODE' | 'FUNCTION_LANGUAGE'
    points: string[]
  }[]
  owner: Person
  /**
   * Null also for who may neither read that workspace nor review extensions
   */
  testWorkspaceName: string | null
  submittedBy: Person | null
  submittedAt: string | null
  /**
   * The last rejection, until the version is approved
   */
  rejection: {
    by: Person
    at: string
    reason: string
  } | null
  status: VersionStatus
  name: string
  description: string
  points: string[]
  testWorkspaceId: number | null
  detailUrl: string | null
  helpDocUrl: string | null
  parameters: string
  /**
   * The form of its options, as JSON text; empty where it has none
   */
  options: string
  onUnanswered: 'block' | 'pass'
  /**
   * Until when its review is due; null where it is not in review
   */
  dueAt: string | null
  overdue: boolean
  modifiedAt: string
  /**
   * What the caller may do with this version now
   */
  may: ('submit' | 'withdraw' | 'approve' | 'reject' | 'publish' | 'disable' | 'discard')[]
  /**
   * The version it is compared with; null where there is none
   */
  against: number | null
  /**
   * Each field that differs from that version, as text
   */
  differences: {
    field:
      | 'name'
      | 'description'
      | 'points'
      | 'onUnanswered'
      | 'detailUrl'
      | 'helpDocUrl'
      | 'testWorkspaceId'
      | 'parameters'
      | 'options'
      | 'settings'
      | 'source'
    before: string
    after: string
  }[]
}
export interface ExtensionDecisionInput {
  reason?: string
  /**
   * Which version; the newest that it can be done with where none is named
   */
  version?: number
  /**
   * Of that version as the caller has seen it
   */
  revision?: number
}
export interface ExtensionHistoryEntry {
  id: string
  version: number
  step:
    | 'register'
    | 'change'
    | 'new-version'
    | 'submit'
    | 'withdraw'
    | 'approve'
    | 'reject'
    | 'publish'
    | 'supersede'
    | 'disable'
    | 'discard'
    | 'change-owner'
    | 'comment'
  user: Person
  from: VersionStatus | null
  to: VersionStatus | null
  /**
   * What a change changed
   */
  fields: (
    | 'name'
    | 'description'
    | 'points'
    | 'onUnanswered'
    | 'detailUrl'
    | 'helpDocUrl'
    | 'testWorkspaceId'
    | 'parameters'
    | 'options'
    | 'settings'
    | 'source'
  )[]
  /**
   * The reason, or the comment
   */
  note: string
  at: string
}
export interface NewExtensionComment {
  text: string
  /**
   * The newest where none is named
   */
  version?: number
}
export interface Tryable {
  /**
   * The version under test; null where there is none that the caller may try
   */
  version: number | null
  /**
   * Where a trial happens; null for tenant-level extensions
   */
  workspaceId: number | null
  /**
   * Why it cannot be tried
   */
  problem: {
    code: string
    detail: string
  } | null
  events: {
    eventCode: string
    kind: 'extension-point' | 'regular'
    /**
     * A sample body, to be edited
     */
    body: {
      [k: string]: unknown
    }
    /**
     * Members that are set by the server, whatever stands there
     */
    setHere: string[]
  }[]
}
export interface NewTrialInput {
  eventCode: string
  /**
   * The body of the event; the sample where there is none
   */
  body?: {
    [k: string]: unknown
  } | null
  /**
   * The body of an earlier message instead
   */
  fromMessageId?: string | null
  /**
   * What GetIDEEventDetail answers about the object, for example {"CommittedFile": {"Content": "…"}}
   */
  snapshot?: {
    [k: string]: unknown
  }
}
export interface WorkspaceExtension {
  code: string
  name: string
  description: string
  /**
   * The version that is configured here: the one under test here, else the published one
   */
  version: number
  status: ExtensionStatus
  deployment: 'service' | 'function'
  points: string[]
  modules: (
    | 'data-development'
    | 'data-integration'
    | 'operation-center'
    | 'security-center'
    | 'data-quality'
    | 'management-console'
    | 'upload-download'
    | 'data-assets'
  )[]
  owner: Person
  detailUrl: string | null
  helpDocUrl: string | null
  parameters: string
  onUnanswered: 'block' | 'pass'
  /**
   * Whether the published version is switched on
   */
  enabled: boolean
  /**
   * Whether the caller may switch it on or off as it is now
   */
  mayEnable: boolean
  /**
   * The fields of its options; null where it has none
   */
  form: OptionField[] | null
  /**
   * The chosen values that fit the form; null where the caller may not read them
   */
  options: {
    [k: string]: unknown
  } | null
  /**
   * Values that were chosen for another form and do not fit this one: they are not answered to the extension
   */
  misfits: {
    key: string
    value: unknown
    misfit:
      | 'no-such-field'
      | 'shows-only'
      | 'not-text'
      | 'too-long'
      | 'several-lines'
      | 'bad-characters'
      | 'not-a-list'
      | 'not-a-choice'
      | 'repeated'
  }[]
  maySetOptions: boolean
  modifiedBy: Person | null
  modifiedAt: string | null
  testWorkspaceId: number | null
  /**
   * Where the configured version is under test; in its test workspace it is on without being enabled
   */
  testing: ('here' | 'elsewhere') | null
}
export interface OptionField {
  key: string
  control: 'text' | 'input' | 'text-area' | 'select' | 'multi-select' | 'checkboxes' | 'radio'
  title: string
  tooltip: string | null
  choices: {
    value: string | number
    label: string
  }[]
  /**
   * What a `text` shows below its title
   */
  text: string | null
}
export interface ConfigurationChange {
  enabled?: boolean
  /**
   * All values of the form; what is left out is empty
   */
  options?: {
    [k: string]: unknown
  }
}
export interface TenantExtension {
  code: string
  name: string
  description: string
  /**
   * The version that is configured here: the one under test here, else the published one
   */
  version: number
  status: ExtensionStatus
  deployment: 'service' | 'function'
  points: string[]
  modules: (
    | 'data-development'
    | 'data-integration'
    | 'operation-center'
    | 'security-center'
    | 'data-quality'
    | 'management-console'
    | 'upload-download'
    | 'data-assets'
  )[]
  owner: Person
  detailUrl: string | null
  helpDocUrl: string | null
  parameters: string
  onUnanswered: 'block' | 'pass'
  /**
   * Whether the published version is switched on
   */
  enabled: boolean
  /**
   * Whether the caller may switch it on or off as it is now
   */
  mayEnable: boolean
  /**
   * The fields of its options; null where it has none
   */
  form: OptionField[] | null
  /**
   * The chosen values that fit the form; null where the caller may not read them
   */
  options: {
    [k: string]: unknown
  } | null
  /**
   * Values that were chosen for another form and do not fit this one: they are not answered to the extension
   */
  misfits: {
    key: string
    value: unknown
    misfit:
      | 'no-such-field'
      | 'shows-only'
      | 'not-text'
      | 'too-long'
      | 'several-lines'
      | 'bad-characters'
      | 'not-a-list'
      | 'not-a-choice'
      | 'repeated'
  }[]
  maySetOptions: boolean
  modifiedBy: Person | null
  modifiedAt: string | null
  /**
   * The version in testing, and whether it holds its owner's own operations; null where there is none
   */
  testing: {
    version: number
    on: boolean
    maySwitch: boolean
  } | null
}
export interface TestingChange {
  on?: boolean
  options?: {
    [k: string]: unknown
  }
}
export interface ParameterTextInput {
  parameters: string
  /**
   * The points that the extension watches
   *
   * @maxItems 54
   */
  points?: string[]
}
/**
 * What each line does, and what about it is probably not meant so
 */
export interface LintedParameters {
  lines: {
    line: number
    key: string
    value: string
    /**
     * Why it cannot be saved
     */
    fault: {
      code: string
      sentence: string
    } | null
    meaning: {
      code: string
      details: {
        [k: string]: unknown
      }
      sentence: string
    } | null
    warnings: {
      code: string
      details: {
        [k: string]: unknown
      }
      sentence: string
    }[]
  }[]
}
/**
 * With what an extension answers and reads what is its own
 */
export interface ExtensionCredentials {
  /**
   * Made with the first pair
   */
  user: {
    id: string
    name: string
    disabled: boolean
  } | null
  accessKeys: AccessKey[]
}
export interface Function {
  extensionCode: string
  version: number
  /**
   * Of that version; sent back with a change, it must still be the same
   */
  revision: number
  language: 'typescript' | 'javascript'
  /**
   * A module with a default export, or with one named `handler`: a function of the request
   */
  source: string
  /**
   * Variables that everyone who reads the extension may read
   */
  environment: {
    [k: string]: string
  }
  /**
   * What they are is shown to nobody
   */
  secretNames: string[]
  /**
   * Secrets that were removed because somebody changed the code, its hosts or variables who may not have them; the owner gives them again, or removes their names with null
   */
  missingSecrets: string[]
  /**
   * Whether secrets stay when the caller changes the function, and are given to it when they try it
   */
  keepsSecrets: boolean
  /**
   * What its `fetch` reaches; nothing else
   *
   * @maxItems 32
   */
  allowedHosts: string[]
  timeoutMs: number
  memoryMb: number
  /**
   * How often it is tried again; the same for all versions
   */
  retryPolicy: 'BACKOFF_RETRY' | 'EXPONENTIAL_DECAY_RETRY'
  /**
   * How many runs that messages ask for are under way at once; the same for all versions
   */
  maxConcurrency: number
  modifiedAt: string
  /**
   * Whether the caller may change the code of this version now
   */
  mayEdit: boolean
  mayTry: boolean
  mayReadInvocations: boolean
}
/**
 * What is not named stays as it is
 */
export interface FunctionChange {
  language?: 'typescript' | 'javascript'
  /**
   * A module with a default export, or with one named `handler`: a function of the request
   */
  source?: string
  /**
   * Variables that everyone who reads the extension may read
   */
  environment?: {
    [k: string]: string
  }
  /**
   * Those that are named are kept, encrypted, instead of what was; null removes one; those that are not named stay, if the caller is the owner or has full power
   */
  secrets?: {
    [k: string]: string | null
  }
  /**
   * What its `fetch` reaches; nothing else
   *
   * @maxItems 32
   */
  allowedHosts?: string[]
  timeoutMs?: number
  memoryMb?: number
  revision?: number
}
export interface FunctionDeliveryChange {
  retryPolicy?: 'BACKOFF_RETRY' | 'EXPONENTIAL_DECAY_RETRY'
  maxConcurrency?: number
}
/**
 * One run of the function; nothing is answered with it
 */
export interface FunctionTestRun {
  /**
   * The newest if left out
   */
  version?: number
  /**
   * Of which event a sample is made; the first of its points if left out
   */
  eventCode?: string
  /**
   * The workspace that the sample names
   */
  workspaceId?: number
  /**
   * A message that was sent before, instead of a sample
   */
  messageId?: string
  /**
   * The body of the event, instead of the sample’s or the message’s
   */
  body?: {
    [k: string]: unknown
  }
  /**
   * What `context.snapshot` tells of the object, instead of what the message’s operation keeps
   */
  snapshot?: {
    [k: string]: unknown
  }
}
export interface FunctionTestRan {
  invocationId: number
  outcome: InvocationOutcome
  checkResult: ('OK' | 'WARN' | 'FAIL') | null
  comment: string | null
  /**
   * Why there is no check result; the stack below where it threw
   */
  error: string | null
  /**
   * What it returned, JSON text
   */
  result: string | null
  /**
   * Which secrets it was not given
   */
  missingSecrets: string[]
  /**
   * What it was given, JSON text
   */
  request: string
  logs: FunctionLogLine[]
  /**
   * There was more than is kept
   */
  logsCut: boolean
  durationMs: number
  cpuMs: number
  memoryBytes: number
}
export interface FunctionLogLine {
  atMs: number
  level: 'log' | 'info' | 'warn' | 'error' | 'debug'
  text: string
}
export interface Invocation {
  id: number
  version: number
  eventCode: string
  workspaceId: number | null
  messageId: string | null
  operationId: string | null
  attempt: number | null
  /**
   * Who tried it; null for a run that a message asked for
   */
  testedBy: Person | null
  startedAt: string
  outcome: InvocationOutcome
  /**
   * What it answered; null where it gave no result
   */
  checkResult: ('OK' | 'WARN' | 'FAIL') | null
  error: string | null
  logLines: number
  durationMs: number
  cpuMs: number
  memoryBytes: number
}
export interface InvocationDetail {
  id: number
  version: number
  eventCode: string
  workspaceId: number | null
  messageId: string | null
  operationId: string | null
  attempt: number | null
  /**
   * Who tried it; null for a run that a message asked for
   */
  testedBy: Person | null
  startedAt: string
  outcome: InvocationOutcome
  /**
   * What it answered; null where it gave no result
   */
  checkResult: ('OK' | 'WARN' | 'FAIL') | null
  error: string | null
  logLines: number
  durationMs: number
  cpuMs: number
  memoryBytes: number
  /**
   * What it returned, JSON text, of which the first 8,192 characters are kept
   */
  result: string | null
  logs: FunctionLogLine[]
  logsCut: boolean
}
/**
 * What its runs used, by the day; it is kept when the runs are not any more
 */
export interface FunctionUsage {
  days: {
    /**
     * UTC
     */
    day: string
    invocations: number
    /**
     * Those that gave no result
     */
    failures: number
    seconds: number
    cpuSeconds: number
    /**
     * The memory it may take at most, for as long as it ran
     */
    gigabyteSeconds: number
    mostMemoryBytes: number
  }[]
}
export interface DevConnection {
  connection: {
    machine: string
    user: Person
    connectedAt: string
    /**
     * When the machine last said that it is there
     */
    seenAt: string
    /**
     * Whether trials go to it: until ten minutes after it was last heard of
     */
    attached: boolean
  } | null
}
export interface DevConnectionId {
  connection: string
}
export interface DevAttempt {
  connection: string
  deliveryId: number
  /**
   * Its number, as it was handed over
   */
  attempt: number
  /**
   * Of the HTTP answer; null when there was none
   */
  status: number | null
  /**
   * Why it was not accepted, in one sentence; null: it was
   */
  error: string | null
  responseBody: string | null
  durationMs: number
}
export interface Replay {
  messageId: string
}
export interface Replayed {
  deliveries: DeliveryView[]
}
export interface DescriptionInput {
  /**
   * What registering an extension takes
   */
  extension: {
    [k: string]: unknown
  }
  /**
   * The code of a function
   */
  source?: string | null
  language?: 'typescript' | 'javascript'
}
export interface DescriptionFound {
  /**
   * Why it cannot be registered
   */
  problems: {
    path: string
    problem: string
  }[]
  /**
   * What can be, and has no effect or another than it seems
   */
  remarks: {
    path: string
    problem: string
  }[]
}
export interface EventBus {
  id: number
  name: string
  description: string
  createdAt: string
}
export interface NewEventBusInput {
  name: string
  description?: string
}
export interface EventBusChange {
  description: string
}
export interface EventRule {
  id: number
  busId: number
  name: string
  pattern: {
    [k: string]: unknown
  }
  enabled: boolean
  targets: Target[]
}
export interface Target {
  id: number
  name: string
  kind: TargetKind
  /**
   * As people read it: a URL, kafka://broker:port/topic, amqp(s)://host:port/vhost, the other bus, or the code of a function
   */
  endpoint: string
  /**
   * What the kind needs besides, as it was given
   */
  settings: {
    [k: string]: unknown
  }
  /**
   * Whether a user name and password are kept; they are shown to nobody
   */
  hasCredentials: boolean
  /**
   * Extension codes it serves; null serves all
   */
  serves: string[] | null
  /**
   * BACKOFF_RETRY: 3 retries, each after 10 to 20 seconds. EXPONENTIAL_DECAY_RETRY: 176 tries within a day, after 1, 2, 4 … 512 seconds
   */
  retryPolicy: 'BACKOFF_RETRY' | 'EXPONENTIAL_DECAY_RETRY'
  /**
   * When a delivery has used up its retries: ALL, the later ones go on; NONE, they wait until it is replayed or dropped
   */
  errorsTolerance: 'ALL' | 'NONE'
  /**
   * How many deliveries are under way to the target at once
   */
  maxConcurrency: number
  /**
   * Since when a delivery that used up its retries keeps the later ones waiting (errorsTolerance NONE)
   */
  blockedAt: string | null
}
export interface NewEventRuleInput {
  name: string
  pattern?: {
    [k: string]: unknown
  }
  enabled?: boolean
  /**
   * @maxItems 5
   */
  targets?: NewTargetInput[]
}
export interface HttpSettings {
  /**
   * Whether deliveries carry EventBridge's signature of version 2 as well; each costs an RSA signature
   */
  signatureV2?: boolean
  /**
   * A word that EventBridge's signatures cover and every delivery carries; no secret
   */
  signatureToken?: string
}
export interface KafkaSettings {
  /**
   * Where the cluster is found, as `host:port`; one that answers is enough
   *
   * @minItems 1
   * @maxItems 16
   */
  brokers: string[]
  /**
   * It must exist; it is never created
   */
  topic: string
  tls: boolean
  /**
   * How user name and password are presented; null for none
   */
  sasl: ('PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512') | null
}
export interface BrokerCredentials {
  username: string
  password: string
}
export interface RabbitmqSettingsInput {
  host: string
  port: number
  vhost: string
  tls: boolean
  /**
   * Empty for the default exchange, whose routing keys are names of queues
   */
  exchange?: string
  routingKey: string
}
export interface BusSettings {
  /**
   * Another bus of the same tenant
   */
  busId: number
}
export interface FunctionSettings {
  /**
   * A function of the same tenant. It is told; what it returns is not looked at, because nothing asks it
   */
  extensionCode: string
}
export interface TargetTest {
  /**
   * Which sample event; freeze-node if left out
   */
  eventCode?: string
}
export interface TargetTested {
  /**
   * HTTP status of the answer; null where there was none
   */
  status: number | null
  /**
   * Why the event was not accepted; null: it was
   */
  error: string | null
  responseBody: string | null
  durationMs: number
}
/**
 * The secrets with which deliveries to a target are signed
 */
export interface SigningSecrets {
  /**
   * All that sign now, the newest first
   */
  secrets: {
    /**
     * `whsec_` and base64: the key of Standard Webhooks
     */
    secret: string
    createdAt: string
    /**
     * When it signs no more; null for the newest
     */
    retiresAt: string | null
  }[]
}
export interface SigningSecretRotationInput {
  /**
   * How long the secrets before go on signing beside the new one; 0 ends them at once
   */
  overlapHours?: number
}
/**
 * The distribution channel of a workspace, or of the tenant: the bus to which its events go
 */
export interface Channel {
  /**
   * null: the channel of tenant-level events
   */
  workspaceId: number | null
  bus: {
    id: number
    name: string
  } | null
  enabled: boolean
}
export interface ChannelChangeInput {
  busId: number
  enabled?: boolean
}
/**
 * What reaches whom: events of a workspace (or of the tenant), targets, extensions
 */
export interface Routing {
  channel: Channel
  /**
   * Every target that at least one of the events may reach, over further buses too
   */
  targets: {
    id: number
    name: string
    kind: TargetKind
    endpoint: string
    busId: number
    busName: string
    ruleId: number
    ruleName: string
    /**
     * Extension codes it serves; null serves all
     */
    serves: string[] | null
    blockedAt: string | null
  }[]
  events: {
    eventCode: string
    kind: 'extension-point' | 'regular'
    /**
     * Targets it may reach; the body of an event may still keep it from them
     */
    targetIds: number[]
    extensions: {
      code: string
      name: string
      /**
       * false: no target that the event reaches serves the extension (not routed)
       */
      routed: boolean
    }[]
  }[]
}
export interface PatternTrial {
  pattern: {
    [k: string]: unknown
  }
  event: {
    [k: string]: unknown
  }
}
export interface PatternVerdict {
  matches: boolean
  mismatch: {
    /**
     * The first member of the pattern that does not match, e.g. data.eventCode
     */
    path: string
    /**
     * Its expressions
     */
    wanted: {
      [k: string]: unknown
    }
    /**
     * Whether the event has that member at all
     */
    present: boolean
    /**
     * What the event has there
     */
    found: {
      [k: string]: unknown
    }
  } | null
}
export interface EventSample {
  eventCode: string
  event: {
    [k: string]: unknown
  }
}
export interface DeadLetter {
  id: number
  messageId: string
  eventCode: string
  workspaceId: number | null
  /**
   * The operation that is held for answers to this message, while it is held
   */
  operationId: string | null
  busName: string
  target: {
    /**
     * null: it has been removed
     */
    id: number | null
    name: string
    endpoint: string
  }
  attempts: number
  lastAttempt: {
    at: string
    status: number | null
    error: string | null
  } | null
  diedAt: string
  /**
   * When the message expires; then it cannot be replayed any more
   */
  expiresAt: string
  /**
   * Why it cannot be replayed; null: it can
   */
  refusal: DeadLetterRefusal | null
}
export interface DeadLettersDone {
  /**
   * How many were replayed or dropped
   */
  done: number
  /**
   * Which were not, and why
   */
  refused: {
    id: number
    reason: DeadLetterRefusal
  }[]
  /**
   * With a filter: where to go on, null when all have been taken
   */
  nextCursor: string | null
}
export interface DataSource {
  id: number
  environment: 'DEV' | 'PROD'
  name: string
  kind: 'duckdb' | 'postgresql'
  /**
   * Nodes that name no data source run on it
   */
  isDefault: boolean
  /**
   * Empty for DuckDB
   */
  settings: {
    /**
     * A name or an address; the addresses that it leads to are judged whenever it is connected to
     */
    host?: string
    port?: number
    database?: string
    user?: string
    /**
     * Connects only over TLS, to a certificate of this name that is trusted
     */
    tls?: boolean
  }
  hasPassword: boolean
  /**
   * Published nodes that name it
   */
  nodeCount: number
  createdAt: string
  modifiedAt: string
}
export interface PostgresqlSettingsInput {
  /**
   * A name or an address; the addresses that it leads to are judged whenever it is connected to
   */
  host: string
  port?: number
  database: string
  user: string
  /**
   * Connects only over TLS, to a certificate of this name that is trusted
   */
  tls?: boolean
}
export interface DataSourceChange {
  settings?: PostgresqlSettings
  /**
   * Left out: the one that is kept, as long as it is used for the same host, port, TLS and user
   */
  password?: string | null
  isDefault?: true
}
export interface PostgresqlSettings {
  /**
   * A name or an address; the addresses that it leads to are judged whenever it is connected to
   */
  host: string
  port: number
  database: string
  user: string
  /**
   * Connects only over TLS, to a certificate of this name that is trusted
   */
  tls: boolean
}
/**
 * Whether it answered; what is wrong where it did not
 */
export interface DataSourceTest {
  problem: {
    code: string
    detail: string
    details: {
      [k: string]: unknown
    }
  } | null
}
export interface ResourceGroup {
  id: number
  /**
   * What nodes name it by
   */
  identifier: string
  name: string
  /**
   * How many instances run at once in it, over all replicas
   */
  slots: number
  /**
   * How many run now
   */
  running: number
  /**
   * Whether shell and Python nodes run in it
   */
  allowsShell: boolean
  /**
   * Nodes run in it that name no group, or one that is not there
   */
  isDefault: boolean
  createdAt: string
}
export interface NewResourceGroupInput {
  identifier: string
  name: string
  slots: number
  allowsShell?: boolean
}
export interface ResourceGroupChange {
  name?: string
  slots?: number
  allowsShell?: boolean
  isDefault?: true
}
export interface AuditEntry {
  id: number
  at: string
  action: string
  /**
   * What it was done to: the id of an operation, the code of an extension, a name
   */
  object: string
  /**
   * Who did it; null for what Holdpoint does by itself
   */
  user: Person | null
  workspace: {
    id: number
    name: string
  } | null
  details: {
    [k: string]: unknown
  }
}
export interface AuditSealStanding {
  /**
   * Of the newest seal; 0 when there is none yet
   */
  number: number
  /**
   * The head of the chain
   */
  hash: string
  /**
   * Entries up to this one are sealed
   */
  lastId: number
  sealedAt: string | null
  /**
   * Entries of the tenant that are not sealed yet
   */
  waiting: number
  /**
   * When the oldest of them was written
   */
  waitsSince: string | null
}
export interface QualityMonitorContentInput {
  name: string
  description?: string
  enabled?: boolean
  target: QualityTargetInput1
  /**
   * `dt=$[yyyymmdd-1]`; null: the whole table
   */
  partition?: string | null
  trigger: {
    type: 'ByScheduledTaskInstance' | 'ByManual'
    /**
     * @maxItems 100
     */
    nodeIds?: number[]
  }
  /**
   * Which results have the instance fail; null: none, and it does not wait for them
   */
  blockWhen?: string | null
  /**
   * Of which results who subscribes is told
   */
  notifyWhen?: string | null
}
export interface QualityMonitorSummaryInput {
  id: number
  workspaceId: number
  name: string
  description?: string
  enabled?: boolean
  target: QualityTargetInput1
  /**
   * `dt=$[yyyymmdd-1]`; null: the whole table
   */
  partition?: string | null
  trigger: {
    type: 'ByScheduledTaskInstance' | 'ByManual'
    /**
     * @maxItems 100
     */
    nodeIds?: number[]
  }
  /**
   * Which results have the instance fail; null: none, and it does not wait for them
   */
  blockWhen?: string | null
  /**
   * Of which results who subscribes is told
   */
  notifyWhen?: string | null
  nodes: {
    id: number
    name: string
  }[]
  rules: number
  strongRules: number
  /**
   * The newest run
   */
  latest: {
    id: number
    status: QualityStatus | null
    /**
     * yyyy-mm-dd
     */
    bizdate: string
    hasBlocked: boolean
    createdAt: string
  } | null
  revision: number
  modifiedAt: string
  modifiedBy: Person | null
  heldBy: {
    operationId: string
    eventCode: string
  }[]
  may: ('save' | 'delete' | 'clone' | 'run' | 'subscribe')[]
}
export interface QualityMonitorDetailInput {
  id: number
  workspaceId: number
  name: string
  description?: string
  enabled?: boolean
  target: QualityTargetInput1
  /**
   * `dt=$[yyyymmdd-1]`; null: the whole table
   */
  partition?: string | null
  trigger: {
    type: 'ByScheduledTaskInstance' | 'ByManual'
    /**
     * @maxItems 100
     */
    nodeIds?: number[]
  }
  /**
   * Which results have the instance fail; null: none, and it does not wait for them
   */
  blockWhen?: string | null
  /**
   * Of which results who subscribes is told
   */
  notifyWhen?: string | null
  nodes: {
    id: number
    name: string
  }[]
  rules: number
  strongRules: number
  /**
   * The newest run
   */
  latest: {
    id: number
    status: QualityStatus | null
    /**
     * yyyy-mm-dd
     */
    bizdate: string
    hasBlocked: boolean
    createdAt: string
  } | null
  revision: number
  modifiedAt: string
  modifiedBy: Person | null
  heldBy: {
    operationId: string
    eventCode: string
  }[]
  may: ('save' | 'delete' | 'clone' | 'run' | 'subscribe')[]
  ruleList: QualityRule[]
  subscriptions: QualitySubscription[]
}
export interface TableDesignInput {
  comment?: string
  /**
   * Null: the default one of each environment
   */
  dataSource?: string | null
  /**
   * Kept and told to extensions; nothing is removed by it
   */
  lifeCycleDays?: number | null
  /**
   * @minItems 1
   * @maxItems 1200
   */
  columns: {
    name: string
    /**
     * bigint, string, decimal(18,2), datetime …
     */
    type: string
    comment?: string
    /**
     * Partition columns come last
     */
    isPartition?: boolean
  }[]
}
export interface RabbitmqSettings {
  host: string
  port: number
  vhost: string
  tls: boolean
  /**
   * Empty for the default exchange, whose routing keys are names of queues
   */
  exchange: string
  routingKey: string
}
export interface NewEventBus {
  name: string
  description: string
}
export interface NewEventRule {
  name: string
  pattern: {
    [k: string]: unknown
  }
  enabled: boolean
  /**
   * @maxItems 5
   */
  targets: NewTarget[]
}
/**
 * Problem details after RFC 9457
 */
export interface Problem {
  /**
   * Always about:blank
   */
  type: string
  title: string
  status: number
  detail: string
  /**
   * One of the closed list of refusals, e.g. NODE_ALREADY_FROZEN
   */
  code: string
  requestId: string
  /**
   * Every fault of the request, each with its place
   */
  errors?: {
    path: string
    problem: string
  }[]
  details?: {
    [k: string]: unknown
  }
}
export interface NewWorkspace {
  identifier: string
  name: string
  description: string
  mode: 'basic' | 'standard'
}
/**
 * One operation on one or many nodes of a workspace; all of them or none
 */
export interface NodeOperation {
  point: 'freeze-node' | 'unfreeze-node' | 'undeploy-node'
  environment: 'PROD' | 'DEV'
  /**
   * @minItems 1
   * @maxItems 1000
   */
  nodeIds: number[]
}
export interface FlowSpecImport {
  environment: 'PROD' | 'DEV'
  /**
   * The FlowSpec, as text or as the JSON object itself
   */
  flowspec:
    | string
    | {
        [k: string]: unknown
      }
}
export interface SigningSecretRotation {
  /**
   * How long the secrets before go on signing beside the new one; 0 ends them at once
   */
  overlapHours: number
}
export interface NewTrial {
  eventCode: string
  /**
   * The body of the event; the sample where there is none
   */
  body: {
    [k: string]: unknown
  } | null
  /**
   * The body of an earlier message instead
   */
  fromMessageId: string | null
  /**
   * What GetIDEEventDetail answers about the object, for example {"CommittedFile": {"Content": "…"}}
   */
  snapshot: {
    [k: string]: unknown
  }
}
export interface Description {
  /**
   * What registering an extension takes
   */
  extension: {
    [k: string]: unknown
  }
  /**
   * The code of a function
   */
  source: string | null
  language: 'typescript' | 'javascript'
}
export interface NewUser {
  name: string
  displayName?: string
  email: string | null
  /**
   * Without it a one-time password is made
   */
  password?: string
  tenantRoles: TenantRole[]
}
export interface NewAlertRule {
  name: string
  enabled: boolean
  watch: AlertWatch
  /**
   * @maxItems 20
   */
  emails: string[]
  /**
   * How often it is told again while it still holds
   */
  mostRepeats: number
  repeatMinutes: number
  /**
   * Where alerts are posted to as JSON, signed
   */
  webhook: string | null
}
/**
 * One operation on one or many instances of a workspace
 */
export interface InstanceOperation {
  operation: InstanceOperationName
  /**
   * Where it is given, instances of the other one are not found
   */
  environment?: 'PROD' | 'DEV'
  /**
   * To rerun an instance with descendants of it, name these as well
   *
   * @minItems 1
   * @maxItems 1000
   */
  instanceIds: number[]
  /**
   * Of a rerun: whatever its status; or with all that follows it, for administrators, for the two business dates before today
   */
  force: 'no' | 'this-one' | 'with-downstream'
  /**
   * Of a rerun: it runs the definition that the node has by then
   */
  latest: boolean
}
export interface NodeRun {
  environment: 'PROD' | 'DEV'
  nodeId: number
  /**
   * yyyy-mm-dd
   */
  bizdate: string
  /**
   * Instead of those of the node: name=value name=value
   */
  parameters: string | null
}
export interface ChannelChange {
  busId: number
  enabled: boolean
}
export interface NewFile {
  name: string
  folderId: number | null
  body: FileBody
}
export interface SqlParsing {
  content: string
  programType: string
  dataSource: string | null
}
/**
 * Each file is an operation of its own
 */
export interface NewDeployment {
  /**
   * commit: make versions of the drafts; in a workspace in basic mode that deploys them too. deploy: bring versions to production, and deletions. delete: into the recycle bin
   */
  kind: 'commit' | 'deploy' | 'delete'
  /**
   * @minItems 1
   * @maxItems 1000
   */
  files: {
    fileId: number
    /**
     * Of a commit: the revision that is to become the version
     */
    revision?: number
    /**
     * Of a deployment: another one than the newest
     */
    version?: number
  }[]
  comment: string
}
export interface CodeRun {
  /**
   * The revision that it was made on; any other has been changed meanwhile
   */
  revision: number
  /**
   * Only this of the draft
   */
  content?: string
  /**
   * Without it the day before today
   */
  bizdate?: string
  /**
   * Instead of the node’s own: `name=value name=value`
   */
  parameters: string | null
}
export interface NewFileReview {
  /**
   * Without it the newest
   */
  version?: number
  description: string
}
export interface NewFileReviewComment {
  line: number | null
  text: string
}
export interface FileReviewConclusion {
  verb: 'approve' | 'reject' | 'withdraw'
  comment: string
}
export interface NewResourceGroup {
  identifier: string
  name: string
  slots: number
  allowsShell: boolean
}
export interface NewExtension {
  name: string
  description: string
  /**
   * @minItems 1
   * @maxItems 54
   */
  points: string[]
  testWorkspaceId: number | null
  detailUrl: string | null
  helpDocUrl: string | null
  parameters: string
  options: string
  onUnanswered: 'block' | 'pass'
  /**
   * How its author runs it: a service that calls back, or a function that runs here; it stays so
   */
  deployment: 'service' | 'function'
  /**
   * A user of the tenant; whoever registers it where none is named
   */
  ownerId?: string
}
export interface ExtensionDecision {
  reason: string
  /**
   * Which version; the newest that it can be done with where none is named
   */
  version?: number
  /**
   * Of that version as the caller has seen it
   */
  revision?: number
}
export interface ParameterText {
  parameters: string
  /**
   * The points that the extension watches
   *
   * @maxItems 54
   */
  points: string[]
}
/**
 * All of them come to be, or none
 */
export interface NewQualityRules {
  /**
   * Null: of a table, and checked by no monitor yet
   */
  monitorId: number | null
  target?: QualityTarget1
  /**
   * @minItems 1
   * @maxItems 200
   */
  rules: QualityRuleContent[]
}
/**
 * Without it the monitor’s; one of the two has to be there
 */
export interface QualityTarget1 {
  /**
   * Null: the default one of production
   */
  dataSource: string | null
  schema: string | null
  table: string
}
export interface NewQualityMonitor {
  name: string
  description: string
  enabled: boolean
  target: QualityTarget
  /**
   * `dt=$[yyyymmdd-1]`; null: the whole table
   */
  partition: string | null
  trigger: {
    type: 'ByScheduledTaskInstance' | 'ByManual'
    /**
     * @maxItems 100
     */
    nodeIds: number[]
  }
  /**
   * Which results have the instance fail; null: none, and it does not wait for them
   */
  blockWhen: string | null
  /**
   * Of which results who subscribes is told
   */
  notifyWhen: string | null
  /**
   * @maxItems 500
   */
  rules: (
    | QualityRuleContent
    | {
        id: number
      }
  )[]
  /**
   * @maxItems 20
   */
  subscriptions: QualitySubscriptionContent[]
}
export interface NewSyncJob {
  name: string
  description: string
  definition: Sync
  resourceGroup: string | null
}
export interface SyncJobStart {
  /**
   * A value of the change column, instead of where the job ended the last time; times as yyyy-mm-dd hh:mm:ss in UTC
   */
  startAt: string | null
}
/**
 * Real-time jobs; all of them are started, or none
 */
export interface SyncJobsStart {
  /**
   * @minItems 1
   * @maxItems 100
   */
  jobIds: number[]
  /**
   * A value of the change column, instead of where the job ended the last time; times as yyyy-mm-dd hh:mm:ss in UTC
   */
  startAt: string | null
}
export interface NewTableSubmission {
  environment: 'PROD' | 'DEV'
  revision: number
  /**
   * What may lose data, by name
   *
   * @maxItems 1200
   */
  losses: string[]
}
