import { test as base, expect, type Locator, type Page } from '@playwright/test'

export { expect }
export const site = process.env.SITE!
export const pages: string[] = JSON.parse(process.env.PAGES ?? '[]')

// Every page is watched: no request may leave the site, and neither a script nor the browser may complain.
export const test = base.extend<{ faults: string[]; watched: void }>({
  faults: async ({}, use) => use([]),
  watched: [
    async ({ context, faults }, use) => {
      context.on('request', (r) => {
        if (!/^(data|blob):/.test(r.url()) && new URL(r.url()).origin !== site) faults.push(`asked ${r.url()}`)
      })
      context.on('console', (m) => {
        // The browser writes of every page that is not there; that such pages say so is another test.
        if (m.type() === 'error' && !/status of 4\d\d/.test(m.text())) faults.push(`${m.page()?.url()}: ${m.text()}`)
      })
      context.on('weberror', (e) => faults.push(`${e.page()?.url()}: ${e.error()}`))
      await use()
      expect(faults, 'requests to others, and complaints').toEqual([])
    },
    { auto: true },
  ],
})

// open goes to a page and waits until it rests: its scripts have come and done what they do by themselves.
export async function open(page: Page, address: string) {
  const answer = await page.goto(site + address, { waitUntil: 'load' })
  await settled(page)
  return answer!
}

export async function settled(page: Page) {
  await page.waitForLoadState('load')
  await page.evaluate(() => new Promise((rest) => requestIdleCallback(rest, { timeout: 2000 })))
}

// reach moves the focus with the Tab key alone until it is on one of the elements, and makes sure that it can be seen there.
export async function reach(page: Page, target: Locator, most = 600) {
  await expect(target.first(), 'what the Tab key is to reach').toBeAttached()
  for (let k = 0; k < most; k++) {
    await page.keyboard.press('Tab')
    const at = await target.evaluateAll((all) => all.indexOf(document.activeElement as HTMLElement))
    if (at < 0) continue
    const one = target.nth(at)
    const shown = await one.evaluate((e) => {
      const s = getComputedStyle(e)
      const r = e.getBoundingClientRect()
      return { ring: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2, seen: r.width > 0 && r.bottom > 0 && r.top < innerHeight }
    })
    expect(shown, 'the focus ring is seen and on the screen').toEqual({ ring: true, seen: true })
    return one
  }
  throw new Error(`the Tab key does not reach ${target} in ${most} steps`)
}
