// The site is whole without script. What is here makes a page quicker to use, and is fetched where a page has use for it.

import { route } from './route'

type Map = typeof import('./map')

let loaded: Map | undefined // once it is, a view is prepared and shown without a frame of the browser's between
const map = async (): Promise<Map> => (loaded ??= await import('./map'))

route(async (next) => (next.querySelector('#view') ? (loaded ?? (await map())).prepare(next) : () => {}))

// The areas of a map come when someone reaches for it.
const reached = (event: Event) => {
  if (!location.pathname.endsWith('/karta') || !(event.target instanceof Element) || !event.target.closest('figure.map, main form.choose')) return
  for (const name of ['pointerover', 'focusin']) document.removeEventListener(name, reached)
  void map().then((it) => it.start())
}
for (const name of ['pointerover', 'focusin']) document.addEventListener(name, reached)
