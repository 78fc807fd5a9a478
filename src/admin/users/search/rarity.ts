import type { Needle } from './person-filter.ts'

/** What an index of three letters at a time has to do for a text, as shares of all rows. */
export type Effort = {
  /** Rows that have everything that the index knows of the text: each is looked at. */
  readonly candidates: number
  /** Entries of the rarest three letters: the index reads no fewer. */
  readonly entries: number
}

/** Judged by a sample. Everything, for a text that such an index knows nothing of. */
export function effortOf(sample: readonly string[], needle: Needle): Effort {
  const marks = marksOf(needle)
  if (sample.length === 0 || marks.length === 0) return { candidates: 1, entries: 1 }
  const hits = marks.map((mark) => sample.filter((text) => has(text, mark)).length)
  const all = sample.filter((text) => marks.every((mark) => has(text, mark))).length
  return { candidates: all / sample.length, entries: Math.min(...hits) / sample.length }
}

type Mark = string | RegExp

function has(text: string, mark: Mark): boolean {
  return typeof mark === 'string' ? text.includes(mark) : mark.test(text)
}

const run = /[\p{L}\p{N}]+/gu

/** What every candidate has in it. */
function marksOf({ text, anywhere }: Needle): Mark[] {
  if (anywhere) return threes(text)
  // A word that begins so, in whichever of the texts.
  const [first = ''] = text.match(/^[\p{L}\p{N}]{1,2}/u) ?? []
  const begins = new RegExp(String.raw`(?<![\p{L}\p{N}])${first}`, 'u')
  return first === '' ? [] : [begins, ...threes(text)]
}

function threes(text: string): string[] {
  return [...text.matchAll(run)].flatMap(([word]) => {
    const letters = Array.from(word)
    return letters.slice(2).map((_, i) => letters.slice(i, i + 3).join(''))
  })
}
