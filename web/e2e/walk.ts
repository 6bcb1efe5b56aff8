// The kind of page that an address leads to: digits and names of single tables and verdicts don't matter, conditions do by their names. The pages under an edition's permanent address are
// those without it, so two of them in each language will do.
function kind(u: URL): string {
  const permanent = /^(\/en)?\/e\/|^\/e\/[^/]+(\/en)?/.exec(u.pathname)
  if (permanent) return `${u.pathname.includes('/en/') ? '/en' : ''}/e/*`
  const path = u.pathname.replace(/\d/g, '9').replace(/\/(tabell|bedomning|bidrag)\/.+/, '/$1/*')
  return path + '?' + [...new Set(u.searchParams.keys())].sort().join('&')
}

// walk follows the links of all pages from the two start pages, and gives one address of each kind of page. It reads two of each kind, so that what only some of them lead to is found too.
export async function walk(site: string): Promise<string[]> {
  const read = new Map<string, string[]>()
  const next = ['/', '/en/']
  const seen = new Set(next)
  for (let address = next.shift(); address !== undefined; address = next.shift()) {
    const k = kind(new URL(address, site))
    const same = read.get(k) ?? []
    if (same.length >= 2) continue
    const answer = await fetch(site + address, { redirect: 'manual' })
    if (!answer.headers.get('content-type')?.startsWith('text/html')) continue
    if (answer.status !== 200) throw new Error(`${address} answers ${answer.status}, and a page leads there`)
    read.set(k, [...same, address])
    for (const [, link] of (await answer.text()).matchAll(/<a [^>]*?href="([^"]*)"/g)) {
      const u = new URL(link.replace(/&amp;/g, '&').replace(/&#43;/g, '+').replace(/&#39;/g, "'"), site + address)
      const to = u.pathname + u.search
      if (u.origin === site && !seen.has(to)) next.push(to)
      seen.add(to)
    }
  }
  return [...read.values()].map((same) => same[0])
}

// What no link leads to: answers to what was written in a field, and pages that tell what is wrong. Each with its status.
export const more: [string, number][] = [
  ['/sok?q=02', 200],
  ['/en/sok?q=nowhere+at+all', 200],
  ['/nothing', 404],
  ['/en/plats/9999', 404],
  ['/karta?ar=1900', 400],
  ['/en/karta?m=x', 400],
  ['/jamfor?lagg=a', 200],
  ['/tabell/population?nothing=1', 400],
  ['/sok?q=%zz', 400],
]
