import { spawn } from 'node:child_process'

import { walk } from './walk'

// Serves the edition on a free port of loopback until the tests are done, and walks through the site once: every test takes its pages from the same list.
export default async function serve() {
  const { SKIKTD, EDITION } = process.env
  if (!SKIKTD || !EDITION) throw new Error('run web/e2e/run.sh, or name the server in SKIKTD and the folder of its edition in EDITION')
  const server = spawn(SKIKTD, ['-edition', EDITION, '-address', '127.0.0.1:0', '-rate', '0'], { stdio: ['ignore', 'inherit', 'pipe'] })
  const said = await new Promise<string>((tell, fail) => {
    let log = ''
    server.stderr.on('data', (text) => {
      log += text
      const at = /on (127\.0\.0\.1:\d+)/.exec(log)
      if (at) tell(at[1])
    })
    server.on('exit', (code) => fail(new Error(`skiktd ended with ${code}: ${log}`)))
  })
  process.env.SITE = `http://${said}`
  process.env.PAGES = JSON.stringify(await walk(process.env.SITE))
  return () => {
    server.removeAllListeners('exit')
    server.kill()
  }
}
