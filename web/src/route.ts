// Another view of the same page (a link or form that leads to the address we are at, with other conditions) is fetched, and takes the place of the one shown: its address, title, text,
// picture and numbers at once, when all of it is there. Until then what is shown keeps its own title and address. Everything else is left to the browser.

import { likeControls, take } from './swap'
import { word } from './word'

type Way = 'push' | 'replace' | 'stay'

/** What a page needs before it can be shown; it gives back what to do at the swap. */
type Prepare = (next: Document) => Promise<() => void>

let shown = new URL(location.href)
let asked: AbortController | undefined
let moving = false // a slider's answer is on its way
let queued: URL | undefined
let prepare: Prepare = async () => () => {}
const status = document.createElement('p')

/** Says how it goes: aloud, and in sight while one waits or when it failed. */
function say(text: string, seen: boolean): void {
  status.textContent = text
  status.className = seen ? 'status' : 'status hidden'
}

/** Where the answer to an address is fetched: of a map without the shapes, which the script has. */
function source(address: URL): string {
  return address.pathname.endsWith('/karta') ? `${address.pathname}.light${address.search}` : address.pathname + address.search
}

const most = 60
const fresh = 2000 // milliseconds

/** Answers that came, or are coming, each with the time it was asked for: those asked for again are there at once. All are of the edition that the page shows. */
const kept = new Map<string, { at: number; text: Promise<string> }>()

/** Asks the server, which says in few bytes that what the browser has is still so; what it has is never taken unasked, since the edition may be another. */
const asks = (address: string, priority: RequestPriority): Promise<string> =>
  fetch(address, { priority, cache: 'no-cache' }).then((answer) => (answer.ok ? answer.text() : Promise.reject(new Refused(address))))

/** Fetches a view; it gives the page, and throws when the server has none. */
function fetched(address: string, priority: RequestPriority): Promise<string> {
  const one = kept.get(address)
  if (one) return one.text
  const text = asks(address, priority)
  text.catch(() => kept.delete(address))
  kept.set(address, { at: performance.now(), text })
  for (const [oldest] of kept) if (kept.size > most) kept.delete(oldest)
  return text
}

/** Asks the server whether an answer that was kept, and is shown, still is its answer. If not, the page is had anew. */
async function still(address: string, text: string): Promise<void> {
  const now = await asks(address, 'low').catch((problem: unknown) => (problem instanceof Refused ? undefined : text))
  const one = kept.get(address)
  if (now === text && one) one.at = performance.now()
  if (now === text) return
  kept.clear()
  if (source(shown) === address) location.reload()
}

/** The edition that a page is of. */
const edition = (page: Document) => page.querySelector<HTMLMetaElement>('meta[name=edition]')?.content

/** The server has another answer than a view. */
class Refused extends Error {}

/** Tells whether a view has been asked for that is not shown yet. */
export const asking = (): boolean => asked !== undefined

/** Shows another view of this page. */
export async function show(address: URL, way: Way): Promise<void> {
  if (way === 'replace' && moving) {
    queued = address
    return
  }
  asked?.abort()
  const mine = (asked = new AbortController())
  moving = way === 'replace'
  performance.mark('asked')
  const main = document.querySelector('main')!
  main.setAttribute('aria-busy', 'true')
  const late = setTimeout(() => say(word('busy'), true), 400)
  try {
    const before = kept.get(source(address))
    const text = await fetched(source(address), 'high')
    if (mine.signal.aborted) return
    const next = new DOMParser().parseFromString(text, 'text/html')
    if (edition(next) !== edition(document)) {
      // Nothing of the page shown, its head and menus neither, is of the new edition.
      if (way === 'push') history.pushState(null, '', address)
      if (way === 'replace') history.replaceState(null, '', address)
      location.reload()
      return
    }
    const after = await prepare(next)
    if (mine.signal.aborted) return
    // First, since a browser lays the page out to remember how far it was scrolled.
    if (way === 'push') history.pushState(null, '', address)
    if (way === 'replace') history.replaceState(null, '', address)
    const title = next.title
    likeControls(document, next)
    take(document, next, ['main', 'footer'])
    document.title = title
    for (const link of document.head.querySelectorAll('link[rel=alternate]')) link.remove()
    document.head.append(...next.head.querySelectorAll('link[rel=alternate]'))
    const other = next.querySelector('nav .lang a')?.getAttribute('href')
    if (other) document.querySelector('nav .lang a')?.setAttribute('href', other)
    const another = address.href !== shown.href
    shown = address
    after()
    performance.measure('view', 'asked')
    if (before && performance.now() - before.at > fresh) void still(source(address), text)
    besides(document.activeElement)
    if (another) say(`${word('shown')} ${document.querySelector('main figcaption')?.textContent ?? title}`, false)
  } catch (problem) {
    if (mine.signal.aborted) return
    if (problem instanceof Refused) {
      // The server's own page says what is wrong. A slider goes on to where the address is right again.
      if (way !== 'replace') location.assign(address)
      return
    }
    if (way === 'stay') location.reload()
    // The page as it was served says what its controls showed before the choice.
    likeControls(document, new DOMParser().parseFromString(document.documentElement.outerHTML, 'text/html'))
    say(word('failed'), true)
    console.error(problem)
  } finally {
    clearTimeout(late)
    if (asked === mine) {
      asked = undefined
      moving = false
      main.removeAttribute('aria-busy')
      if (status.textContent === word('busy')) say('', false)
      const next = queued
      queued = undefined
      if (next) void show(next, 'replace')
    }
  }
}

/** The address of a link or form when it is this page with other conditions. */
function here(address: string): URL | undefined {
  const to = new URL(address, location.href)
  return to.origin === location.origin && to.pathname === location.pathname ? to : undefined
}

/** Where a form leads with what is filled in. */
export function filled(form: HTMLFormElement): URL | undefined {
  const to = here(form.getAttribute('action') ?? location.pathname)
  if (!to || form.method !== 'get') return undefined
  const query = new URLSearchParams()
  for (const [name, value] of new FormData(form)) if (typeof value === 'string' && value !== '') query.append(name, value)
  to.search = query.toString()
  return to
}

/** Fetches what is likely to be asked for. */
export const ahead = (to: URL) => void fetched(source(to), 'low').catch(() => {})

const few = 8

/** Fetches the choices beside the present one in a list where the reader is, or all when they are few. */
function besides(list: EventTarget | null): void {
  if (!(list instanceof HTMLSelectElement) || !list.form?.matches('main form.choose')) return
  const { form, options, selectedIndex, name } = list
  for (const beside of options.length <= few ? options : [options[selectedIndex - 1], options[selectedIndex + 1]]) {
    const to = beside && !beside.selected && filled(form)
    if (!to) continue
    to.searchParams.delete(name)
    if (beside.value) to.searchParams.set(name, beside.value)
    ahead(to)
  }
}

export function route(preparing: Prepare): void {
  prepare = preparing
  status.setAttribute('role', 'status')
  say('', false)
  document.querySelector('main')?.before(status)
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || !(event.target instanceof Element)) return
    const link = event.target.closest('main a[href]')
    const to = link && !link.hasAttribute('download') && here(link.getAttribute('href')!)
    if (!to || to.hash) return
    event.preventDefault()
    void show(to, 'push')
  })
  document.addEventListener('submit', (event) => {
    const to = event.target instanceof HTMLFormElement && event.target.closest('main') && filled(event.target)
    if (!to) return
    event.preventDefault()
    void show(to, 'push')
  })
  // A choice is an answer: the button is there for those who have no script. A field where one writes waits for it.
  const choice = (event: Event) => {
    const field = event.target
    if (!(field instanceof HTMLSelectElement || field instanceof HTMLInputElement) || !field.form?.matches('main form.choose')) return
    const slider = field.type === 'range'
    if (slider !== (event.type === 'input') || !(field instanceof HTMLSelectElement || slider || field.type === 'checkbox')) return
    const to = filled(field.form)
    if (to) void show(to, slider ? 'replace' : 'push')
  }
  document.addEventListener('change', choice)
  document.addEventListener('input', choice)
  // What one points at, and the choices of a list that one has reached, are likely to be asked for.
  const soon = (event: Event) => {
    besides(event.target)
    const link = event.target instanceof Element && event.target.closest('main a[href]:not([rel~=nofollow])')
    const to = link && here(link.getAttribute('href')!)
    if (to && to.search !== shown.search) ahead(to)
  }
  document.addEventListener('pointerover', soon)
  document.addEventListener('focusin', soon)
  addEventListener('popstate', () => {
    const to = new URL(location.href)
    if (to.pathname !== shown.pathname || to.search !== shown.search) void show(to, 'stay')
  })
}
