import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Where pictures of the pages go when somebody wants to look at them. */
const shots = process.env.CARDEA_TEST_SHOTS
const wide = { width: 1200, height: 800 }
const narrow = { width: 320, height: 640 }

export type Visitor = {
  readonly context: BrowserContext
  readonly page: Page
  /** What the browser complained about, requests to other places included. */
  readonly complaints: string[]
}

/** A page of a browser of its own. Requests beyond `home`, where it is given, are complaints. */
export async function visit(
  chromium: Browser,
  options: BrowserContextOptions = {},
  home?: string,
): Promise<Visitor> {
  const context = await chromium.newContext({
    viewport: wide,
    reducedMotion: 'reduce', // a colour on its way to another has no contrast to speak of
    ...options,
  })
  context.setDefaultTimeout(10_000)
  const complaints: string[] = []
  context.on('console', (message) => {
    // Chromium reports every answer of 400 and more there as well.
    const status = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !status) complaints.push(message.text())
  })
  context.on('weberror', (error) => complaints.push(String(error.error())))
  context.on('request', (request) => {
    const ours = home === undefined || request.url().startsWith(home)
    if (!ours) complaints.push(`asked for ${request.url()}`)
  })
  return { context, page: await context.newPage(), complaints }
}

/** Light and dark, wide and narrow: nothing to object to, and nothing wider than the window. */
export async function soundPage(page: Page, name: string): Promise<void> {
  await accessible(page)
  await shoot(page, name)
  await page.emulateMedia({ colorScheme: 'dark' })
  await accessible(page)
  await shoot(page, `${name}-dark`)
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(narrow)
  const overflow = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
  assert.ok(overflow <= 0, `${name} is ${overflow} px wider than a window of ${narrow.width} px`)
  await shoot(page, `${name}-narrow`)
  await page.setViewportSize(wide)
}

type Finding = { readonly id: string; readonly impact: string | null; readonly nodes: unknown[] }

/** No serious or critical finding of axe-core on the page that is shown. */
export async function accessible(page: Page): Promise<void> {
  // Evaluated by the debugger, so that the policy of the page stays as it is.
  await page.evaluate(axe)
  const found = await page.evaluate<Finding[]>(
    '(async () => (await axe.run(document)).violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map((node) => node.html) })))()',
  )
  const grave = found.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  assert.deepEqual(grave, [], page.url())
}

export async function shoot(page: Page, name: string): Promise<void> {
  if (shots === undefined) return
  mkdirSync(shots, { recursive: true })
  await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
}
