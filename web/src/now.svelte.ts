import type { Point } from './travel'

/** A map's areas, as the server sends them once. */
export interface Areas {
  scale: number
  paths: string[]
  middles: Point[]
  /** Of the larger areas that lead further in, where the map has them. */
  further?: string[]
  codes: string[]
  names: string[]
  hrefs: string[]
  beside: number[][]
}

/** What a map shows of its areas, as the server sends it with each view. */
export interface View {
  areas: string
  fills: string[]
  /** The fills of the classes where the value is unreliable. */
  unsure: string[]
  labels: string[]
  /** A letter for each area: A for the first class, a for it where the value is unreliable, - for an area that is not shown. */
  classes: string
  said: string[]
  tiles?: string
  bounds?: [number, number, number, number]
}

/** What the areas of a letter are filled with. */
export const fillOf = (view: View, letter: string): string => (letter >= 'a' ? view.unsure : view.fills)[letter.toUpperCase().charCodeAt(0) - 65]

class Now {
  areas = $state.raw<Areas>()
  view = $state.raw<View>()
  /** The area under the pointer. */
  pointed = $state(-1)

  /** Tells whether an area is shown. */
  there = (at: number): boolean => this.view !== undefined && this.view.classes[at] !== '-'

  /** What is said of an area. */
  sentence(at: number): string {
    if (!this.areas || !this.view || !this.there(at)) return ''
    const label = this.view.labels[this.view.classes[at].toUpperCase().charCodeAt(0) - 65]
    return `${this.areas.names[at]}: ${this.view.said[at] || label}`
  }
}

export const now = new Now()
