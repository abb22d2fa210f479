import type { Shape, Tensor } from '@samkit/core'
import type { Initializer } from './init.ts'
import type { Kind } from './layer.ts'

/** A part of a module that is a tensor by itself, not a layer: a class token, a positional embedding. */
export interface Parameter {
  /** The tensor before the first step, drawn with `key`. */
  init(key: Tensor): Tensor
  /** What it is for. */
  readonly kind: Kind
}

/**
 * A learned tensor of the given shape as a part of a module, where it appears as itself:
 *
 * @example
 * module({ fc: linear(4, 4), token: parameter([4], zeroInit, 'embedding') }, (l, x) => l.fc(x.add(l.token)))
 */
export function parameter(shape: Shape, init: Initializer, kind: Kind): Parameter {
  return { init: (key) => init(key, shape), kind }
}
