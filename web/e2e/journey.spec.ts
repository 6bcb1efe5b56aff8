import { readFile } from 'node:fs/promises'

import type { Browser, Page } from '@playwright/test'

import { expect, open, reach, settled, site, test } from './site'

// What a visitor does, in order: find my area, read its type, its trend, compare it, take the numbers, share what is seen. By keyboard alone.
for (const lang of ['sv', 'en'] as const)
  for (const width of [360, 1280])
    for (const script of [true, false])
      test.describe(`${lang}, ${width} px, ${script ? 'with' : 'without'} script`, () => {
        test.use({ javaScriptEnabled: script, viewport: { width, height: 800 } })

        test('find my area, read its type, trend, compare, take the numbers, share', async ({ page, browser }) => {
          const prefix = lang === 'en' ? '/en' : ''
          const home = `${prefix}/`
          await go(page, home)
          const { name, code } = await someArea(page, prefix)

          await go(page, home)
          await page.keyboard.press('Tab')
          await expect(page.locator('.skip')).toBeFocused()
          await reach(page, page.locator('#find'))
          await page.keyboard.type(code)
          await page.keyboard.press('Enter')
          await page.waitForURL(/\/(sok|plats)/)
          if (page.url().includes('/sok')) {
            await follow(page, `main a[href^="${prefix}/plats/${code}"]`)
            await page.waitForURL(/\/plats\//)
          }

          await expect(page.locator('h1')).toContainText(name)
          await expect(page.locator('html')).toHaveAttribute('lang', lang)
          await expect(page.locator('main')).toContainText(lang === 'sv' ? /Områdestyp [1-5] \(\d{4}\)/ : /Area type [1-5] \(\d{4}\)/)

          // The trend of another measure, chosen with the arrow keys.
          const before = await page.locator('#trend ~ figure.wide').first().innerHTML()
          await reach(page, page.locator('select[name=m]'))
          await page.keyboard.press('ArrowDown')
          if (!/[?&]m=/.test(page.url())) {
            await reach(page, page.locator('form.choose:has(select[name=m]) button'))
            await page.keyboard.press('Enter')
          }
          await page.waitForURL(/[?&]m=/)
          await expect.poll(() => page.locator('#trend ~ figure.wide').first().innerHTML()).not.toBe(before)
          await expect(page.locator('#trend ~ .scroll table').first()).toBeVisible()

          // The same beside another place.
          await follow(page, `main a[href^="${prefix}/jamfor?"]`)
          await page.waitForURL(/\/jamfor\?/)
          await reach(page, page.locator('input[name=lagg]'))
          await page.keyboard.type('02')
          await page.keyboard.press('Enter')
          await page.waitForURL(/lagg=02|plats=[^&]*&.*plats=02|plats=02&/)
          const table = page.locator('main table').first()
          await expect(table).toContainText(name)
          await expect(table.locator('tbody tr, thead th')).not.toHaveCount(1)

          // The numbers are those of the table, and of no other year or place.
          const saved = page.waitForEvent('download')
          await follow(page, 'footer a.format[href*=".csv"]')
          const csv = await readFile(await (await saved).path(), 'utf8')
          expect(csv).toContain(code)
          expect(csv.split(/\r?\n/).length).toBeGreaterThan(2)

          await sharedAlike(page, browser, lang)
        })
      })

async function go(page: Page, address: string) {
  await page.goto(site + address)
}

// someArea is a RegSO that has a type, as the page of its kommun names it.
async function someArea(page: Page, prefix: string) {
  await go(page, `${prefix}/plats/0201`)
  const link = page.locator('ul.places a[href*="R0"]').first()
  const code = (await link.getAttribute('href'))!.split('/').pop()!
  return { name: (await link.textContent())!, code }
}

async function follow(page: Page, selector: string) {
  await reach(page, page.locator(selector))
  await page.keyboard.press('Enter')
}

// sharedAlike opens the page's address in a browser that has never been here, and finds the same words, tables and pictures.
async function sharedAlike(page: Page, browser: Browser, lang: string) {
  const seen = async (p: Page) => ({
    title: await p.title(),
    words: (await p.locator('main').innerText()).replace(/\s+/g, ' '),
    pictures: await p.locator('main svg').evaluateAll((all) => all.map((e) => e.outerHTML)),
  })
  const other = await browser.newContext({ viewport: page.viewportSize()! })
  const fresh = await other.newPage()
  await fresh.goto(page.url())
  expect(await seen(fresh)).toEqual(await seen(page))
  await expect(fresh.locator('html')).toHaveAttribute('lang', lang)
  await other.close()
}

test('a map that was chosen step by step is the same for who gets its address', async ({ page, browser }) => {
  await open(page, '/karta?m=low_standard:SharePersons:låg:total')
  const before = page.url()
  for (const name of ['m', 'niva']) {
    const select = await reach(page, page.locator(`select[name=${name}]`))
    for (let k = 0; k < 3; k++) await page.keyboard.press('ArrowDown')
    await expect(select).toBeFocused()
  }
  if (page.url() === before) {
    await reach(page, page.locator('form.choose button').first())
    await page.keyboard.press('Enter')
  }
  await page.waitForURL((u) => u.href !== before)
  await settled(page)
  const [mine, theirs] = await Promise.all([page.locator('svg.map').screenshot(), shot(browser, page.url(), page.viewportSize()!)])
  const fresh = await (await browser.newContext()).newPage()
  await fresh.goto(page.url())
  for (const part of ['figcaption', 'ul.legend', 'main table', 'form.choose']) expect(await fresh.locator(part).first().innerText()).toBe(await page.locator(part).first().innerText())
  await fresh.context().close()
  // Edges of areas may be smoothed otherwise where the script has painted them: one pixel in five hundred may differ, and then by a shade.
  expect(await unlike(browser, mine, theirs), `how much the pictures of ${page.url()} differ`).toBeLessThan(0.002)
  expect(await unlike(browser, mine, await shot(browser, `${site}/karta?m=index:Index`, page.viewportSize()!)), 'another map is another picture').toBeGreaterThan(0.02)
})

// unlike is the share of two pictures' pixels that differ clearly; 1 when they are not of one size.
async function unlike(browser: Browser, a: Buffer, b: Buffer) {
  const page = await browser.newPage()
  const share = await page.evaluate(
    async (pictures) => {
      const [one, other] = await Promise.all(
        pictures.map(async (text) => {
          const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${text}`)).blob())
          const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!
          context.drawImage(bitmap, 0, 0)
          return context.getImageData(0, 0, bitmap.width, bitmap.height)
        }),
      )
      if (one.width !== other.width || one.height !== other.height) return 1
      let differ = 0
      for (let i = 0; i < one.data.length; i += 4) if ([0, 1, 2].some((k) => Math.abs(one.data[i + k] - other.data[i + k]) > 24)) differ++
      return differ / (one.width * one.height)
    },
    [a.toString('base64'), b.toString('base64')],
  )
  await page.close()
  return share
}

async function shot(browser: Browser, url: string, viewport: { width: number; height: number }) {
  const context = await browser.newContext({ viewport })
  const page = await context.newPage()
  await page.goto(url)
  await settled(page)
  const picture = await page.locator('svg.map').screenshot()
  await context.close()
  return picture
}

// Every address that a page offers in another form answers in that form.
test('a view can be had in every form that it offers', async ({ page, request }) => {
  for (const address of ['/', '/plats/0201', '/karta', '/jamfor', '/tabell/population']) {
    await open(page, address)
    const offered = await page.locator('head link[rel=alternate][type]').evaluateAll((all) => all.map((e) => [e.getAttribute('href')!, e.getAttribute('type')!]))
    expect(offered.length, address).toBeGreaterThan(1)
    for (const [href, type] of offered) {
      const answer = await request.get(site + href)
      expect.soft(answer.status(), href).toBe(200)
      expect.soft(answer.headers()['content-type'], href).toContain(type)
    }
  }
})

test('a view with a map is also numbers, picture and areas', async ({ request }) => {
  for (const address of ['/plats/00', '/plats/0201', '/karta', '/tabell/population_kommun', '/en/tabell/area_type'])
    for (const form of ['csv', 'xlsx', 'json', 'svg', 'png', 'geojson']) expect.soft((await request.get(`${site}${address}.${form}`)).status(), `${address}.${form}`).toBe(200)
  const without = await request.get(`${site}/metod.geojson`)
  expect(without.status()).toBe(404)
  expect(await without.text()).toContain('/metod.json')
})

// Whoever uses the keyboard stays where they are, though the link is another one now; and what is chosen before the script has come is not lost when it comes.
test('the focus stays with a link of the legend', async ({ page }) => {
  await open(page, '/karta?m=index:Index')
  const link = page.locator('ul.legend a').nth(1)
  const words = (await link.textContent())!
  await link.focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/klass=/)
  await expect(page.locator('p.only')).toContainText(words)
  await expect(page.locator('ul.legend a:focus')).toHaveText(words)
  await page.keyboard.press('Enter')
  await page.waitForURL((u) => !u.searchParams.has('klass'))
  await expect(page.locator('ul.legend a:focus')).toHaveText(words)
})

// A view that was looked at before is shown at once, but never as another edition's, and not longer than the server says the same.
test('a view of an edition that is gone is not shown again', async ({ page }) => {
  await open(page, '/karta?m=index:Index')
  const years = page.locator('#f-ar')
  const [first, second] = (await years.locator('option').evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value))).slice(1)
  const choose = async (year: string) => {
    await years.selectOption(year)
    await page.waitForURL((u) => u.searchParams.get('ar') === year)
    await expect(page.locator('main')).not.toHaveAttribute('aria-busy')
  }
  await choose(first)
  await choose(second)
  await page.evaluate(() => Object.assign(window, { same: true }))
  const same = () => page.evaluate(() => 'same' in window).catch(() => undefined) // just then another page came: asked again by those who wait
  await page.waitForTimeout(2500)
  const asked = page.waitForRequest((r) => r.url().includes('/karta.light') && r.url().includes(`ar=${first}`))
  await choose(first)
  await asked
  expect(await same(), 'the server says the same').toBe(true)

  // The server says otherwise now: what was kept gives way to a page of its own.
  await page.route('**/karta.light?**', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, body: (await answer.text()).replace('</main>', '<p>changed</p></main>') })
  })
  await page.waitForTimeout(2500)
  await years.selectOption(second)
  await expect.poll(same, 'the page is had anew').toBe(false)
  await page.unroute('**/karta.light?**')

  // Another edition has come: head, menus and foot are its own too.
  await open(page, `/karta?m=index:Index&ar=${first}`)
  await page.evaluate(() => Object.assign(window, { same: true }))
  await page.route('**/karta.light?**', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, body: (await answer.text()).replace(/(name="edition" content=")\w+/, '$1another') })
  })
  await years.selectOption(second)
  await expect.poll(same, 'the page is of one edition').toBe(false)
  await page.waitForURL((u) => u.searchParams.get('ar') === second)
  // Nor are areas of another edition given, whose order may be another.
  expect((await page.request.get(`${site}/karta.areas?niva=regso-2020&utgava=another`)).status()).toBe(404)
})
