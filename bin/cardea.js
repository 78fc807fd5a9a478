#!/usr/bin/env node
// The npm door of the command line. Cardea needs Node 24; where `node` is older, the one that was
// installed with it takes over.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const bundled = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))
const recent = Number(process.versions.node.split('.')[0]) >= 24

if (recent) {
  await import(main)
} else if (existsSync(bundled)) {
  const child = spawn(bundled, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  process.on('SIGINT', () => {}) // the terminal tells both of us; the child decides when it is done
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => child.kill('SIGHUP'))
  child.on('exit', (code) => {
    process.exitCode = code ?? 1
  })
} else {
  console.error('cardea needs Node.js 24 or later. Run `npm ci` here to get one.')
  process.exitCode = 1
}
