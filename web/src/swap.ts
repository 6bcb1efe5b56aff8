// One page takes another's place as one, without disturbing what stays: what is equal is left alone, controls keep the focus, and what our own script has put there (data-own) is
// not the server's to take away.

const lasting = 'form.choose, form.choose *, figure.map, svg.map, svg.map g, svg.map a, div.key, .scroll, .scroll *'

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
  for (const part of parts) {
    const [from, to] = [now.querySelector(part), next.querySelector(part)]
    if (from && to) swap(from, to)
  }
}

function swap(now: Element, next: Element): void {
  const old = [...now.childNodes].filter((n) => !(n instanceof Element && n.hasAttribute('data-own')))
  const fresh = [...next.childNodes]
  fresh.forEach((node, i) => {
    const at = old[i]
    const table = node instanceof Element && node.matches('.scroll')
    const wait = table && at instanceof HTMLElement && heights.has(at)
    if (table && !wait) unfold(next)
    if (!at) now.append(node)
    else if (at instanceof Element && node instanceof Element && at.localName === node.localName) {
      // The areas and outlines of a map are the map's to draw.
      if (['g.areas', 'path.further'].some((own) => at.matches(own) && node.matches(own))) return
      if (at.matches(lasting) && node.matches(lasting)) {
        likeAttributes(at, node)
        if (wait) fill(at, node, heights.get(at)!)
        else swap(at, node)
      } else if (!at.isEqualNode(node)) at.replaceWith(node)
    } else if (!at.isEqualNode(node)) at.replaceWith(node)
  })
  for (const gone of old.slice(fresh.length)) gone.remove()
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
