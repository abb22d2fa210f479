import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { typeErrors } from './testing/check-types.ts'
import { openPage, root, runPage } from './testing/run-page.ts'

const guide = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
const names = ['README.md', ...guide.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]
const pages = names.filter((name) => !name.includes('node_modules')).map((name) => openPage(name))

describe('a page prints what it says', () => {
  // `npx vitest run --project docs -u` writes what the code prints into the pages.
  for (const page of pages) {
    it(page.name, { timeout: 60_000 }, async () => {
      const { text, differences } = await runPage(page)
      await expect(text, differences.join('\n')).toMatchFileSnapshot(join(root, page.name))
    })
  }
})

/** Text without the indentation of its lines, which the formatter changes. */
const flush = (text: string): string => text.replaceAll(/^ +/gm, '')

it('what a page quotes from a file is in the file', () => {
  const missing = pages.flatMap(({ name, page: { quotes } }) =>
    quotes.flatMap(({ line, path, text }) =>
      flush(readFileSync(join(root, path), 'utf8')).includes(flush(text))
        ? []
        : `${name}:${line} is not in ${path}`,
    ),
  )
  expect(missing).toEqual([])
})

it('the code of every page has the types it needs', { timeout: 120_000 }, () => {
  expect(typeErrors(pages)).toEqual([])
})
