import { useTranslation } from '../text/index.ts'
import '@xyflow/react/dist/base.css'
import './graph.css'
import { ActionIcon, Group, Text, Tooltip, useComputedColorScheme } from '@mantine/core'
import { IconFocusCentered, IconMinus, IconPlus } from '@tabler/icons-react'
import {
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Panel,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react'
import { createContext, type KeyboardEvent, memo, use, useEffect, useMemo, useRef } from 'react'
import { LinkTo } from '../ui/link.tsx'
import type { GraphViewProps } from './graph-section.tsx'
import { ITEM_HEIGHT, ITEM_WIDTH, type Place, placesOf } from './layout.ts'
import type { GraphItem, Side } from './neighbourhood.ts'

type ItemNode = Node<{ item: GraphItem; isCentre: boolean; upstream: number; downstream: number }, 'item'>

/** What the items can do; kept out of their data, so that these change only with what they show. */
const Doing = createContext<{ expand: GraphViewProps['expand']; busy: boolean }>({ expand: null, busy: false })

/** The picture of a neighbourhood, from left to right. Its items are reached by Tab, and by the arrow keys along the dependencies. */
export default function GraphCanvas(props: GraphViewProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  )
}

function Canvas({ shown, centre, expand, busy, label }: GraphViewProps) {
  const { t } = useTranslation()
  const scheme = useComputedColorScheme()
  const flow = useReactFlow()
  const frame = useRef<HTMLDivElement>(null)
  // Only another shape needs another layout; another state of an item does not.
  const shape = JSON.stringify([shown.items.map((item) => item.key), shown.edges.map(({ from, to }) => [from, to])])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape says it all
  const places = useMemo(() => placesOf(shown), [shape])
  const expanded = useRef<string | null>(null)
  const before = useRef<{ centre: string; places: ReadonlyMap<string, Place> }>({ centre, places })

  /** All of it where that is still legible, else what it is opened on. */
  const open = () => {
    const here = places.get(centre) ?? places.values().next().value
    const { width, height } = flow.getNodesBounds([...places.keys()])
    const size = frame.current?.getBoundingClientRect()
    if (!here || !size || Math.min(size.width / width, size.height / height) >= LEGIBLE) void flow.fitView(FIT)
    else void flow.setCenter(here.x + ITEM_WIDTH / 2, here.y + ITEM_HEIGHT / 2, { zoom: LEGIBLE + 0.15 })
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only where it leads is followed
  useEffect(() => {
    const was = before.current
    before.current = { centre, places }
    if (was.places === places) return
    const anchor = expanded.current ?? centre
    const from = was.places.get(anchor)
    const to = places.get(anchor)
    if (was.centre !== centre || !from || !to) open()
    else {
      // What was expanded stays where it is under the pointer; everything else makes room.
      const { x, y, zoom } = flow.getViewport()
      void flow.setViewport({ x: x + (from.x - to.x) * zoom, y: y + (from.y - to.y) * zoom, zoom })
    }
  }, [centre, places, flow])

  const nodes = useMemo<ItemNode[]>(
    () =>
      shown.items.map((item) => ({
        id: item.key,
        type: 'item',
        position: places.get(item.key) ?? { x: 0, y: 0 },
        width: ITEM_WIDTH,
        height: ITEM_HEIGHT,
        data: {
          item,
          isCentre: item.key === centre,
          upstream: shown.more(item, 'upstream'),
          downstream: shown.more(item, 'downstream'),
        },
      })),
    [shown, places, centre],
  )
  const edges = useMemo<Edge[]>(
    () =>
      shown.edges.map(({ from, to, crossCycle }) => ({
        id: `${from} ${to}`,
        source: from,
        target: to,
        markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 },
        className: crossCycle ? 'cross-cycle' : undefined,
      })),
    [shown],
  )

  /** Its item comes into sight when the focus does. */
  const show = (key: string) => {
    const place = places.get(key)
    const size = frame.current?.getBoundingClientRect()
    if (!place || !size) return
    const { x, y, zoom } = flow.getViewport()
    const left = place.x * zoom + x
    const top = place.y * zoom + y
    const inSight =
      left >= 0 && top >= 0 && left + ITEM_WIDTH * zoom <= size.width && top + ITEM_HEIGHT * zoom <= size.height
    if (!inSight) void flow.setCenter(place.x + ITEM_WIDTH / 2, place.y + ITEM_HEIGHT / 2, { zoom })
  }
  const press = (event: KeyboardEvent) => {
    const from = (event.target as Element).closest('[data-key]')?.getAttribute('data-key')
    const to = from && neighbourOf(event.key, from, shown.edges, places)
    if (!to) return
    event.preventDefault()
    frame.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(to)}"] a`)?.focus()
  }

  return (
    <Doing
      value={useMemo(
        () => ({
          busy,
          expand:
            expand &&
            ((item, side) => {
              expanded.current = item.key
              expand(item, side)
            }),
        }),
        [busy, expand],
      )}
    >
      <div ref={frame} className="graph">
        <ReactFlow
          aria-label={label}
          colorMode={scheme}
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          onInit={open}
          minZoom={0.15}
          maxZoom={1.5}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          zoomOnScroll={false}
          zoomOnDoubleClick={false}
          preventScrolling={false}
          onKeyDown={press}
          onFocus={(event) => {
            const key = event.target.closest('[data-key]')?.getAttribute('data-key')
            if (key && event.target.matches(':focus-visible')) show(key)
          }}
        >
          <Panel position="top-right">
            <Group gap={4}>
              <Control label={t('graph.zoomIn')} icon={<IconPlus size={16} />} act={() => void flow.zoomIn()} />
              <Control label={t('graph.zoomOut')} icon={<IconMinus size={16} />} act={() => void flow.zoomOut()} />
              <Control
                label={t('graph.fit')}
                icon={<IconFocusCentered size={16} />}
                act={() => void flow.fitView(FIT)}
              />
            </Group>
          </Panel>
        </ReactFlow>
      </div>
    </Doing>
  )
}

/** The buttons in the corner cover nothing of it. */
const FIT = { maxZoom: 1, padding: { top: '56px', x: '24px', bottom: '32px' } } as const
/** Smaller than this, names cannot be read. */
const LEGIBLE = 0.6

function Control({ label, icon, act }: { label: string; icon: React.ReactNode; act: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" aria-label={label} onClick={act}>
        {icon}
      </ActionIcon>
    </Tooltip>
  )
}

const Item = memo(function Item({ data: { item, isCentre, upstream, downstream } }: NodeProps<ItemNode>) {
  return (
    <div className="graph-item" data-key={item.key} data-centre={isCentre || undefined}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <More item={item} side="upstream" count={upstream} />
      <div className="graph-item-text">
        <LinkTo {...item.link} className="graph-item-name" title={item.name} aria-current={isCentre || undefined}>
          {item.name}
        </LinkTo>
        <Text fz={11} c="dimmed" truncate>
          {item.note}
        </Text>
        <Group gap={8} wrap="nowrap">
          {item.looks.map((look) => (
            <State key={look.text} {...look} />
          ))}
        </Group>
      </div>
      <More item={item} side="downstream" count={downstream} />
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  )
})

function State({ icon: Icon, colour, text }: GraphItem['looks'][number]) {
  const { t } = useTranslation()
  return (
    <span className="graph-item-state">
      <Icon
        size={13}
        stroke={2.2}
        aria-hidden
        color={`light-dark(var(--mantine-color-${colour}-filled), var(--mantine-color-${colour}-4))`}
      />
      {t(text)}
    </span>
  )
}

function More({ item, side, count }: { item: GraphItem; side: Side; count: number }) {
  const { t } = useTranslation()
  const { expand, busy } = use(Doing)
  if (count === 0) return null
  return (
    <button
      type="button"
      className="graph-more nopan"
      data-side={side}
      disabled={expand === null}
      aria-busy={busy || undefined}
      aria-label={t(`graph.${side}More`, { count, name: item.name })}
      title={t(`graph.${side}More`, { count, name: item.name })}
      onClick={() => expand?.(item, side)}
    >
      +{count}
    </button>
  )
}

const NODE_TYPES = { item: Item }

/** Where an arrow key leads: along a dependency to what stands nearest, or to what stands above or below in the same column. */
function neighbourOf(
  key: string,
  from: string,
  edges: GraphViewProps['shown']['edges'],
  places: ReadonlyMap<string, Place>,
): string | undefined {
  const here = places.get(from)
  if (!here) return undefined
  const upDown = { ArrowUp: -1, ArrowDown: 1 }[key]
  const candidates =
    key === 'ArrowLeft'
      ? edges.filter((edge) => edge.to === from).map((edge) => edge.from)
      : key === 'ArrowRight'
        ? edges.filter((edge) => edge.from === from).map((edge) => edge.to)
        : upDown === undefined
          ? []
          : [...places].filter(([, at]) => at.x === here.x && (at.y - here.y) * upDown > 0).map(([other]) => other)
  const distance = (other: string) => Math.abs((places.get(other)?.y ?? 0) - here.y)
  return candidates.toSorted((a, b) => distance(a) - distance(b))[0]
}
