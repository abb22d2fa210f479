import { expect, it } from 'vitest'
import { parsePage } from './page.ts'

const page = (...lines: readonly string[]): string => lines.join('\n')

it('the program has every line of code where the page has it, and blank lines for the rest', () => {
  const { program } = parsePage(page('# Title', '```ts', 'const x = 1', '```', 'text', '```ts', 'x', '```'))
  expect(program.split('\n')).toEqual(['', '', 'const x = 1', ';shown(4);', '', '', 'x', ';shown(8);', ''])
})

it('blocks of other languages do not run', () => {
  expect(parsePage(page('```sh', 'npm test', '```')).program.trim()).toBe('')
})

it('a result stands behind the statement or on the lines below it', () => {
  const text = page(
    '```ts',
    'log(1) // => 1',
    'for (;;) {',
    '  log(x)',
    '  // => [1,',
    '  //     2]',
    '}',
    '```',
  )
  const { places, program } = parsePage(text)
  expect(places.map(({ line, expected }) => [line, expected])).toEqual([
    [2, '1'],
    [5, '[1,\n 2]'],
  ])
  expect(program.split('\n').slice(1, 7)).toEqual([
    'log(1) ;shown(2);',
    'for (;;) {',
    '  log(x)',
    '  ;shown(5);',
    '',
    '}',
  ])
})

it('writing the expected text into its place gives the page back', () => {
  const lines = ['```ts', '  a // => 1', '  //     2', '```', '```mermaid', 'flowchart', '  a --> b', '```']
  for (const { start, end, expected, write } of parsePage(page(...lines)).places) {
    expect(write(expected)).toEqual(lines.slice(start - 1, end - 1))
  }
})

it('a mermaid or text block holds what the block before it printed last', () => {
  const { places, ends } = parsePage(
    page('```ts', 'a', '```', 'so:', '```text', 'out', '```', '```ts', 'b', '```'),
  )
  expect(places.map(({ line, start, end, expected }) => ({ line, start, end, expected }))).toEqual([
    { line: 3, start: 6, end: 7, expected: 'out' },
  ])
  expect(ends).toEqual([10])
})

it('a block that quotes a file does not run', () => {
  const { program, quotes } = parsePage(page('```ts from packages/a.ts', 'const a = 1', '```'))
  expect(program.trim()).toBe('')
  expect(quotes).toEqual([{ line: 1, path: 'packages/a.ts', text: 'const a = 1' }])
})
