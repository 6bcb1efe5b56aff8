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
  console.log(`name=first-view address=${address} kB=${(bytes / 1000).toFixed(1)} (goal 60)`)
  await page.context().close()
}

const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage()
await page.goto(`${site}/karta?m=index:Index`)
await page.hover('figure.map svg.map')
await page.waitForSelector('[role=listbox]', { timeout: 60_000 })
const areas = await page.$eval('[role=option]', (one) => Number(one.textContent.replace(/\D/g, '')))

/**
 * Chooses an option, and gives the milliseconds until the answer was in the page, until the browser had made its next frame, and until that frame was on the screen: a word that comes with the answer is timed by
 * the browser itself (Element Timing). The last holds the painting of the map, which other threads do.
 */
const choose = (field, value) =>
  page.evaluate(
    ([field, value]) =>
      new Promise((done) => {
        const select = document.querySelector(field)
        const begun = performance.now()
        const name = `seen ${begun}`
        let swapped, made, seen
        const end = () => made && seen && done([swapped, made, seen])
        const was = document.title
        const watch = new MutationObserver(() => {
          if (document.title === was) return
          watch.disconnect()
          swapped = performance.now() - begun
          document.querySelector('.seen')?.remove()
          const mark = Object.assign(document.createElement('p'), { className: 'seen', textContent: value })
          mark.style = 'position:fixed;left:0;top:0;margin:0'
          mark.setAttribute('elementtiming', name)
          document.body.append(mark)
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel()
            port1.onmessage = () => {
              made = performance.now() - begun
              end()
            }
            port2.postMessage(0)
          })
        })
        watch.observe(document, { childList: true, subtree: true, characterData: true })
        new PerformanceObserver((list, it) => {
          const one = list.getEntries().find((entry) => entry.identifier === name)
          if (!one) return
          it.disconnect()
          seen = one.renderTime - begun
          end()
        }).observe({ type: 'element' })
        select.value = value
        select.dispatchEvent(new Event('change', { bubbles: true }))
      }),
    [field, value],
  )

const middle = (all) => [...all].sort((a, b) => a - b)[all.length >> 1]
const options = (field) => page.$$eval(`${field} option`, (all) => all.map((one) => one.value).filter(Boolean))
const years = (await options('#f-ar')).slice(-7)
const measures = (await options('#f-m')).filter((one) => /^(index|area_type):/.test(one)).slice(0, 5)
const times = new Map()
for (const [name, field, values] of [['year', '#f-ar', years], ['measure', '#f-m', measures]])
  for (const round of ['first', 'again', 'again', 'again'])
    for (const value of values) {
      await page.focus(field) // as one who chooses does
      if ((await page.$eval(field, (one) => one.value)) === value) continue
      const key = `change=${name} time=${round}`
      times.set(key, [...(times.get(key) ?? []), await choose(field, value)])
      await page.waitForTimeout(400)
    }
for (const [key, all] of times) {
  const [swapped, made, seen] = [0, 1, 2].map((k) => all.map((one) => one[k]))
  console.log(
    `name=change-to-paint ${key} areas=${areas} n=${all.length} in-page-p50-ms=${middle(swapped).toFixed(0)} frame-p50-ms=${middle(made).toFixed(0)} on-screen-p50-ms=${middle(seen).toFixed(0)} on-screen-max-ms=${Math.max(...seen).toFixed(0)} (goal 100)`,
  )
}
await browser.close()
process.exitCode = heavy ? 1 : 0
