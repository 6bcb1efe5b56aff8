import { defineConfig } from '@playwright/test'

// One Chromium, the system's, at the two widths that the tests name themselves. Nothing here is tried twice: a test that fails now and then is a fault.
export default defineConfig({
  testDir: '.',
  globalSetup: './serve.ts',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  timeout: 180_000, // a test goes through many pages
  forbidOnly: true,
  reporter: [['line']],
  outputDir: process.env.E2E_OUTPUT ?? 'node_modules/.results',
  use: {
    browserName: 'chromium',
    launchOptions: {
      executablePath: process.env.CHROMIUM,
      // Chromium's sandbox can't be had by root; everybody else keeps it.
      args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    },
  },
})
