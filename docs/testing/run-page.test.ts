import { expect, it } from 'vitest'
import { typeErrors } from './check-types.ts'
import { openPage, type PageFile, runPage } from './run-page.ts'

const page = (name: string, ...lines: readonly string[]): PageFile =>
  openPage(`sample/${name}.md`, ['# Sample', '', ...lines, ''].join('\n'))

it('what a page says wrong is put right, and named by page and line', async () => {
  const wrong = page('wrong', '```ts', 'console.log(1 + 1) // => 3', 'console.log(2)', '// => 2', '```')
  const { text, differences } = await runPage(wrong)
  expect(text).toContain('console.log(1 + 1) // => 2\nconsole.log(2)\n// => 2\n')
  expect(differences).toEqual(['sample/wrong.md:4 the code prints "2", the page says "3"'])
})

it('an error is named by the line of the page that throws', async () => {
  const failing = page(
    'failing',
    'Text.',
    '',
    '```ts',
    'const f = (): void => {',
    "  throw new Error('no')",
    '}',
    'f()',
    '```',
  )
  await expect(runPage(failing)).rejects.toThrow('sample/failing.md:7 throws: Error: no')
})

it('code that prints what the page does not show is refused', async () => {
  await expect(runPage(page('hidden', '```ts', "console.log('much')", '```'))).rejects.toThrow(
    'sample/hidden.md:5 the page does not show what its code prints:\nmuch',
  )
})

it('a result that is never printed differs', async () => {
  const silent = await runPage(page('silent', '```ts', 'const x = 1 // => 1', 'export { x }', '```'))
  expect(silent.differences).toEqual(['sample/silent.md:4 the code prints "nothing", the page says "1"'])
})

it('a picture drawn by hand stays as it is', async () => {
  const drawn = page('drawn', '```ts', 'export const x = 1', '```', '', '```mermaid', 'flowchart LR', '```')
  const { text, differences } = await runPage(drawn)
  expect(differences).toEqual([])
  expect(text.split('\n')).toEqual(drawn.page.lines)
})

it('type errors are named by page and line', { timeout: 60_000 }, () => {
  const mistyped = page('mistyped', '```ts', "export const x: number = 'one'", '```')
  expect(typeErrors([mistyped])).toEqual([
    "sample/mistyped.md:4 Type 'string' is not assignable to type 'number'.",
  ])
})
