import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { faultTable } from './faults.testing.ts'

/** The cells of every row of a table, without the spaces around them. */
const rowsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()))

test('the guide has the table of all faults and what catches them', () => {
  const page = readFileSync(new URL('../../../../docs/guide/conformance.md', import.meta.url), 'utf8')
  const table = rowsOf(page.slice(page.indexOf('## Does the kit find faults?')))
  const ruled = (row: readonly string[]): boolean => !row.some((cell) => /^-+$/.test(cell))
  expect(table.filter(ruled)).toEqual(rowsOf(faultTable()).filter(ruled))
})
