// The map to pan, for those who ask for it. Its borders are the edition's own tiles; its classes and colours are those of the map beside it. It asks no third party for anything.

import { Map as PanMap, setWorkerUrl, type FilterSpecification, type LayerSpecification } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import { fillOf, now, type Areas, type View } from './now.svelte'
import { word } from './word'

/** The looks of areas without a value, as the server's pictures have them: lines one way, lines the other way, dots. */
const patterns: Record<string, (pen: CanvasRenderingContext2D) => void> = {
  'url(#hidden)': (pen) => line(pen, '#8a8a8a', 3, 1),
  'url(#protect)': (pen) => line(pen, '#b0b0b0', 2, -1),
  'url(#missing)': (pen) => {
    pen.fillStyle = '#8a8a8a'
    pen.arc(8, 8, 1.5, 0, 7)
    pen.fill()
  },
}

function line(pen: CanvasRenderingContext2D, colour: string, width: number, way: 1 | -1): void {
  pen.strokeStyle = colour
  pen.lineWidth = width
  for (const shift of [-16, 0, 16]) {
    pen.moveTo(way > 0 ? shift : shift + 16, 16)
    pen.lineTo(way > 0 ? shift + 16 : shift, 0)
  }
  pen.stroke()
}

/** The look of unreliable values of a class: as the picture beside has it. */
function stripes(fill: string): ImageData | undefined {
  const [ground, stripe] = [...document.querySelectorAll(`main svg.map [id="${fill.slice(5, -1)}"] rect`)].map((one) => one.getAttribute('fill'))
  if (!ground || !stripe) return undefined
  return pattern((pen) => {
    pen.fillStyle = stripe
    for (const x of [0, 8]) pen.fillRect(x, 0, 2, 16)
  }, ground)
}

function pattern(draw: (pen: CanvasRenderingContext2D) => void, ground = '#fff'): ImageData {
  const canvas = Object.assign(document.createElement('canvas'), { width: 16, height: 16 })
  const pen = canvas.getContext('2d')!
  pen.fillStyle = ground
  pen.fillRect(0, 0, 16, 16)
  draw(pen)
  return pen.getImageData(0, 0, 16, 16)
}

const among = (codes: string[]): FilterSpecification => (codes.length > 0 ? ['match', ['get', 'code'], codes, true, false] : ['boolean', false])

/** A layer for each class: a letter of the view. */
function layers(areas: Areas, view: View, layer: string): LayerSpecification[] {
  return [...new Set(view.classes)].filter((letter) => letter !== '-').map((letter) => {
    const fill = fillOf(view, letter)
    const codes = areas.codes.filter((_, i) => view.classes[i] === letter)
    return {
      id: `class-${letter}`,
      type: 'fill',
      source: 'areas',
      'source-layer': layer,
      filter: among(codes),
      paint: { ...(fill.startsWith('url(') ? { 'fill-pattern': fill } : { 'fill-color': fill }), 'fill-antialias': false },
    }
  })
}

/** Opens a map in a room; colour gives it the colours of what is shown now. */
export async function open(room: HTMLElement): Promise<{ colour: () => void; zoom: (by: 1 | -1) => void; close: () => void }> {
  const tiles = now.view?.tiles
  if (!tiles) throw new Error('the division has no tiles')
  setWorkerUrl(new URL(workerUrl, import.meta.url).href)
  const about = (await (await fetch(tiles)).json()) as { tiles: string[]; minzoom: number; maxzoom: number; bounds: [number, number, number, number]; vector_layers: { id: string }[] }
  const layer = about.vector_layers[0].id
  const map = new PanMap({
    container: room,
    style: {
      version: 8,
      sources: { areas: { type: 'vector', tiles: about.tiles, minzoom: about.minzoom, maxzoom: about.maxzoom, bounds: about.bounds } },
      layers: [
        { id: 'edges', type: 'line', source: 'areas', 'source-layer': layer, paint: { 'line-color': '#6d6d78', 'line-width': ['interpolate', ['linear'], ['zoom'], 4, 0.2, 9, 1] } },
        { id: 'pointed', type: 'line', source: 'areas', 'source-layer': layer, filter: among([]), paint: { 'line-color': '#000', 'line-width': 3 } },
      ],
    },
    bounds: now.view?.bounds ?? about.bounds,
    fitBoundsOptions: { padding: 10 },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: 0,
    locale: { 'Map.Title': word('panned') },
  })
  await map.once('style.load')
  for (const [name, draw] of Object.entries(patterns)) map.addImage(name, pattern(draw))
  const colour = () => {
    if (!now.areas || !now.view) return
    for (const { id } of map.getStyle().layers) if (id.startsWith('class-')) map.removeLayer(id)
    for (const fill of now.view.unsure) {
      const drawn = map.hasImage(fill) ? undefined : stripes(fill)
      if (drawn) map.addImage(fill, drawn)
    }
    for (const one of layers(now.areas, now.view, layer)) map.addLayer(one, 'edges')
  }
  colour()
  const at = (event: { point: { x: number; y: number } }): number => {
    const found = map.queryRenderedFeatures([event.point.x, event.point.y], { layers: map.getStyle().layers.map((l) => l.id).filter((id) => id.startsWith('class-')) })
    return found.length > 0 ? (now.areas?.codes.indexOf(String(found[0].properties.code)) ?? -1) : -1
  }
  map.on('mousemove', (event) => {
    now.pointed = at(event)
    map.setFilter('pointed', among(now.pointed >= 0 ? [now.areas!.codes[now.pointed]] : []))
  })
  map.on('click', (event) => {
    const to = at(event)
    if (to >= 0) location.assign(now.areas!.hrefs[to])
  })
  return { colour, zoom: (by) => (by > 0 ? map.zoomIn() : map.zoomOut()), close: () => map.remove() }
}
