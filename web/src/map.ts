// The areas of a map: fetched once, coloured by each answer. What an area's class, colour and sentence are is said by the server alone.

import { mount, unmount } from 'svelte'
import Copy from './Copy.svelte'
import Pan from './Pan.svelte'
import Travel from './Travel.svelte'
import Years from './Years.svelte'
import { fillOf, now, type Areas, type View } from './now.svelte'
import { asking, show } from './route'

const loaded = new Map<string, Promise<Areas>>()

function areasAt(address: string): Promise<Areas> {
  let areas = loaded.get(address)
  if (!areas) {
    areas = fetch(address).then((answer) => {
      if (answer.status === 404) location.reload() // another edition has come, whose areas may be others
      if (!answer.ok) throw new Error(`${address}: ${answer.status}`)
      return answer.json() as Promise<Areas>
    })
    areas.catch(() => loaded.delete(address))
    loaded.set(address, areas)
  }
  return areas
}

/** Reads what a page shows of its areas, and gives back what colours them once the page is shown. */
export async function prepare(next: Document): Promise<() => void> {
  const text = next.querySelector('#view')?.textContent
  if (!text) return () => {}
  const view = JSON.parse(text) as View
  const areas = await areasAt(view.areas)
  return () => {
    paint(areas, view)
    now.areas = areas
    now.view = view
    furnish()
  }
}

/** Puts the areas in place of the server's picture of the same view, unless another view is on its way, which will have them. */
export async function start(): Promise<void> {
  if (!asking()) await show(new URL(location.href), 'replace')
}

const svgSpace = 'http://www.w3.org/2000/svg'

/** How many areas are drawn together: a handful of shapes is laid out sooner than thousands, and of one that lies in one part of the country only that part is painted again. */
const together = 512

/** Sets an attribute where it is another. */
const like = (path: Element, name: string, value: string) => path.getAttribute(name) !== value && path.setAttribute(name, value)

/** What the paths on the screen show, so that those that stay are left alone. */
const shows = new WeakMap<SVGPathElement, string>()

/**
 * Draws the areas' borders once, in a layer of their own above the fills: a border takes the browser longer to paint than what it surrounds, and stays as it is whatever the areas show. On a map of few areas they are
 * the fills' own.
 */
function edge(areas: Areas, view: View, group: Element): void {
  let edges = group.parentElement!.querySelector('g.edges')
  if (areas.scale === 1) return edges?.remove()
  if (edges?.getAttribute('data-areas') === view.areas) return
  if (!edges) {
    group.after((edges = document.createElementNS(svgSpace, 'g')))
    edges.setAttribute('class', 'edges')
    edges.setAttribute('data-own', '')
  }
  edges.setAttribute('data-areas', view.areas)
  edges.setAttribute('transform', `scale(${areas.scale})`)
  edges.innerHTML = `<path class="many" fill="none" d="${areas.paths.join('')}"/>`
}

/** Draws the areas of each class, some hundred at a time, as one. */
function paint(areas: Areas, view: View): void {
  const group = document.querySelector('svg.map g.areas')
  if (!group) return
  edge(areas, view, group)
  group.setAttribute('transform', `scale(${areas.scale})`)
  const old = [...group.querySelectorAll('path')]
  let at = 0
  for (let from = 0; from < areas.paths.length; from += together) {
    const classes = view.classes.slice(from, from + together)
    for (const letter of [...new Set(classes)].sort()) {
      let path = old[at++]
      const key = `${view.areas} ${from} ${classes} ${letter}`
      if (!path) group.append((path = document.createElementNS(svgSpace, 'path')))
      if (shows.get(path) !== key) {
        path.setAttribute('d', areas.paths.slice(from, from + together).filter((_, i) => classes[i] === letter).join(''))
        shows.set(path, key)
      }
      like(path, 'fill', letter === '-' ? 'transparent' : fillOf(view, letter))
      like(path, 'class', areas.scale > 1 ? 'bare' : '')
    }
  }
  for (const gone of old.slice(at)) gone.remove()
  document.querySelectorAll('svg.map path.further').forEach((path, i) => like(path, 'd', areas.further?.[i] ?? ''))
}

const pen = document.createElement('canvas').getContext('2d')

/** The area at a point of the map, or -1. */
function areaAt(areas: Areas, svg: SVGSVGElement, event: MouseEvent): number {
  const toScreen = svg.getScreenCTM()
  if (!pen || !toScreen) return -1
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(toScreen.inverse())
  const [x, y] = [at.x / areas.scale, at.y / areas.scale]
  // It is most often one of those whose middles are near.
  const far = areas.middles.map(([mx, my]) => (mx - x) ** 2 + (my - y) ** 2)
  const near = [...far.keys()].sort((a, b) => far[a] - far[b]).slice(0, 60)
  return near.find((i) => pen.isPointInPath(new Path2D(areas.paths[i]), x, y)) ?? -1
}

/** Outlines an area in a way of its own (here, pointed), or none. */
export function outline(areas: Areas, at: number, way: 'here' | 'pointed'): void {
  const svg = document.querySelector('svg.map')
  svg?.querySelector(`g.${way}`)?.remove()
  if (!svg || at < 0) return
  const group = document.createElementNS(svgSpace, 'g')
  group.setAttribute('class', way)
  group.setAttribute('data-own', '')
  group.setAttribute('transform', `scale(${areas.scale})`)
  group.innerHTML = `<path class="halo" d="${areas.paths[at]}"/><path class="mark" d="${areas.paths[at]}"/>`
  svg.append(group)
}

/** The controls that are mounted: those of a figure that is gone are let go with it. */
let controls: Record<string, unknown>[] = []

/** Puts the controls beside the map, where they are not there yet. */
function furnish(): void {
  const key = document.querySelector('main figure.map div.key')
  if (!key || key.querySelector('[data-own].beside')) return
  for (const gone of controls) void unmount(gone)
  const room = document.createElement('div')
  room.className = 'beside'
  room.setAttribute('data-own', '')
  key.append(room)
  controls = [Years, Travel, Copy].map((part) => mount(part, { target: room }))
  const wide = document.createElement('div')
  wide.className = 'wide'
  wide.setAttribute('data-own', '')
  key.closest('figure')!.append(wide)
  controls.push(mount(Pan, { target: wide }))
  const svg = document.querySelector<SVGSVGElement>('main svg.map')!
  const point = (at: number) => {
    if (at === now.pointed || !now.areas) return
    now.pointed = at
    outline(now.areas, at, 'pointed')
  }
  svg.addEventListener('pointermove', (event) => point(now.areas ? areaAt(now.areas, svg, event) : -1))
  svg.addEventListener('pointerleave', () => point(-1))
  // Links that lie on the map lead where they lead; elsewhere an area leads to its page.
  svg.addEventListener('click', (event) => {
    const at = now.areas && !(event.target as Element).closest('a') ? areaAt(now.areas, svg, event) : -1
    if (at < 0 || !now.there(at)) return
    if (event.ctrlKey || event.metaKey) open(now.areas!.hrefs[at])
    else location.assign(now.areas!.hrefs[at])
  })
}
