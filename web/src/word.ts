// The texts of the script; those of the pages are the server's.

const words = {
  busy: { sv: 'Hämtar …', en: 'Fetching …' },
  shown: { sv: 'Visas nu:', en: 'Shown now:' },
  failed: { sv: 'Servern svarar inte. Det som visas är kvar som det var.', en: 'The server does not answer. What is shown is as it was.' },
  areas: { sv: 'Områdena på kartan', en: 'The areas on the map' },
  help: {
    sv: 'Gå från område till grannområde med piltangenterna, eller skriv början av ett namn. Retur öppnar området, mellanslag märker ut det, Home och End går till det första och det sista.',
    en: 'Go from an area to its neighbour with the arrow keys, or type the beginning of a name. Enter opens the area, space marks it, Home and End go to the first and the last.',
  },
  nowhere: { sv: 'Inget område åt', en: 'No area to the' },
  year: { sv: 'År', en: 'Year' },
  pan: { sv: 'Öppna karta att panorera i', en: 'Open map to pan' },
  close: { sv: 'Stäng den', en: 'Close it' },
  panned: { sv: 'Karta att panorera i. Piltangenter flyttar, plus och minus zoomar.', en: 'Map to pan. Arrow keys move, plus and minus zoom.' },
  notPanned: { sv: 'Kartan kunde inte öppnas i den här webbläsaren. Kartan ovan visar samma sak.', en: 'The map could not be opened in this browser. The map above shows the same.' },
  closer: { sv: 'Zooma in', en: 'Zoom in' },
  farther: { sv: 'Zooma ut', en: 'Zoom out' },
  copy: { sv: 'Kopiera bilden', en: 'Copy the picture' },
  copied: { sv: 'Bilden är kopierad, med källa och förklaring.', en: 'The picture is copied, with source and explanation.' },
  notCopied: { sv: 'Bilden kunde inte kopieras.', en: 'The picture could not be copied.' },
} satisfies Record<string, { sv: string; en: string }>

const winds = {
  sv: ['norr', 'nordost', 'öster', 'sydost', 'söder', 'sydväst', 'väster', 'nordväst'],
  en: ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'],
}

type Lang = 'sv' | 'en'

const lang = (): Lang => (document.documentElement.lang === 'en' ? 'en' : 'sv')

export const word = (name: keyof typeof words): string => words[name][lang()]

/** The name of a direction, counted in eighths of a turn from the north by the east. */
export const wind = (eighth: number): string => winds[lang()][((eighth % 8) + 8) % 8]
