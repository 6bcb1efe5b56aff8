import { svelte } from '@sveltejs/vite-plugin-svelte'
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

// Each file is squeezed once, here, and the server sends the smallest form that a browser takes. The list of files has its name only when all are there: a server may look at any moment.
const squeeze: Plugin = {
  name: 'squeeze',
  apply: 'build',
  closeBundle() {
    for (const name of readdirSync('dist/assets')) {
      const plain = readFileSync(`dist/assets/${name}`)
      writeFileSync(`dist/assets/${name}.gz`, gzipSync(plain, { level: 9 }))
      writeFileSync(`dist/assets/${name}.br`, brotliCompressSync(plain))
    }
    renameSync('dist/manifest.part', 'dist/manifest.json')
  },
}

// One entry that looks at the page it runs on and loads only what that page can use. Names carry a checksum, and the manifest tells package web which file is the entry.
export default defineConfig({
  plugins: [svelte(), squeeze],
  base: './',
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    manifest: 'manifest.part',
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 0,
    rollupOptions: { input: 'src/main.ts' },
  },
})
