import { type GraphTextOptions, graphParts } from './graph-parts.ts'

function quoted(lines: readonly string[]): string {
  const safe = lines.map((line) => line.replace(/["\\]/g, '\\$&').replace(/\s/g, ' '))
  return `"${safe.join('\\n')}"`
}

/**
 * The graph behind one tensor, or behind a tree of tensors (whose paths label the results), in Graphviz's DOT
 * language: `dot -Tsvg` draws it. Every node once, with its operation, attributes, dtype and shape; leaves rounded,
 * results with a thick border. Runs nothing.
 *
 * @throws OpError when there is no tensor to draw.
 *
 * @example
 * await writeFile('graph.dot', toDot(loss))
 */
export function toDot(results: unknown, options: GraphTextOptions = {}): string {
  const { boxes, arrows } = graphParts('toDot', results, options)
  const nodes = boxes.map(({ id, lines, kind, isResult }) => {
    const style = { leaf: ', style=rounded', operation: '', 'left out': ', style=dashed' }[kind]
    return `  ${id} [label=${quoted(lines)}${style}${isResult ? ', penwidth=3' : ''}]`
  })
  const edges = arrows.map(({ from, to, operand }) => {
    return `  ${from} -> ${to}${operand === null ? '' : ` [label="${operand}"]`}`
  })
  return [
    'digraph {',
    `  rankdir=${options.direction ?? 'TB'}`,
    '  node [shape=box]',
    ...nodes,
    ...edges,
    '}',
    '',
  ].join('\n')
}
