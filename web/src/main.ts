// The site is whole without script. What is here makes a page quicker to use: each island looks for its own mark in the page and is fetched only where it is found.

const islands: Record<string, () => Promise<{ start: (at: HTMLElement) => void }>> = {}

for (const at of document.querySelectorAll<HTMLElement>('[data-island]')) {
  const load = islands[at.dataset.island ?? '']
  if (load) void load().then((island) => island.start(at))
}
