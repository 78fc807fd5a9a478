/**
 * Blanks the parts of a source that are not code, keeping every position and line break. It knows just as
 * much of the language as that takes: comments, strings, templates with their holes, regular expressions.
 */
const tokens =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"|(?<=(?:^|[(,=:[!&|?{};+]|=>|\breturn)\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/gy

type Kind = 'comment' | 'text'

/** Without comments; strings stay. */
export function blankComments(source: string): string {
  return blank(source, (kind) => kind === 'comment')
}

/** Code alone: of a string, a template and a regular expression only the delimiters stay. */
export function blankText(source: string): string {
  return blank(source, () => true)
}

function blank(source: string, hides: (kind: Kind) => boolean): string {
  let out = ''
  let i = 0
  // For every template we are in, the number of braces open in its hole.
  const holes: number[] = []
  const emit = (kind: Kind, text: string) => {
    out += hides(kind) ? text.replace(/[^\n]/g, ' ') : text
  }
  const template = () => {
    const from = i
    while (i < source.length && source[i] !== '`' && !source.startsWith('${', i)) {
      i += source[i] === '\\' ? 2 : 1
    }
    emit('text', source.slice(from, i))
    const end = source[i] === '`' ? '`' : '${'
    out += end
    i += end.length
    if (end === '${') holes.push(0)
  }
  while (i < source.length) {
    tokens.lastIndex = i
    const token = tokens.exec(source)?.[0]
    const char = source[i] ?? ''
    if (token !== undefined) {
      const comment = token.startsWith('//') || token.startsWith('/*')
      if (comment) emit('comment', token)
      else {
        out += char
        emit('text', token.slice(1, -1))
        out += token.at(-1)
      }
      i += token.length
      continue
    }
    i += 1
    out += char
    const depth = holes.at(-1)
    if (char === '`') template()
    else if (depth === undefined) continue
    else if (char === '{') holes[holes.length - 1] = depth + 1
    else if (char === '}' && depth > 0) holes[holes.length - 1] = depth - 1
    else if (char === '}') {
      holes.pop()
      template()
    }
  }
  return out
}
