import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { userInfo } from 'node:os'
import { freePort } from './cardea-process.ts'

const modules = '/usr/lib/apache2/modules'

/** What `skip` of a test takes: the reason where there is no Apache with mod_auth_openidc. */
export const withoutApache = existsSync(join(modules, 'mod_auth_openidc.so'))
  ? false
  : 'no apache2 with libapache2-mod-auth-openidc here'

export type Apache = {
  readonly url: string
  /** Begins to serve with these directives; everything below /secure asks for a sign-in. */
  readonly start: (directives: readonly string[]) => Promise<void>
  readonly close: () => Promise<void>
}

/** Debian's Apache on a port of its own, with its files in a folder of its own. */
export async function prepareApache(): Promise<Apache> {
  const folder = await mkdtemp(join(tmpdir(), 'cardea-apache-'))
  await chmod(folder, 0o755)
  await mkdir(join(folder, 'www', 'secure'), { recursive: true })
  await writeFile(join(folder, 'www', 'secure', 'index.html'), 'the secured page')
  const port = await freePort()
  let stop: () => Promise<void> = () => Promise.resolve()
  return {
    url: `http://localhost:${port}`,
    async start(directives) {
      const file = join(folder, 'apache.conf')
      await writeFile(file, [...base(folder, port), ...directives, ''].join('\n'))
      const child = spawn('/usr/sbin/apache2', ['-X', '-f', file, '-D', 'FOREGROUND'], {
        stdio: 'ignore',
      })
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      stop = async () => {
        child.kill('SIGTERM')
        await ended
      }
      await answering(`http://localhost:${port}/`, join(folder, 'error.log'))
    },
    async close() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function base(folder: string, port: number): string[] {
  const loaded = [
    'mpm_event',
    'authn_core',
    'authz_core',
    'authz_user',
    'headers',
    'dir',
    'auth_openidc',
  ]
  return [
    `ServerRoot "${folder}"`,
    `ServerName localhost:${port}`,
    `Listen 127.0.0.1:${port}`,
    `PidFile "${folder}/pid"`,
    `ErrorLog "${folder}/error.log"`,
    `Mutex file:${folder}`,
    `DefaultRuntimeDir "${folder}"`,
    `DocumentRoot "${folder}/www"`,
    'DirectoryIndex index.html',
    ...loaded.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`),
    ...(userInfo().uid === 0 ? ['User www-data', 'Group www-data'] : []),
    '<Location /secure>',
    '  AuthType openid-connect',
    '  Require valid-user',
    '</Location>',
    'Header always set x-remote-user "expr=%{REMOTE_USER}"',
  ]
}

async function answering(url: string, log: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const up = await fetch(url).catch(() => undefined)
    if (up !== undefined) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`Apache did not start: ${await readFile(log, 'utf8').catch(() => '')}`)
}
