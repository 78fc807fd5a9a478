import type { Results, ScenarioResult } from './results.ts'
import type { Spread } from './statistics.ts'
import type { TargetKey } from './target.ts'

const width = 860
const left = 260
const right = 70
const rowHeight = 17
const groupGap = 9
const top = 92
const bottom = 40

/** One row of the picture: the ratio to one other server in one scenario. */
type Row = { readonly key: TargetKey; readonly ratio: Spread; readonly y: number }
type Group = { readonly name: string; readonly y: number; readonly rows: readonly Row[] }

/**
 * Operations a second of Cardea as a multiple of those of the others, on a scale on which twice and half are
 * equally far from once. A dot is the median of the rounds, and its line reaches from the least to the most.
 */
export function chart({ scenarios, servers }: Results): string {
  const groups = layOut(scenarios)
  const ratios = groups.flatMap(({ rows }) => rows.map(({ ratio }) => ratio))
  const lowest = Math.floor(Math.log2(Math.min(0.5, ...ratios.map(({ least }) => least))))
  const highest = Math.ceil(Math.log2(Math.max(2, ...ratios.map(({ most }) => most))))
  const scale = (width - left - right) / (highest - lowest)
  const x = (ratio: number) => left + (Math.log2(ratio) - lowest) * scale
  const last = groups.at(-1)
  const end = last === undefined ? top : last.y + last.rows.length * rowHeight
  const height = end + bottom
  const others = servers.filter(({ key }) => key !== 'cardea')
  const ticks = Array.from({ length: highest - lowest + 1 }, (_, i) => 2 ** (lowest + i))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">`,
    `<title id="title">Throughput of Cardea as a multiple of that of others</title>`,
    `<style>${styles}</style>`,
    `<rect class="page" width="${width}" height="${height}" rx="6"/>`,
    `<text class="head" x="20" y="32">Throughput of Cardea as a multiple of that of others</text>`,
    ...legend(others),
    `<text class="small end" x="${width - 20}" y="32">median of the rounds, from the least to the most</text>`,
    ...ticks.map((tick) => gridLine(x(tick), end, tick)),
    `<text class="small" x="${x(1) + 6}" y="${end + 32}">Cardea is faster →</text>`,
    `<text class="small end" x="${x(1) - 6}" y="${end + 32}">← Cardea is slower</text>`,
    ...groups.flatMap((group) => drawGroup(group, x)),
    '</svg>\n',
  ].join('\n')
}

const styles = `
text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328 }
.head { font-size: 16px; font-weight: 600 }
.small { font-size: 11px; fill: #59636e }
.value { font-size: 11px; paint-order: stroke; stroke: #ffffff; stroke-width: 3px }
.end { text-anchor: end }
.middle { text-anchor: middle }
.page { fill: #ffffff }
.grid { stroke: #d8dee4; stroke-width: 1 }
.one { stroke: #59636e; stroke-width: 1.5 }
.oidc-memory { fill: #bc6c00; stroke: #bc6c00 }
.oidc-postgres { fill: #0969da; stroke: #0969da }
.better-auth { fill: #1a7f37; stroke: #1a7f37 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .small { fill: #9198a1 }
  .value { stroke: #0d1117 }
  .page { fill: #0d1117 }
  .grid { stroke: #30363d }
  .one { stroke: #9198a1 }
  .oidc-memory { fill: #e3a04a; stroke: #e3a04a }
  .oidc-postgres { fill: #58a6ff; stroke: #58a6ff }
  .better-auth { fill: #3fb950; stroke: #3fb950 }
}
`

function layOut(scenarios: readonly ScenarioResult[]): Group[] {
  let y = top
  return scenarios
    .filter(({ ratios }) => Object.keys(ratios).length > 0)
    .map(({ name, ratios }) => {
      const start = y
      const rows = (Object.entries(ratios) as [TargetKey, Spread][]).map(([key, ratio], i) => ({
        key,
        ratio,
        y: start + i * rowHeight + rowHeight / 2,
      }))
      y = start + rows.length * rowHeight + groupGap
      return { name, y: start, rows }
    })
}

function legend(others: Results['servers']): string[] {
  let x = 26
  return others.flatMap(({ key, name }) => {
    const at = x
    x += 40 + name.length * 7
    return [
      `<circle class="${key}" cx="${at}" cy="54" r="5"/>`,
      `<text x="${at + 11}" y="58">${name}</text>`,
    ]
  })
}

function gridLine(x: number, end: number, ratio: number): string {
  const kind = ratio === 1 ? 'one' : 'grid'
  const words = ratio < 1 ? `1/${1 / ratio}` : `${ratio}x`
  return [
    `<line class="${kind}" x1="${fixed(x)}" x2="${fixed(x)}" y1="${top - 8}" y2="${end + 6}"/>`,
    `<text class="small middle" x="${fixed(x)}" y="${top - 14}">${words}</text>`,
  ].join('\n')
}

function drawGroup({ name, y, rows }: Group, x: (ratio: number) => number): string[] {
  const middle = y + (rows.length * rowHeight) / 2 + 4
  return [
    `<text class="end" x="${left - 18}" y="${fixed(middle)}">${name}</text>`,
    ...rows.flatMap(({ key, ratio, y: at }) => [
      `<line class="${key}" x1="${fixed(x(ratio.least))}" x2="${fixed(x(ratio.most))}" y1="${at}" y2="${at}" stroke-width="2" stroke-linecap="round"/>`,
      `<circle class="${key}" cx="${fixed(x(ratio.median))}" cy="${at}" r="4.5"/>`,
      `<text class="value" x="${fixed(x(ratio.most) + 10)}" y="${at + 4}">${valueWords(ratio)}</text>`,
    ]),
  ]
}

const valueWords = ({ median }: Spread) =>
  `${median >= 10 ? median.toFixed(0) : median.toFixed(2)}x`
const fixed = (value: number) => value.toFixed(1)
