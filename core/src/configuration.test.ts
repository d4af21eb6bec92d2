import { describe, expect, test } from 'vitest'
import { configuredVersion } from './configuration.ts'

type Version = Parameters<typeof configuredVersion>[0][number]
const HERE = 101
const version = (number: number, status: Version['status'], more: Partial<Version> = {}): Version => ({
  number,
  status,
  points: ['freeze-node'],
  testWorkspaceId: null,
  ...more,
})
const numberFor = (versions: readonly Version[], workspaceId: number | null = HERE) =>
  configuredVersion(versions, workspaceId)?.number

describe('Rules 2, 18: the version that a workspace configures', () => {
  test('is the one under test there, whatever is published', () => {
    const versions = [version(1, 'published'), version(2, 'testing', { testWorkspaceId: HERE })]
    expect(numberFor(versions)).toBe(2)
    expect(numberFor(versions, HERE + 1)).toBe(1)
  })

  test('is else the published one, else the disabled one, else the newest, in whichever order they come', () => {
    expect(numberFor([version(2, 'in-review'), version(1, 'published')])).toBe(1)
    expect(numberFor([version(2, 'approved'), version(1, 'disabled')])).toBe(1)
    expect(numberFor([version(1, 'rejected'), version(2, 'approved')])).toBe(2)
  })

  test('is none where none is of the workspace level, and the tenant’s is of the tenant level', () => {
    const versions = [version(1, 'published', { points: ['upload-data-to-table'] })]
    expect(numberFor(versions)).toBeUndefined()
    expect(numberFor(versions, null)).toBe(1)
    expect(numberFor([version(1, 'testing', { testWorkspaceId: null })], null)).toBeUndefined()
  })
})
