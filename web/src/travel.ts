// Travel from area to area by compass. Points are right and down, as on the screen.

export type Point = readonly [number, number]

/** Where an arrow key leads, in eighths of a turn from the north by the east. */
export const arrows: Record<string, number> = { ArrowUp: 0, ArrowRight: 2, ArrowDown: 4, ArrowLeft: 6 }

/** The direction from one point to another, in turns from the north by the east: 0.25 is east. */
export function turn(from: Point, to: Point): number {
  return (Math.atan2(to[0] - from[0], from[1] - to[1]) / (2 * Math.PI) + 1) % 1
}

/** How far two directions are apart, at most half a turn. */
function apart(a: number, b: number): number {
  const d = Math.abs(a - b) % 1
  return Math.min(d, 1 - d)
}

/**
 * The area in a direction: of the neighbours within an eighth of a turn to either side (or, where there is none, a little more) the one that lies straightest; across water the
 * one that is nearest, where what lies to the side counts as farther away. It is -1 where nothing lies that way.
 */
export function toward(from: number, eighth: number, middles: readonly Point[], beside: readonly number[], there: (at: number) => boolean): number {
  const way = eighth / 8
  const off = (to: number) => apart(turn(middles[from], middles[to]), way)
  const near = beside.filter((to) => there(to) && off(to) <= 0.19)
  if (near.length > 0) return near.reduce((a, b) => (off(b) < off(a) ? b : a))
  let best = -1
  let least = Infinity
  for (let to = 0; to < middles.length; to++) {
    if (to === from || !there(to)) continue
    const aside = off(to)
    if (aside > 0.125) continue
    const distance = Math.hypot(middles[to][0] - middles[from][0], middles[to][1] - middles[from][1]) * (1 + 8 * aside)
    if (distance < least) [best, least] = [to, distance]
  }
  return best
}

/** A text without marks and capitals, so that orebro finds Örebro. */
export const folded = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** The next area whose name begins with what was typed, after the one where the reader is; -1 for none. */
export function typed(text: string, from: number, names: readonly string[], there: (at: number) => boolean): number {
  const want = folded(text)
  // While one text grows, the area where the reader is may still be the one.
  const start = text.length > 1 ? from : from + 1
  for (let i = 0; i < names.length; i++) {
    const at = (((start + i) % names.length) + names.length) % names.length
    if (there(at) && folded(names[at]).startsWith(want)) return at
  }
  return -1
}
