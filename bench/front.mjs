// What a reader waits for, in Chromium: how much the first view weighs, and how long a new measure or year takes on the national map, from the choice until it is painted.
//
//   skikt demo --no-serve --dir D && skikt serve D/edition --address 127.0.0.1:8022 &
//   (cd web/e2e && npm ci) && node bench/front.mjs http://127.0.0.1:8022 [NAME]
//
// NAME is what the lines call the edition. A change is timed the first time that anyone asks for the view, and again, when it is in the page.
//
// It ends badly when a first view weighs more than 60 kB. Chromium is the system's, or the one that CHROMIUM names.

import { createRequire } from 'node:module'

const { chromium } = createRequire(new URL('../web/e2e/package.json', import.meta.url))('@playwright/test')
const site = process.argv[2] ?? 'http://127.0.0.1:8022'
const name = process.argv[3] ? ` edition=${process.argv[3]}` : ''
const budget = 60_000 // of bodies
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })

let heavy = false
for (const address of ['/', '/karta', '/karta?m=index:Index', '/plats/0201', '/jamfor', '/tabell']) {
  const page = await (await browser.newContext()).newPage()
  await page.goto(site + address, { waitUntil: 'networkidle' })
  const bytes = await page.evaluate(() => ['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind)).reduce((sum, one) => sum + one.encodedBodySize, 0))
  heavy ||= bytes > budget
  console.log(`name=first-view${name} address=${address} kB=${(bytes / 1000).toFixed(1)} (goal 60)`)
  await page.context().close()
}

const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage()
const map = `${site}/karta?m=index:Index&niva=regso-2020`
await page.goto(map)
await page.hover('figure.map svg.map')
await page.waitForSelector('[role=listbox]', { timeout: 60_000 })
const areas = await page.$eval('[role=option]', (one) => Number(one.textContent.replace(/\D/g, '')))
const options = (field) => page.$$eval(`${field} option`, (all) => all.map((one) => one.value).filter(Boolean))
const [start, ...years] = (await options('#f-ar')).slice(-7).reverse()
// Measures of all families that the map can show, without asking for any address that is timed below.
const shown = []
for (const measure of await options('#f-m')) {
  const answer = await page.request.get(`${site}/karta.json?${new URLSearchParams({ m: measure, niva: 'regso-2020', ar: start })}`)
  if (answer.ok() && measure !== 'index:Index') shown.push(measure)
}
const measures = shown.filter((_, i) => i % Math.ceil(shown.length / 8) === 0)
await page.mouse.move(1, 1)
await page.waitForTimeout(1000)

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
const times = new Map()
for (const [change, field, values] of [['year', '#f-ar', [...years, start]], ['measure', '#f-m', [...measures, 'index:Index']]])
  for (const time of ['first', 'again', 'again', 'again'])
    for (const value of values) {
      // The first time nobody has asked for the view, and nothing is fetched ahead: no list is reached before it is chosen from. Then it is chosen as one does who goes through the list.
      if (time === 'first') await page.evaluate(() => document.activeElement?.blur())
      else await page.focus(field)
      await page.waitForTimeout(400)
      const key = `change=${change} time=${time}`
      times.set(key, [...(times.get(key) ?? []), await choose(field, value)])
    }
for (const [key, all] of times) {
  const [swapped, made, seen] = [0, 1, 2].map((k) => all.map((one) => one[k]))
  console.log(
    `name=change-to-paint${name} ${key} areas=${areas} n=${all.length} in-page-p50-ms=${middle(swapped).toFixed(0)} frame-p50-ms=${middle(made).toFixed(0)} on-screen-p50-ms=${middle(seen).toFixed(0)} on-screen-max-ms=${Math.max(...seen).toFixed(0)} (goal 100)`,
  )
}
await browser.close()
process.exitCode = heavy ? 1 : 0
