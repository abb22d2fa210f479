/*
 * A page is a program: its `ts` blocks, in order, are one module. What it prints stands in the page too:
 *
 * - `console.log(x) // => 3`, or `// => 3` on a line of its own, holds what was printed since the place before. Lines
 *   that begin with `//` and at least four spaces go on with it.
 * - A `mermaid` or `text` block holds what the `ts` block before it printed and did not show itself.
 *
 * A block marked `ts from packages/…` does not run: it quotes that file.
 */

/** A place in a page that holds what the code printed. Lines count from 1, `end` is not included. */
export interface Place {
  /** The program reports what was printed when it gets here: the place's line, or that of the block's closing fence. */
  readonly line: number
  readonly start: number
  readonly end: number
  /** What the page says was printed. */
  readonly expected: string
  /** The lines of the page for another text. */
  readonly write: (printed: string) => readonly string[]
}

/** A block that quotes a source file. */
export interface Quote {
  readonly line: number
  /** The file, from the root of the repository. */
  readonly path: string
  readonly text: string
}

/** A Markdown page taken apart. */
export interface Page {
  readonly lines: readonly string[]
  /** The code with a blank line for every other line of the page, so that line numbers are those of the page. */
  readonly program: string
  /** In the order of the page. */
  readonly places: readonly Place[]
  /** Closing fences of `ts` blocks that no place follows: nothing may be left unshown there. */
  readonly ends: readonly number[]
  readonly quotes: readonly Quote[]
}

interface Fence {
  /** What follows the opening fence: `ts`, `sh`, `ts from packages/…`. */
  readonly language: string
  /** Line numbers of the fences. */
  readonly open: number
  readonly close: number
}

const comment = /^(.*?)\/\/ =>(?: (.*))?$/
const continued = /^\s*\/\/ {4}(.*)$/

/** Takes a page apart. `importShown` goes where the page has its title: on the first line. */
export function parsePage(text: string, importShown = ''): Page {
  const lines = text.split('\n')
  const fences = fencesOf(lines)
  const program = lines.map(() => '')
  if (fences.some(({ language }) => language === 'ts')) program[0] = importShown
  const places: Place[] = []
  const ends: number[] = []
  const quotes = fences.flatMap(({ language, open, close }) => {
    const path = /^ts from (\S+)$/.exec(language)?.[1]
    return path === undefined ? [] : { line: open, path, text: lines.slice(open, close - 1).join('\n') }
  })
  fences.forEach(({ language, open, close }, i) => {
    if (language !== 'ts') return
    for (let line = open + 1; line < close; line++) {
      const text = lines[line - 1] ?? ''
      const found = comment.exec(text)
      program[line - 1] = found === null ? text : `${found[1]};shown(${line});`
      if (found === null) continue
      const more = continuation(lines, line, close)
      places.push(commentPlace(line, found[1] ?? '', [found[2] ?? '', ...more]))
      line += more.length
    }
    program[close - 1] = `;shown(${close});`
    const next = fences[i + 1]
    if (next?.language === 'mermaid' || next?.language === 'text') places.push(blockPlace(close, next, lines))
    else ends.push(close)
  })
  return { lines, program: `${program.join('\n')}\n`, places, ends, quotes }
}

function fencesOf(lines: readonly string[]): Fence[] {
  const fences: Fence[] = []
  let open: { readonly language: string; readonly open: number } | null = null
  lines.forEach((text, index) => {
    const fence = /^```(.*?)\s*$/.exec(text)
    if (fence === null) return
    if (open === null) open = { language: fence[1] ?? '', open: index + 1 }
    else {
      fences.push({ ...open, close: index + 1 })
      open = null
    }
  })
  return fences
}

function continuation(lines: readonly string[], line: number, close: number): string[] {
  const more: string[] = []
  for (let next = line + 1; next < close; next++) {
    const found = continued.exec(lines[next - 1] ?? '')
    if (found === null) break
    more.push(found[1] ?? '')
  }
  return more
}

function commentPlace(line: number, before: string, expected: readonly string[]): Place {
  const indent = /^\s*/.exec(before)?.[0] ?? ''
  return {
    line,
    start: line,
    end: line + expected.length,
    expected: expected.join('\n'),
    write: (printed) =>
      printed
        .split('\n')
        .map((text, i) => (i === 0 ? `${before}// => ${text}` : `${indent}//    ${text}`).trimEnd()),
  }
}

function blockPlace(line: number, { open, close }: Fence, lines: readonly string[]): Place {
  return {
    line,
    start: open + 1,
    end: close,
    expected: lines.slice(open, close - 1).join('\n'),
    write: (printed) => printed.split('\n'),
  }
}
