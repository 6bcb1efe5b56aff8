// What a reader waits for, in Chromium: how much the first view weighs, and how long a new measure or year takes on the national map, from the choice until it is painted.
//
//   skikt demo --no-serve --dir D && skikt serve D/edition --address 127.0.0.1:8022 &
//   (cd web/e2e && npm ci) && node bench/front.mjs http://127.0.0.1:8022
//
// It ends badly when a first view weighs more than 60 kB. Chromium is the system's, or the one that CHROMIUM names.

import { createRequire } from 'node:module'

const { chromium } = createRequire(new URL('../web/e2e/package.json', import.meta.url))('@playwright/test')
const site = process.argv[2] ?? 'http://127.0.0.1:8022'
const budget = 60_000 // of bodies
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })

let heavy = false
for (const address of ['/', '/karta', '/karta?m=index:Index', '/plats/0201', '/jamfor', '/tabell']) {
  const page = await (await browser.newContext()).newPage()
  await page.goto(site + address, { waitUntil: 'networkidle' })
  const bytes = await page.evaluate(() => ['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind)).reduce((sum, one) => sum + one.encodedBodySize, 0))
  heavy ||= bytes > budget
  console.log(`first view ${address}: ${(bytes / 1000).toFixed(1)} kB${bytes > budget ? ', more than 60' : ''}`)
  await page.context().close()
}

const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage()
await page.goto(`${site}/karta?m=index:Index`)
await page.hover('figure.map svg.map')
await page.waitForSelector('[role=listbox]', { timeout: 60_000 })
const areas = await page.$eval('[role=option]', (one) => Number(one.textContent.replace(/\D/g, '')))

/** Chooses an option, and gives the milliseconds until the new view is on the screen, and those of them until it was in the page. */
const choose = (field, value) =>
  page.evaluate(
    ([field, value]) =>
      new Promise((done) => {
        const select = document.querySelector(field)
        const begun = performance.now()
        new PerformanceObserver((list, it) => {
          it.disconnect()
          const swapped = performance.now() - begun
          // After the next frame has been made: a message sent in it comes when it is painted.
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel()
            port1.onmessage = () => done([performance.now() - begun, swapped])
            port2.postMessage(0)
          })
        }).observe({ entryTypes: ['measure'] })
        select.value = value
        select.dispatchEvent(new Event('change', { bubbles: true }))
      }),
    [field, value],
  )

const years = await page.$$eval('#f-ar option', (all) => all.map((one) => one.value).filter(Boolean))
const measures = ['index:Index', 'index:ShareLowEducation', 'index:ShareLowEconomicStandard', 'area_type:AreaType']
for (const [name, field, values] of [['year', '#f-ar', years], ['measure', '#f-m', measures]]) {
  for (const round of ['first time', 'again', 'again', 'again']) {
    for (const value of values) {
      if ((await page.$eval(field, (one) => one.value)) === value) continue
      const [painted, swapped] = await choose(field, value)
      console.log(`${name} ${value}, ${areas} areas, ${round}: ${painted.toFixed(0)} ms to paint, of which ${swapped.toFixed(0)} until the answer was in the page`)
      await page.waitForTimeout(300)
    }
  }
}
await browser.close()
process.exitCode = heavy ? 1 : 0
