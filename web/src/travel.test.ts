import { describe, expect, it } from 'vitest'
import { folded, toward, turn, typed, type Point } from './travel'

const all = () => true

describe('turn', () => {
  it('counts from the north by the east, down being south', () => {
    expect(turn([0, 0], [0, -5])).toBe(0)
    expect(turn([0, 0], [5, 0])).toBe(0.25)
    expect(turn([0, 0], [0, 5])).toBe(0.5)
    expect(turn([0, 0], [-5, 0])).toBe(0.75)
  })
})

// Three by three squares, numbered by rows from the north-west, and an island far to the east of the middle.
const middles: Point[] = [...Array(9).keys()].map((i) => [10 * (i % 3), 10 * Math.floor(i / 3)] as Point).concat([[90, 12]])
const beside = (at: number) =>
  [...Array(9).keys()].filter((to) => Math.abs(middles[at][0] - middles[to][0]) + Math.abs(middles[at][1] - middles[to][1]) === 10)

describe('toward', () => {
  it('goes to the neighbour that lies that way', () => {
    expect([0, 2, 4, 6].map((way) => toward(4, way, middles, beside(4), all))).toEqual([1, 5, 7, 3])
  })
  it('crosses water when no neighbour lies that way, and comes back', () => {
    expect(toward(5, 2, middles, beside(5), all)).toBe(9)
    expect(toward(9, 6, middles, [], all)).toBe(5)
  })
  it('stays where nothing lies that way', () => {
    expect(toward(1, 0, middles, beside(1), all)).toBe(-1)
  })
  it('passes by areas that are not shown', () => {
    expect(toward(3, 2, middles, beside(3), (at) => at !== 4)).toBe(5)
  })
})

describe('typed', () => {
  const names = ['Örby', 'Alby', 'Ängby', 'Alvik']
  it('finds names without marks', () => {
    expect(folded('Örebro')).toBe('orebro')
    expect(typed('or', 2, names, all)).toBe(0)
    expect(typed('ä', -1, names, all)).toBe(1) // Alby: ä is a without its mark
  })
  it('goes on to the next of the same letter, and stays while a text grows', () => {
    expect(typed('a', 1, names, all)).toBe(2)
    expect(typed('al', 1, names, all)).toBe(1)
    expect(typed('x', 1, names, all)).toBe(-1)
    expect(typed('al', 1, names, (at) => at !== 1)).toBe(3)
  })
})
