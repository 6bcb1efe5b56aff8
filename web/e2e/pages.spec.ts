import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

import { expect, open, pages, site, test } from './site'
import { more } from './walk'

const all: [string, number][] = [...pages.map((address): [string, number] => [address, 200]), ...more]

// axe gives what it finds, in so few words that a failure can be read.
async function axe(page: Page) {
  const found = await new AxeBuilder({ page }).setLegacyMode(true).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()
  return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target} ${n.html.slice(0, 120)} ${n.failureSummary?.split('\n')[1] ?? ''}`))
}

// overflow is how far a page sticks out of its window, and by what.
async function overflow(page: Page) {
  return page.evaluate(() => {
    const over = document.documentElement.scrollWidth - innerWidth
    if (over <= 0) return ''
    const wide = [...document.querySelectorAll('body *')].find((e) => !e.closest('.scroll, figure.wide, svg') && e.getBoundingClientRect().right > innerWidth + 1)
    return `${over} px: ${wide?.outerHTML.slice(0, 120)}`
  })
}

test.describe('every kind of page', () => {
  for (const [name, width, scheme, english] of [
    ['360 px, light, in Swedish', 360, 'light', false],
    ['1280 px, dark, in English', 1280, 'dark', true],
  ] as const) {
    // In parts, so that both workers have something to do.
    for (const part of [0, 1]) {
      test(`axe finds nothing at ${name} (${part + 1} of 2)`, async ({ page }) => {
        await page.setViewportSize({ width, height: 800 })
        await page.emulateMedia({ colorScheme: scheme })
        const own = all.filter(([address]) => address.startsWith('/en/') === english)
        expect(own.length).toBeGreaterThan(20)
        for (const [address, status] of own.filter((_, i) => i % 2 === part)) {
          const answer = await open(page, address)
          expect.soft(answer.status(), address).toBe(status)
          expect.soft(await axe(page), address).toEqual([])
          expect.soft(await overflow(page), `${address} is wider than ${width} px`).toBe('')
        }
      })
    }
  }

  test('fits 320 px, which is 400 % of 1280', async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 256 })
    for (const [address] of all) {
      await page.goto(site + address)
      expect.soft(await overflow(page), address).toBe('')
    }
  })

  test('axe finds what is wrong', async ({ page }) => {
    await open(page, '/karta')
    await page.evaluate(() => {
      document.documentElement.removeAttribute('lang')
      document.querySelector('main')!.insertAdjacentHTML('beforeend', '<p id="faint">faint</p><input><button></button>')
      document.getElementById('faint')!.style.cssText = 'color: #999; background: #fff' // the policy refuses an attribute in the page
    })
    const found = await axe(page)
    for (const rule of ['html-has-lang', 'color-contrast', 'label', 'button-name']) expect(found.join('\n')).toContain(rule)
  })

  test('keeps its colours that mean something, and its focus, in forced colours', async ({ page }) => {
    await page.emulateMedia({ forcedColors: 'active' })
    for (const [address] of all.filter(([a]) => !a.startsWith('/en/'))) {
      await page.goto(site + address)
      const lost = await page.evaluate(() => {
        const bad: string[] = []
        // Classes are told apart by fill or ground; where the browser may force those, all of them are one. Shapes in a picture it leaves as they are.
        for (const e of document.querySelectorAll('.swatch, .badge, abbr.type, svg rect, svg path'))
          if (getComputedStyle(e).forcedColorAdjust === 'auto') bad.push(e.outerHTML.slice(0, 80))
        // The menu shows where one is.
        const lines = [...document.querySelectorAll('nav ul a')].map((e) => [e.hasAttribute('aria-current'), getComputedStyle(e).borderBottomColor])
        for (const [, colour] of lines.filter(([current]) => current)) if (lines.some(([current, other]) => !current && other === colour)) bad.push('the menu')
        return bad
      })
      expect.soft(lost, address).toEqual([])
    }
  })

  test('moves nothing when less motion is asked for', async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    for (const [address] of all.filter(([a]) => !a.startsWith('/en/'))) {
      await page.goto(site + address)
      const moving = await page.evaluate(() => [
        ...document.getAnimations().map((a) => String((a as CSSAnimation).animationName)),
        ...[...document.querySelectorAll('*')]
          .filter((e) => getComputedStyle(e).transitionDuration.split(',').some((s) => parseFloat(s) > 0.01) || getComputedStyle(e).scrollBehavior === 'smooth')
          .map((e) => e.outerHTML.slice(0, 80)),
      ])
      expect.soft(moving, address).toEqual([])
    }
  })

  // A4 with the browser's own margins is 718 px wide. Chromium makes a page that is wider smaller to fit, down to half its size; beyond that it would cut.
  test('is not cut on A4, and prints no controls', async ({ page }) => {
    await page.setViewportSize({ width: 718, height: 1040 })
    await page.emulateMedia({ media: 'print' })
    for (const [address] of all) {
      await page.goto(site + address)
      const printed = await page.evaluate(() => {
        const bad: string[] = []
        for (const e of document.querySelectorAll('main table, main svg, main figure')) {
          const r = e.getBoundingClientRect()
          if (r.right > 718 * 2) bad.push(`cut: ${r.right} px ${e.outerHTML.slice(0, 100)}`)
        }
        for (const e of document.querySelectorAll('main *'))
          if (/auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth + 1 && !e.closest('svg, select, .hidden')) bad.push(`hides: ${e.outerHTML.slice(0, 100)}`)
        for (const e of document.querySelectorAll('nav, form, button, .skip')) if (e.getClientRects().length) bad.push(`control: ${e.outerHTML.slice(0, 80)}`)
        return bad
      })
      expect.soft(printed, address).toEqual([])
    }
  })

  test('has the same words without script', async ({ browser }) => {
    const without = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
    for (const [address] of all.slice(0, 40)) {
      const answer = await without.goto(site + address)
      const html = await answer!.text()
      expect.soft(html, address).toMatch(/<h1[ >]/)
      expect.soft(html, address).not.toMatch(/<noscript|\son[a-z]+="/)
    }
  })
})
