/** The rules of the house as functions of sources: path below `src/` -> text. */
import { posix } from 'node:path'
import { moduleTable, rootFiles } from './architecture-table.ts'
import { blankComments, blankText } from './source-text.ts'

export type Sources = ReadonlyMap<string, string>
export type Rule = {
  readonly name: string
  /** `file:line what is wrong`, one each. */
  readonly violations: (sources: Sources) => string[]
}

type Import = {
  readonly from: string
  readonly line: number
  readonly specifier: string
  readonly typeOnly: boolean
  /** The path below `src/` of what is imported; undefined for a package. */
  readonly target: string | undefined
}

const importPattern =
  /\b(?:import|export)\s+(type\b)?[^'";()]*?\bfrom\s*(['"])|\bimport\s*\(?\s*(['"])/g

export function importsOf(path: string, text: string): Import[] {
  const source = blankComments(text)
  return [...blankText(text).matchAll(importPattern)].map((match) => {
    const start = match.index + match[0].length
    const quote = match[2] ?? match[3] ?? "'"
    const specifier = source.slice(start, source.indexOf(quote, start))
    const target = specifier.startsWith('.')
      ? posix.join(posix.dirname(path), specifier)
      : undefined
    return {
      from: path,
      line: lineAt(text, start),
      specifier,
      typeOnly: match[1] === 'type',
      target,
    }
  })
}

export function moduleOf(path: string): string {
  const [first = '', ...rest] = path.split('/')
  if (rest.length > 0) return first
  return rootFiles[first] ?? (first.startsWith('config-') ? 'config' : first)
}

const isTest = (path: string) =>
  /\.(test|fixture)\.ts$/.test(path) || path === 'db/scratch-database.ts'
const isStore = (path: string) => posix.basename(path) === 'store.ts'
const inModule = (path: string, ...modules: readonly string[]) => modules.includes(moduleOf(path))

function production(sources: Sources): [path: string, text: string][] {
  return [...sources].filter(([path]) => !isTest(path))
}

function allImports(sources: Sources): Import[] {
  return production(sources).flatMap(([path, text]) => importsOf(path, text))
}

/** Every import from another module of ours. */
function crossings(sources: Sources) {
  return allImports(sources).flatMap((it) => {
    if (it.target === undefined || moduleOf(it.target) === moduleOf(it.from)) return []
    return [{ ...it, target: it.target, by: moduleOf(it.from), of: moduleOf(it.target) }]
  })
}

const at = ({ from, line }: Pick<Import, 'from' | 'line'>) => `src/${from}:${line}`

function offTheTable(sources: Sources): string[] {
  const unknown = [...new Set(production(sources).map(([path]) => moduleOf(path)))]
    .filter((name) => !(name in moduleTable))
    .map((name) => `src/${name}: is not in test/architecture-table.ts`)
  const forbidden = crossings(sources).filter(({ by, of }) => {
    const row = moduleTable[by]
    return of !== 'base' && row?.may.includes(of) !== true && !(of in (row?.also ?? {}))
  })
  return [...unknown, ...forbidden.map((it) => `${at(it)} ${it.by} may not import ${it.of}`)]
}

function pastTheDoor(sources: Sources): string[] {
  return crossings(sources)
    .filter(({ of, target }) => target.includes('/') && target !== `${of}/index.ts`)
    .map((it) => `${at(it)} imports ${it.target} and not the door of ${it.of}`)
}

function packageOutside(pattern: RegExp, allowed: (path: string) => boolean): Rule['violations'] {
  return (sources) =>
    allImports(sources)
      .filter(({ specifier, from }) => pattern.test(specifier) && !allowed(from))
      .map((it) => `${at(it)} imports ${it.specifier}`)
}

function textOutside(pattern: RegExp, allowed: (path: string) => boolean): Rule['violations'] {
  return (sources) =>
    production(sources)
      .filter(([path]) => !allowed(path))
      .flatMap(([path, text]) =>
        [...blankText(text).matchAll(pattern)].map(
          (match) => `src/${path}:${lineAt(text, match.index)} uses ${match[0]}`,
        ),
      )
}

/** Where a walk along the edges comes back to where it began; each cycle once. */
function cycles(edges: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const found: string[][] = []
  const done = new Set<string>()
  const walk = (node: string, path: readonly string[]) => {
    const seen = path.indexOf(node)
    if (seen >= 0) found.push([...path.slice(seen), node])
    if (seen >= 0 || done.has(node)) return
    for (const next of edges.get(node) ?? []) walk(next, [...path, node])
    done.add(node)
  }
  for (const node of edges.keys()) walk(node, [])
  return found
}

function edgesOf(pairs: readonly (readonly [from: string, to: string])[]) {
  const edges = new Map<string, Set<string>>()
  for (const [from, to] of pairs) edges.set(from, (edges.get(from) ?? new Set()).add(to))
  return edges
}

/** Types are gone when the program runs, so between the files of one module they may point both ways. */
function importCycles(sources: Sources): string[] {
  const files = allImports(sources)
    .filter(({ typeOnly }) => !typeOnly)
    .flatMap(({ from, target }) => (target === undefined ? [] : [[from, target] as const]))
  const modules = crossings(sources).map(({ by, of }) => [by, of] as const)
  return [...cycles(edgesOf(files)), ...cycles(edgesOf(modules))].map(
    (cycle) => `src/${cycle[0]}:1 is part of a cycle: ${cycle.join(' -> ')}`,
  )
}

const longestFile = 300

function longFiles(sources: Sources): string[] {
  return [...sources].flatMap(([path, text]) => {
    const lines = text.split('\n').length - 1
    return lines > longestFile ? [`src/${path}:${lines} has more than ${longestFile} lines`] : []
  })
}

function doorless(sources: Sources): string[] {
  const folders = new Set([...sources.keys()].filter((p) => p.includes('/')).map(moduleOf))
  return [...folders].flatMap((name) => {
    const door = sources.get(`${name}/index.ts`)
    if (door === undefined) return [`src/${name}/index.ts:1 does not exist`]
    const headed = door.startsWith(`/**\n * ${name}: `)
    return headed ? [] : [`src/${name}/index.ts:1 does not begin with a comment "${name}: ..."`]
  })
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}

const fastifyUsers = (path: string) =>
  /(^|\/|-)routes\.ts$/.test(path) ||
  ['app.ts', 'surfaces.ts'].includes(path) ||
  inModule(path, 'http')
const ambient =
  /\bnew Date\(\s*\)|\bDate\.now\b|\bperformance\.now\b|\bMath\.random\b|\brandom(?:Bytes|UUID|Int)\b|\bgetRandomValues\b/g

export const rules: readonly Rule[] = [
  { name: 'a module imports only what the table allows', violations: offTheTable },
  { name: 'another module is entered by its door', violations: pastTheDoor },
  {
    name: 'only routes, http and the wiring import fastify',
    violations: packageOutside(/^(@fastify\/|fastify($|\/|-))/, fastifyUsers),
  },
  {
    name: 'only stores and db import pg',
    violations: packageOutside(/^pg($|\/|-)/, (path) => isStore(path) || inModule(path, 'db')),
  },
  {
    name: 'only stores and db write SQL',
    violations: textOutside(/\bsql(?=`)/g, (path) => isStore(path) || inModule(path, 'db')),
  },
  {
    name: 'only config.ts reads the environment',
    violations: textOutside(/\bprocess(?:\.env\b|\[)/g, (path) => path === 'config.ts'),
  },
  {
    name: 'time and randomness come from base',
    violations: textOutside(ambient, (path) => inModule(path, 'base')),
  },
  { name: 'imports form no cycle', violations: importCycles },
  { name: 'no file has more than 300 lines', violations: longFiles },
  { name: 'every module has a door with a header', violations: doorless },
]
