// The site is whole without script. What is here makes a page quicker to use, and is fetched where a page has use for it.

import { route } from './route'

const map = () => import('./map')

route(async (next) => (next.querySelector('#view') ? (await map()).prepare(next) : () => {}))

// The areas of a map come when someone reaches for it.
const reached = (event: Event) => {
  if (!location.pathname.endsWith('/karta') || !(event.target instanceof Element) || !event.target.closest('figure.map, main form.choose')) return
  for (const name of ['pointerover', 'focusin']) document.removeEventListener(name, reached)
  void map().then((it) => it.start())
}
for (const name of ['pointerover', 'focusin']) document.addEventListener(name, reached)
