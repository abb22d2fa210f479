import { formatShape, type Shape } from '@samkit/core'

/** Something that has a shape: a tensor, or a file's entry. */
export interface Shaped {
  readonly shape: Shape
}

/** What does not fit between the tensors a model has and those a dictionary or file offers. Empty lists: all fits. */
export interface Mismatch {
  /** Paths the model has and the other lacks. */
  readonly missing: readonly string[]
  /** Paths the other has and the model lacks. */
  readonly unexpected: readonly string[]
  /** Paths that both have, with different shapes. */
  readonly misshapen: readonly Misshapen[]
}

/** A tensor whose shape is not the model's. */
export interface Misshapen {
  readonly path: string
  readonly found: Shape
  readonly needed: Shape
}

/** Compares what a model needs with what is offered, by path and shape. */
export function findMismatch(
  needed: ReadonlyMap<string, Shaped>,
  offered: ReadonlyMap<string, Shaped>,
): Mismatch {
  const misshapen = [...needed].flatMap(([path, { shape }]) => {
    const found = offered.get(path)?.shape
    return found === undefined || formatShape(found) === formatShape(shape)
      ? []
      : [{ path, found, needed: shape }]
  })
  return {
    missing: [...needed.keys()].filter((path) => !offered.has(path)),
    unexpected: [...offered.keys()].filter((path) => !needed.has(path)),
    misshapen,
  }
}

const mostNamed = 20

/** The mismatch in words, or null when all fits. */
export function describeMismatch({ missing, unexpected, misshapen }: Mismatch): string | null {
  const shapes = misshapen.map(
    ({ path, found, needed }) =>
      `${path} has shape ${formatShape(found)}, the model needs ${formatShape(needed)}`,
  )
  const parts = [
    ...listed('missing: ', missing, ', '),
    ...listed('unexpected: ', unexpected, ', '),
    ...listed('', shapes, '; '),
  ]
  return parts.length === 0 ? null : parts.join('; ')
}

function listed(title: string, items: readonly string[], separator: string): string[] {
  if (items.length === 0) return []
  const more = items.length > mostNamed ? `${separator}and ${items.length - mostNamed} more` : ''
  return [title + items.slice(0, mostNamed).join(separator) + more]
}
