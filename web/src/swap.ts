// One page takes another's place as one, without disturbing what stays: what is equal is left alone, controls keep the focus, and what our own script has put there (data-own) is
// not the server's to take away.

const lasting = 'form.choose, form.choose *, figure.map, svg.map, div.key, .scroll, .scroll *'

/** Makes the children of one element like those of another. */
export function swap(now: Element, next: Element): void {
  const old = [...now.childNodes].filter((n) => !(n instanceof Element && n.hasAttribute('data-own')))
  const fresh = [...next.childNodes]
  fresh.forEach((node, i) => {
    const at = old[i]
    if (!at) now.append(node)
    else if (at instanceof Element && node instanceof Element && at.localName === node.localName) {
      // The areas of a map are the map's to fill.
      if (at.matches('g.areas') && node.matches('g.areas')) return
      if (at.matches(lasting) && node.matches(lasting)) {
        likeAttributes(at, node)
        swap(at, node)
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
