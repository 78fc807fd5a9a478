import type { Needle } from './person-filter.ts'

/**
 * What share of a sample an index of three letters at a time would have to look at for a text: the rows
 * that have the rarest three letters of it. 1 for a text that such an index knows nothing of.
 */
export function candidateShare(sample: readonly string[], needle: Needle): number {
  if (sample.length === 0) return 1
  const counts = marksOf(needle).map(
    (mark) =>
      sample.filter((text) => (typeof mark === 'string' ? text.includes(mark) : mark.test(text)))
        .length,
  )
  // One more than was seen: what is in no row of a sample can still be in some of the others.
  return counts.length === 0 ? 1 : (Math.min(...counts) + 1) / (sample.length + 1)
}

const run = /[\p{L}\p{N}]+/gu

/** What every candidate has in it. */
function marksOf({ text, anywhere }: Needle): (string | RegExp)[] {
  if (!anywhere) {
    // A word that begins so, in whichever of the texts.
    const [first = ''] = text.match(/^[\p{L}\p{N}]{1,2}/u) ?? []
    return first === ''
      ? []
      : [new RegExp(String.raw`(?<![\p{L}\p{N}])${first}`, 'u'), ...threes(text)]
  }
  return threes(text)
}

function threes(text: string): string[] {
  return [...text.matchAll(run)].flatMap(([word]) => {
    const letters = Array.from(word)
    return letters.slice(2).map((_, i) => letters.slice(i, i + 3).join(''))
  })
}
