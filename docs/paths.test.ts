import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './testing/run-page.ts'

/** Markdown pages of the repository: those of the root and the guide. */
const pages = [
  ...readdirSync(root),
  ...readdirSync(join(root, 'docs/guide')).map((name) => `docs/guide/${name}`),
].filter((name) => name.endsWith('.md'))

/** Text in backquotes that names a file or folder, from the root: it has a slash or a file's ending. */
function pathsIn(text: string): string[] {
  const spans = [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, span]) => span ?? '',
  )
  const paths = /^(?!@)[\w.-]+(?:\/[\w.-]+)+$|^[\w.-]+\.(?:ts|mjs|json|yaml|md)$/
  return spans.filter((span) => paths.test(span))
}

/** Targets of links to files of the repository, from the page. */
function linksIn(text: string): string[] {
  const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target]) => target ?? '')
  return targets.filter((target) => !/^[a-z]+:/.test(target))
}

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8')

  it('every path it names exists', () => {
    expect(pathsIn(text).filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('every link leads to a file', () => {
    expect(linksIn(text).filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([])
  })
})

it('paths are told from other code', () => {
  const text =
    'a `packages/core`, `biome.json`, `@samkit/core/node`, `x.sum()`, `1 / x`, `*.test.ts` and `docs/x.ts`'
  expect(pathsIn(text)).toEqual(['packages/core', 'biome.json', 'docs/x.ts'])
})

it('the status table of the README names every method that works', () => {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const works = readme.split('\n').flatMap((line) => /^\|([^|]+)\|/.exec(line)?.[1] ?? [])
  const words = new Set(works.flatMap((cell) => cell.split(/[\s:,]+/)).map(plain))
  const exported = readFileSync(join(root, 'packages/optim/src/index.ts'), 'utf8')
  const methods = [...exported.matchAll(/'\.\/methods\/(.+)\.ts'/g)].map(([, name]) => name ?? '')
  expect(methods.length).toBeGreaterThan(0)
  expect(methods.filter((name) => !words.has(plain(name)))).toEqual([])
})
