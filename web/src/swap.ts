// One page takes another's place as one, without disturbing what stays: what is equal is left alone, controls keep the focus, and what our own script has put there (data-own) is
// not the server's to take away.

const lasting = 'form.choose, form.choose *, figure.map, svg.map, svg.map g, svg.map a, svg.map path.further, div.key, .scroll, .scroll *'

/** A long table comes as text, which is no work to read until it is wanted. */
const folded = '.scroll > script[type="text/html"]'

/** Makes the tables of a page of their texts. */
function unfold(part: ParentNode): void {
  for (const text of part.querySelectorAll(folded)) text.outerHTML = text.textContent
}

/** Tells whether an element is a long table out of sight, where nobody stands. */
const later = (at: Element) =>
  at.matches('.long') && !at.contains(document.activeElement) && at.getBoundingClientRect().top > innerHeight

/** Hides what a table holds, at the height it had, from eyes and ears, and puts the new rows in once the rest has been painted: to take thousands of cells away takes its time too. */
function fill(at: HTMLElement, next: Element, height: number): void {
  at.style.minHeight = `${height}px`
  at.style.contentVisibility = 'hidden'
  at.setAttribute('aria-busy', 'true')
  waiting = { at, next }
  requestAnimationFrame(() => requestIdleCallback(settle, { timeout: 200 }))
}

let waiting: { at: HTMLElement; next: Element } | undefined

/** Puts in what is waiting. */
function settle(): void {
  if (!waiting) return
  const { at, next } = waiting
  waiting = undefined
  const text = next.querySelector(folded)
  if (text) at.innerHTML = text.textContent
  else at.replaceChildren(...next.childNodes)
  at.style.minHeight = at.style.contentVisibility = ''
  at.removeAttribute('aria-busy')
}

/** The heights of what is put in later, which are looked at before anything is changed. */
let heights = new Map<Element, number>()

/** Makes the parts of one page like those of another. */
export function take(now: Document, next: Document, parts: string[]): void {
  settle()
  heights = new Map([...now.querySelectorAll('main .scroll')].filter(later).map((at) => [at, at.getBoundingClientRect().height]))
  const refocus = focused(now)
  for (const part of parts) {
    const [from, to] = [now.querySelector(part), next.querySelector(part)]
    if (from && to) swap(from, to)
  }
  refocus()
}

/** Remembers who has the focus, and gives back what finds another for it if that is replaced: who reads the same, else who stands where it stood. */
function focused(page: Document): () => void {
  const was = page.activeElement
  if (!(was instanceof HTMLElement) || !was.closest('main')) return () => {}
  const alike = () => [...page.querySelectorAll<HTMLElement>(`main ${was.localName}:not(svg *)`)]
  const at = alike().indexOf(was)
  return () => {
    if (was.isConnected) return
    const all = alike()
    const next = all.find((one) => one.textContent === was.textContent) ?? all[Math.min(at, all.length - 1)]
    next?.focus({ preventScroll: true })
  }
}

/** The next of the server's nodes, from one on. */
function served(node: ChildNode | null): ChildNode | null {
  while (node instanceof Element && node.hasAttribute('data-own')) node = node.nextSibling
  return node
}

const lasts = (node: ChildNode): node is Element & ChildNode => node instanceof Element && node.matches(lasting)

/** Tells whether an element stays as another that is not just like it. */
const sameRole = (at: ChildNode, node: Element): at is Element & ChildNode => lasts(at) && at.localName === node.localName && at.getAttribute('class') === node.getAttribute('class')

/** The element, from a node on, that stays as another one; nothing when none does. */
function sameFrom(from: ChildNode | null, node: Element): Element | null {
  for (let at = from; at; at = served(at.nextSibling)) if (sameRole(at, node)) return at
  return null
}

/** Makes what an element holds like what another holds. What does not stay is replaced where it is; what stays is found again also when something has come before it, or gone. */
function swap(now: Element, next: Element): void {
  let at = served(now.firstChild)
  const drop = (until: ChildNode | null) => {
    while (at && at !== until) {
      const gone = at
      at = served(at.nextSibling)
      gone.remove()
    }
  }
  for (const node of [...next.childNodes]) {
    if (at?.isEqualNode(node)) {
      at = served(at.nextSibling)
      continue
    }
    const stays = lasts(node) ? sameFrom(at, node) : null
    if (stays) drop(stays)
    if (at && (stays || !lasts(at))) {
      const old = at
      at = served(at.nextSibling)
      if (stays) become(stays, node as Element)
      else old.replaceWith(put(node))
    } else now.insertBefore(put(node), at)
  }
  drop(null)
}

/** A node as it is put in. */
function put(node: ChildNode): ChildNode {
  if (node instanceof Element) unfold(node)
  return node
}

/** Makes an element that stays like another. */
function become(at: Element, node: Element): void {
  // The areas and outlines of a map are the map's to draw.
  if (at.matches('g.areas, path.further')) return
  likeAttributes(at, node)
  const height = heights.get(at)
  if (height !== undefined && at instanceof HTMLElement) return fill(at, node, height)
  unfold(node)
  swap(at, node)
}

function likeAttributes(now: Element, next: Element): void {
  for (const name of now.getAttributeNames()) if (!next.hasAttribute(name)) now.removeAttribute(name)
  for (const { name, value } of next.attributes) if (now.getAttribute(name) !== value) now.setAttribute(name, value)
}

/** Has the controls of one page show what those of another do, but for a field that is being written in or a slider that is being moved. */
export function likeControls(now: ParentNode, next: ParentNode): void {
  for (const field of now.querySelectorAll<HTMLInputElement | HTMLSelectElement>('form.choose :is(input, select)[name]')) {
    const same = [...next.querySelectorAll<HTMLInputElement | HTMLSelectElement>(`form.choose [name="${CSS.escape(field.name)}"]`)]
    if (field instanceof HTMLSelectElement) {
      const like = same.find((one) => one.id === field.id)
      if (like) field.value = like.value
    } else if (field.type === 'checkbox') {
      field.checked = same.some((one) => one instanceof HTMLInputElement && one.value === field.value && one.checked)
    } else if (field !== document.activeElement && same[0]) field.value = same[0].value
  }
}
