import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { setBackend } from '@samkit/core'
import { type Page, parsePage } from './page.ts'
import { printedBy } from './shown.ts'

/** The root of the repository. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url))

const folder = join(root, 'docs/.run')

/** A page with its program written to a file, where the test runner and the compiler find it. */
export interface PageFile {
  /** From the root of the repository: `docs/guide/graph.md`. */
  readonly name: string
  readonly page: Page
  /** The program's file. */
  readonly file: string
}

/** Takes a page apart, by default the file of that name from the root of the repository, and writes its program. */
export function openPage(name: string, text: string = readFileSync(join(root, name), 'utf8')): PageFile {
  const page = parsePage(text, "import { shown } from '../testing/shown.ts'")
  const file = join(folder, `${name.replaceAll('/', '-')}.ts`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, page.program)
  return { name, page, file }
}

/** What running a page showed. */
export interface PageRun {
  /** The page with what was printed in place of what it said. */
  readonly text: string
  /** One line for each place that differs: `docs/guide/graph.md:12 …`. */
  readonly differences: readonly string[]
}

/**
 * Runs a page's program and compares what it prints with what the page says.
 *
 * @throws Error naming the page and the line when the code throws, or prints what the page has no place for.
 */
export async function runPage({ name, page, file }: PageFile): Promise<PageRun> {
  const printed = await printedBy(() => import(/* @vite-ignore */ pathToFileURL(file).href)).catch(
    (error: unknown) => {
      throw new Error(`${name}:${lineOf(error, file)} throws: ${String(error)}`, { cause: error })
    },
  )
  // A page may have chosen another for itself.
  await setBackend('reference')
  for (const end of page.ends) {
    const rest = printed.get(end)
    if (rest !== undefined)
      throw new Error(`${name}:${end} the page does not show what its code prints:\n${rest}`)
  }
  const lines = [...page.lines]
  const differences: string[] = []
  for (const { line, start, end, expected, write } of page.places.toReversed()) {
    const actual = printed.get(line)
    if (actual === undefined && start > line) continue // a picture drawn by hand
    if (actual === expected) continue
    differences.unshift(
      `${name}:${start} the code prints ${JSON.stringify(actual ?? 'nothing')}, the page says ${JSON.stringify(expected)}`,
    )
    lines.splice(start - 1, end - start, ...write(actual ?? ''))
  }
  return { text: lines.join('\n'), differences }
}

/** The line of the page where `error` was thrown, read from its stack. */
function lineOf(error: unknown, file: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const at = stack.split(`${relative(root, file)}:`)[1]
  return at === undefined ? '?' : `${Number.parseInt(at, 10)}`
}
