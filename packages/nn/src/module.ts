import { foldIn, OpError, type Tensor } from '@samkit/core'
import { type Buffers, type Context, childContext, join } from './context.ts'
import type { Kinds, Layer, ParamsOf } from './layer.ts'
import type { Parameter } from './parameter.ts'

/**
 * One named part of a module: a layer, a list of layers such as the blocks of a transformer, a tensor made by
 * `parameter`, or null where an optional part is left out.
 */
export type Part = Layer<unknown> | Parameter | null | readonly Layer<unknown>[]

/** The parts a module is built of, by name, or as a list. */
export type Parts = { readonly [name: string]: Part } | readonly Layer<unknown>[]

/** The parameter tree of parts: the same structure with each layer's parameters in its place. */
export type PartsParams<T> = { readonly [K in keyof T]: PartParams<T[K]> }
type PartParams<T> = T extends null
  ? null
  : T extends Layer<infer P>
    ? P
    : T extends Parameter
      ? Tensor
      : { readonly [K in keyof T]: ParamsOf<T[K]> }

/** Parts bound to their parameters: the same structure with a function of the input in each layer's place. */
export type BoundParts<T> = { readonly [K in keyof T]: BoundPart<T[K]> }
type Bound<L> = L extends Layer<infer _, infer Rest> ? (x: Tensor, ...rest: Rest) => Tensor : never
type BoundPart<T> = T extends null
  ? null
  : T extends Layer<unknown>
    ? Bound<T>
    : T extends Parameter
      ? Tensor
      : { readonly [K in keyof T]: Bound<T[K]> }

/**
 * A layer made of layers. `forward` gets the parts as plain functions, each bound to its parameters and to a random key
 * of its own, so that it reads like the figure in the paper. The parameter tree has the structure and the names of
 * `parts`, and so has its type. What `forward` takes after the context, `apply` takes too.
 *
 * `apply` throws an OpError where the parameters lack a part's.
 *
 * @example
 * const net = module({ fc1: linear(4, 8), fc2: linear(8, 2) }, (l, x) => l.fc2(l.fc1(x).relu()))
 * type Params = ParamsOf<typeof net> // { fc1: LinearParams, fc2: LinearParams }
 */
export function module<const T extends Parts, Rest extends readonly unknown[] = []>(
  parts: T,
  forward: (layers: BoundParts<T>, x: Tensor, context: Context, ...rest: Rest) => Tensor,
): Layer<PartsParams<T>, Rest> {
  return {
    init: (key) => initParts<PartsParams<T>>(parts, key),
    apply: (params, x, context, ...rest) =>
      forward(bindParts<T>(parts, params, context), x, context, ...rest),
    kinds: () => kindsOf(parts),
    buffers: () => Object.fromEntries(buffersOf(parts, '')),
  }
}

/** A layer, whatever else its `apply` takes. */
type AnyLayer = Layer<unknown, readonly unknown[]>

function isLayer(part: Part | Parts): part is AnyLayer {
  return part !== null && 'apply' in part && typeof part.apply === 'function'
}

function isParameter(part: Part | Parts): part is Parameter {
  return part !== null && 'init' in part && typeof part.init === 'function' && !isLayer(part)
}

/** The structure of `parts` with `visit(part, index, name)` in place of its direct children. */
function eachChild<R>(
  parts: Parts,
  visit: (part: Part, index: number, name: string) => R,
): readonly R[] | { readonly [name: string]: R } {
  const entries = Object.entries<Part>(parts)
  const results = entries.map(([name, part], index) => [name, visit(part, index, name)] as const)
  return Array.isArray(parts) ? results.map(([, result]) => result) : Object.fromEntries(results)
}

// Walking the parts at run time gives what PartsParams and BoundParts say of them; the first signatures state that.

function initParts<P>(parts: Part | Parts, key: Tensor): P
function initParts(parts: Part | Parts, key: Tensor): unknown {
  if (parts === null || isLayer(parts) || isParameter(parts)) return parts?.init(key) ?? null
  return eachChild(parts, (part, index) => initParts<unknown>(part, foldIn(key, index)))
}

function kindsOf(parts: Part | Parts): Kinds {
  if (parts === null) return null
  if (isLayer(parts)) return parts.kinds()
  return isParameter(parts) ? parts.kind : eachChild(parts, kindsOf)
}

function bindParts<T>(parts: Part | Parts, params: unknown, context: Context): BoundParts<T>
function bindParts(parts: Part | Parts, params: unknown, context: Context): unknown {
  if ((params === undefined || params === null) && holdsKind(kindsOf(parts))) {
    const place = context.path === undefined ? 'the root' : `'${context.path}'`
    throw new OpError('module', `the parameters have nothing at ${place}; are they another model's?`)
  }
  if (isLayer(parts)) {
    const layer: AnyLayer = parts
    return (x: Tensor, ...rest: readonly unknown[]) => layer.apply(params, x, context, ...rest)
  }
  if (parts === null || isParameter(parts)) return params
  const children = params as Readonly<Record<string, unknown>>
  return eachChild(parts, (part, index, name) =>
    bindParts<unknown>(part, children[name], childContext(context, name, index)),
  )
}

/** Whether there is any parameter: parts without one, such as dropout, need nothing in the tree. */
function holdsKind(kinds: Kinds): boolean {
  return typeof kinds === 'string' || (kinds !== null && Object.values<Kinds>(kinds).some(holdsKind))
}

function buffersOf(parts: Part | Parts, path: string): [path: string, value: Tensor][] {
  if (parts === null || isParameter(parts)) return []
  if (isLayer(parts)) return within(path, parts.buffers?.() ?? {})
  return Object.entries<Part>(parts).flatMap(([name, part]) => buffersOf(part, join(path, name)))
}

function within(path: string, buffers: Buffers): [path: string, value: Tensor][] {
  return Object.entries(buffers).map(([name, value]) => [join(path, name), value])
}

/** Layers applied one after the other. Parameters are an array: their paths begin `0.`, `1.`, … as in PyTorch. */
export function sequential<const T extends readonly Layer<unknown>[]>(...layers: T): Layer<PartsParams<T>> {
  return module(layers, (bound, x) =>
    (bound as readonly ((x: Tensor) => Tensor)[]).reduce((y, layer) => layer(y), x),
  )
}

/** A layer without parameters: just a function, such as `(x) => x.relu()`. */
export function lambda(f: (x: Tensor, context: Context) => Tensor): Layer<Readonly<Record<string, never>>> {
  return { init: () => ({}), apply: (_, x, context) => f(x, context), kinds: () => ({}) }
}

/**
 * `x + body(x)` (He et al., 2016). The parameters are the body's.
 *
 * @example
 * residual(sequential(layerNorm(64), mlpBlock(64, 256)))
 */
export function residual<P>(body: Layer<P>): Layer<P> {
  return { ...body, apply: (params, x, context) => x.add(body.apply(params, x, context)) }
}
