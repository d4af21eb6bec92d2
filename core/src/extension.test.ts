import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EXTENSION_POINTS, REGULAR_EVENTS } from './catalog/index.ts'
import {
  applies,
  applyingVersion,
  EXTENSION_STATUS_NUMBERS,
  EXTENSION_TRANSITIONS,
  type ExtensionStatus,
  type ExtensionVerb,
  editOf,
  levelOf,
  nextExtensionStatus,
  type OperationScope,
  VERSION_STATUSES,
  type VersionStatus,
  versionFor,
  type WatchingExtension,
} from './extension.ts'
import { readParameters } from './parameters.ts'
import { Refusal } from './refusal.ts'

const STATUSES = Object.keys(EXTENSION_STATUS_NUMBERS) as ExtensionStatus[]
const VERBS = Object.keys(EXTENSION_TRANSITIONS) as ExtensionVerb[]
const AUTHOR = 1
const REVIEWER = 2

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
  return 'none'
}

describe('Rule 17: testing → in review → approved | rejected → published → disabled; statuses carry the DataWorks numbers', () => {
  test('the numbers are those of DataWorks', () => {
    expect(EXTENSION_STATUS_NUMBERS).toEqual({
      testing: 0,
      published: 1,
      disabled: 3,
      'in-review': 4,
      approved: 5,
      rejected: 6,
    })
  })

  /** Every pair that is not here is refused. */
  const ALLOWED: Readonly<Record<string, VersionStatus>> = {
    'submit testing': 'in-review',
    'submit rejected': 'in-review',
    'withdraw in-review': 'testing',
    'approve in-review': 'approved',
    'reject in-review': 'rejected',
    'publish approved': 'published',
    'publish disabled': 'published',
    'disable published': 'disabled',
    'discard testing': 'discarded',
    'discard rejected': 'discarded',
    'discard approved': 'discarded',
  }
  test.each(VERBS.flatMap((verb) => VERSION_STATUSES.map((status) => [verb, status] as const)))(
    '%s when %s',
    (verb, status) => {
      const allowed = ALLOWED[`${verb} ${status}`]
      if (allowed === undefined)
        expect(codeOf(() => nextExtensionStatus(verb, status, [AUTHOR, null], REVIEWER))).toBe('EXTENSION_TRANSITION')
      else expect(nextExtensionStatus(verb, status, [AUTHOR, null], REVIEWER)).toBe(allowed)
    },
  )

  test('the author cannot review their own submission, everything else they may do alone', () => {
    for (const verb of VERBS)
      for (const status of EXTENSION_TRANSITIONS[verb].from) {
        const review = verb === 'approve' || verb === 'reject'
        expect(codeOf(() => nextExtensionStatus(verb, status, [null, AUTHOR], AUTHOR))).toBe(
          review ? 'EXTENSION_SELF_REVIEW' : 'none',
        )
      }
  })
})

describe('Rule 18: what has a status is a version', () => {
  const versions = (...statuses: VersionStatus[]) => statuses.map((status, at) => ({ number: at + 1, status }))

  test('a verb is for the newest version that the table allows it for', () => {
    expect(versionFor('publish', versions('disabled', 'approved')).number).toBe(2)
    expect(versionFor('publish', versions('disabled', 'testing')).number).toBe(1)
    expect(versionFor('disable', versions('published', 'testing')).number).toBe(1)
    expect(versionFor('submit', versions('published', 'rejected')).number).toBe(2)
    expect(codeOf(() => versionFor('approve', versions('published', 'testing')))).toBe('EXTENSION_TRANSITION')
  })

  test.each(VERSION_STATUSES.filter((status) => status !== 'superseded' && status !== 'discarded'))(
    'an edit of one that is %s',
    (status) => {
      const all = versions('superseded', status)
      if (status === 'in-review') expect(codeOf(() => editOf(all))).toBe('EXTENSION_TRANSITION')
      else expect(editOf(all)).toEqual({ version: all[1], anew: !['testing', 'rejected'].includes(status) })
    },
  )
})

describe('Rule 2: one extension watches extension points of one level only', () => {
  const byLevel = (scope: 'workspace' | 'tenant') =>
    EXTENSION_POINTS.filter((point) => point.scope === scope).map((point) => point.eventCode)
  const some = (scope: 'workspace' | 'tenant') => fc.subarray(byLevel(scope), { minLength: 1 })

  test('points of one level have that level', () => {
    for (const level of ['workspace', 'tenant'] as const)
      fc.assert(
        fc.property(some(level), (points) => {
          expect(levelOf(points)).toBe(level)
        }),
      )
  })

  test('points of two levels are refused, naming those that are not of the first one’s level', () => {
    fc.assert(
      fc.property(some('workspace'), some('tenant'), fc.boolean(), (workspace, tenant, tenantFirst) => {
        const points = tenantFirst ? [...tenant, ...workspace] : [...workspace, ...tenant]
        try {
          levelOf(points)
          expect.unreachable()
        } catch (error) {
          expect(error).toMatchObject({
            code: 'EXTENSION_LEVELS_MIXED',
            details: { events: tenantFirst ? workspace : tenant },
          })
        }
      }),
    )
  })

  test('no point at all, an unknown code, and an event that is only told are refused', () => {
    expect(codeOf(() => levelOf([]))).toBe('REQUEST_INVALID')
    expect(codeOf(() => levelOf(['no-such-event']))).toBe('EXTENSION_POINT_UNKNOWN')
    for (const event of REGULAR_EVENTS) expect(codeOf(() => levelOf([event.eventCode]))).toBe('EXTENSION_POINT_UNKNOWN')
  })
})

const WORKSPACE = 10001
const published: WatchingExtension = {
  status: 'published',
  points: ['freeze-node'],
  parameters: readParameters(''),
  testWorkspaceId: null,
  ownerUserId: AUTHOR,
  testedBy: AUTHOR,
  enabled: true,
}
const freezing: OperationScope = { point: 'freeze-node', workspaceId: WORKSPACE, requestedBy: REVIEWER, fileType: null }
const tenantLevel: OperationScope = { ...freezing, point: 'upload-data-to-table', workspaceId: null }
const committing: OperationScope = { ...freezing, point: 'commit-file', fileType: '10' }

describe('Rule 2: an extension applies when it watches the point and is published and enabled, or in testing where testing covers it', () => {
  test('published and enabled applies; published and not enabled does not', () => {
    expect(applies(published, freezing)).toBe(true)
    expect(applies({ ...published, enabled: false }, freezing)).toBe(false)
  })

  test('one that does not watch the point does not apply', () => {
    expect(applies({ ...published, points: ['unfreeze-node'] }, freezing)).toBe(false)
  })

  test('in no other status than published or testing does it apply, enabled or not, test workspace or not', () => {
    for (const status of VERSION_STATUSES.filter((one) => one !== 'published' && one !== 'testing'))
      for (const enabled of [true, false])
        expect(applies({ ...published, status, enabled, testWorkspaceId: WORKSPACE }, freezing)).toBe(false)
  })

  test('a workspace-level one in testing applies only in its test workspace, whoever asks', () => {
    const testing: WatchingExtension = { ...published, status: 'testing', enabled: true, testWorkspaceId: WORKSPACE }
    for (const requestedBy of [AUTHOR, REVIEWER]) {
      expect(applies(testing, { ...freezing, requestedBy })).toBe(true)
      expect(applies(testing, { ...freezing, requestedBy, workspaceId: WORKSPACE + 1 })).toBe(false)
      expect(applies({ ...testing, testWorkspaceId: null }, { ...freezing, requestedBy })).toBe(false)
    }
  })

  test('a tenant-level one in testing applies only to its owner’s own operations, once they have switched it on', () => {
    const testing: WatchingExtension = {
      ...published,
      status: 'testing',
      enabled: true,
      points: ['upload-data-to-table'],
    }
    expect(applies(testing, { ...tenantLevel, requestedBy: AUTHOR })).toBe(true)
    expect(applies(testing, { ...tenantLevel, requestedBy: REVIEWER })).toBe(false)
    // Switched on by nobody, or by who owned it before.
    for (const testedBy of [null, REVIEWER])
      for (const requestedBy of [AUTHOR, REVIEWER])
        expect(applies({ ...testing, testedBy }, { ...tenantLevel, requestedBy })).toBe(false)
  })

  test.each([
    ['extension.project.disabled', `extension.project.disabled=${WORKSPACE}`],
    ['extension.project.disabled.append', `extension.project.disabled.append=${WORKSPACE}`],
    ['extension.project.{eventCode}.disabled', `extension.project.freeze-node.disabled=5,${WORKSPACE}`],
    ['extension.project.{eventCode}.disabled.append', `extension.project.freeze-node.disabled.append=${WORKSPACE}`],
  ])('%s excludes its workspaces and no others', (_key, parameters) => {
    const excluding = { ...published, parameters: readParameters(parameters) }
    expect(applies(excluding, freezing)).toBe(false)
    expect(applies(excluding, { ...freezing, workspaceId: WORKSPACE + 1 })).toBe(true)
    expect(applies({ ...excluding, status: 'testing', testWorkspaceId: WORKSPACE }, freezing)).toBe(false)
  })

  test('a workspace that is excluded for one extension point is not for another', () => {
    const parameters = readParameters(`extension.project.freeze-node.disabled=${WORKSPACE}`)
    const both = { ...published, points: ['freeze-node', 'unfreeze-node'], parameters }
    expect(applies(both, freezing)).toBe(false)
    expect(applies(both, { ...freezing, point: 'unfreeze-node' })).toBe(true)
  })

  test('no fileType line for an event means all types, at least one means only those', () => {
    const watching = { ...published, points: ['commit-file', 'deploy-file'] }
    const only = (...lines: string[]) => ({ ...watching, parameters: readParameters(lines.join('\n')) })
    expect(applies(watching, committing)).toBe(true)
    expect(applies(only('extension.fileType.10.commit-file.enabled=true'), committing)).toBe(true)
    expect(applies(only('extension.fileType.6.commit-file.enabled=true'), committing)).toBe(false)
    expect(applies(only('extension.fileType.10.commit-file.enabled=false'), committing)).toBe(false)
    expect(applies(only('extension.fileType.6.deploy-file.enabled=true'), committing)).toBe(true)
  })

  test('whatever the parameters say, they only narrow: what applies with them applies without them', () => {
    const line = fc.oneof(
      fc
        .constantFrom('extension.project.disabled=', 'extension.project.disabled.append=')
        .chain((key) => fc.subarray([WORKSPACE, WORKSPACE + 1]).map((ids) => key + ids.join(','))),
      fc
        .tuple(fc.constantFrom('freeze-node', 'commit-file'), fc.subarray([WORKSPACE, WORKSPACE + 1]))
        .map(([code, ids]) => `extension.project.${code}.disabled=${ids.join(',')}`),
      fc
        .tuple(fc.constantFrom('10', '6'), fc.boolean())
        .map(([type, on]) => `extension.fileType.${type}.commit-file.enabled=${on}`),
    )
    const extension = fc.record({
      status: fc.constantFrom(...STATUSES),
      points: fc.subarray(['freeze-node', 'commit-file']),
      testWorkspaceId: fc.constantFrom(null, WORKSPACE, WORKSPACE + 1),
      ownerUserId: fc.constantFrom(AUTHOR, REVIEWER),
      testedBy: fc.constantFrom(null, AUTHOR),
      enabled: fc.boolean(),
      parameters: fc.array(line).map((lines) => readParameters(lines.join('\n'))),
    })
    fc.assert(
      fc.property(extension, fc.constantFrom(freezing, committing), (one, scope) => {
        if (applies(one, scope)) expect(applies({ ...one, parameters: readParameters('') }, scope)).toBe(true)
      }),
    )
  })
})

describe('Rule 2: a version under test replaces the published one for the operations that testing covers, and nowhere else', () => {
  const next: WatchingExtension = { ...published, status: 'testing', testWorkspaceId: WORKSPACE }

  test('it answers alone in its test workspace, the published one everywhere else', () => {
    expect(applyingVersion([published, next], freezing)).toBe(next)
    expect(applyingVersion([published, next], { ...freezing, workspaceId: WORKSPACE + 1 })).toBe(published)
  })

  test('where its own parameters exclude the operation nobody is asked: that is what is being tested', () => {
    const excluding = { ...next, parameters: readParameters(`extension.project.disabled=${WORKSPACE}`) }
    expect(applyingVersion([published, excluding], freezing)).toBeUndefined()
  })

  test('at a point that it does not watch the published one goes on', () => {
    expect(applyingVersion([published, { ...next, points: ['unfreeze-node'] }], freezing)).toBe(published)
  })

  test('a tenant-level one answers for its owner’s own operations', () => {
    const points = ['upload-data-to-table']
    const [old, tested] = [
      { ...published, points },
      { ...next, points },
    ]
    expect(applyingVersion([old, tested], { ...tenantLevel, requestedBy: AUTHOR })).toBe(tested)
    expect(applyingVersion([old, tested], { ...tenantLevel, requestedBy: REVIEWER })).toBe(old)
  })

  test('alone it applies where `applies` says so, and in no status but testing does a newer one replace anything', () => {
    for (const status of VERSION_STATUSES) {
      const newer = { ...next, status, enabled: status === 'testing' }
      expect(applyingVersion([newer], freezing)).toBe(applies(newer, freezing) ? newer : undefined)
      expect(applyingVersion([published, newer], freezing)).toBe(status === 'testing' ? newer : published)
    }
  })
})
