/** What the interfaces (native API, DataWorks dialect, console) work on; main joins it. */
import type { Logger } from 'pino'
import type { FunctionHosts } from './functions/invocation.ts'
import type { Runs } from './functions/run.ts'
import type { Gate } from './gate/gate.ts'
import type { OutboundPolicy } from './openevent/guard.ts'
import type { Signer } from './openevent/signer.ts'
import type { Senders } from './openevent/target.ts'
import type { Targets } from './openevent/targets.ts'
import type { Provider } from './openid/provider.ts'
import type { requestRate } from './request-rate.ts'
import type { NodeRunners } from './runners/runners.ts'
import type { measureHeld } from './watch/held.ts'
import type { Metrics } from './watch/metrics.ts'

/** What never changes about an AccessKey pair. */
export type KnownKey = { readonly secret: string; readonly tenantId: number }

/** How people come in. */
export type SignInPolicy = {
  readonly sessionSeconds: number
  readonly idleSeconds: number
  /** Who has a password of Holdpoint. */
  readonly localPasswords: 'everyone' | 'account-owner'
  /** The address people reach this server at. */
  readonly publicUrl: () => string
  /** The OpenID Connect provider, where there is one. */
  readonly provider: Provider | null
}

export type Platform = Gate & {
  readonly secretKey: Buffer
  readonly region: string
  /** Where days begin and end when working days are counted. */
  readonly timeZone: string
  readonly outbound: OutboundPolicy
  /** What a trial of a target is sent with; deliveries are the dispatcher's. */
  readonly senders: Senders
  readonly targets: Targets
  readonly sign: Signer
  /** Where functions run. */
  readonly functions: FunctionHosts
  /** Whether a mail server is configured. */
  readonly canSendMail: boolean
  /** What runs the programs of nodes. */
  readonly runners: NodeRunners
  /** Wakes the dispatcher after something was made due by hand. */
  readonly wakeDispatcher: () => void
  /** Whether this replica makes deliveries now: it does not while its heartbeats do not arrive. */
  readonly mayDeliver: () => boolean
  readonly nowMs: () => number
  readonly log: Logger
  /** The names of AccessKey pairs used since they were last written down. */
  readonly usedAccessKeys: Set<string>
  /** AccessKey pairs that have signed here, by their name. */
  readonly signingKeys: Map<string, KnownKey>
  /** Throws where a pair asks too often. */
  readonly requestRate: ReturnType<typeof requestRate>
  /** Workspaces of nodes, which never change, by tenant, environment and id. */
  readonly nodeWorkspaces: Map<string, number>
  /** What runs versions of them. */
  readonly runs: Runs
  /** How many test runs of functions are under way, by tenant. */
  readonly testRuns: Map<number, number>
  /** Targets that are being tested, and whose they are. */
  readonly testing: Map<number, number>
  readonly signIn: SignInPolicy
  readonly bodyLimitBytes: number
  readonly metrics: Metrics
  /** What whoever reads the metrics has to show; null: nobody reads them. */
  readonly metricsToken: string | null
  /** Who holds what, as it was seen a moment ago; null where it could not be seen yet. */
  readonly heldNow: ReturnType<typeof measureHeld>
}
