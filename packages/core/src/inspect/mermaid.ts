import { type GraphBox, type GraphTextOptions, graphParts } from './graph-parts.ts'

/** Around the label, by kind of box: leaves are rounded, operations square. */
const brackets: Readonly<Record<GraphBox['kind'], readonly [string, string]>> = {
  leaf: ['(["', '"])'],
  operation: ['["', '"]'],
  'left out': ['{{"', '"}}'],
}

/** Everything that might mean something to Mermaid inside a label, as its character codes. */
function escaped(text: string): string {
  const flat = text.replace(/\s/g, ' ')
  return flat.replace(/[^\p{L}\p{N} .,:_()[\]…-]/gu, (char) => `#${char.codePointAt(0)};`)
}

/**
 * The graph behind one tensor, or behind a tree of tensors (whose paths label the results), as a Mermaid flowchart:
 * paste it into any Markdown that renders Mermaid. Every node once, with its operation, attributes, dtype and shape;
 * leaves rounded, results with a thick border. Runs nothing.
 *
 * @throws OpError when there is no tensor to draw.
 *
 * @example
 * console.log(toMermaid({ loss, gradient }, { names: { x, w } }))
 */
export function toMermaid(results: unknown, options: GraphTextOptions = {}): string {
  const { boxes, arrows } = graphParts('toMermaid', results, options)
  const lines = boxes.map(({ id, lines: label, kind, isResult }) => {
    const [open, close] = brackets[kind]
    return `  ${id}${open}${label.map(escaped).join('<br/>')}${close}${isResult ? ':::result' : ''}`
  })
  const links = arrows.map(({ from, to, operand }) => {
    return `  ${from} -->${operand === null ? '' : `|${operand}|`} ${to}`
  })
  const style = '  classDef result stroke-width:3px'
  return [`flowchart ${options.direction ?? 'TB'}`, ...lines, ...links, style, ''].join('\n')
}
