// Measures in Chromium how long a change of measure or year on the national map of all RegSO takes, from the choice to what is painted: for bench/barometer.sh. Where the page is changed in place it is until
// the frame after the change; where a new page comes, until its first paint with content.
import { chromium } from 'playwright'

const { CHROMIUM, SITE } = process.env
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--disable-gpu', ...(process.getuid() === 0 ? ['--no-sandbox'] : [])] })
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
const times = {}
for (let round = 0; round < 6; round++)
  for (const [name, key] of [['measure', 'm'], ['year', 'ar']]) {
    await page.goto(`${SITE}/karta?m=income:SharePersons:kvinna:a&niva=regso-2020`)
    await page.waitForTimeout(500)
    const at = await page.evaluate(
      ({ key, round }) =>
        new Promise((done) => {
          const select = document.querySelector(`form.choose [name=${key}]`)
          if (!select) return done(null)
          const began = performance.now()
          const watch = new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => done({ place: 'in place', ms: performance.now() - began }))))
          watch.observe(document.querySelector('svg.map').parentNode, { childList: true, subtree: true, attributes: true })
          select.selectedIndex = 1 + (round % (select.options.length - 1))
          select.dispatchEvent(new Event('input', { bubbles: true }))
          select.dispatchEvent(new Event('change', { bubbles: true }))
          setTimeout(() => done({ place: 'new page' }), 1000)
        }),
      { key, round },
    )
    if (!at) continue
    if (at.place === 'new page') {
      const before = page.url()
      await page.locator('form.choose button').first().click()
      await page.waitForURL((u) => u.href !== before, { timeout: 5000 }).catch(() => {})
      await page.waitForLoadState('load')
      at.ms = await page.evaluate(
        () =>
          new Promise((done) => {
            new PerformanceObserver((list) => {
              const paint = list.getEntriesByName('first-contentful-paint')[0]
              if (paint) done(paint.startTime)
            }).observe({ type: 'paint', buffered: true })
          }),
      )
    }
    const id = `${name}, ${at.place}`
    ;(times[id] ??= []).push(at.ms)
  }

for (const [id, all] of Object.entries(times)) {
  all.sort((a, b) => a - b)
  const [change, how] = id.split(', ')
  console.log(`name=change-to-paint change=${change} how="${how}" n=${all.length} p50-ms=${all[all.length >> 1].toFixed(0)} max-ms=${all.at(-1).toFixed(0)} (goal 100)`)
}
await browser.close()
