// Code reviews: who may do what with one, when it ends, and what is told of its end.
import { HoldpointError } from '@holdpoint/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { putFile } from '../../../../test/files.ts'
import {
  PATIENCE,
  type Person,
  type Receiver,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../../test/world.ts'

let world: World
let tenant: Tenant
let workspace: Workspace
let author: Person
let asker: Person
let reviewer: Person
let receiver: Receiver
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  workspace = await tenant.workspace()
  const developer = () => tenant.person([], { [workspace.id]: ['developer'] })
  ;[author, asker, reviewer] = [await developer(), await developer(), await developer()]
  receiver = await world.receiver()
  await tenant.route(workspace, receiver.url, { pattern: { data: { eventCode: ['review-file'] } } })
})
afterAll(() => world?.stop())

let count = 0
const file = () =>
  putFile(world, { tenant, workspace, name: `orders_${++count}`, content: 'select 1\nfrom raw', by: author })
const ask = async (fileId: number, body: { version?: number; description?: string } = {}, by = asker) =>
  await by.api.call('POST /workspaces/{workspaceId}/files/{fileId}/reviews', {
    params: { workspaceId: workspace.id, fileId },
    body,
  })
const read = async (reviewId: number, by = asker) =>
  await by.api.call('GET /workspaces/{workspaceId}/file-reviews/{reviewId}', {
    params: { workspaceId: workspace.id, reviewId },
  })
const comment = async (reviewId: number, text: string, line: number | null = null, by = reviewer) =>
  await by.api.call('POST /workspaces/{workspaceId}/file-reviews/{reviewId}/comments', {
    params: { workspaceId: workspace.id, reviewId },
    body: { text, line },
  })
const conclude = async (reviewId: number, verb: 'approve' | 'reject' | 'withdraw', by = reviewer, words = '') =>
  await by.api.call('POST /workspaces/{workspaceId}/file-reviews/{reviewId}/conclusion', {
    params: { workspaceId: workspace.id, reviewId },
    body: { verb, comment: words },
  })
const codeOf = async (work: Promise<unknown>) =>
  await work.then(
    () => 'answered',
    (error: unknown) => (error instanceof HoldpointError ? error.code : Promise.reject(error)),
  )
const toldOf = (fileId: number) =>
  receiver.received.map((one) => JSON.parse(one.body).data).filter((one) => one.fileId === fileId)

describe('rule 51: a code review', () => {
  test('is asked for of the newest version, commented on line by line, and approved by somebody else, which is told', async () => {
    const { id: fileId, nodeId } = await file()
    const asked = await ask(fileId, { description: 'Is the date right?' })
    expect(asked).toMatchObject({ version: 1, state: 'open', may: ['withdraw', 'comment'], comments: [] })
    const commented = await comment(asked.id, 'Of which day?', 2)
    expect(commented.may).toEqual(['approve', 'reject', 'comment'])
    expect(commented.comments).toMatchObject([{ line: 2, text: 'Of which day?', by: { name: reviewer.name } }])
    await comment(asked.id, 'Of yesterday', null, author)
    const approved = await conclude(asked.id, 'approve', reviewer, 'Good now')
    expect(approved).toMatchObject({
      state: 'approved',
      conclusion: 'Good now',
      concludedBy: { name: reviewer.name },
      may: [],
    })
    expect(approved.comments).toHaveLength(2)
    await expect.poll(() => toldOf(fileId), PATIENCE).toHaveLength(1)
    expect(toldOf(fileId)[0]).toEqual({
      projectId: workspace.id,
      fileId,
      fileName: `orders_${count}`,
      fileType: 10,
      fileOwner: String(author.id),
      fileCreateTime: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      operator: String(reviewer.id),
      nodeId,
      fileVersion: 1,
      reviewResult: 'APPROVED',
      comment: 'Good now',
      tenantId: tenant.id,
      eventCode: 'review-file',
    })
  })

  test('is concluded once, and not commented on after that', async () => {
    const { id: fileId } = await file()
    const { id } = await ask(fileId)
    const ends = await Promise.all([codeOf(conclude(id, 'reject')), codeOf(conclude(id, 'approve'))])
    expect(ends.sort()).toEqual(['FILE_REVIEW_ENDED', 'answered'])
    expect(await codeOf(comment(id, 'late'))).toBe('FILE_REVIEW_ENDED')
    await expect.poll(() => toldOf(fileId), PATIENCE).toHaveLength(1)
    expect((await read(id)).state).toBe(toldOf(fileId)[0].reviewResult.toLowerCase())
  })

  test('is concluded by nobody who asked for it or committed the version, and withdrawn by who asked', async () => {
    const { id: fileId } = await file()
    const { id } = await ask(fileId)
    for (const person of [asker, author]) expect(await codeOf(conclude(id, 'approve', person))).toBe('FILE_REVIEW_OWN')
    expect(await codeOf(conclude(id, 'withdraw', reviewer))).toBe('FILE_REVIEW_OTHERS')
    expect((await read(id, author)).may).toEqual(['comment'])
    expect(await conclude(id, 'withdraw', asker)).toMatchObject({ state: 'withdrawn' })
    // Another may be asked for now; its end is told, that of the first was not.
    const next = await ask(fileId)
    await conclude(next.id, 'reject')
    await expect.poll(() => toldOf(fileId), PATIENCE).toMatchObject([{ reviewResult: 'REJECTED' }])
  })

  test('is of a version that is there, one at a time', async () => {
    const { id: fileId } = await file()
    expect(await codeOf(ask(fileId, { version: 2 }))).toBe('NOT_FOUND')
    await ask(fileId)
    expect(await codeOf(ask(fileId, {}, author))).toBe('FILE_REVIEW_OPEN')
    await world.db.rows('update files set version = 0 where id = $1', [fileId])
    expect(await codeOf(ask(fileId))).toBe('FILE_NOT_COMMITTED')
    expect(await codeOf(ask(1))).toBe('FILE_NOT_FOUND')
  })

  test('is commented on at lines that the version has', async () => {
    const { id: fileId } = await file()
    const { id } = await ask(fileId)
    expect(await codeOf(comment(id, 'here', 2))).toBe('answered')
    expect(await codeOf(comment(id, 'here', 3))).toBe('REQUEST_INVALID')
  })

  test('is read by every member, and listed by file and state', async () => {
    const { id: fileId } = await file()
    const first = await ask(fileId)
    await conclude(first.id, 'reject')
    const second = await ask(fileId)
    const visitor = await tenant.person([], { [workspace.id]: ['visitor'] })
    const list = async (query: { state?: 'open'; limit?: number; cursor?: string }) =>
      await visitor.api.call('GET /workspaces/{workspaceId}/file-reviews', {
        params: { workspaceId: workspace.id },
        query: { fileId, ...query },
      })
    expect((await list({})).items.map((one) => [one.id, one.state, one.may])).toEqual([
      [second.id, 'open', []],
      [first.id, 'rejected', []],
    ])
    expect((await list({ state: 'open' })).items.map((one) => one.id)).toEqual([second.id])
    const page = await list({ limit: 1 })
    expect((await list({ limit: 1, cursor: page.nextCursor! })).items.map((one) => one.id)).toEqual([first.id])
    expect(await codeOf(comment(second.id, 'me too', null, visitor))).toBe('FORBIDDEN')
  })
})
