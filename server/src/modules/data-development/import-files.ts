/**
 * What comes into production with an import is a file too, as if somebody had committed and deployed it (rule 48): written down with what takes effect at once, or as a deployment where
 * somebody has to be asked.
 */
import { fileTypeOfPart, type NodeBody, type NodeDefinition, partsOf, Refusal } from '@holdpoint/core'
import { whoApplies } from '../../gate/hold.ts'
import type { Transaction } from '../../store/database.ts'
import { watchingVersions } from '../../store/extensions.ts'
import type { FileRow } from '../../store/files.ts'
import * as store from '../../store/imported-files.ts'
import * as nodes from '../../store/nodes.ts'
import type { Caller } from '../../store/principals.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { isSame, ownersOf, type PublishedNode, rootOutput } from '../operation-center/publish-nodes.ts'
import { writeImport } from './ask-deployment.ts'

export type Importing = {
  readonly caller: Caller
  readonly workspace: WorkspaceRow
  readonly definitions: readonly NodeDefinition[]
}

export type KnownFiles = {
  /** The node that is to be the definition's where it has a file and is not in production under its name; null otherwise. */
  nodeIdOf(definition: NodeDefinition): number | null
  nodeOf(definition: NodeDefinition): nodes.NodeRow | null
  fileOf(definition: NodeDefinition): FileRow | null
}

const POINT = 'deploy-file'
const COMMENT = 'FlowSpec'

const placeOf = ({ caller, workspace }: Importing) => ({
  tenantId: caller.tenantId,
  workspaceId: workspace.id,
  userId: caller.userId,
})

/** A definition is known by the name of its node in production, else by that of its file. All of them are locked. */
export async function filesOfImport(tx: Transaction, importing: Importing): Promise<KnownFiles> {
  const names = importing.definitions.filter(({ isRoot }) => !isRoot).map(({ name }) => name)
  const nodeByName = new Map(
    (await nodes.nodesByNames(tx, importing.workspace.id, 'PROD', names)).map((row) => [row.name, row]),
  )
  const nodeIds = [...nodeByName.values()].map(({ id }) => id)
  const files = await store.lockFilesOfNodes(tx, placeOf(importing), { nodeIds, names })
  const fileByNode = new Map(files.map((file) => [file.node_id, file]))
  const fileByName = new Map(files.filter((file) => file.deleted_at === null).map((file) => [file.name, file]))
  const nodeOf = ({ name }: NodeDefinition) => nodeByName.get(name) ?? null
  const fileOf = (definition: NodeDefinition) => {
    const node = nodeOf(definition)
    if (node !== null) return fileByNode.get(node.id) ?? null
    const file = fileByName.get(definition.name) ?? null
    if (file !== null && file.kind !== 'node') throw new Refusal('NAME_TAKEN', { thing: 'file', name: file.name })
    return file
  }
  return {
    nodeOf,
    fileOf,
    nodeIdOf: (definition) => (nodeOf(definition) === null ? (fileOf(definition)?.node_id ?? null) : null),
  }
}

/** Whether an extension applies to deploying any of them. */
export async function isWatched(tx: Transaction, { caller, workspace, definitions }: Importing): Promise<boolean> {
  const versions = await watchingVersions(tx, caller.tenantId, POINT, workspace.id)
  if (versions.length === 0) return false
  const types = new Set(
    definitions
      .filter(({ isRoot }) => !isRoot)
      .flatMap((definition) => {
        const body = bodyOf(definition)
        return partsOf(body).map((part) => String(fileTypeOfPart(body, part)))
      }),
  )
  const where = { point: POINT, workspaceId: workspace.id } as const
  return [...types].some(
    (fileType) => whoApplies(versions, caller, where, { triggers: true, fileType }, tx.now).length > 0,
  )
}

/** Commits what is another than production has, and writes down its deployment; null where nothing is. */
export async function deployImport(tx: Transaction, importing: Importing, known: KnownFiles): Promise<number | null> {
  const changed = importing.definitions.filter((definition) => {
    const node = known.nodeOf(definition)
    return !definition.isRoot && (node === null || !isSame(node.definition, definition))
  })
  if (changed.length === 0) return null
  const ids = await commit(tx, importing, known, changed, new Map(), false)
  return await writeImport(tx, importing.caller, importing.workspace, ids, COMMENT)
}

/** What production has from now on. */
export async function noteDeployed(
  tx: Transaction,
  importing: Importing,
  known: KnownFiles,
  published: readonly PublishedNode[],
): Promise<void> {
  const nodeIds = new Map(published.map(({ id, name }) => [name, id]))
  const changed = importing.definitions.filter(({ name, isRoot }) => !isRoot && nodeIds.has(name))
  await commit(tx, importing, known, changed, nodeIds, true)
}

async function commit(
  tx: Transaction,
  importing: Importing,
  known: KnownFiles,
  definitions: readonly NodeDefinition[],
  nodeIds: ReadonlyMap<string, number>,
  isDeployed: boolean,
): Promise<readonly number[]> {
  const { caller, workspace } = importing
  const roots = new Set(
    importing.definitions.filter(({ isRoot }) => isRoot).flatMap(({ outputs }) => outputs.map(({ output }) => output)),
  )
  // Whatever the file calls the root is the root that is here, also when this file of it is deployed alone.
  const root = rootOutput(workspace.identifier)
  const all = definitions.map((definition) => {
    const inputs = definition.inputs.map((input) => (roots.has(input.output) ? { ...input, output: root } : input))
    return { definition, file: known.fileOf(definition), body: bodyOf({ ...definition, inputs }) }
  })
  const fresh = all.filter(({ file }) => file === null)
  const owners = await ownersOf(tx, caller.tenantId, fresh)
  const freshIds = await store.insertImportedFiles(
    tx,
    placeOf(importing),
    fresh.map(({ definition: { name, owner }, body }) => ({
      name,
      body,
      ownerId: owners.get(owner) ?? null,
      nodeId: nodeIds.get(name) ?? null,
    })),
  )
  const ids = new Map(fresh.map((one, at) => [one, freshIds[at]!]))
  const versions = all.map((one) => ({ id: one.file?.id ?? ids.get(one)!, body: one.body }))
  store.insertImportedVersions(tx, placeOf(importing), versions, { comment: COMMENT, isDeployed })
  return versions.map(({ id }) => id)
}

/** Its inputs and outputs are those that the file says. */
function bodyOf(definition: NodeDefinition): NodeBody {
  return { kind: 'node', parsing: { on: false, inputs: [], outputs: [], ignored: [] }, definition }
}
