import type { FileBody } from '@holdpoint/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { developmentCalls } from '../../api/development-calls.ts'
import { developmentQueries } from '../../api/development-queries.ts'
import type { FileDetail } from '../../api/development-shapes.ts'
import { sameBody } from './bodies.ts'

type Written = { readonly name: string; readonly folderId: number | null; readonly body: FileBody }

export type Draft = {
  readonly now: Written
  /** What it was begun from. */
  readonly base: FileDetail
  readonly dirty: boolean
  readonly saving: boolean
  readonly problem: Error | null
  /** Somebody else has saved the file since this was begun, and there is something here that would be lost. */
  readonly overtaken: boolean
  readonly setBody: (body: FileBody) => void
  readonly set: (change: Partial<Written>) => void
  /** `over`: in place of what somebody else has saved meanwhile. Whether it was saved. */
  readonly save: (over?: boolean) => Promise<boolean>
  /** Leaves what is here and takes what the server has. */
  readonly takeTheirs: () => void
}

const writtenIn = ({ name, folderId, body }: FileDetail): Written => ({ name, folderId, body })

/** What somebody writes until it is saved. It follows the server as long as nothing was written here. */
export function useDraft(file: FileDetail): Draft {
  const client = useQueryClient()
  const [base, setBase] = useState(file)
  const [now, setNow] = useState(() => writtenIn(file))
  const dirty = now.name !== base.name || now.folderId !== base.folderId || !sameBody(now.body, base.body)
  const begin = (from: FileDetail) => {
    setBase(from)
    setNow(writtenIn(from))
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the server has another revision
  useEffect(() => {
    if (!dirty && file.revision !== base.revision) begin(file)
  }, [file.revision])
  const key = developmentQueries.file(file.workspaceId, file.id).queryKey
  const save = useMutation({
    mutationFn: ({ sent, over }: { sent: Written; over: boolean }) =>
      developmentCalls.saveFile(file.workspaceId, file.id, {
        ...sent,
        revision: over ? file.revision : base.revision,
      }),
    onSuccess: (saved, { sent }) => {
      client.setQueryData(key, saved)
      setBase(saved)
      // What was written while it was saved stays.
      setNow((written) => (written === sent ? writtenIn(saved) : written))
      void client.invalidateQueries({ queryKey: ['files', file.workspaceId] })
    },
    // Most likely somebody else has saved it: what they did is shown beside this.
    onError: () => client.invalidateQueries({ queryKey: key }),
  })
  const underWay = useRef<Promise<boolean> | null>(null)
  return {
    now,
    base,
    dirty,
    saving: save.isPending,
    problem: save.error,
    overtaken: dirty && file.revision !== base.revision && !save.isPending,
    setBody: (body) => setNow((before) => ({ ...before, body })),
    set: (change) => setNow((before) => ({ ...before, ...change })),
    save: (over = false) => {
      underWay.current ??= save
        .mutateAsync({ sent: now, over })
        .then(
          () => true,
          () => false,
        )
        .finally(() => {
          underWay.current = null
        })
      return underWay.current
    },
    takeTheirs: () => {
      begin(file)
      save.reset()
    },
  }
}
