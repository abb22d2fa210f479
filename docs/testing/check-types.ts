import { join } from 'node:path'
import ts from 'typescript'
import { type PageFile, root } from './run-page.ts'

/** Type errors of the pages' programs, one line each, as `docs/guide/graph.md:12 message`. */
export function typeErrors(pages: readonly PageFile[]): string[] {
  const config = join(root, 'tsconfig.test.json')
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(config, ts.sys.readFile).config,
    ts.sys,
    root,
  )
  const program = ts.createProgram(
    pages.map(({ file }) => file),
    { ...options, noEmit: true, incremental: false },
  )
  return pages.flatMap(({ name, file }) => {
    const source = program.getSourceFile(file)
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    return found.map(({ start, messageText }) => {
      const line = (source?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0) + 1
      return `${name}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    })
  })
}
