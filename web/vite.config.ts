import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

// One entry that looks at the page it runs on and loads only what that page can use. Names carry a checksum, and the manifest tells package web which file is the entry.
export default defineConfig({
  plugins: [svelte()],
  base: './',
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    manifest: 'manifest.json',
    target: 'es2022',
    modulePreload: false,
    rollupOptions: { input: 'src/main.ts' },
  },
})
